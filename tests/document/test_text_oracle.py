"""Agrees op for op with the npm package ot-text-unicode: 12,000 random pairs, judged by it in Node, are judged here."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collab.document import text

ROOT = Path(__file__).resolve().parent.parent.parent
PAIRS = 12_000


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("SEED", random.randrange(1_000_000)))


def judged(seed: int) -> Iterator[dict[str, Any]]:
    """The cases of tests/js/oracle/judged.js, one a line."""
    if not (ROOT / "node_modules" / "ot-text-unicode").is_dir():
        pytest.fail("The oracle is not installed: run `npm install` first (make test does).")
    node = [sys.executable, "-m", "tests.node", "node"]
    command = [*node, "tests/js/oracle/judged.js", str(seed), str(PAIRS)]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=100).stdout.decode()
    return map(json.loads, output.splitlines())


def test_every_answer_is_the_one_of_ot_text_unicode(seed: int) -> None:
    print(f"SEED={seed}")
    pairs = 0
    for case in judged(seed):
        ours = {
            "applied": text.apply(case["text"], case["delta"]),
            "left": text.transform(case["delta"], case["other"], "left"),
            "right": text.transform(case["delta"], case["other"], "right"),
            "composed": text.compose(case["delta"], case["next"]),
            "inverted": text.invert(case["delta"], case["text"]),
            "normalized": text.normalize(case["raw"]),
            "moved": text.transform_position(case["position"], case["delta"]),
        }
        assert {**case, **ours} == case
        pairs += 1
    assert pairs == PAIRS
