"""Templates come in as versions; what is published never changes again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from pytest_django import DjangoAssertNumQueries

from collab.accounts.models import Team, User
from collab.document.schema import DefinitionInvalid
from collab.forms.definitions import (
    TemplateAmbiguous,
    TemplateNotFound,
    definition_of,
    newest_of,
    startable_versions,
    the_version,
)
from collab.forms.models import PublishedVersionError, Template, TemplateVersion
from collab.forms.services import TemplateArchived, export_definition, import_definition, publish_version
from tests.forms.conftest import NOW, definition

pytestmark = pytest.mark.django_db


def bring(team: Team, data: object, *, publish: bool = True) -> TemplateVersion:
    return import_definition(data, team_id=team.pk, now=NOW, publish=publish).version


def test_the_first_import_makes_the_template(team: Team, editor: User) -> None:
    imported = import_definition(definition(), team_id=team.pk, now=NOW, by=editor)
    version = imported.version
    assert imported.made
    assert (version.template.team, version.template.key, version.number) == (team, "round", 1)
    assert (version.published_at, version.published_by) == (NOW, editor)


def test_the_same_definition_makes_no_new_version(team: Team) -> None:
    first = bring(team, definition())
    again = import_definition(dict(reversed(definition().items())), team_id=team.pk, now=NOW)
    assert (again.made, again.version) == (False, first)


def test_another_definition_is_the_next_version(team: Team) -> None:
    bring(team, definition())
    assert bring(team, definition("Round, new")).number == 2
    assert bring(team, definition()).number == 3


def test_a_draft_is_replaced_until_it_is_published(team: Team) -> None:
    draft = bring(team, definition(), publish=False)
    replaced = bring(team, definition("Better"), publish=False)
    assert (replaced.pk, replaced.number, replaced.definition["title"]) == (draft.pk, 1, "Better")
    publish_version(replaced, now=NOW)
    assert bring(team, definition("Next"), publish=False).number == 2


def test_a_draft_of_the_same_definition_is_published_by_its_import(team: Team) -> None:
    draft = bring(team, definition(), publish=False)
    imported = import_definition(definition(), team_id=team.pk, now=NOW)
    assert (imported.made, imported.version, imported.version.published_at) == (False, draft, NOW)


def test_a_broken_definition_leaves_nothing_behind(team: Team) -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        bring(team, definition(sections=[], colour="red"))
    assert {error.path for error in caught.value.errors} == {"sections", "colour"}
    assert not Template.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_imports_at_once_are_numbered_one_by_one(team: Team) -> None:
    def bring_one(number: int) -> int:
        try:
            return bring(team, definition(f"Round {number}")).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(bring_one, range(12))) == list(range(1, 13))


def test_an_archived_template_takes_no_new_version(team: Team) -> None:
    version = bring(team, definition())
    Template.objects.update(archived_at=NOW)
    with pytest.raises(TemplateArchived):
        bring(team, definition("New"))
    assert version.template.versions.count() == 1


def test_teams_have_their_own_templates(team: Team, other_team: Team) -> None:
    assert bring(team, definition()).number == bring(other_team, definition("Other")).number == 1


def test_a_published_version_cannot_be_changed_in_any_way(team: Team) -> None:
    version = bring(team, definition())
    same_row = TemplateVersion(pk=version.pk, template=version.template, number=9, definition={})
    every = TemplateVersion.objects.all()
    version.definition = definition("Changed")
    attempts: dict[str, Callable[[], object]] = {
        "save": version.save,
        "a partial save": lambda: version.save(update_fields=["definition"]),
        "taking it back": lambda: TemplateVersion(pk=version.pk, template=version.template, number=1).save(),
        "saving over it": same_row.save,
        "publishing again": lambda: publish_version(version, now=NOW),
        "delete": version.delete,
        "update of many": lambda: every.update(definition={}),
        "bulk_update": lambda: TemplateVersion.objects.bulk_update([version], ["definition"]),
        "delete of many": every.delete,
    }
    assert [name for name, attempt in attempts.items() if not is_refused(attempt)] == []
    with pytest.raises(ProtectedError):
        version.template.delete()
    assert TemplateVersion.objects.get().definition == definition()


def is_refused(attempt: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            attempt()
    except PublishedVersionError:
        return True
    return False


def test_the_database_holds_numbers_and_drafts_apart(team: Team) -> None:
    template = bring(team, definition()).template
    wrong = [
        TemplateVersion(template=template, number=1, definition={}),
        TemplateVersion(template=template, number=0, definition={}),
    ]
    for version in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            version.save()
    TemplateVersion(template=template, number=2, definition={}).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion(template=template, number=3, definition={}).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Template.objects.create(team=team, key="round")


def test_what_goes_out_comes_in_again(team: Team, other_team: Team) -> None:
    version = bring(team, definition())
    exported = export_definition(TemplateVersion.objects.get(pk=version.pk))
    assert list(exported) == ["key", "title", "sections"]
    assert bring(other_team, exported).definition == exported == definition()


def test_a_definition_is_read_once(team: Team, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    version = bring(team, definition())
    assert definition_of(version.pk).key == "round"
    with django_assert_num_queries(0):
        assert definition_of(version.pk).fields["note"].label == "Note"


def test_there_is_no_definition_to_pin_a_form_to_before_it_is_published(team: Team) -> None:
    draft = bring(team, definition(), publish=False)
    for unknown in (draft.pk, uuid4()):
        with pytest.raises(TemplateVersion.DoesNotExist):
            definition_of(unknown)
    publish_version(draft, now=NOW)
    assert definition_of(draft.pk).title == "Round"


def test_forms_start_from_the_newest_published_version_where_one_edits(
    team: Team, other_team: Team, editor: User, viewer: User
) -> None:
    bring(team, definition())
    newest = bring(team, definition("Newer"))
    bring(team, definition("Draft"), publish=False)
    bring(other_team, definition("Not mine"))
    archived = bring(team, definition(key="old"))
    Template.objects.filter(pk=archived.template_id).update(archived_at=NOW)
    assert list(startable_versions(editor)) == [newest]
    assert list(startable_versions(viewer)) == []


def test_one_version_is_found_or_it_is_said_why_not(team: Team, other_team: Team) -> None:
    first, second = bring(team, definition()), bring(team, definition("New"))
    versions = TemplateVersion.objects.published().filter(template__key="round")
    assert the_version(versions, number=None) == second
    assert the_version(versions, number=1) == first
    with pytest.raises(TemplateNotFound):
        the_version(versions, number=3)
    bring(other_team, definition())
    with pytest.raises(TemplateAmbiguous):
        the_version(versions, number=None)
    assert set(newest_of(versions).values_list("template__team__slug", "number")) == {("north", 2), ("south", 1)}
