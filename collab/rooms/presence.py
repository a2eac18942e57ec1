"""Who is in a room and where: kept in memory, gossiped between hubs, never stored (R1).

Owns the people of one room and the changes that are still to be told. Time is passed in; it sends nothing itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from collab.document.operations import Address
from collab.protocol.codec import encode
from collab.protocol.messages import Move, Person, Presence, User

PALETTE = 12
FORGET_SECONDS = 40.0  # with the second between two looks, the 45 of R1


def person_of(*, session: str, user: UUID, name: str) -> Person:
    """A session's person, nowhere yet, in the account's own colour."""
    return Person(session, User(str(user), name), user.int % PALETTE)


@dataclass(slots=True)
class Changes:
    """What changed among the people since it was last told, coalesced: nobody both came and moved."""

    joined: dict[str, Person] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    changed: dict[str, Move] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.joined or self.left or self.changed)

    def join(self, person: Person) -> None:
        self.left.discard(person.session)
        self.changed.pop(person.session, None)
        self.joined[person.session] = person

    def leave(self, session: str) -> None:
        self.joined.pop(session, None)
        self.changed.pop(session, None)
        self.left.add(session)

    def move(self, person: Person) -> None:
        if person.session in self.joined:
            self.joined[person.session] = person
        else:
            self.changed[person.session] = Move(person.session, person.at, person.selection, person.base)

    def merge(self, later: Changes) -> None:
        for person in later.joined.values():
            self.join(person)
        for session in later.left:
            self.leave(session)
        for session, move in later.changed.items():
            if session in self.joined:
                self.joined[session] = _moved(self.joined[session], move)
            else:
                self.changed[session] = move

    def frame(self) -> str:
        return encode(Presence(list(self.joined.values()), sorted(self.left), list(self.changed.values())))


class People:
    """The people of one room: those of this process, and those that other hubs told of."""

    def __init__(self) -> None:
        self._here: dict[str, Person] = {}
        self._elsewhere: dict[str, dict[str, Person]] = {}
        self._heard: dict[str, float] = {}
        self.untold = Changes()
        self.ungossiped = Changes()

    @property
    def count(self) -> int:
        """How many sessions there are, here and elsewhere."""
        return len(self._here) + sum(len(others) for others in self._elsewhere.values())

    @property
    def are_elsewhere(self) -> bool:
        """Whether any other hub is known to have this room, with people in it or on their way in."""
        return bool(self._heard)

    def hear_of(self, hub: str, *, now: float) -> bool:
        """Another hub has this room; whether that is news."""
        is_news = hub not in self._heard
        self._heard[hub] = now
        return is_news

    def everyone(self) -> list[Person]:
        people = dict(self._here)
        for others in self._elsewhere.values():
            people.update(others)
        return list(people.values())

    def color_for(self, person: Person) -> int:
        """The person's own colour; another one, while there is one, where somebody else here has it."""
        taken = {other.user.id: other.color for other in self.everyone()}
        if person.user.id in taken:
            return taken[person.user.id]
        free = [color for color in range(PALETTE) if color not in taken.values()]
        return person.color if person.color in free or not free else free[person.color % len(free)]

    def put(self, person: Person) -> None:
        """A session of this process came, or moved."""
        known = person.session in self._here
        self._here[person.session] = person
        for changes in (self.untold, self.ungossiped):
            (changes.move if known else changes.join)(person)

    def drop(self, session: str) -> None:
        if self._here.pop(session, None) is not None:
            self.untold.leave(session)
            self.ungossiped.leave(session)

    def take_untold(self) -> Changes:
        taken, self.untold = self.untold, Changes()
        return taken

    def take_ungossiped(self) -> Changes:
        taken, self.ungossiped = self.ungossiped, Changes()
        return taken

    # --- gossip --------------------------------------------------------------------------------------

    def pack_here(self) -> str:
        """All the people of this process, for other hubs."""
        return Changes(joined=self._here).frame()

    def hear_changes(self, hub: str, frame: str, *, now: float) -> None:
        """Another hub told what changed among its people."""
        changes = _unpack(frame)
        others = self._elsewhere.setdefault(hub, {})
        self._heard[hub] = now
        for person in changes.joined.values():
            others[person.session] = person
            self.untold.join(person)
        for session in changes.left:
            if others.pop(session, None) is not None:
                self.untold.leave(session)
        for session, move in changes.changed.items():
            if session in others:
                others[session] = _moved(others[session], move)
                self.untold.move(others[session])

    def hear_everyone(self, hub: str, frame: str, *, now: float) -> None:
        """Another hub told all of its people: whoever is not among them has left."""
        self._heard[hub] = now
        said = _unpack(frame).joined
        known = self._elsewhere.get(hub, {})
        for session in known.keys() - said.keys():
            self.untold.leave(session)
        for session, person in said.items():
            if known.get(session) != person:
                (self.untold.move if session in known else self.untold.join)(person)
        self._elsewhere[hub] = said

    def forget_silent(self, *, now: float) -> None:
        """Drops the people of hubs that were not heard for too long: their process died."""
        for hub in [hub for hub, heard in self._heard.items() if now - heard > FORGET_SECONDS]:
            del self._heard[hub]
            for session in self._elsewhere.pop(hub, {}):
                self.untold.leave(session)


def _moved(person: Person, move: Move) -> Person:
    return replace(person, at=move.at, selection=move.selection, base=move.base)


def _unpack(frame: str) -> Changes:
    raw = json.loads(frame)
    return Changes(
        {person["session"]: _person(person) for person in raw["joined"]},
        set(raw["left"]),
        {move["session"]: Move(move["session"], *_place(move)) for move in raw["changed"]},
    )


def _person(raw: dict[str, Any]) -> Person:
    return Person(raw["session"], User(**raw["user"]), raw["color"], *_place(raw))


def _place(raw: dict[str, Any]) -> tuple[Address | None, tuple[int, int] | None, int | None]:
    at, selection = raw["at"], raw["selection"]
    address = None if at is None else Address(at.get("table"), at.get("row"), at["field"])
    return address, None if selection is None else (selection[0], selection[1]), raw["base"]
