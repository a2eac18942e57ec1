"""`manage.py prune`: forgets what is old enough, and nothing that anybody was promised. Meant to run every night.

What may go and how is the business of the rooms; this knows after how many days, and says what it did. It may run at
any time, be stopped, and run again; a second run finds nothing. See docs/operations.md.
"""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from collab.accounts import keeping as accounts
from collab.drafts import services as drafts
from collab.rooms import keeping as rooms

LEAST_DAYS = 30
"""What is promised (C3 for outcomes; of a draft, longer than any page is open), whatever the settings say."""


class Find(Protocol):
    def __call__(self, *, before: datetime) -> QuerySet[Any]: ...


class Forget(Protocol):
    def __call__(self, *, before: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that is forgotten: how it is found, and how deleted. ``setting`` names its days."""

    what: str
    setting: str | None
    find: Find
    forget: Forget

    def before(self, now: datetime) -> datetime | None:
        """What is older than that may go; None where nothing may. Raises ``CommandError``."""
        if self.setting is None:
            return now
        days = settings.KEEP_DAYS[self.setting]
        if days == 0:
            return None
        if days < LEAST_DAYS:
            name = f"FORMROOM_KEEP_{self.setting.upper()}_DAYS"
            raise CommandError(f"{name} is {days}: at least {LEAST_DAYS} days are promised, or 0 for ever.")
        return now - timedelta(days=days)


KINDS = (
    Kind("outcomes of submits", "outcomes", rooms.old_outcomes, rooms.forget_outcomes),
    Kind("drafts", "drafts", drafts.old_drafts, drafts.forget_drafts),
    Kind("expired sessions", None, accounts.expired_sessions, accounts.forget_sessions),
    Kind("ended sign-ins", "sign_ins", accounts.old_sign_ins, accounts.forget_sign_ins),
    Kind("audit entries", "audit", accounts.old_audit, accounts.forget_audit),
)


class Command(BaseCommand):
    help = "Forget what is old: outcomes of submits, drafts, sessions, ended sign-ins, audit. Never what was promised."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only, forget nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        cutoffs = [(kind, kind.before(now)) for kind in KINDS]  # all of them, before anything is done
        for kind, before in cutoffs:
            self.stdout.write(f"{kind.what}: {_prune(kind, before, dry_run=dry_run)}")
        self.stdout.write("ops, submissions, reopenings: all kept")


def _prune(kind: Kind, before: datetime | None, *, dry_run: bool) -> str:
    if before is None:
        return "all kept"
    if dry_run:
        return f"{kind.find(before=before).count()} would be forgotten"
    return f"{kind.forget(before=before)} forgotten"
