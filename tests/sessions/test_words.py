"""The words a person is told: which device, from where, why it ended. And when it is too long that nothing was done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.http import HttpRequest

from collab.accounts.device import DEVICE_LENGTH, client_address, device_of
from collab.accounts.ended import Ended
from collab.accounts.idle import IdleLimit
from collab.accounts.models import End
from tests.sessions.browser import AGENTS

NOON = datetime(2026, 11, 21, 12, 0, 30, 250_000, tzinfo=UTC)
ELSEWHERE = Ended(7, End.REPLACED, "Firefox on Linux", NOON)


def request(**meta: str) -> HttpRequest:
    made = HttpRequest()
    made.META = meta
    return made


# --- the device ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        *((agent, device) for device, agent in AGENTS.items()),
        ("curl/8.9.1", "curl"),
        ("python-requests/2.32.3", "Python Requests"),
        ("", "an unknown device"),
        ("Mozilla/5.0", "an unknown device"),
        ("<script>alert(1)</script>", "an unknown device"),
        ("\x00\x01ÿ" * 100, "an unknown device"),
        ("(X11; Linux x86_64)", "Linux"),
    ],
)
def test_a_device_has_a_readable_name(agent: str, device: str) -> None:
    assert device_of(request(HTTP_USER_AGENT=agent)) == device


def test_without_any_name_it_is_unknown() -> None:
    assert device_of(request()) == "an unknown device"


def test_a_long_name_fits_where_it_is_kept() -> None:
    assert len(device_of(request(HTTP_USER_AGENT=f"{'A' * 10_000}Bot/1.0 (Linux)"))) <= DEVICE_LENGTH


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("unix:", None),
        ("not an address", None),
    ],
)
def test_an_address_is_one_or_none(address: str, told: str | None) -> None:
    assert client_address(request(REMOTE_ADDR=address)) == told


# --- the end ---------------------------------------------------------------------------------------------


def test_who_signed_in_elsewhere_is_told_where_and_when() -> None:
    assert ELSEWHERE.reason == "You signed in on Firefox on Linux at 12:00 UTC."
    closing = ELSEWHERE.closing()
    assert (closing.code, closing.why, closing.device) == (4409, "replaced", "Firefox on Linux")
    assert closing.at == "2026-11-21T12:00:30.250Z"
    assert ELSEWHERE.error == "signed_in_elsewhere"


def test_a_time_is_told_in_utc_whatever_it_came_in() -> None:
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert Ended(7, End.REPLACED, "Firefox", tokyo).reason == "You signed in on Firefox at 12:00 UTC."


def test_where_the_newer_one_is_not_known_it_is_said_without() -> None:
    assert Ended(7, End.REPLACED).reason == "You signed in on another device."


@pytest.mark.parametrize("why", [why for why in End if why is not End.REPLACED])
def test_every_other_end_has_a_reason_of_its_own(why: End) -> None:
    closing = Ended(7, why).closing()
    assert (closing.code, closing.why, closing.device, closing.at) == (4401, why.value, None, None)
    assert closing.reason.endswith(".")
    assert [other for other in End if Ended(7, other).reason == closing.reason] == [why]


@pytest.mark.parametrize("ended", [ELSEWHERE, Ended(8, End.IDLE)])
def test_what_another_process_is_told_is_the_same(ended: Ended) -> None:
    assert Ended.unpack(ended.pack()) == ended


# --- doing nothing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "recording", "warning"), [(720, 60, 120), (1, 6, 30), (0.05, 0.3, 1.5)], ids=["default", "1 min", "3 s"]
)
def test_a_limit_is_kept_with_the_grace_of_its_recording(minutes: float, recording: float, warning: float) -> None:
    limit = IdleLimit(minutes * 60)
    assert limit.recording == pytest.approx(recording)
    assert limit.warning == pytest.approx(warning)
    full = timedelta(minutes=minutes)
    assert limit.left(NOON, NOON + full) == pytest.approx(recording)
    assert limit.inactive_since(NOON + full + timedelta(seconds=recording)) == NOON
    assert limit.warned_since(NOON + full + timedelta(seconds=recording - warning)) == NOON
