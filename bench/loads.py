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
    only: frozenset[str] = frozenset()  # targets, where it would take the others too long to let everybody in

    @property
    def title(self) -> str:
        who = "all editing" if self.editors == self.people else f"{self.editors} editing"
        where = f"{self.rooms:,} rooms × {self.people}" if self.rooms > 1 else f"one room of {self.people:,}"
        return f"{where}, {who} at {self.rate:g}/s"

    @property
    def sockets(self) -> int:
        return self.rooms * self.people

    @property
    def deliveries_per_second(self) -> float:
        return self.rooms * self.editors * self.rate * (self.people - 1)


BIG_ONES = frozenset({"hocuspocus", "postgresql", "postgresql2"})

LOADS = (
    Load("5x20", rooms=5, people=20, editors=4, rate=10),
    Load("1000x5", rooms=1000, people=5, editors=1, rate=0.5, only=BIG_ONES),
    Load("100", rooms=1, people=100, editors=100, rate=5),
    Load("300", rooms=1, people=300, editors=300, rate=5),
    Load("500", rooms=1, people=500, editors=500, rate=5),
    Load("2000", rooms=1, people=2000, editors=2000, rate=0.2, only=BIG_ONES),
    Load("1000", rooms=1, people=1000, editors=1000, rate=2),
)

# The sweep: one room, everybody edits, more and more of them, until it is too much.
SWEEP_RATE = 5
SWEEP = tuple(
    Load(str(people), rooms=1, people=people, editors=people, rate=SWEEP_RATE)
    for people in (10, 20, 50, 100, 200, 300, 400, 500, 700, 850, 1000, 1250, 1500)
)

# Nobody does anything.
IDLE = Load("5000", rooms=500, people=10, editors=0, rate=1)
