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
from django.contrib.auth import get_user_model, login
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from bench.targets import cell
from collab.accounts.models import Membership, Team
from collab.forms.models import Template, TemplateVersion
from collab.rooms.services import create_form


def prepare(what: dict[str, Any]) -> dict[str, Any]:
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        team = Team.objects.create(name="Benchmark", slug="benchmark")
        people = [make_person(number, team) for number in range(what["rooms"] * what["people"])]
        cookies = [sign_in(person) for person in people]
        version = publish(team, people[0], what["definition"])
    rooms = []
    for number in range(what["rooms"]):
        form = create_form(template_version=version, title=f"Benchmark {number}", author=people[0])
        rooms.append(room(str(form.pk), cookies[number * what["people"] :][: what["people"]], editors=what["editors"]))
    return {"rooms": rooms, "versions": {"database": database_version()}}


def make_person(number: int, team: Team) -> Any:
    user = get_user_model()(username=f"bench{number:05}", display_name=f"Person {number}")
    user.set_unusable_password()
    user.save()
    Membership.objects.create(team=team, user=user, role="editor")
    return user


def sign_in(user: Any) -> str:
    """A session of this account, as a Cookie header."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = SessionStore()
    login(request, user)
    request.session.save()
    return f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"


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
