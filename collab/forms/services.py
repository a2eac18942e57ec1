"""Templates: bringing definitions in, publishing them, giving them out.

Everything that changes a template goes through here. What a definition may say, `document.schema` decides; who may do
what, `accounts.services`; what there is to be had, `definitions` tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db import transaction

from collab.document.schema import Definition, read_definition
from collab.forms.models import Template, TemplateVersion

if TYPE_CHECKING:
    from collab.accounts.models import User


class TemplateArchived(Exception):
    """The template is archived: it takes no new versions."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The version that now holds a definition, and whether it was made for it (or held it already)."""

    version: TemplateVersion
    made: bool


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
        raise TemplateArchived
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


def export_definition(version: TemplateVersion) -> dict[str, Any]:
    """A version's definition as JSON that can be imported again, options in their usual order."""
    return cast(dict[str, Any], read_definition(version.definition).source)
