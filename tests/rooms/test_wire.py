"""Frames that are made once for everybody are what the server's own library would have made for each (RFC 6455)."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from collab.sockets import text_frame
from tests.rooms.conftest import World
from tests.rooms.live import live_server


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
