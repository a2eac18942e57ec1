"""`manage.py import_template FILE --team SLUG`: brings a definition in, or says everything that is wrong with it."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from collab.accounts.services import team_by_slug
from collab.document.schema import DefinitionInvalid
from collab.forms.jsontext import JsonError, read_json
from collab.forms.services import TemplateArchived, import_definition


class Command(BaseCommand):
    help = "Import a template's definition from a JSON file as the newest version of its template."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the JSON file; - reads standard input")
        parser.add_argument("--team", required=True, metavar="SLUG", help="the team that the template belongs to")
        parser.add_argument("--draft", action="store_true", help="do not publish it yet")

    def handle(self, *args: Any, file: str, team: str, draft: bool, **options: Any) -> None:
        owner = team_by_slug(team)
        if owner is None:
            raise CommandError(f"There is no team {team!r}.")
        try:
            data = read_json(_read(file))
            imported = import_definition(data, team_id=owner.pk, now=timezone.now(), publish=not draft)
        except JsonError as error:
            raise CommandError(f"{file}: {error}") from error
        except DefinitionInvalid as invalid:
            lines = [f"{error.path or 'definition'}: {error.message} [{error.code}]" for error in invalid.errors]
            raise CommandError("\n".join([f"{file} was not imported:", *lines])) from invalid
        except TemplateArchived as error:
            raise CommandError("The template is archived.") from error
        version = imported.version
        state = "published" if version.published_at else "a draft"
        news = "imported" if imported.made else "nothing new"
        self.stdout.write(f"{version.template.key} {version.number}: {news}, {state}")


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or error}") from error
