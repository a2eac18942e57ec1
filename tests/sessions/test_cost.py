"""What *one account, one device* costs: what a sign-in asks the database beyond Django's own, and a batch of ops."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import login, user_logged_in
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import update_last_login
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext

from collab.accounts.middleware import OneDevice
from collab.accounts.models import SignIn, User
from collab.pipeline import Pipeline
from collab.rooms.commit import Outcome, Submission
from tests.rooms.conftest import World
from tests.rooms.live import sign_in
from tests.rooms.test_commit import edit, set_
from tests.sessions.browser import FIREFOX

Statements = list[str]

FORGET_FAILURES = [
    ("SELECT axes_accessattempt", "the wrong passwords from this address, which are forgotten; there are none here"),
    ("BEGIN", "django-axes forgets them in a transaction"),
    ("COMMIT", "of that"),
]
STORE_SESSION = [
    ("SELECT django_session", "a key that is free: Django would look for it when it answers"),
    ("BEGIN", "Django stores a session in a transaction"),
    ("INSERT django_session", "the session, whose key the sign-in is to know"),
    ("COMMIT", "of that"),
]
LOCK = [
    ("BEGIN", "all that follows is done, or nothing"),
    (
        "SELECT accounts_user, locked",
        "one sign-in of a person at a time; is it still this password, is the account open",
    ),
    ("SELECT accounts_signin", "which is live: the one that is replaced"),
]
END = [
    ("UPDATE accounts_signin", "it ends: whoever writes under it has committed, or will be refused"),
    ("DELETE django_session", "its session goes with it"),
]
BEGIN = [("INSERT accounts_signin", "the new one: generation, device, address, time")]
AUDIT = [("INSERT accounts_auditentry", "who, when, from where: all entries at once"), ("COMMIT", "of the sign-in")]


# --- four ways to sign in ----------------------------------------------------------------------------------

_numbers = count(1)


def person() -> User:
    return User.objects.create(username=f"person-{next(_numbers)}")


def the_first_time() -> tuple[User, str | None]:
    return person(), None


def on_another_device() -> tuple[User, str | None]:
    user = person()
    sign_in(user)
    return user, None


def again_in_the_same_browser() -> tuple[User, str | None]:
    user = person()
    return user, sign_in(user)


def over_somebody_else() -> tuple[User, str | None]:
    return person(), sign_in(person())


Way = Callable[[], tuple[User, str | None]]
WAYS: dict[Way, list[tuple[str, str]]] = {
    the_first_time: FORGET_FAILURES + LOCK + BEGIN + AUDIT,
    on_another_device: FORGET_FAILURES + LOCK + END + BEGIN + AUDIT,
    again_in_the_same_browser: FORGET_FAILURES + LOCK + AUDIT,
    over_somebody_else: FORGET_FAILURES + STORE_SESSION + LOCK + END + BEGIN + AUDIT,
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_statement_of_a_sign_in_beyond_djangos_own_has_its_reason(
    transactional_db: None, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_of_them = statements_of(way)
    with monkeypatch.context() as patch:
        patch.setattr(user_logged_in, "receivers", [])
        user_logged_in.connect(update_last_login)
        djangos = statements_of(way)
    beyond = all_of_them.copy()
    for statement in djangos:
        beyond.remove(statement)
    for statement, reason in WAYS[way]:
        print(f"{statement:32}{reason}")
    assert beyond == [statement for statement, _ in WAYS[way]]


def statements_of(way: Way) -> Statements:
    """What the database is asked in ``login()``."""
    user, session_key = way()
    heard: Statements = []

    def view(request: HttpRequest) -> HttpResponse:
        with CaptureQueriesContext(connection) as captured:
            login(request, user)
        heard.extend(in_short(query["sql"]) for query in captured)
        return HttpResponse()

    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": FIREFOX}
    request.session = SessionStore(session_key)
    if session_key is not None:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = session_key
    AuthenticationMiddleware(view).process_request(request)
    OneDevice(view)(request)
    return heard


def in_short(sql: str) -> str:
    """The verb and the table, and whether it is locked (where there are locks of rows)."""
    verb = sql.split()[0].upper()
    if verb in ("BEGIN", "COMMIT"):
        return verb
    table = re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql)
    assert table is not None, sql
    locked = verb == "SELECT" and table[1] == "accounts_user"
    assert not locked or "FOR NO KEY UPDATE" in sql or connection.vendor == "sqlite"
    return f"{verb} {table[1]}{', locked' if locked else ''}"


# --- the fence ---------------------------------------------------------------------------------------------


def test_the_fence_of_a_batch_is_one_statement(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many people wrote."""
    people = [world.person(f"person-{number}") for number in range(20)]
    for user in people:
        sign_in(user)
    generations = dict(SignIn.objects.values_list("user", "generation"))
    world.commit(*submissions(world, people, seq=1))  # what is remembered is remembered now

    fenced = [each._replace(sign_in=generations[each.user]) for each in submissions(world, people, seq=2)]
    asked = asked_by(lambda: committed(world, fenced), monkeypatch)
    print(f"{len(asked)} statements in all")
    assert len([statement for statement in asked if "accounts_signin" in statement]) == 1
    assert len([statement for statement in asked if "accounts_user" in statement]) <= 1  # the roles, as before


def submissions(world: World, people: list[User], *, seq: int) -> list[Submission]:
    """Each writes a text; the last one a number too."""
    made = [Submission(world.form.pk, user.pk, f"tab-{user.pk}", seq, 0, [edit("notes", "x")]) for user in people]
    return [*made[:-1], made[-1]._replace(ops=[edit("notes", "x"), set_("count", seq)])]


def committed(world: World, submitted: list[Submission]) -> None:
    assert all(isinstance(outcome, Outcome) for outcome in world.commit(*submitted).outcomes)


def asked_by(doing: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Every statement that reached the database, by whatever way."""
    heard: Statements = []
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        raw: Any = connection.connection
        raw.set_trace_callback(heard.append)
        doing()
        raw.set_trace_callback(None)
        return heard
    execute = psycopg.Cursor.execute

    def listen(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        heard.append(str(query))
        return execute(cursor, query, *args, **kwargs)

    ask = Pipeline.execute

    def listen_too(pipeline: Pipeline, sql: str, *args: Any) -> Any:
        heard.append(sql)
        return ask(pipeline, sql, *args)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", listen)
        patch.setattr(Pipeline, "execute", listen_too)
        doing()
    return heard
