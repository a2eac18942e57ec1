"""Templates: bringing definitions in, publishing them, finding and giving them out.

Everything that changes a template goes through here, and everything other rooms ask about templates. What a definition
may say, `document.schema` decides; who may do what, `accounts.services`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from collab.document.schema import Definition, read_definition
from collab.forms.models import Template, TemplateVersion

if TYPE_CHECKING:
    from collab.accounts.models import User

CACHED_DEFINITIONS = 256


class TemplateError(Exception):
    """Something about a template that somebody must be told."""


class TemplateNotFound(TemplateError):
    """No such template or version, or not for this person."""


class TemplateAmbiguous(TemplateError):
    """Several teams have a template of this key, and nobody said which team is meant."""


class TemplateArchived(TemplateError):
    """The template is archived: it takes no new versions."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The version that now holds a definition, and whether it was made for it (or held it already)."""

    version: TemplateVersion
    made: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A template as it is offered: by its newest published version."""

    key: str
    title: str
    team: str
    version: int


# --- bringing in ---------------------------------------------------------------------------------


@transaction.atomic
def import_definition(
    data: object, *, team_id: UUID, now: datetime, by: User | None = None, publish: bool = True
) -> Imported:
    """Makes a definition the newest version of its template, and the template where there is none.

    Raises `DefinitionInvalid` or `TemplateArchived`. What the newest version says already makes no new one; a draft is
    replaced, since it has never been used.
    """
    definition = read_definition(data)
    template = _locked_template(team_id, definition.key)
    if template.archived_at is not None:
        raise TemplateArchived(_("This template is archived."))
    newest = template.versions.order_by("-number").first()
    made = newest is None or newest.definition != definition.source
    version = _with_definition(template, newest, definition) if newest is None or made else newest
    if publish and version.published_at is None:
        publish_version(version, now=now, by=by)
    return Imported(version, made)


@transaction.atomic
def publish_version(version: TemplateVersion, *, now: datetime, by: User | None = None) -> None:
    """Makes a draft available for ever.

    Raises `PublishedVersionError` if it is published already, `DefinitionInvalid` if it cannot be used.
    """
    read_definition(version.definition)
    _lock(version.template_id)
    version.published_at = now
    version.published_by = by
    version.save()


def _locked_template(team_id: UUID, key: str) -> Template:
    template, _made = Template.objects.get_or_create(team_id=team_id, key=key)
    return _lock(template.pk)


def _lock(template_id: UUID) -> Template:
    """Holds the template until the end of the transaction: its versions are numbered and published one by one."""
    return Template.objects.select_for_update(no_key=True).get(pk=template_id)


def _with_definition(template: Template, newest: TemplateVersion | None, definition: Definition) -> TemplateVersion:
    if newest is None or newest.published_at is not None:
        newest = TemplateVersion(template=template, number=1 if newest is None else newest.number + 1)
    newest.definition = definition.source
    newest.save()
    return newest


# --- giving out ----------------------------------------------------------------------------------


def definition_of(version_id: UUID) -> Definition:
    """The definition that a form is pinned to. Raises `TemplateNotFound`."""
    definition = _published_definition(version_id)
    if definition is None:  # a draft changes, so it is not kept
        version = TemplateVersion.objects.filter(pk=version_id).first()
        if version is None:
            raise TemplateNotFound(_("There is no such version of a template."))
        return read_definition(version.definition)
    return definition


def export_definition(version: TemplateVersion) -> dict[str, Any]:
    """A version's definition as JSON that can be imported again, options in their usual order."""
    return cast(dict[str, Any], definition_of(version.pk).source)


def find_version(key: str, *, team_ids: Iterable[UUID], number: int | None = None) -> TemplateVersion:
    """A published version of the template of that key in these teams, the newest where no number is said.

    Raises `TemplateNotFound`, or `TemplateAmbiguous` where several of the teams have one.
    """
    versions = _newest(team_ids) if number is None else _published(team_ids).filter(number=number)
    found = versions.filter(template__key=key).select_related("template__team")[:2]
    if not found:
        raise TemplateNotFound(_("There is no such template."))
    if len(found) > 1:
        raise TemplateAmbiguous(_("Several of your teams have a template of this key. Say which team."))
    return found[0]


def offers(*, team_ids: Iterable[UUID]) -> list[Offer]:
    """The templates of these teams that forms can be made from, by title."""
    rows = _newest(team_ids).values_list("template__key", "definition__title", "template__team__slug", "number")
    return sorted((Offer(*row) for row in rows), key=lambda offer: (offer.title.casefold(), offer.team))


def _published(team_ids: Iterable[UUID]) -> QuerySet[TemplateVersion]:
    return TemplateVersion.objects.published().filter(template__team_id__in=team_ids, template__archived_at=None)


def _newest(team_ids: Iterable[UUID]) -> QuerySet[TemplateVersion]:
    newest = TemplateVersion.objects.published().filter(template=OuterRef("template")).order_by("-number").values("pk")
    return _published(team_ids).filter(pk=Subquery(newest[:1]))


@lru_cache(maxsize=CACHED_DEFINITIONS)
def _definition_kept(version_id: UUID) -> Definition:
    return read_definition(TemplateVersion.objects.published().get(pk=version_id).definition)


def _published_definition(version_id: UUID) -> Definition | None:
    # Read once per process: what is published never changes. That it is not there is not remembered.
    try:
        return _definition_kept(version_id)
    except TemplateVersion.DoesNotExist:
        return None
