"""A story: five people at real clients, two servers on a real store, and a network that a seed makes bad.

The network delays, doubles and cuts. After a while it falls quiet; then every replica must equal the stored
cells, these the fold of the log (I4), and every character that somebody typed must be there exactly once.
"""

from __future__ import annotations

import json
import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from collab.accounts.models import User
from collab.database import Database
from collab.document.text import check, transform
from collab.rooms.lookup import ask_all_cells, ask_names
from collab.rooms.models import Form, Operation
from tests.rooms.fold import assert_sound, stored
from tests.simulation.clients import Answer, Clients
from tests.simulation.servers import Server, Session

STEPS = 110
QUIET_ROUNDS = 60
LOST_MAIL = 0.3
DOUBLED = 0.05


@dataclass
class Browser:
    """One person's tab: its frames on the way up and down, and the session at the other end while it is connected."""

    id: int
    user: User
    up: deque[dict[str, Any]] = field(default_factory=deque)
    down: deque[str] = field(default_factory=deque)
    session: Session | None = None
    server: Server | None = None
    wants_to_rejoin: bool = False


class Story:
    """Plays one seed."""

    def __init__(self, seed: int, *, form: Form, people: Sequence[User], clients: Clients) -> None:
        self.seed = seed
        self._chance = random.Random(seed)
        self._form = form
        self._clients = clients
        self._servers = [Server(form), Server(form)]
        self._browsers = [Browser(number, user) for number, user in enumerate(people)]
        self._typed: Counter[str] = Counter()
        self._let_go: set[str] = set()

    def play(self) -> None:
        """Plays the story to its end. Raises ``AssertionError`` where a rule is broken."""
        self._clients.do("reset")
        for browser in self._browsers:
            self._told(browser, self._clients.do("make", browser.id, client_id=f"client-{browser.id}-first"))
            self._open(browser)
        deeds = [self._edit, self._send, self._commit, self._receive, self._cut, self._reopen, self._reload, self._mail]
        weights = [34, 22, 12, 26, 3, 8, 1.5, 6]
        for _ in range(STEPS):
            self._chance.choices(deeds, weights)[0](self._chance.choice(self._browsers))
        self._quiet()
        for browser in self._browsers:
            self._decided(self._told(browser, self._clients.do("settle", browser.id)))
        self._quiet()
        self._check()

    # --- what happens ----------------------------------------------------------------------------

    def _edit(self, browser: Browser) -> None:
        answer = self._clients.do("edit", browser.id, seed=self._chance.randrange(2**31))
        self._typed.update(answer.get("typed", ""))
        self._let_go.update(answer.get("removed", ""))
        self._decided(answer)
        self._told(browser, answer)

    def _send(self, browser: Browser) -> None:
        """A frame reaches the server; a submit sometimes twice."""
        if browser.up and browser.session is not None and browser.server is not None:
            doubled = browser.up[0]["type"] == "submit" and self._chance.random() < DOUBLED
            browser.server.receive(browser.session, browser.up[0] if doubled else browser.up.popleft())

    def _receive(self, browser: Browser) -> None:
        """A few frames reach the browser; sometimes one of them twice."""
        for _ in range(self._chance.randint(1, 4)):
            if not browser.down:
                return
            frame = browser.down[0]
            doubled = '"type":"joined"' not in frame[:20] and self._chance.random() < DOUBLED
            if not doubled:
                browser.down.popleft()
            self._told(browser, self._clients.deliver(browser.id, frame))
        self._rejoin(browser)

    def _commit(self, _: Browser) -> None:
        server, other = self._chance.sample(self._servers, 2)
        for run in server.commit():
            if self._chance.random() >= LOST_MAIL:
                other.mail.append(run)

    def _mail(self, _: Browser) -> None:
        """What the servers told each other arrives, out of turn perhaps; or one of them polls."""
        server = self._chance.choice(self._servers)
        if server.mail and self._chance.random() < 0.8:
            self._chance.shuffle(server.mail)
            server.deliver(server.mail.popleft())
        else:
            server.poll()

    def _cut(self, browser: Browser) -> None:
        """The connection falls. What was on its way up may have arrived, and be committed, and never be answered."""
        if browser.session is None or browser.server is None:
            return
        for _ in range(self._chance.randint(0, len(browser.up))):
            browser.server.receive(browser.session, browser.up.popleft())
        browser.server.leave(browser.session)
        browser.session = browser.server = None
        browser.up.clear()
        browser.down = deque()
        self._told(browser, self._clients.do("close", browser.id))

    def _reopen(self, browser: Browser) -> None:
        if browser.session is None:
            self._open(browser)

    def _reload(self, browser: Browser) -> None:
        self._cut(browser)
        self._told(browser, self._clients.do("reload", browser.id))
        self._open(browser)

    def _open(self, browser: Browser) -> None:
        browser.server = self._chance.choice(self._servers)
        browser.session = Session(browser.user, "", browser.down)
        self._told(browser, self._clients.do("open", browser.id))

    def _rejoin(self, browser: Browser) -> None:
        if browser.wants_to_rejoin:
            browser.wants_to_rejoin = False
            self._cut(browser)
            self._open(browser)

    def _told(self, browser: Browser, answer: Answer) -> Answer:
        browser.up.extend(answer.get("sent", ()))
        browser.wants_to_rejoin |= bool(answer.get("events", {}).get("rejoin"))
        return answer

    def _decided(self, answer: Answer) -> None:
        self._let_go.update(answer.get("released", ""))

    # --- the end ---------------------------------------------------------------------------------

    def _quiet(self) -> None:
        """The network is good again, until nothing is on its way."""
        for _ in range(QUIET_ROUNDS):
            if not self._round():
                return
        raise AssertionError("the story does not come to rest")

    def _round(self) -> bool:
        moved = False
        for browser in self._browsers:
            if browser.session is None:
                self._open(browser)
                moved = True
            while browser.up and browser.session is not None and browser.server is not None:
                browser.server.receive(browser.session, browser.up.popleft())
                moved = True
        for server in self._servers:
            moved |= bool(server.queue)
            server.commit()
        for server in self._servers:
            server.poll()
        for browser in self._browsers:
            while browser.down:
                self._told(browser, self._clients.deliver(browser.id, browser.down.popleft()))
                moved = True
            moved |= browser.wants_to_rejoin
            self._rejoin(browser)
        return moved

    def _check(self) -> None:
        assert_sound(self._form)
        truth = stored(self._form)
        head = Form.objects.get(pk=self._form.pk).version
        for browser in self._browsers:
            state = self._clients.do("state", browser.id)
            assert (state["version"], state["pending"], state["refusals"]) == (head, 0, [])
            assert state["snapshot"] == truth
            assert _shown(state["view"]) == _shown_of(truth)
        self._check_characters()
        self._check_merges()

    def _check_characters(self) -> None:
        """No inserted character is lost or doubled."""
        logged = Counter(_inserted_in_log(self._form))
        standing = Counter(_standing(self._form))
        for character, times in self._typed.items():
            assert times == 1, "the clients did not type unique characters"
            if character not in self._let_go:
                assert (character, logged[character]) == (character, 1)
                assert (character, standing[character]) == (character, 1)

    def _check_merges(self) -> None:
        """C5: an edit as applied is the edit as made, transformed over the others since its base, they first."""
        submitted = {key: each for server in self._servers for key, each in server.submitted.items()}
        names = {n: client for n, (client, _) in ask_names(Database(), self._form.pk).get().items()}
        logged: dict[tuple[str, str, str], list[tuple[int, int, Any]]] = {}
        for entry in Operation.objects.filter(form=self._form, kind="edit").order_by("version"):
            at = (entry.table, entry.row, entry.field)
            submission = submitted[names[entry.by], entry.seq]
            delta = _edit_of(submission.ops, at)
            for version, by, other in logged.get(at, ()):
                if version > submission.base and by != entry.by:
                    delta = transform(delta, other, "right")
            applied = json.loads(entry.op)["delta"]
            assert delta == applied, f"version {entry.version} was merged wrong"
            logged.setdefault(at, []).append((entry.version, entry.by, applied))


