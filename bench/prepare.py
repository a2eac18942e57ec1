"""Fills a database for a run, in a process of its own: reads what (JSON) on stdin, answers (JSON) on stdout.

Every person is an account with a session, signed in as Django signs in; every room is a form made from the definition.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model, login
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string

from bench.targets import cell
from collab.accounts.models import Membership, SignIn, Team
from collab.accounts.sign_ins import GENERATION
from collab.forms.models import Template, TemplateVersion
from collab.rooms.services import create_form


def prepare(what: dict[str, Any]) -> dict[str, Any]:
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        team = Team.objects.create(name="Benchmark", slug="benchmark")
        people = make_people(what["rooms"] * what["people"], team)
        cookies = sign_in(people)
        version = publish(team, people[0], what["definition"])
        forms = [
            create_form(template_version=version, title=f"Benchmark {number}", author=people[0])
            for number in range(what["rooms"])
        ]
    rooms = [
        room(str(form.pk), cookies[number * what["people"] :][: what["people"]], editors=what["editors"])
        for number, form in enumerate(forms)
    ]
    return {"rooms": rooms, "versions": {"database": database_version()}}


def make_people(count: int, team: Team) -> list[Any]:
    people = [
        get_user_model()(username=f"bench{number:05}", display_name=f"Person {number}") for number in range(count)
    ]
    for person in people:
        person.set_unusable_password()
    get_user_model().objects.bulk_create(people)
    Membership.objects.bulk_create([Membership(team=team, user=person, role="editor") for person in people])
    return people


def sign_in(people: list[Any]) -> list[str]:
    """A session for each, as a Cookie header. The first signs in as everybody does, the others have what that makes."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = SessionStore()
    login(request, people[0])
    request.session.save()
    keys = [str(request.session.session_key), *(get_random_string(32) for _ in people[1:])]
    first = SignIn.objects.get(user=people[0])
    others = SignIn.objects.bulk_create(
        [
            SignIn(user=person, session_key=key, device=first.device, address=first.address)
            for person, key in zip(people[1:], keys[1:], strict=True)
        ]
    )
    Session.objects.bulk_create([session_like(request.session, sign_in) for sign_in in others])
    return [f"{settings.SESSION_COOKIE_NAME}={key}" for key in keys]


def session_like(session: SessionStore, sign_in: SignIn) -> Session:
    said = {
        **dict(session.items()),
        SESSION_KEY: str(sign_in.user_id),
        HASH_SESSION_KEY: sign_in.user.get_session_auth_hash(),
        GENERATION: sign_in.generation,
    }
    return Session(
        session_key=sign_in.session_key, session_data=session.encode(said), expire_date=session.get_expiry_date()
    )


def publish(team: Team, author: Any, definition: dict[str, Any]) -> TemplateVersion:
    template = Template.objects.create(team=team, key=definition["key"])
    return TemplateVersion.objects.create(
        template=template, number=1, definition=definition, published_at=timezone.now(), published_by=author
    )


def room(form: str, cookies: list[str], *, editors: int) -> dict[str, Any]:
    people = [
        {"cell": cell(number), "editor": number < editors, "headers": {"Cookie": cookie}}
        for number, cookie in enumerate(cookies)
    ]
    return {"path": f"/ws/forms/{form}/", "people": people}


def database_version() -> str:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0]}"
    import sqlite3

    return f"SQLite {sqlite3.sqlite_version}"


if __name__ == "__main__":
    json.dump(prepare(json.load(sys.stdin)), sys.stdout)
