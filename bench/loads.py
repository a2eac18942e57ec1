"""The loads: how many people in how many rooms, how many of them edit, how often."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    key: str
    rooms: int
    people: int  # in each room
    editors: int  # of them
    rate: float  # edits a second, of each editor

    @property
    def title(self) -> str:
        who = "all editing" if self.editors == self.people else f"{self.editors} editing"
        where = f"{self.rooms} rooms × {self.people}" if self.rooms > 1 else f"one room of {self.people:,}"
        return f"{where}, {who} at {self.rate:g}/s"

    @property
    def sockets(self) -> int:
        return self.rooms * self.people

    @property
    def edits_per_second(self) -> float:
        return self.rooms * self.editors * self.rate


LOADS = (
    Load("5x20", rooms=5, people=20, editors=4, rate=10),
    Load("100", rooms=1, people=100, editors=100, rate=5),
    Load("300", rooms=1, people=300, editors=300, rate=5),
    Load("500", rooms=1, people=500, editors=500, rate=5),
    Load("1000", rooms=1, people=1000, editors=1000, rate=2),
)
