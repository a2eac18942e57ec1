"""Ranks: keys that order the rows of a table, with room for another between any two.

A rank is six base-62 digits (the place) and a fraction without trailing zeros, compared as ASCII. Rows added at
an end take the next place, so that a table filled from top to bottom has short ranks; a row added between two
neighbours takes a fraction. After David Greenspan, "Implementing fractional indexing" (2020).
"""

from __future__ import annotations

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
PLACE_DIGITS = 6
MIDDLE = BASE**PLACE_DIGITS // 2


def between(before: str | None, after: str | None) -> str:
    """A rank above ``before`` and below ``after``; None is the open end."""
    if before is None and after is None:
        return _place(MIDDLE)
    if after is None:
        assert before is not None
        return _place(_number(before) + 1)
    if before is None:
        return _place(_number(after) - 1)
    if before >= after:
        raise ValueError("ranks must ascend")
    low, high = _number(before), _number(after)
    if high - low > 1 or (high > low and len(after) > PLACE_DIGITS):
        return _place(low + 1)
    upper = after[PLACE_DIGITS:] if high == low else None
    return _place(low) + _fraction_between(before[PLACE_DIGITS:], upper)


def spread(count: int) -> list[str]:
    """So many ranks, short and ascending, with room at both ends."""
    first = MIDDLE - count // 2
    return [_place(first + number) for number in range(count)]


def _fraction_between(low: str, high: str | None) -> str:
    """A fraction between two others, read as digits behind the point; ``high`` None is 1."""
    found: list[str] = []
    place = 0
    while True:
        bottom = DIGITS.index(low[place]) if place < len(low) else 0
        top = BASE if high is None else DIGITS.index(high[place]) if place < len(high) else 0
        place += 1
        if top - bottom > 1:
            found.append(DIGITS[(bottom + top) // 2])
            return "".join(found)
        found.append(DIGITS[bottom])
        if top > bottom:
            high = None


def _number(rank: str) -> int:
    number = 0
    for digit in rank[:PLACE_DIGITS]:
        number = number * BASE + DIGITS.index(digit)
    return number


def _place(number: int) -> str:
    if not 0 <= number < BASE**PLACE_DIGITS:
        raise ValueError("no place left at this end of the table")
    digits = []
    for _ in range(PLACE_DIGITS):
        number, digit = divmod(number, BASE)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
