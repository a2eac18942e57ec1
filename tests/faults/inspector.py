"""What is stored, asked of the database by a process of its own: the tests' own Django knows another database.

    python -m tests.faults.inspector    # a JSON request a line on stdin, an answer each on stdout

Owns the questions of I2, I4 and I5 to the store. What of it is right, `checker` judges.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

Fence = tuple[str, str, str]  # a form, a client id, and the session key it wrote under


class Inspector:
    """The process, from outside."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.inspector"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, "DATABASE_POOL_MIN": "0"},
        )

    def ask(self, question: str, **details: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([question, details]).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the inspector has ended"
        return json.loads(answer)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


# --- in the process --------------------------------------------------------------------------------


def prepare(people: int) -> list[str]:
    """An empty database gets its tables, a team, a template, and so many people who may edit."""
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command

    from collab.accounts.models import User
    from tests.sessions.browser import PASSWORD

    call_command("migrate", verbosity=0, interactive=False)
    world = _world()
    names = [f"person-{number:02}" for number in range(people)]
    for name in names:
        world.person(name)
    User.objects.update(password=make_password(PASSWORD))
    return names


def forms(count: int) -> list[str]:
    """New forms, for everybody."""
    from collab.accounts.models import User
    from collab.forms.models import TemplateVersion
    from collab.rooms.services import create_form

    version, author = TemplateVersion.objects.get(), User.objects.get(username="alice")
    made = [create_form(template_version=version, title=f"Form {n}", author=author) for n in range(count)]
    return [str(form.pk) for form in made]


def heads(forms: Sequence[str]) -> dict[str, int]:
    """The versions of these forms."""
    from collab.rooms.models import Form

    return {str(pk): version for pk, version in Form.objects.filter(pk__in=forms).values_list("pk", "version")}


def state(form: str) -> dict[str, Any]:
    """A form as it is stored: its fold, its log, and whether the store agrees with itself."""
    from collab.rooms.models import Form, Operation
    from collab.rooms.store import iso
    from tests.rooms.fold import assert_sound, stored

    found = Form.objects.get(pk=form)
    try:
        assert_sound(found)
        unsound = ""
    except Exception as error:
        unsound = f"{type(error).__name__}: {str(error)[:2_000]}"
    log = Operation.objects.filter(form=found).order_by("version")
    return {
        "version": found.version,
        "unsound": unsound,
        "snapshot": stored(found),
        "clients": dict(found.clients.filter(n__isnull=False).values_list("n", "client_id")),
        "log": [[each.version, each.by, each.seq, json.loads(each.op), iso(each.at)] for each in log],
    }


def sign_ins(fences: Sequence[Fence]) -> list[str]:
    """What is wrong with sign-ins: two live ones of an account, or an op committed after its own was replaced."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_LIVE_TWICE)
        wrong = [f"{name} has {count} live sign-ins" for name, count in cursor.fetchall()]
        for form, client_id, session_key in fences:
            cursor.execute(_AFTER_THE_END, [session_key, form, client_id])
            wrong += [f"{client_id} wrote version {version} after its sign-in was replaced" for (version,) in cursor]
    return wrong


_LIVE_TWICE = """
SELECT u.username, count(*) FROM accounts_signin s JOIN accounts_user u ON u.id = s.user_id
WHERE s.ended_at IS NULL GROUP BY u.username HAVING count(*) > 1
"""
# Every sign-in leaves an entry in the audit, in its own transaction, which is never touched again: the entry of the
# next one was committed when the fence fell. PostgreSQL says when that was (`track_commit_timestamp`).
_AFTER_THE_END = """
WITH mine AS (SELECT user_id, generation FROM accounts_signin WHERE session_key = %s),
next AS (
  SELECT pg_xact_commit_timestamp(a.xmin) AS at FROM accounts_auditentry a JOIN mine ON a.user_id = mine.user_id
  WHERE a.kind = 'signed_in' ORDER BY a.id
  OFFSET (SELECT count(*) FROM accounts_signin s, mine
          WHERE s.user_id = mine.user_id AND s.generation <= mine.generation)
  LIMIT 1)
SELECT o.version FROM rooms_operation o JOIN rooms_client c ON c.form_id = o.form_id AND c.n = o.by, next
WHERE o.form_id = %s AND c.client_id = %s AND pg_xact_commit_timestamp(o.xmin) > next.at ORDER BY o.version
"""


def _world() -> Any:
    from tests.rooms.conftest import World

    return World()


def main() -> None:
    import django
    from django.db import connection

    django.setup()
    questions = {each.__name__: each for each in (prepare, forms, heads, state, sign_ins)}
    for line in sys.stdin:
        question, details = json.loads(line)
        answer = questions[question](**details)
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # the server may be another one the next time
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")
    main()
