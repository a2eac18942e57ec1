"""What the database holds about people, whoever writes to it."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from collab.accounts.models import Membership, Role, Team, User
from collab.accounts.services import anonymise
from collab.forms.models import Template, TemplateVersion

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_ids_are_uuid7() -> None:
    user, team = User.objects.create_user("eve"), Team.objects.create(name="T", slug="t")
    assert (user.pk.version, team.pk.version) == (7, 7)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"display_name": "E. V."}, "E. V."),
        ({"first_name": "Eve", "last_name": "Vance"}, "Eve Vance"),
        ({}, "eve"),
    ],
)
def test_everybody_has_a_display_name(given: dict[str, str], shown: str) -> None:
    user = User.objects.create_user("eve", **given)
    assert User.objects.get(pk=user.pk).display_name == shown
    assert str(user) == shown


def test_an_emptied_display_name_is_filled_again_even_by_a_partial_save() -> None:
    user = User.objects.create_user("eve", display_name="Eve")
    user.display_name = ""
    user.save(update_fields=["email"])
    assert User.objects.get(pk=user.pk).display_name == "eve"


def test_one_role_per_person_and_team() -> None:
    user, team = User.objects.create_user("eve"), Team.objects.create(name="T", slug="t")
    Membership.objects.create(user=user, team=team, role=Role.VIEWER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, team=team, role=Role.EDITOR)


def test_no_other_role_is_stored() -> None:
    user, team = User.objects.create_user("eve"), Team.objects.create(name="T", slug="t")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, team=team, role="owner")


def test_authors_are_protected_from_deletion() -> None:
    user, team = User.objects.create_user("eve"), Team.objects.create(name="T", slug="t")
    template = Template.objects.create(team=team, key="k")
    TemplateVersion.objects.create(template=template, number=1, definition={}, published_at=NOW, published_by=user)
    with pytest.raises(ProtectedError):
        user.delete()
    with pytest.raises(ProtectedError):
        team.delete()


def test_an_anonymised_person_leaves_no_trace_and_no_way_in() -> None:
    user = User.objects.create_superuser("eve", "eve@example.org", "secret", first_name="Eve", last_name="Vance")
    team = Team.objects.create(name="T", slug="t")
    Membership.objects.create(user=user, team=team)
    anonymise(user, now=NOW)
    stored = User.objects.get(pk=user.pk)
    shown = f"{stored.username} {stored.display_name} {stored.first_name} {stored.last_name} {stored.email}".lower()
    assert "eve" not in shown.replace(stored.pk.hex, "")
    assert "vance" not in shown
    assert (stored.is_active, stored.is_staff, stored.is_superuser) == (False, False, False)
    assert not stored.has_usable_password()
    assert stored.anonymised_at == NOW
    assert not stored.memberships.exists()


def test_the_database_refuses_half_an_anonymisation() -> None:
    user = User.objects.create_user("eve", "eve@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(anonymised_at=NOW)
