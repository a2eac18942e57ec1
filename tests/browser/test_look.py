"""How it looks and whom it lets in: light, dark, a phone, the keyboard, a screen reader."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
# Without motion nothing is looked at while it fades in.
STILL: dict[str, Any] = {"reduced_motion": "reduce"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {**STILL, "color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {**STILL, "color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {**STILL, "color_scheme": "light", **PHONE},
    "phone-dark": {**STILL, "color_scheme": "dark", **PHONE},
}


def serious(person: Person) -> list[str]:
    """What axe finds serious or critical, each with where."""
    results = Axe().run(person.page)
    return [
        f"{found['id']}: {found['help']} at {[node['target'] for node in found['nodes']][:5]}"
        for found in results.response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


def scrolls_sideways(person: Person) -> bool:
    return bool(person.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_and_nothing_sideways(person: People, look: str) -> None:
    alice, bob = person("alice", **LOOKS[look]), person("bob")
    form = bob.demo_form("shift-logbook")
    alice.page.goto(f"{alice.cable.url}/")
    assert serious(alice) == []
    assert not scrolls_sideways(alice)
    alice.screenshot(f"home-{look}")
    alice.open(form)
    bob.open(form)
    bob.put_caret("summary", 5, 30)
    alice.control("staff").focus()
    expect(alice.badge("summary", "Bob")).to_be_visible()
    assert serious(alice) == []
    assert not scrolls_sideways(alice)
    alice.screenshot(f"form-{look}")
    alice.screenshot(f"form-{look}-whole", whole=True)
    alice.page.locator("[data-open-help]").click()
    assert serious(alice) == []
    alice.screenshot(f"help-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_in_a_conflict(person: People, form: str, look: str) -> None:
    alice, bob = person("alice", **LOOKS[look]).open(form), person("bob").open(form)
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.control("staff").fill("11")
    alice.control("scrap").fill("-")
    bob.control("staff").fill("99")
    bob.sees_saved()
    alice.cable.mend()
    expect(alice.panel("staff")).to_be_visible()
    assert serious(alice) == []
    assert not scrolls_sideways(alice)
    alice.screenshot(f"conflict-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_the_sign_in_page(person: People, look: str) -> None:
    alice = person("alice", **LOOKS[look])
    alice.context.clear_cookies()
    alice.page.goto(f"{alice.cable.url}/accounts/login/")
    alice.page.get_by_label("User name").fill("nobody")
    alice.page.get_by_label("Password").fill("wrong")
    alice.press("Enter")
    expect(alice.page.get_by_role("alert")).to_be_visible()
    assert serious(alice) == []
    assert not scrolls_sideways(alice)
    alice.screenshot(f"sign-in-{look}")


def test_without_javascript_the_page_says_what_it_needs(person: People, form: str) -> None:
    alice = person("alice", java_script_enabled=False)
    alice.page.goto(f"{alice.cable.url}/forms/{form}/")
    expect(alice.page.locator("noscript p")).to_contain_text("your browser needs JavaScript")


def test_everything_is_reached_by_tab(person: People, form: str) -> None:
    alice = person("alice").open(form)
    reached = set()
    for _ in range(80):
        alice.press("Tab")
        reached.add(
            alice.page.evaluate("() => document.activeElement.id || document.activeElement.closest('[data-field]')?.id")
        )
    fields = alice.page.locator(".field").evaluate_all("all => all.map(one => one.dataset.field)")
    missing = [key for key in fields if not {f"control-{key}", f"field-{key}"} & reached]
    assert missing == []
