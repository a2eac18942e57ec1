"""A form that is closed, and a right that is lost: the page follows at once, and keeps what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person

Beside = Callable[[str], None]


def set_status(beside: Beside, form: str, status: str) -> None:
    beside(
        "from collab.rooms.models import Form; from collab.rooms.services import change_form;"
        f"change_form(Form.objects.get(pk={form!r}), status={status!r})"
    )


def set_role(beside: Beside, name: str, role: str) -> None:
    """Their role in the demo's team; the person is made where there is none."""
    beside(
        "from collab.accounts.models import Membership, Team, User\n"
        f"user = User.objects.filter(username={name!r}).first() or"
        f" User.objects.create_user({name!r}, password='formroom-demo')\n"
        "team = Team.objects.get(slug='plant-north')\n"
        f"Membership.objects.update_or_create(team=team, user=user, defaults={{'role': {role!r}}})"
    )


def can_only_read(one: Person) -> None:
    expect(one.control("summary")).not_to_be_editable()
    expect(one.control("shift")).to_be_disabled()
    expect(one.cell_control("readings", 0, "pressure")).not_to_be_editable()
    expect(one.page.get_by_role("button", name=re.compile("Add row.*Readings"))).to_be_disabled()
    expect(one.rows("readings").nth(0).get_by_role("button", name="Remove row")).to_be_disabled()


def test_c10_a_form_that_is_closed_can_be_read_and_filled_again_once_reopened(
    person: People, form: str, beside: Beside
) -> None:
    alice, dora = person("alice").open(form), person("dora").open(form)
    alice.add_row("readings")
    alice.put_caret("summary", 0)
    alice.type("before")
    alice.sees_saved()
    set_status(beside, form, "closed")
    banner = alice.page.locator("[data-banner]")
    expect(banner).to_contain_text("This form is closed for now")
    can_only_read(alice)
    assert alice.focused()["field"] == "summary"
    alice.press("Control+z", "x", "Control+s")
    expect(alice.control("summary")).to_have_value("before")
    alice.cell_control("readings", 0, "pressure").focus()
    alice.press("Control+Enter", "Enter", "Control+Shift+Backspace")
    expect(alice.rows("readings")).to_have_count(1)
    alice.sees_saved()
    alice.screenshot("closed")
    alice.put_caret("summary", 6)
    set_status(beside, form, "open")
    expect(banner).to_be_hidden()
    expect(alice.control("summary")).to_be_editable()
    alice.type(" and after")
    alice.add_row("readings")
    alice.cell_control("readings", 1, "pressure").fill("2")
    alice.sees_saved()
    expect(dora.control("summary")).to_have_value("before and after")
    expect(dora.rows("readings")).to_have_count(2)
    expect(dora.cell_control("readings", 1, "pressure")).not_to_be_editable()
    expect(dora.page.locator("[data-banner]")).to_be_hidden()


def test_i6_what_was_typed_into_a_form_that_was_closed_meanwhile_is_kept(
    person: People, form: str, beside: Beside
) -> None:
    alice = person("alice").open(form)
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.put_caret("summary", 0)
    alice.type("too late")
    alice.control("staff").fill("7")
    set_status(beside, form, "closed")
    alice.cable.mend()
    expect(alice.panel("summary")).to_contain_text("too late")
    expect(alice.panel("staff")).to_contain_text("7")
    expect(alice.control("staff")).to_have_value("7")
    expect(alice.control("summary")).not_to_be_editable()
    alice.sees_state("2 edits not saved")
    set_status(beside, form, "open")
    expect(alice.control("summary")).to_be_editable()
    for field in ("summary", "staff"):
        alice.panel(field).get_by_role("button", name="Try again").click()
    alice.sees_saved()
    expect(alice.control("summary")).to_have_value("too late")
    expect(alice.control("staff")).to_have_value("7")


def test_c10_a_form_that_was_closed_before_opens_to_be_read(person: People, form: str, beside: Beside) -> None:
    set_status(beside, form, "closed")
    alice = person("alice").open(form)
    expect(alice.page.locator("[data-banner]")).to_contain_text("This form is closed for now")
    expect(alice.control("summary")).not_to_be_editable()


def test_c10_who_may_only_view_from_now_on_can_only_read(person: People, form: str, beside: Beside) -> None:
    set_role(beside, "erin", "editor")
    erin = person("erin").open(form)
    erin.add_row("readings")
    erin.sees_saved()
    erin.cable.cut()
    erin.sees_state(re.compile("Reconnecting|Offline"))
    set_role(beside, "erin", "viewer")
    erin.cable.mend()
    expect(erin.page.locator("[data-banner]")).to_contain_text("You can only view this form now")
    can_only_read(erin)
