"""Who may do what: a role is a set of capabilities, asked through one function (C10)."""

import pytest
from django.contrib.auth.models import AnonymousUser

from collab.accounts.models import Membership, Role, Team, User
from collab.accounts.services import (
    EDIT,
    VIEW,
    ask_roles,
    capabilities,
    names_of,
    role_in_team,
    team_by_slug,
    teams_where,
)
from collab.database import Database

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="North", slug="north")


@pytest.fixture
def other() -> Team:
    return Team.objects.create(name="South", slug="south")


def member(name: str, team: Team, role: Role) -> User:
    user = User.objects.create_user(name, display_name=name.title())
    Membership.objects.create(user=user, team=team, role=role)
    return user


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", {VIEW}), ("editor", {VIEW, EDIT}), ("owner", set()), ("", set()), (None, set())]
)
def test_c10_what_a_role_lets_one_do(role: str | None, may: set[str]) -> None:
    assert capabilities(role) == may


def test_a_role_is_one_of_one_team(team: Team, other: Team) -> None:
    eve = member("eve", team, Role.EDITOR)
    assert role_in_team(eve, team.pk) == "editor"
    assert role_in_team(eve, other.pk) is None


def test_who_is_not_signed_in_or_not_active_has_none(team: Team) -> None:
    eve = member("eve", team, Role.EDITOR)
    eve.is_active = False
    eve.save()
    assert role_in_team(eve, team.pk) is None
    assert role_in_team(AnonymousUser(), team.pk) is None
    assert not teams_where(eve, VIEW)
    assert not teams_where(AnonymousUser(), VIEW)
    assert ask_roles(Database(), [(eve.pk, team.pk)]).get() == {}


def test_a_superuser_is_in_no_team_for_that(team: Team) -> None:
    assert role_in_team(User.objects.create_superuser("root"), team.pk) is None


def test_teams_by_capability(team: Team, other: Team) -> None:
    eve = member("eve", team, Role.EDITOR)
    Membership.objects.create(user=eve, team=other, role=Role.VIEWER)
    assert set(teams_where(eve, VIEW)) == {team, other}
    assert set(teams_where(eve, EDIT)) == {team}


def test_many_roles_and_names_at_once(team: Team, other: Team) -> None:
    eve, max_ = member("eve", team, Role.EDITOR), member("max", other, Role.VIEWER)
    asked = [(eve.pk, team.pk), (max_.pk, team.pk), (max_.pk, other.pk)]
    assert ask_roles(Database(), asked).get() == {(eve.pk, team.pk): "editor", (max_.pk, other.pk): "viewer"}
    assert names_of([eve.pk, max_.pk]) == {eve.pk: "Eve", max_.pk: "Max"}


def test_a_team_by_its_short_name(team: Team) -> None:
    assert team_by_slug("north") == team
    assert team_by_slug("nowhere") is None
