r"""Patterns for text fields: a small, common part of regular expressions, matched in linear time.

Whoever writes a template writes the pattern, and it runs on every server and in every browser. The engines of
Python and JavaScript disagree in corners and can be made to run for hours; this one does neither. It reads
literals, `.`, `[...]`, `\d \w \s` (ASCII), groups, `|`, `* + ?` and `{n,m}`, always matches the whole text, and
takes at most `positions × characters` steps: each position of the pattern knows which may stand before it
(Glushkov's construction), and a text is read once, from left to right, with the set of positions one may be at.

`static/js/document/pattern.js` is its twin; both run the same vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Final, TypeAlias

MAX_PATTERN_LENGTH: Final = 200
MAX_POSITIONS: Final = 256
MAX_DEPTH: Final = 20
MAX_MATCHED_LENGTH: Final = 2_000
"""A text that is longer is not matched at all: it does not fit."""


class PatternError(ValueError):
    """A pattern that this engine does not read; the message says why."""


@dataclass(frozen=True, slots=True)
class Chars:
    """A set of characters, by code point."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool = False

    def has(self, char: int) -> bool:
        return any(low <= char <= high for low, high in self.ranges) is not self.negated


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: Node
    least: int
    most: int | None


Node: TypeAlias = Chars | Sequence | Either | Repeat

_DIGIT = ((48, 57),)
_WORD = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE = ((9, 13), (32, 32))
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": 10, "r": 13, "t": 9}
_ANY = Chars(((10, 10),), negated=True)
_SYNTAX = frozenset("^$\\.*+?()[]{}|")
_ESCAPABLE = _SYNTAX | frozenset("/-")


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> Matcher:
    """The matcher of a pattern. Raises `PatternError`."""
    if len(source) > MAX_PATTERN_LENGTH:
        raise PatternError(f"A pattern has at most {MAX_PATTERN_LENGTH} characters.")
    return Matcher(_Parser(source).parse())


class _Parser:
    """Recursive descent over the pattern's characters."""

    def __init__(self, source: str) -> None:
        # The whole text is matched anyway, so these two say nothing; people are used to writing them.
        self._source = source.removeprefix("^")
        if self._source.endswith("$") and not self._source.endswith("\\$"):
            self._source = self._source[:-1]
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._either()
        if self._at < len(self._source):
            raise PatternError("There is a ')' without its '('.")
        return node

    def _either(self) -> Node:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Either(tuple(options))

    def _sequence(self) -> Node:
        parts = []
        while self._peek() not in {"", "|", ")"}:
            parts.append(self._repeated())
        if not parts:
            raise PatternError("An alternative or a group is empty.")
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self) -> Node:
        part = self._atom()
        times = self._times()
        if times is None:
            return part
        if self._peek() in {"*", "+", "?", "{"}:
            raise PatternError("A repetition cannot itself be repeated; put it into a group.")
        return Repeat(part, *times)

    def _times(self) -> tuple[int, int | None] | None:
        if self._take("*"):
            return 0, None
        if self._take("+"):
            return 1, None
        if self._take("?"):
            return 0, 1
        return self._counts() if self._take("{") else None

    def _counts(self) -> tuple[int, int | None]:
        least = self._number()
        most: int | None = least
        if self._take(","):
            most = None if self._peek() == "}" else self._number()
        self._expect("}")
        if most is not None and not 0 < most >= least:
            raise PatternError("A repetition counts from a smaller number to a larger one.")
        return least, most

    def _number(self) -> int:
        start = self._at
        while self._peek() in set("0123456789"):
            self._at += 1
        if not 0 < self._at - start <= 4:
            raise PatternError("A repetition is written {2}, {2,} or {2,4}.")
        return int(self._source[start : self._at])

    def _atom(self) -> Node:
        if self._take("("):
            return self._group()
        if self._take("["):
            return self._set()
        if self._take("."):
            return _ANY
        if self._take("\\"):
            return self._escaped()
        if self._peek() in _SYNTAX:
            raise PatternError(f"'{self._peek()}' cannot stand here; write '\\{self._peek()}' for the character.")
        return _only(ord(self._next()))

    def _group(self) -> Node:
        if self._take("?"):
            self._expect(":")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise PatternError(f"Groups are nested at most {MAX_DEPTH} deep.")
        node = self._either()
        self._expect(")")
        self._depth -= 1
        return node

    def _escaped(self) -> Chars:
        char = self._next()
        if char.lower() in _CLASSES:
            return Chars(_CLASSES[char.lower()], negated=char.isupper())
        return _only(_literal(char))

    def _set(self) -> Chars:
        negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        while not self._take("]"):
            ranges.extend(self._set_item())
        if not ranges:
            raise PatternError("A set [...] is empty.")
        return Chars(tuple(ranges), negated)

    def _set_item(self) -> tuple[tuple[int, int], ...]:
        if self._peek() == "\\" and self._source[self._at + 1 : self._at + 2] in _CLASSES:
            self._at += 2
            return _CLASSES[self._source[self._at - 1]]
        low = self._set_char()
        if self._peek() != "-" or self._source[self._at + 1 : self._at + 2] == "]":
            return ((low, low),)
        self._at += 1
        high = self._set_char()
        if high < low:
            raise PatternError("A range in [...] runs from the lower to the higher character.")
        return ((low, high),)

    def _set_char(self) -> int:
        char = self._next()
        if char == "[":
            raise PatternError("Write '\\[' for the character inside [...].")
        return _literal(self._next()) if char == "\\" else ord(char)

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _take(self, char: str) -> bool:
        if self._peek() != char:
            return False
        self._at += 1
        return True

    def _expect(self, char: str) -> None:
        if not self._take(char):
            raise PatternError(f"A '{char}' is missing.")

    def _next(self) -> str:
        if self._at >= len(self._source):
            raise PatternError("The pattern ends too early.")
        self._at += 1
        return self._source[self._at - 1]


