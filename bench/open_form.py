"""`python -m bench.open_form`: how long a big form takes to open, and whether an edit costs more in it.

One person alone, so that nothing waits for anything: the page, the same over the API, a join (from the upgrade to the
last byte of `joined`), and one edit (from `submit` to `acked`). Medians, as a browser on the same machine sees them.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from time import perf_counter
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from bench import report
from bench.processes import HOST
from bench.targets import prepare, serving, surroundings

COLUMNS = 10
SIZES = (100, 10_000)  # cells
OPENINGS = 5
EDITS = 200
OPS_AT_ONCE = 100  # the most that a submit may hold


class Tab:
    """One browser tab of the protocol, as plain as it gets."""

    def __init__(self, address: str, cookie: str) -> None:
        self._address = address
        self._cookie = cookie
        self._seq = 0
        self.version = 0

    @contextmanager
    def joined(self) -> Iterator[ClientConnection]:
        with connect(
            f"ws://{self._address}",
            origin=Origin(f"http://{self._address.partition('/')[0]}"),
            additional_headers={"Cookie": self._cookie},
            max_size=None,
            compression=None,
            proxy=None,
        ) as socket:
            socket.send(json.dumps({"type": "join", "client_id": "bench-open", "since": None, "want": "snapshot"}))
            self.answer(socket, "joined")
            yield socket

    def submit(self, socket: ClientConnection, ops: list[dict[str, Any]]) -> None:
        self._seq += 1
        socket.send(json.dumps({"type": "submit", "seq": self._seq, "base": self.version, "ops": ops}))
        acked = json.loads(self.answer(socket, "acked"))
        if acked["rejected"]:
            raise RuntimeError(f"rejected: {acked['rejected'][0]}")
        self.version = acked["version"]

    @staticmethod
    def answer(socket: ClientConnection, kind: str) -> str:
        """The next frame of that type; read by its beginning, since what takes long here should be the server."""
        while True:
            frame = str(socket.recv(timeout=60))
            if f'"type":"{kind}"' in frame[:60]:
                return frame


def table() -> dict[str, Any]:
    columns = [{"key": f"c{number}", "type": "number", "label": f"Column {number}"} for number in range(COLUMNS)]
    tables = [{"key": "readings", "title": "Readings", "columns": columns}]
    return {"key": "big", "title": "Big", "sections": [{"key": "all", "title": "All", "tables": tables}]}


def fill(tab: Tab, *, rows: int) -> None:
    """Through the front door: as ops."""
    names = [f"row-{number:06}" for number in range(rows)]
    ops: list[dict[str, Any]] = [
        {"kind": "add_row", "table": "readings", "row": name, "after": before}
        for name, before in zip(names, [None, *names], strict=False)
    ]
    ops += [set_cell(name, column, number + column) for number, name in enumerate(names) for column in range(COLUMNS)]
    with tab.joined() as socket:
        for start in range(0, len(ops), OPS_AT_ONCE):
            tab.submit(socket, ops[start : start + OPS_AT_ONCE])


def set_cell(row: str, column: int, value: float) -> dict[str, Any]:
    return {"kind": "set", "table": "readings", "row": row, "field": f"c{column}", "value": value}


def measure(address: str, form: str, cookie: str, *, cells: int) -> dict[str, float]:
    tab = Tab(f"{address}/ws/forms/{form}/", cookie)
    fill(tab, rows=cells // COLUMNS)

    def join() -> None:
        with tab.joined():
            pass

    def get(path: str) -> Callable[[], None]:
        return lambda: read(address, path, cookie)

    seen = {
        "page": median(get(f"/forms/{form}/"), times=OPENINGS),
        "api": median(get(f"/api/forms/{form}/"), times=OPENINGS),
        "join": median(join, times=OPENINGS),
    }
    with tab.joined() as socket:
        values = iter(range(EDITS))
        seen["edit"] = median(lambda: tab.submit(socket, [set_cell("row-000005", 5, next(values) + 0.25)]), times=EDITS)
    return seen


def read(address: str, path: str, cookie: str) -> None:
    connection = HTTPConnection(address, timeout=60)
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        response.read()
        if response.status != HTTPStatus.OK:
            raise RuntimeError(f"{path}: {response.status}")
    finally:
        connection.close()


def median(action: Callable[[], None], *, times: int) -> float:
    """In milliseconds."""
    taken = []
    for _ in range(times):
        began = perf_counter()
        action()
        taken.append((perf_counter() - began) * 1000)
    return statistics.median(taken)


def on(title: str, environment: dict[str, str]) -> Iterator[str]:
    prepared = prepare({"rooms": len(SIZES), "people": 1, "editors": 1, "definition": table()}, environment)
    with serving("asgi:application", environment) as (port, _):
        for cells, room in zip(SIZES, prepared["rooms"], strict=True):
            form = room["path"].strip("/").rpartition("/")[2]
            cookie = room["people"][0]["headers"]["Cookie"]
            seen = measure(f"{HOST}:{port}", form, cookie, cells=cells)
            figures = " | ".join(report.milliseconds(seen[name]) for name in ("page", "api", "join", "edit"))
            yield f"| {cells:,} cells | {title} | {figures} |"


def main() -> int:
    print("| form | on | page ms | API ms | join ms | one edit ms |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for target, title in (("embedded", "SQLite"), ("postgresql", "PostgreSQL and Redis")):
        with surroundings(target) as environment:
            for line in on(title, environment):
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