def _edit_of(ops: Sequence[Any], at: tuple[str, str, str]) -> Any:
    for op in ops:
        if op["kind"] == "edit" and (op.get("table") or "", op.get("row") or "", op["field"]) == at:
            return check(op["delta"])
    raise AssertionError("the log holds an edit that nobody made")


def _shown(view: dict[str, Any]) -> dict[str, Any]:
    return {
        "values": {field: value for field, value in view["values"].items() if value not in (None, "")},
        "tables": {
            table: [
                (row["row"], {field: value for field, value in row["values"].items() if value not in (None, "")})
                for row in rows
            ]
            for table, rows in view["tables"].items()
        },
    }


def _shown_of(snapshot: dict[str, Any]) -> dict[str, Any]:
    def plain(cells: dict[str, Any]) -> dict[str, Any]:
        return {field: cell["value"] for field, cell in cells.items()}

    return _shown(
        {
            "values": plain(snapshot["values"]),
            "tables": {
                table: [{"row": row["row"], "values": plain(row["values"])} for row in rows]
                for table, rows in snapshot["tables"].items()
            },
        }
    )


def _inserted_in_log(form: Form) -> str:
    deltas = (json.loads(op)["delta"] for op in _edits(form))
    return "".join(part for delta in deltas for part in delta if isinstance(part, str))


def _edits(form: Form) -> list[str]:
    return list(Operation.objects.filter(form=form, kind="edit").values_list("op", flat=True))


def _standing(form: Form) -> str:
    """All the text there is, that of removed rows included."""
    cells = ask_all_cells(Database(), form.pk).get()
    return "".join(cell.value for _, _, cell in cells if isinstance(cell.value, str))


def forgo_durability() -> None:
    """The store of a story need not survive the machine, and ten thousand stories need not wait for its disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
        else:
            cursor.execute("SET synchronous_commit = off")
