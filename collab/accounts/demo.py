"""The demo's people: four accounts in one team. Made where they are missing, never changed where they are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from collab.accounts.models import Membership, Role, Team, User

DEMO_PASSWORD: Final = "formroom-demo"
DEMO_TEAM: Final = "plant-north"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    username: str
    display_name: str
    role: Role


DEMO_ACCOUNTS: Final = (
    DemoAccount("alice", "Alice Arden", Role.EDITOR),
    DemoAccount("bob", "Bob Becker", Role.EDITOR),
    DemoAccount("carol", "Carol Costa", Role.EDITOR),
    DemoAccount("dora", "Dora Dahl", Role.VIEWER),
)


def who_can_sign_in() -> str:
    """What a person is told who has just started the demo."""
    rows = [f"  {account.username:<10}{account.role.label}" for account in DEMO_ACCOUNTS]
    return "\n".join([f"Demo accounts, all with the password {DEMO_PASSWORD}:", "", *rows])


@dataclass(frozen=True, slots=True)
class DemoPeople:
    team: Team
    by_name: Mapping[str, User]


@transaction.atomic
def load_demo_people(say: Callable[[str], None]) -> DemoPeople:
    """The demo's team and people. Says a line for each thing it made."""
    team, team_made = Team.objects.get_or_create(slug=DEMO_TEAM, defaults={"name": "Plant North"})
    if team_made:
        say(f"team {team.name}")
    names = [account.username for account in DEMO_ACCOUNTS]
    people = {user.username: user for user in User.objects.filter(username__in=names)}
    for account in DEMO_ACCOUNTS:
        if account.username not in people:
            people[account.username] = _make(account, team)
            say(f"account {account.username} ({account.role.label})")
    return DemoPeople(team, people)


def _make(account: DemoAccount, team: Team) -> User:
    user = User.objects.create(
        username=account.username, display_name=account.display_name, password=make_password(DEMO_PASSWORD)
    )
    Membership.objects.create(team=team, user=user, role=account.role)
    return user
