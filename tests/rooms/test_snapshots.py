"""A snapshot is made once for a state of a form, whoever asks for it and however many at once. I4, C2."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from channels.db import database_sync_to_async as in_thread

from collab.rooms.opening import open_form
from collab.rooms.snapshots import Snapshots
from tests.rooms.conftest import World
from tests.rooms.test_commit import set_


def test_many_who_ask_at_once_are_given_the_same_text() -> None:
    snapshots, made, asking = Snapshots(), [], threading.Barrier(8)

    def make() -> str:
        made.append(threading.get_ident())
        return "text"

    def ask() -> str:
        asking.wait()
        return snapshots.get("form", 1, make)

    with ThreadPoolExecutor(8) as pool:
        assert {future.result() for future in [pool.submit(ask) for _ in range(8)]} == {"text"}
    assert len(made) == 1


def test_another_state_is_made_anew_and_takes_the_place_of_the_last() -> None:
    snapshots = Snapshots()
    assert snapshots.get("form", 1, lambda: "one") == "one"
    assert snapshots.get("form", 2, lambda: "two") == "two"
    assert snapshots.get("form", 2, lambda: "never asked") == "two"
    assert snapshots.get("form", 1, lambda: "one, for who is late") == "one, for who is late"


def test_what_failed_is_tried_again_by_the_next() -> None:
    snapshots = Snapshots()
    with pytest.raises(ZeroDivisionError):
        snapshots.get("form", 1, lambda: str(1 // 0))
    assert snapshots.get("form", 1, lambda: "text") == "text"


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    snapshots = Snapshots(most_characters=10)
    for form in "abc":
        snapshots.get(form, 1, lambda: "1234")
    assert snapshots.get("c", 1, lambda: "anew") == "1234"
    assert snapshots.get("b", 1, lambda: "anew") == "1234"
    assert snapshots.get("a", 1, lambda: "anew") == "anew"


async def test_c2_who_opens_a_form_after_an_op_sees_it(world: World) -> None:
    for number in (1, 2, 3):
        await in_thread(world.submit)("alice", set_("count", number), base=number - 1)
        for _ in range(2):
            opened = await in_thread(open_form)(
                world.people["bob"], world.form.pk, client_id=None, since=None, want="snapshot"
            )
            assert opened.version == number
            assert opened.snapshot is not None
            assert f'"value":{number},"version":{number}' in opened.snapshot