def _only(char: int) -> Chars:
    return Chars(((char, char),))


def _literal(escaped: str) -> int:
    if escaped in _CONTROLS:
        return _CONTROLS[escaped]
    if escaped not in _ESCAPABLE:
        raise PatternError(f"'\\{escaped}' is not known here.")
    return ord(escaped)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the pattern as sets of positions (bits): where it may begin and end, and whether it may be left out."""

    optional: bool
    first: int
    last: int


def _or(one: _Part, two: _Part) -> _Part:
    return _Part(one.optional or two.optional, one.first | two.first, one.last | two.last)


_NOTHING = _Part(True, 0, 0)
_START = 1


class Matcher:
    """Positions of the pattern, as bits, and for each the set of those that may stand right before it."""

    __slots__ = ("_before", "_chars", "_end")

    def __init__(self, node: Node) -> None:
        self._chars: list[Chars] = []
        self._before: list[int] = []
        whole = self._add(node)
        self._link(_START, whole.first)
        self._end = whole.last | (_START if whole.optional else 0)

    def fits(self, text: str) -> bool:
        """Whether the whole text fits the pattern."""
        if len(text) > MAX_MATCHED_LENGTH:
            return False
        here = _START
        for char in text:
            here = self._step(here, ord(char))
        return bool(here & self._end)

    def _step(self, here: int, char: int) -> int:
        there = 0
        for index, before in enumerate(self._before):
            if before & here and self._chars[index].has(char):
                there |= 2 << index
        return there

    def _add(self, node: Node) -> _Part:
        match node:
            case Chars():
                return self._position(node)
            case Sequence(parts):
                return self._in_turn(parts)
            case Either(options):
                return reduce(_or, map(self._add, options))
            case Repeat(part, least, most):
                return self._repeat(part, least, most)

    def _position(self, chars: Chars) -> _Part:
        if len(self._chars) >= MAX_POSITIONS:
            raise PatternError(f"The pattern is too large: repetitions written out, it has over {MAX_POSITIONS} parts.")
        self._chars.append(chars)
        self._before.append(0)
        bit = 1 << len(self._chars)
        return _Part(False, bit, bit)

    def _in_turn(self, parts: tuple[Node, ...]) -> _Part:
        whole = _NOTHING
        for part in parts:
            whole = self._then(whole, self._add(part))
        return whole

    def _repeat(self, node: Node, least: int, most: int | None) -> _Part:
        copies = max(least, 1) if most is None else most
        whole = _NOTHING
        for count in range(copies):
            part = self._add(node)
            if most is None and count == copies - 1:
                self._link(part.last, part.first)
            whole = self._then(whole, _Part(part.optional or count >= least, part.first, part.last))
        return whole

    def _then(self, one: _Part, two: _Part) -> _Part:
        self._link(one.last, two.first)
        return _Part(
            one.optional and two.optional,
            one.first | (two.first if one.optional else 0),
            two.last | (one.last if two.optional else 0),
        )

    def _link(self, sources: int, targets: int) -> None:
        for index in range(len(self._before)):
            if targets >> (index + 1) & 1:
                self._before[index] |= sources
