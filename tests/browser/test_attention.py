"""After a long time offline: what can merge has merged, and one is led through the rest, in one place."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import People
from tests.browser.keeping import back_on, cut_off
from tests.browser.person import Person

ROWS = 4
HOUR_MS = 3_600_000


def an_hour_apart(person: People, form: str) -> tuple[Person, Person]:
    """Alice, cut off, went on filling for an hour, and so did Bob."""
    alice, bob = person("alice", clock=True).open(form), person("bob").open(form)
    alice.control("summary").fill("Morning. Evening.")
    for number in range(ROWS):
        alice.add_row("readings")
        alice.cell_control("readings", number, "pressure").fill(str(number))
    alice.sees_saved()
    expect(bob.cell_control("readings", ROWS - 1, "pressure")).to_have_value(str(ROWS - 1))
    cut_off(alice)
    alice.put_caret("summary", 8)
    alice.type(" Alice at noon.")
    alice.control("produced").fill("12")
    for number in range(ROWS):
        alice.cell_control("readings", number, "temperature").fill("20")
        alice.cell_control("readings", number, "pressure").fill("11")
    for key in ("staff", "scrap"):
        alice.control(key).fill("11")
    alice.context.clock.fast_forward(HOUR_MS)
    alice.sees_state(re.compile(f"^(Reconnecting|Offline), {2 * ROWS + 4} edits wait on this device$"))
    bob.put_caret("summary", 8)
    bob.type(" Bob at noon.")
    bob.control("downtime").fill("5")
    for number in range(ROWS):
        bob.cell_control("readings", number, "pressure").fill("12")
    for key in ("staff", "scrap"):
        bob.control(key).fill("12")
    bob.cell_control("readings", ROWS - 1, "pressure").press("Control+Shift+Backspace")
    expect(bob.rows("readings")).to_have_count(ROWS - 1)
    bob.sees_saved()
    back_on(alice)
    return alice, bob


def panel_of(locator: Locator) -> Locator:
    return locator.locator("xpath=ancestor::*[@data-refusal]")


def where(alice: Person) -> str:
    """The place that the focused choice is about, as the list names it."""
    label = panel_of(alice.page.locator(":focus")).get_attribute("aria-label") or ""
    return label.partition(":")[0]


def test_an_hour_offline(person: People, form: str) -> None:
    alice, bob = an_hour_apart(person, form)
    needing = ROWS + 3  # the pressures, one of them in a row that is gone, with its temperature; staff and scrap
    expect(alice.page.locator("[data-next-attention]")).to_have_text(f"{needing} need you")
    for one in (alice, bob):
        expect(one.control("summary")).to_have_value(
            re.compile(r"^Morning\.( Alice at noon\. Bob at noon\.| Bob at noon\. Alice at noon\.) Evening\.$")
        )
        expect(one.control("produced")).to_have_value("12")
        expect(one.control("downtime")).to_have_value("5")
        expect(one.rows("readings")).to_have_count(ROWS - 1)
        for number in range(ROWS - 1):
            expect(one.cell_control("readings", number, "temperature")).to_have_value("20")
    expect(bob.control("staff")).to_have_value("12")
    alice.screenshot("attention-many", whole=True)


def test_one_is_led_through_all_that_needs_a_decision_from_the_keyboard(person: People, form: str) -> None:
    alice, bob = an_hour_apart(person, form)
    links = alice.page.locator("[data-attention-list] > li > a")
    expect(links).to_have_count(ROWS + 3)
    listed = [name.partition(":")[0] for name in links.all_inner_texts()]
    assert listed[2] == "People on shift"  # behind what has no place any more the list goes down the page
    assert listed[-1] == f"Pressure, row {ROWS - 1}"

    alice.page.locator("body").evaluate("it => document.activeElement.blur()")
    visited = []
    for _ in range(len(listed)):
        alice.press("F8")
        visited.append(where(alice))
    assert visited == listed
    alice.press("F8")
    assert where(alice) == listed[0], "from the last to the first"
    alice.press("Shift+F8")
    assert where(alice) == listed[-1]
    alice.press("Shift+F8")
    assert where(alice) == listed[-2]

    alice.control("staff").focus()
    alice.press("F8")
    assert where(alice) == "People on shift", "from where one is"
    alice.press("Enter")  # keep mine
    expect(alice.page.locator("[data-next-attention]")).to_have_text(f"{ROWS + 2} need you")
    assert alice.focused()["field"] == "staff"
    alice.press("F8", "Enter")
    for left in range(ROWS + 1, 0, -1):
        expect(alice.page.locator("[data-next-attention]")).to_have_text(re.compile(rf"^{left} needs? you"))
        alice.press("F8")
        give = panel_of(alice.page.locator(":focus")).get_by_role("button", name=re.compile("Take theirs|Discard"))
        give.focus()
        alice.press("Enter")
        expect(alice.page.locator("[data-refusal]")).to_have_count(left - 1)
    alice.sees_saved()
    expect(bob.control("staff")).to_have_value("11")
    expect(alice.page.locator("[data-attention]")).to_be_hidden()


def test_one_is_led_through_them_with_the_pointer(person: People, form: str) -> None:
    alice, _ = an_hour_apart(person, form)
    bar = alice.page.locator("[data-next-attention]")
    expect(bar).to_have_text(f"{ROWS + 3} need you")
    alice.page.locator("[data-attention-list] a", has_text="People on shift").click()
    assert where(alice) == "People on shift"
    stepper = alice.field("staff").locator(".stepper")
    expect(stepper).to_contain_text(f"3 of {ROWS + 3}")
    alice.panel("staff").get_by_role("button", name="Take theirs").click()
    bar.click()
    assert where(alice) == "Scrap", "the next one, although the last is gone"
    alice.field("scrap").locator(".stepper").get_by_role("button", name="Previous").click()
    assert where(alice) != "Scrap"
    bar.click()
    assert where(alice) == "Scrap"


def test_what_is_below_a_row_goes_into_the_list_when_the_row_goes(person: People, form: str) -> None:
    alice, bob = an_hour_apart(person, form)
    expect(alice.page.locator(".row-notice .panel")).to_have_count(ROWS - 1)
    # Removing a row that somebody changed meanwhile is a conflict of Bob's own (C6): he has seen it first.
    expect(bob.cell_control("readings", 0, "temperature")).to_have_value("20")
    bob.cell_control("readings", 0, "pressure").press("Control+Shift+Backspace")
    expect(alice.rows("readings")).to_have_count(ROWS - 2)
    expect(alice.page.locator(".row-notice .panel")).to_have_count(ROWS - 2)
    expect(alice.page.locator("[data-attention-list] .panel")).to_have_count(3)
