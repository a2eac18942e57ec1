"""import_template, export_template and load_demo, as an operator runs them."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collab.accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from collab.accounts.models import Membership, Team, User
from collab.document.schema import read_definition
from collab.document.values import check_value
from collab.forms.management.commands.load_demo import DEMO, TEMPLATES
from collab.forms.models import Template, TemplateVersion
from collab.rooms.models import Form
from collab.rooms.opening import open_form
from tests.forms.conftest import definition

pytestmark = pytest.mark.django_db


def run(name: str, *args: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


def write(folder: Path, data: object) -> str:
    path = folder / "template.json"
    path.write_text(json.dumps(data))
    return str(path)


def test_import_and_export(team: Team, tmp_path: Path) -> None:
    path = write(tmp_path, definition())
    assert run("import_template", path, "--team", "north") == "round 1: imported, published\n"
    assert run("import_template", path, "--team", "north") == "round 1: nothing new, published\n"
    run("import_template", write(tmp_path, definition("New")), "--team", "north")
    assert json.loads(run("export_template", "round", "--team", "north"))["title"] == "New"
    assert json.loads(run("export_template", "round", "--team", "north", "--version", "1")) == definition()


def test_a_draft_is_not_exported(team: Team, tmp_path: Path) -> None:
    path = write(tmp_path, definition())
    assert run("import_template", path, "--team", "north", "--draft") == "round 1: imported, a draft\n"
    with pytest.raises(CommandError, match="no published template 'round'"):
        run("export_template", "round", "--team", "north")


def test_every_error_is_said_with_its_path(team: Team, tmp_path: Path) -> None:
    broken = definition(colour=1, sections=[{"key": "s", "title": "S", "fields": [{"key": "F", "type": "text"}]}])
    with pytest.raises(CommandError) as caught:
        run("import_template", write(tmp_path, broken), "--team", "north")
    lines = str(caught.value).splitlines()[1:]
    assert [line.partition(":")[0] for line in lines] == [
        "colour",
        "sections[0].fields[0].key",
        "sections[0].fields[0].label",
    ]
    assert caught.value.returncode != 0
    assert not Template.objects.exists()


def test_what_cannot_be_read_is_said(team: Team, tmp_path: Path) -> None:
    (tmp_path / "not.json").write_text("{")
    with pytest.raises(CommandError, match="Not JSON"):
        run("import_template", str(tmp_path / "not.json"), "--team", "north")
    with pytest.raises(CommandError, match="No such file"):
        run("import_template", str(tmp_path / "none.json"), "--team", "north")
    with pytest.raises(CommandError, match="no team 'west'"):
        run("import_template", str(tmp_path / "not.json"), "--team", "west")
    with pytest.raises(CommandError, match="no published template 'round 7'"):
        run("export_template", "round", "--team", "north", "--version", "7")


@pytest.mark.parametrize("key", TEMPLATES)
def test_the_demo_templates_are_good_ones(key: str) -> None:
    read = read_definition(json.loads((DEMO / f"{key}.json").read_text()))
    assert read.key == key
    assert read.tables
    assert all(section.fields or section.tables for section in read.sections)


def test_the_shift_logbook_has_every_common_type() -> None:
    read = read_definition(json.loads((DEMO / "shift-logbook.json").read_text()))
    columns = [column for table in read.tables.values() for column in table.columns]
    types = {field.type for field in (*read.fields.values(), *columns)}
    assert types >= {"text", "long_text", "number", "integer", "choice", "choices", "checkbox", "date", "time"}
    assert {"readings", "incidents"} <= set(read.tables)


@pytest.mark.django_db(transaction=True)
def test_the_demo_is_loaded_once() -> None:
    said = run("load_demo").splitlines()
    assert len(said) == 1 + len(DEMO_ACCOUNTS) + 2 * len(TEMPLATES)
    assert {m.user.username: m.role for m in Membership.objects.select_related("user")} == {
        account.username: account.role for account in DEMO_ACCOUNTS
    }
    assert all(user.check_password(DEMO_PASSWORD) for user in User.objects.all())
    assert Form.objects.count() == TemplateVersion.objects.count() == len(TEMPLATES)
    passwords = set(User.objects.values_list("password", flat=True))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        started = time.process_time()
        assert run("load_demo") == ""
        took = time.process_time() - started
    assert len(queries) <= 8
    assert took < 0.3
    assert set(User.objects.values_list("password", flat=True)) == passwords
    assert Form.objects.count() == len(TEMPLATES)


@pytest.mark.django_db(transaction=True)
def test_the_forms_in_progress_hold_what_the_demo_says() -> None:
    run("load_demo", verbosity=0)
    alice = User.objects.get(username="alice")
    for told in json.loads((DEMO / "forms-in-progress.json").read_text())["forms"]:
        form = Form.objects.get(title=told["title"])
        opened = open_form(alice, form.pk, client_id=None, since=None, want="snapshot")
        assert opened.snapshot is not None
        snapshot = json.loads(opened.snapshot)
        values = {key: cell["value"] for key, cell in snapshot["values"].items()}
        assert values.items() >= told["values"].items()
        for table, rows in told["rows"].items():
            shown = [{key: cell["value"] for key, cell in row["values"].items()} for row in snapshot["tables"][table]]
            assert len(shown) == len(rows)
            assert all(one.items() >= other.items() for one, other in zip(shown, rows, strict=True))


@pytest.mark.django_db(transaction=True)
def test_the_demo_never_touches_what_is_there() -> None:
    run("load_demo", verbosity=0)
    User.objects.filter(username="bob").update(display_name="Robert")
    Membership.objects.filter(user__username="bob").delete()
    Template.objects.filter(key="incident-report").update(archived_at="2026-01-01T00:00:00Z")
    Form.objects.update(archived_at="2026-01-01T00:00:00Z", title="Renamed")
    assert run("load_demo") == ""
    assert User.objects.get(username="bob").display_name == "Robert"
    assert not Membership.objects.filter(user__username="bob").exists()


def test_the_values_of_the_demo_fit_their_fields() -> None:
    for told in json.loads((DEMO / "forms-in-progress.json").read_text())["forms"]:
        read = read_definition(json.loads((DEMO / f"{told['template']}.json").read_text()))
        for key, value in told["values"].items():
            assert check_value(read.fields[key], value) is None, key
