"""`manage.py load_demo`: a team with four people, three templates, and a form in progress of each.

Makes what is missing and never touches what is there, so that it may run at every start; then it is four short queries.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.core.management.base import BaseCommand
from django.utils import timezone

from collab.accounts.demo import DemoPeople, load_demo_people, who_can_sign_in
from collab.forms.definitions import newest_of
from collab.forms.jsontext import read_json
from collab.forms.models import Template, TemplateVersion
from collab.forms.services import import_definition

if TYPE_CHECKING:
    from collab.accounts.models import Team

DEMO = Path(__file__).parents[2] / "demo"
TEMPLATES = ("shift-logbook", "incident-report", "inspection-checklist")


class Command(BaseCommand):
    help = "Load the demo: people, templates and forms in progress. A second run makes nothing."
    requires_system_checks = []  # it runs at every start

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="say who can sign in")

    def handle(self, *args: Any, verbosity: int, accounts: bool, **options: Any) -> None:
        def say(what: str) -> None:
            if verbosity > 0:
                self.stdout.write(f"made {what}")

        people = load_demo_people(say)
        load_templates(people.team, say)
        load_forms(people, say)
        if accounts:
            self.stdout.write(who_can_sign_in())


def load_templates(team: Team, say: Callable[[str], None]) -> None:
    there = set(Template.objects.filter(team=team).values_list("key", flat=True))
    for key in TEMPLATES:
        if key not in there:
            import_definition(_read(f"{key}.json"), team_id=team.pk, now=timezone.now())
            say(f"template {key}")


def load_forms(people: DemoPeople, say: Callable[[str], None]) -> None:
    for version in _without_forms(people.team):
        # Only here, where something is to be made: rooms bring the channel layer with them.
        from collab.rooms.services import create_form

        for form in _forms_of(version.template.key):
            create_form(
                template_version=version,
                title=form["title"],
                author=people.by_name[form["author"]],
                time_zone=form["time_zone"],
                values=form["values"],
                rows=form["rows"],
            )
            say(f"form {form['title']}")


def _without_forms(team: Team) -> list[TemplateVersion]:
    """The newest versions of the demo's templates that have never been used, in any of their versions."""
    versions = TemplateVersion.objects.published().filter(
        template__team=team, template__key__in=TEMPLATES, template__archived_at=None
    )
    used = versions.filter(live_forms__isnull=False).values("template")
    return list(newest_of(versions).exclude(template__in=used).select_related("template"))


def _forms_of(key: str) -> Iterator[dict[str, Any]]:
    return (form for form in _read("forms-in-progress.json")["forms"] if form["template"] == key)


def _read(name: str) -> dict[str, Any]:
    return cast(dict[str, Any], read_json((DEMO / name).read_bytes()))
