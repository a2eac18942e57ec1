"""Server processes for a story: the real commit and the real reading, a hub that fits in the hand.

Two of them share one database, as two processes do. What one commits it tells the other by mail, and mail may be
lost: then the other reads the log, when it polls or when it sees a gap.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collab.accounts.models import User
from collab.document.judge import Limits
from collab.rooms.commit import Outcome, Submission, commit_batch
from collab.rooms.limits import room_limits
from collab.rooms.models import Form
from collab.rooms.opening import open_form, read_run
from collab.rooms.presence import person_of
from collab.rooms.run import Run


@dataclass(eq=False)
class Session:
    """A connection as its server sees it: what it was told, and the cable to its browser."""

    user: User
    client_id: str
    down: deque[str]
    sent: int = -1
    answers: list[Outcome] = field(default_factory=list)

    def deliver(self, run: Run) -> None:
        if run.last > self.sent:
            for frame in run.after(self.sent).frames():
                self.down.append(frame.text)
                self.sent = frame.last
        waiting, self.answers = self.answers, []
        for outcome in waiting:
            self.answer(outcome)

    def answer(self, outcome: Outcome) -> None:
        if outcome.version <= self.sent:
            self.down.append(outcome.frame())
        else:
            self.answers.append(outcome)


class Server:
    """One process: its sessions, what they submitted, and what it has delivered."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.version = -1
        self.sessions: list[Session] = []
        self.queue: list[tuple[Submission, Session]] = []
        self.mail: deque[Run] = deque()
        self.submitted: dict[tuple[str, int], Submission] = {}  # by client id and seq, as it first came

    def receive(self, session: Session, frame: dict[str, Any]) -> None:
        if frame["type"] == "join":
            self._join(session, frame)
        elif frame["type"] == "submit" and session.sent >= 0:
            submission = Submission(
                self.form.pk, session.user.pk, session.client_id, frame["seq"], frame["base"], frame["ops"]
            )
            self.submitted.setdefault((session.client_id, frame["seq"]), submission)
            self.queue.append((submission, session))

    def commit(self) -> list[Run]:
        """Commits everything submitted in one transaction and tells it; the runs are for the other processes."""
        batch, self.queue = self.queue, []
        if not batch:
            return []
        result = commit_batch(
            [submission for submission, _ in batch],
            now=datetime.now(UTC),
            limits=Limits(),
            handed={self.form.pk: self.version} if self.sessions else {},
        )
        for run in result.runs:
            self.deliver(run)
        for (_, session), outcome in zip(batch, result.outcomes, strict=True):
            assert isinstance(outcome, Outcome)
            session.answer(outcome)
        return result.runs

    def deliver(self, run: Run) -> None:
        if self.version < 0 or run.last <= self.version:
            return
        if run.first > self.version + 1:
            self.poll()
            return
        run = run.after(self.version)
        self.version = run.last
        for session in self.sessions:
            session.deliver(run)

    def poll(self) -> None:
        """Reads the log where this process is behind it."""
        if self.version >= 0:
            run = read_run(self.form.pk, self.version, up_to=2**53)
            if run is not None:
                self.deliver(run)

    def leave(self, session: Session) -> None:
        self.sessions = [each for each in self.sessions if each is not session]
        if not self.sessions:
            self.version = -1
            self.mail.clear()

    def _join(self, session: Session, join: dict[str, Any]) -> None:
        self.leave(session)
        session.client_id = join["client_id"]
        opened = open_form(
            session.user, self.form.pk, client_id=session.client_id, since=join["since"], want=join["want"]
        )
        you = person_of(session=f"session-{id(session)}", user=session.user.pk, name=str(session.user))
        session.down.append(opened.joined(people=[you], you=you, limits=room_limits()))
        for run in opened.tail:
            session.down.extend(frame.text for frame in run.frames())
        session.sent = opened.version
        if self.version < 0:
            self.version = opened.version
        self.sessions.append(session)
        self.poll()
