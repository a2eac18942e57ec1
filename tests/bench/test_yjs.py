"""What the benchmark says to Yjs is Yjs, and what Yjs says it understands."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import node, yjs
from bench.processes import ROOT

# Each of `updates` (base64) is taken into one document; out comes the map, and what the document says of it all: each
# update by itself, all of them merged, and the document from the beginning.
TAKE_IN = """
import { readFileSync } from "node:fs";
import * as Y from "yjs";
const updates = JSON.parse(readFileSync(0, "utf8")).map((update) => Buffer.from(update, "base64"));
const document = new Y.Doc();
const told = [];
document.on("update", (update) => told.push(update));
for (const update of updates) Y.applyUpdate(document, update);
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const theirs = new Y.Doc();
theirs.clientID = Number(process.argv[1]);
const written = [];
theirs.on("update", (update) => written.push(update));
for (let seq = 1; seq <= 3; seq += 1) theirs.getMap("form").set("n0007", seq + 0.5);
console.log(JSON.stringify({
  map: document.getMap("form").toJSON(),
  told: told.map(base64),
  merged: base64(Y.mergeUpdates(updates)),
  whole: base64(Y.encodeStateAsUpdate(document)),
  written: written.map(base64),
}));
"""


@pytest.mark.slow
def test_yjs_takes_our_updates_and_we_take_its() -> None:
    edits = [(7, 1), (8, 1), (7, 2), (7, 3), (300, 1), (8, 2)]
    updates = [yjs.set_key(number, seq, f"n{number:04}") for number, seq in edits]
    answer = ask_yjs(TAKE_IN, updates, str(yjs.FIRST_ID + 7))
    assert answer["map"] == {"n0007": 3.5, "n0008": 2.5, "n0300": 1.5}
    assert [read(update) for update in answer["told"]] == [[edit] for edit in edits]
    assert sorted(read(answer["merged"])) == sorted(read(answer["whole"])) == sorted(edits)
    assert answer["written"] == [encoded(yjs.set_key(7, seq, "n0007")) for seq in (1, 2, 3)]


@given(st.integers(0, 100_000), st.integers(1, 1_000_000))
def test_an_edit_is_read_as_it_was_written(number: int, seq: int) -> None:
    assert yjs.Reader(yjs.set_key(number, seq, "n0001")).edits() == [(number, seq)]


@given(st.integers(0, 1 << 60))
def test_a_number_is_read_as_it_was_written_and_no_further(value: int) -> None:
    reader = yjs.Reader(yjs.varint(value) + b"rest")
    assert reader.varint() == value
    assert reader.data[reader.at :] == b"rest"


def test_another_value_than_the_one_that_was_sent_is_not_taken_for_it() -> None:
    sent = yjs.set_key(1, 1, "n0001")
    value, end = sent[-5:-1], sent[-1:]
    with pytest.raises(ValueError, match="not the one that was sent"):
        yjs.Reader(sent.removesuffix(value + end) + b"\0\0\0\0" + end).edits()


def ask_yjs(script: str, updates: list[bytes], *arguments: str) -> dict[str, Any]:
    node.install()
    command = [*node.NODE, "node", "--input-type=module", "--eval", script, *arguments]
    done = subprocess.run(
        command, cwd=node.PEERS, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True,
        text=True, input=json.dumps([encoded(update) for update in updates]), timeout=60,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def encoded(update: bytes) -> str:
    return base64.b64encode(update).decode()


def read(update: str) -> list[yjs.Edit]:
    return yjs.Reader(base64.b64decode(update)).edits()
