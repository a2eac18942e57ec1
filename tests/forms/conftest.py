"""A team, its people, and a definition to work with."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from collab.accounts.models import Membership, Role, Team, User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DEFINITION = {
    "key": "round",
    "title": "Round",
    "sections": [{"key": "s", "title": "S", "fields": [{"key": "note", "type": "text", "label": "Note"}]}],
}


def definition(title: str = "Round", **changes: Any) -> dict[str, Any]:
    return copy.deepcopy(DEFINITION) | {"title": title} | changes


def member(name: str, team: Team, role: Role) -> User:
    user = User.objects.create_user(name)
    Membership.objects.create(user=user, team=team, role=role)
    return user


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="North", slug="north")


@pytest.fixture
def other_team() -> Team:
    return Team.objects.create(name="South", slug="south")


@pytest.fixture
def editor(team: Team) -> User:
    return member("eve", team, Role.EDITOR)


@pytest.fixture
def viewer(team: Team) -> User:
    return member("vic", team, Role.VIEWER)
