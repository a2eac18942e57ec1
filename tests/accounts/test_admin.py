"""People and teams in the admin, through its pages."""

import pytest
from django.test import Client

from collab.accounts.models import Membership, Team, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> User:
    user = User.objects.create_superuser("root")
    client.force_login(user)
    return user


def test_the_pages_open(client: Client, root: User) -> None:
    team = Team.objects.create(name="North", slug="north")
    Membership.objects.create(user=root, team=team)
    for page in ("user/", "user/add/", f"user/{root.pk}/change/", "team/", "team/add/", f"team/{team.pk}/change/"):
        assert client.get(f"/admin/accounts/{page}").status_code == 200, page


def test_a_person_is_added(client: Client, root: User) -> None:
    person = {"username": "eve", "display_name": "Eve V.", "usable_password": "true"}
    page = client.post(
        "/admin/accounts/user/add/",
        {**person, "password1": "a long secret 7", "password2": "a long secret 7", **management("memberships")},
    )
    assert page.status_code == 302, page.content.decode()
    eve = User.objects.get(username="eve")
    assert eve.display_name == "Eve V."
    assert eve.check_password("a long secret 7")


def test_a_team_is_made_with_its_members(client: Client, root: User) -> None:
    member = {"memberships-0-user": str(root.pk), "memberships-0-role": "editor"}
    page = client.post(
        "/admin/accounts/team/add/", {"name": "North", "slug": "north", **management("memberships", 1), **member}
    )
    assert page.status_code == 302, page.content.decode()
    assert [(m.user, m.role) for m in Membership.objects.all()] == [(root, "editor")]


def test_people_are_anonymised_but_not_oneself(client: Client, root: User) -> None:
    eve = User.objects.create_user("eve", "eve@example.org")
    chosen = {"action": "anonymise", "_selected_action": [str(eve.pk), str(root.pk)]}
    assert client.post("/admin/accounts/user/", chosen).status_code == 302
    assert User.objects.get(pk=eve.pk).anonymised_at is not None
    assert User.objects.get(pk=root.pk).anonymised_at is None


def management(prefix: str, total: int = 0) -> dict[str, str]:
    counts = {"TOTAL_FORMS": total, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    return {f"{prefix}-{name}": str(count) for name, count in counts.items()}
