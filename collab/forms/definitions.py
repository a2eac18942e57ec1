"""What the rest of the house asks of templates: the definition a form is pinned to, and which ones are to be had.

A published version never changes, so its definition is read and checked once per process. Changes nothing:
`services` does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from collab.accounts.services import EDIT, teams_where
from collab.document.schema import Definition, read_definition
from collab.forms.models import TemplateVersion

if TYPE_CHECKING:
    from collab.accounts.models import User

KEPT = 256


class TemplateNotFound(LookupError):
    """No such template or version, or not for this person."""


class TemplateAmbiguous(LookupError):
    """Several teams have a template of this key, and nobody said which team is meant."""


@lru_cache(maxsize=KEPT)
def definition_of(template_version: UUID) -> Definition:
    """The definition of a published version. Raises `TemplateVersion.DoesNotExist`."""
    published = TemplateVersion.objects.published()
    return read_definition(published.values_list("definition", flat=True).get(pk=template_version))


def versions_in_use(user: User, capability: str) -> QuerySet[TemplateVersion]:
    """The published versions of every template, not archived, of the teams where the person has that capability."""
    return (
        TemplateVersion.objects.published()
        .filter(template__archived_at=None, template__team__in=teams_where(user, capability))
        .select_related("template__team")
        .order_by("template__key", "template__team__slug")
    )


def startable_versions(user: User) -> QuerySet[TemplateVersion]:
    """The newest published version of every template that a person may start a form from."""
    return newest_of(versions_in_use(user, EDIT))


def newest_of(versions: QuerySet[TemplateVersion]) -> QuerySet[TemplateVersion]:
    """Of published versions, those that no newer one has followed."""
    newest = TemplateVersion.objects.published().filter(template=OuterRef("template")).order_by("-number")
    return versions.filter(number=Subquery(newest.values("number")[:1]))


def the_version(versions: QuerySet[TemplateVersion], *, number: int | None) -> TemplateVersion:
    """The one version with that number among these, or the newest. Raises `TemplateNotFound` or `TemplateAmbiguous`."""
    found = list((newest_of(versions) if number is None else versions.filter(number=number))[:2])
    if not found:
        raise TemplateNotFound
    if len(found) > 1:
        raise TemplateAmbiguous
    return found[0]
