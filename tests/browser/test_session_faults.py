"""A sign-in that ends while the network is slow or silent, or while the server dies: told late, but told."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.notice import HERE, THERE, Notice
from tests.browser.person import Person
from tests.browser.server import Server, run_beside, running_server

# Somebody signs in on another device; the process that does it tells nobody, and is gone.
SIGN_IN_BESIDE = """
from django.contrib.auth import login
from django.http import HttpRequest
from importlib import import_module
from django.conf import settings
from collab.accounts.models import User
request = HttpRequest()
request.META |= {{"HTTP_USER_AGENT": {agent!r}, "REMOTE_ADDR": "192.0.2.7"}}
request.session = import_module(settings.SESSION_ENGINE).SessionStore()
user = User.objects.get(username={name!r})
login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
request.session.save()
"""


@pytest.fixture
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, to be killed."""
    with running_server(tmp_path_factory.mktemp("mortal")) as server:
        yield server


@pytest.fixture
def alice(visit: People, mortal: Server) -> Person:
    alice = visit("alice", port=mortal.port, **HERE)
    alice.sign_in()
    alice.open(alice.make_form("On a server that dies"))
    return alice


def test_a_slow_network(device: People, newcomer: str) -> None:
    """Half a second each way, and the sign-in before what was typed: that is on the page, not in the form."""
    old = device(newcomer, **HERE)
    form = old.make_form("Slow")
    old.open(form)
    old.cable.silence()
    old.put_caret("summary", 0)
    old.type("too late")
    new = device(newcomer, **THERE)
    old.cable.delay = 0.5
    old.cable.speak()
    notice = Notice(old)
    notice.sees_replaced("Firefox on Linux")
    notice.lists(("Summary", "too late"))
    new.open(form)
    expect(new.control("summary")).to_have_value("")

    notice.sign_in_again()
    button = notice.ended.get_by_role("button", name="Signing in…")
    expect(button).to_be_focused()
    old.press("Enter")  # twice is once
    notice.gone()
    old.sees_saved()
    expect(old.control("summary")).to_have_value("too late")
    old.goto("/accounts/devices/")
    expect(old.page.locator(".past-table tbody tr")).to_have_count(2)


def test_a_server_that_dies_before_it_can_tell(alice: Person, mortal: Server) -> None:
    """The newer sign-in is committed, the news is lost with the process: the page connects again, and is told."""
    alice.control("staff").press_sequentially("-")
    mortal.freeze()
    run_beside(mortal.folder, SIGN_IN_BESIDE.format(name="alice", agent=THERE["user_agent"]))
    alice.put_caret("summary", 0)
    alice.type("typed into nothing")
    mortal.kill()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    mortal.start()
    alice.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    notice = Notice(alice)
    notice.sees_replaced("Firefox on Linux")
    notice.lists(("Summary", "typed into nothing"), ("People on shift", "-"))
    notice.sign_in_again()
    notice.gone()
    alice.sees_state("1 edit not saved")
    expect(alice.control("summary")).to_have_value("typed into nothing")


def test_a_server_that_dies_while_one_signs_in_again(alice: Person, mortal: Server) -> None:
    alice.control("staff").press_sequentially("-")
    run_beside(mortal.folder, SIGN_IN_BESIDE.format(name="alice", agent=THERE["user_agent"]))
    notice = Notice(alice)
    notice.sees_replaced("Firefox on Linux")
    mortal.kill()
    notice.sign_in_again()
    expect(notice.trouble).to_have_text("The server does not answer. Please check the network, then try again.")
    notice.lists(("People on shift", "-"))
    mortal.start()
    notice.sign_in_again()
    notice.gone()
    expect(alice.control("staff")).to_have_value("-")
    alice.control("summary").fill("and on")
    alice.sees_state("1 edit not saved")


def test_a_server_that_restarts_signs_nobody_out(alice: Person, mortal: Server) -> None:
    alice.another_tab().goto("/")
    alice.control("summary").fill("before")
    alice.sees_saved()
    mortal.stop()
    alice.put_caret("summary", 6)
    alice.type(" and after")
    mortal.start()
    alice.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    alice.sees_saved()
    expect(Notice(alice).ended).to_be_hidden()
    expect(alice.control("summary")).to_have_value("before and after")


def test_a_tab_that_slept_is_told_when_it_wakes(device: People, newcomer: str) -> None:
    """A laptop that was shut: its connection died without a word, and meanwhile it has become the older device."""
    old = device(newcomer, **HERE, clock=True)
    old.open(old.make_form("Asleep"))
    old.control("staff").press_sequentially("-")
    old.cable.silence()
    device(newcomer, **THERE)
    expect(Notice(old).ended).to_be_hidden()
    old.cable.cut()
    old.cable.mend()
    old.page.clock.fast_forward("08:00:00")
    notice = Notice(old)
    expect(notice.ended).to_be_visible()
    notice.lists(("People on shift", "-"))
