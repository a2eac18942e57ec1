"""Each dialect against the real server it is spoken to: with an easy load all that is sent arrives, once, and is right.

A figure of a peer whose edits were refused, or came back as something else, would be an artefact.
"""

from __future__ import annotations

import os

import pytest

from bench.dialects import DIALECTS, Client, RoomWords, ShareDB, dump
from bench.loads import Load
from bench.runs import Timing, play
from bench.targets import TARGETS, Target

EASY = Load("easy", rooms=2, people=4, editors=2, rate=10)
TIMING = Timing(dwell=0.0, warmup=0.2, window=1.0, drain=30.0, runs=1)
OURS = {"textbook", "embedded", "postgresql", "postgresql2"}
PEERS = os.environ.get("PEERS") == "yes"  # they come from npm, and are nobody's business where Formroom is tested
ACKNOWLEDGED = {"hocuspocus", "sharedb", "sharedb-postgresql", "embedded", "postgresql", "postgresql2"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "target", [each for each in TARGETS if PEERS or each.key in OURS], ids=lambda target: target.key
)
def test_all_that_is_sent_arrives_once_at_everyone_else(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    for server in ("DATABASE_URL", "REDIS_URL"):  # two targets would find each other's accounts there
        monkeypatch.delenv(server, raising=False)
    with target.start(EASY) as running:
        seen = play("bench.driver", running, EASY, TIMING, seed=1)
    assert seen["edits"] > 0
    assert seen["expected"] == seen["edits"] * (EASY.people - 1)
    assert seen["delivered"] == seen["expected"] == sum(seen["delays"].values())
    assert seen["rejections"] == {}
    assert seen["closed"] == {}
    assert seen["cpu"]["server"] > 0
    assert (seen["accepted"] >= seen["edits"]) == (target.key in ACKNOWLEDGED)


@pytest.mark.parametrize("key", ["textbook", "y-websocket", "hocuspocus"])
def test_what_an_editor_says_is_what_the_room_hears(key: str) -> None:
    """Where a server passes a frame on as it came."""
    dialect, words, client = DIALECTS[key], RoomWords(), Client(number=3, name="three", cell="n0003", room=1)
    for seq in (1, 2, 3):
        client.seq = seq
        assert dialect.broadcast(words, dialect.edit(client)) == ([(3, seq)], 0)


def test_a_refused_op_is_no_delivery() -> None:
    """ShareDB sends it back whole, with the reason."""
    dialect, client = ShareDB(), Client(number=3, name="three", cell="n0003", seq=1)
    words = RoomWords(by_cell={"n0003": 3})
    sent = dialect.edit(client)
    assert dialect.broadcast(words, sent) == ([(3, 1)], 1)
    refused = sent[:-1] + b',"error":{"code":"ERR_SUBMIT","message":"no"}}'
    assert dialect.broadcast(words, refused) is None
    dialect.private(client, refused)
    assert client.rejections == {"ERR_SUBMIT": 1}
    assert client.accepted == 0


def test_a_removal_before_a_replacement_is_no_edit() -> None:
    """What ShareDB makes of an edit over its author's first, where that was under way."""
    ops = [{"p": ["n0003"], "od": 1.5}, {"p": ["n0003"], "od": 1.5, "oi": 2.5}]
    frame = dump({"a": "op", "c": "rooms", "d": "room0", "v": 4, "src": "x", "seq": 2, "op": ops})
    assert ShareDB().broadcast(RoomWords(by_cell={"n0003": 3}), frame) == ([(3, 2)], 5)


def test_an_answer_raises_the_version_and_never_lowers_it() -> None:
    dialect, client = ShareDB(), Client(number=0, name="zero", cell="n0000", version=7)
    for version in (9, 4):
        dialect.private(client, dump({"a": "op", "c": "rooms", "d": "room0", "seq": 1, "v": version}))
    assert client.version == 10
    assert client.accepted == 2
