"""Yjs updates (format version 1), written and read by hand: as much of them as a number in a map needs.

An editor sets its own key of one map again and again. Each edit is one item with the editor's id and its next clock,
whose left neighbour is the edit before, which it deletes: byte for byte what Yjs writes for `map.set(key, value)`. The
tests compare it with Yjs. Knows nothing of sockets, nor of the protocols that carry updates.
"""

from __future__ import annotations

import struct

MAP = b"form"  # the name of the map that everybody writes to

# What an item's first byte says.
KIND, HAS_KEY, HAS_RIGHT, HAS_LEFT = 0b11111, 1 << 5, 1 << 6, 1 << 7
GC, DELETED, ANY, SKIP = 0, 1, 8, 10  # kinds
FLOAT32 = 124  # a kind of value

FIRST_ID = 1 << 31  # Yjs takes random ids of 32 bits: five bytes each, as here

Edit = tuple[int, int]  # who, which of theirs (from 1)


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def varbytes(value: bytes) -> bytes:
    return varint(len(value)) + value


def value_of(seq: int) -> float:
    """What edit `seq` sets: a number that says which edit it is, and that 32 bits hold exactly."""
    return seq + 0.5


def set_key(number: int, seq: int, key: str) -> bytes:
    """The update of client `number` that sets `key` for the `seq`th time."""
    author = varint(FIRST_ID + number)
    clock = seq - 1
    content = b"\x01" + bytes([FLOAT32]) + struct.pack(">f", value_of(seq))
    if clock == 0:
        item = bytes([ANY | HAS_KEY]) + b"\x01" + varbytes(MAP) + varbytes(key.encode()) + content
        deleted = b"\x00"
    else:
        item = bytes([ANY | HAS_KEY | HAS_LEFT]) + author + varint(clock - 1) + content
        deleted = b"\x01" + author + b"\x01" + varint(clock - 1) + b"\x01"
    return b"\x01\x01" + author + varint(clock) + item + deleted


class Reader:
    """Reads an update, or what carries it, from the front."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varbytes(self) -> bytes:
        size = self.varint()
        self.at += size
        return self.data[self.at - size : self.at]

    def edits(self) -> list[Edit]:
        """The edits that an update brings; what it deletes, at its end, is left unread."""
        found: list[Edit] = []
        for _ in range(self.varint()):
            items = self.varint()
            number = self.varint() - FIRST_ID
            clock = self.varint()
            for _ in range(items):
                length, is_edit = self._item(clock)
                if is_edit:
                    found += [(number, clock + offset + 1) for offset in range(length)]
                clock += length
        return found

    def _item(self, clock: int) -> tuple[int, bool]:
        """How long the item at `clock` is, and whether it is an edit: what is skipped was not sent."""
        info = self.byte()
        kind = info & KIND
        if kind in (GC, SKIP):
            return self.varint(), kind == GC
        self._place(info)
        length = self.varint()
        if kind == ANY:
            for offset in range(length):
                self._check(clock + offset)
        elif kind != DELETED:
            raise ValueError(f"an item of kind {kind}, which nobody here has sent")
        return length, True

    def _place(self, info: int) -> None:
        for flag in (HAS_LEFT, HAS_RIGHT):
            if info & flag:
                self.varint(), self.varint()
        if info & (HAS_LEFT | HAS_RIGHT):
            return
        if self.varint():
            self.varbytes()
        else:
            self.varint(), self.varint()
        if info & HAS_KEY:
            self.varbytes()

    def _check(self, clock: int) -> None:
        """What arrives is what was sent."""
        kind = self.byte()
        self.at += 4
        if kind != FLOAT32 or struct.unpack_from(">f", self.data, self.at - 4)[0] != value_of(clock + 1):
            raise ValueError(f"the value at clock {clock} is not the one that was sent")
