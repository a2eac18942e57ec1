"""What the rest of the house asks about people: their role in a team and what it lets them do.

Every decision about rights goes through `capabilities`; no other code compares roles.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from collab.accounts.models import Membership, Role, SignIn, Team, User
from collab.database import Asked, Database, Relation

VIEW = "view"
EDIT = "edit"

_CAPABILITIES: dict[str, frozenset[str]] = {
    Role.VIEWER: frozenset({VIEW}),
    Role.EDITOR: frozenset({VIEW, EDIT}),
}
_NONE: frozenset[str] = frozenset()


def role_in_team(user: User | AnonymousUser, team_id: UUID) -> str | None:
    """The person's role in that team; None for who is not in it, not signed in or not active."""
    if not (user.is_authenticated and user.is_active):
        return None
    return Membership.objects.filter(user_id=user.pk, team_id=team_id).values_list("role", flat=True).first()


_MEMBERS = Relation(user="uuid", team="uuid")


def ask_roles(db: Database, pairs: Iterable[tuple[UUID, UUID]]) -> Asked[dict[tuple[UUID, UUID], str]]:
    """The roles of many people in many teams at once, keyed by (person, team); who is in none, is not in it."""
    sql = (
        "SELECT m.user_id, m.team_id, m.role FROM accounts_membership m"
        ' JOIN {r} ON m.user_id = r."user" AND m.team_id = r.team'
        " JOIN accounts_user u ON u.id = m.user_id WHERE u.is_active"
    )

    def read(answer: list[tuple[Any, ...]]) -> dict[tuple[UUID, UUID], str]:
        return {(db.uuid(user), db.uuid(team)): role for user, team, role in answer}

    return db.ask(sql, _MEMBERS, sorted(set(pairs)), read=read)


def names_of(users: Iterable[UUID]) -> dict[UUID, str]:
    """What colleagues see of these people."""
    found = User.objects.filter(pk__in=set(users)).values_list("pk", "display_name", "username")
    return {user: display_name or username for user, display_name, username in found}


def capabilities(role: str | None) -> frozenset[str]:
    """What a role lets one do. An unknown role, or none, lets one do nothing."""
    return _CAPABILITIES.get(role, _NONE) if role else _NONE


def teams_where(user: User | AnonymousUser, capability: str) -> QuerySet[Team]:
    """The teams in which the person has that capability."""
    if not (user.is_authenticated and user.is_active):
        return Team.objects.none()
    roles = [role for role in Role.values if capability in capabilities(role)]
    return Team.objects.filter(memberships__user_id=user.pk, memberships__role__in=roles)


def all_teams() -> QuerySet[Team]:
    """Every team, by name, whoever asks."""
    return Team.objects.all()


def team_by_slug(slug: str) -> Team | None:
    """The team of that short name, whoever asks."""
    return Team.objects.filter(slug=slug).first()


@transaction.atomic
def anonymise(user: User, *, now: datetime) -> None:
    """Takes away everything that names the person, and their access. What they wrote stays, by nobody in particular.

    Their sign-ins end, and forget device and address; the rows stay, so that a socket that missed the news still
    finds its end (S2). The audit is append-only: its entries keep device and address, of a former member.
    """
    user.username = f"anonymous-{user.pk.hex}"
    user.display_name = _("Former member")
    user.first_name = user.last_name = user.email = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.anonymised_at = user.anonymised_at or now
    user.last_login = None
    user.set_unusable_password()
    user.save()  # no longer active: that ends every sign-in
    SignIn.objects.filter(user_id=user.pk).update(session_key="", device="", address=None)
    user.groups.clear()
    user.user_permissions.clear()
    Membership.objects.filter(user_id=user.pk).delete()
