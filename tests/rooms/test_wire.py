"""The ways past ASGI: the same bytes, the same order, the same answers as on the long way (RFC 6455, C4, T4)."""

from __future__ import annotations

import json

import pytest
from websockets.frames import Frame, Opcode

from collab.sockets import text_frame
from tests.rooms.conftest import World
from tests.rooms.live import live_server
from tests.rooms.test_commit import set_


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 2**16 - 1, 2**16, 2**16 + 1])
@pytest.mark.parametrize("character", ["a", "ä", "€", "😀"])
def test_a_text_frame_is_the_librarys(size: int, character: str) -> None:
    text = character * (size // len(character.encode())) + "a" * (size % len(character.encode()))
    assert text_frame(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


async def test_uvicorn_as_it_is_started_offers_the_way_to_the_wire(world: World) -> None:
    """Else every socket would be told in frames of its own, and nobody would notice but by the delay."""
    async with live_server() as server, server.join(world.people["alice"], world.form):
        (session,) = (await server.hub()).sessions()
        assert session._write_frames is not None


async def test_c4_submits_are_judged_in_their_order_whichever_way_they_come(world: World) -> None:
    """What browsers write is taken at once, what is spelled otherwise goes through the conversation: here by turns."""
    async with live_server() as server, server.join(world.people["alice"], world.form) as alice:
        for seq in range(1, 61):
            separators = (",", ":") if seq % 3 else (", ", ": ")
            frame = {"type": "submit", "seq": seq, "base": 0, "ops": [set_("count", seq)]}
            await alice.connection.send(json.dumps(frame, separators=separators))
        acked = [await alice.next("acked") for _ in range(60)]
        assert [each["seq"] for each in acked] == list(range(1, 61))
        assert [each["rejected"] for each in acked] == [[]] * 60


async def test_t4_what_is_wrong_is_told_whichever_way_it_comes(world: World) -> None:
    for frame in ('{"type":"submit","seq":0}', '{"type":"submit","seq":1,"base":0,"ops":[]}', '{"type":"submit"'):
        async with live_server() as server, server.join(world.people["alice"], world.form) as alice:
            await alice.connection.send(frame)
            code, told = await alice.closed()
            assert code == 4400
            assert [each["type"] for each in told if each["type"] in ("error", "closing")] == ["error", "closing"]
