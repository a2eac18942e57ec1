"""What a bot types: text edits, sets and rows, from a seed, that fit the replica it looks at. Knows no sockets."""

from __future__ import annotations

import random
from typing import Any

from collab.document.replica import Replica

LONGEST = 400
MOST_ROWS = 25

Op = dict[str, Any]


class Typist:
    """Makes ops of one client. Every text it inserts names the submit, so that it can be found again."""

    def __init__(self, client_id: str, chance: random.Random) -> None:
        self._client_id = client_id
        self._chance = chance

    def ops(self, replica: Replica, seq: int, *, may_edit: bool) -> list[Op]:
        """The ops of one submit."""
        kinds = [self._set, self._set, self._rows]
        if may_edit:
            kinds += [self._edit] * 4
        return self._chance.choice(kinds)(replica, seq)

    def _edit(self, replica: Replica, seq: int) -> list[Op]:
        field = self._chance.choice(["notes", "title"])
        values = replica.snapshot()["values"]
        text = values.get(field, {}).get("value") or ""
        return [{"kind": "edit", "field": field, "delta": self._delta(text, seq)}]

    def _delta(self, text: str, seq: int) -> list[Any]:
        if len(text) > LONGEST:
            start, length = self._chance.randrange(len(text) // 2), self._chance.randint(1, len(text) // 2)
            return [*_skip(start), {"d": length}]
        return [*_skip(self._chance.randint(0, len(text))), f"{self._client_id[-4:]}.{seq} "]

    def _set(self, replica: Replica, seq: int) -> list[Op]:
        choices: dict[str, Any] = {
            "temperature": seq,
            "count": self._chance.randrange(1_000),
            "shift": self._chance.choice(["early", "late"]),
            "done": self._chance.random() < 0.5,
            "tags": self._chance.sample(["a", "b", "c"], 2),
        }
        fields = self._chance.sample(list(choices), self._chance.choice([1, 1, 2]))
        return [{"kind": "set", "field": field, "value": choices[field]} for field in fields]

    def _rows(self, replica: Replica, seq: int) -> list[Op]:
        rows = [row["row"] for row in replica.snapshot()["tables"]["readings"]]
        if not rows or (len(rows) < MOST_ROWS and self._chance.random() < 0.3):
            row = f"{self._client_id}-{seq}"
            added = {"kind": "add_row", "table": "readings", "row": row, "after": self._chance.choice([None, *rows])}
            return [added, _cell(row, "value", seq)]
        row = self._chance.choice(rows)
        after = self._chance.choice([None, *(each for each in rows if each != row)])
        return [
            self._chance.choice(
                [
                    _cell(row, "value", seq),
                    _cell(row, "at", f"{seq % 24:02}:{seq % 60:02}"),
                    {"kind": "move_row", "table": "readings", "row": row, "after": after},
                    {"kind": "remove_row", "table": "readings", "row": row},
                ]
            )
        ]


def _skip(count: int) -> list[int]:
    return [count] if count else []


def _cell(row: str, field: str, value: Any) -> Op:
    return {"kind": "set", "table": "readings", "row": row, "field": field, "value": value}
