"""`manage.py export_template KEY --team SLUG`: a published definition as JSON, on standard output."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collab.forms.definitions import TemplateNotFound, the_version
from collab.forms.jsontext import write_json
from collab.forms.models import TemplateVersion
from collab.forms.services import export_definition


class Command(BaseCommand):
    help = "Write the definition of a template as JSON."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's commands have a --version of their own, which tells Django's; here it means the template's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="the template's key")
        parser.add_argument("--team", required=True, metavar="SLUG", help="the team that the template belongs to")
        parser.add_argument("--version", type=int, metavar="N", help="the version; the newest if left out")

    def handle(self, *args: Any, key: str, team: str, version: int | None, **options: Any) -> None:
        versions = TemplateVersion.objects.published().filter(template__key=key, template__team__slug=team)
        try:
            found = the_version(versions, number=version)
        except TemplateNotFound:
            wanted = f"{key} {version}" if version is not None else key
            raise CommandError(f"Team {team!r} has no published template {wanted!r}.") from None
        self.stdout.write(write_json(export_definition(found)), ending="")
