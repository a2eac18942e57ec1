"""The fold of a log: the shared vectors, as every replica must have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collab.document.operations import read_op
from collab.document.replica import Replica

CASES = json.loads((Path(__file__).parent.parent / "vectors" / "operations.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_i4_the_ops_as_applied_make_the_snapshot(case: dict[str, Any]) -> None:
    replica = Replica(case["before"], case["version"])
    for step in case["steps"]:
        replica.apply(read_op(step["op"]), by=step["by"], at=step["at"])
        assert replica.version == step["version"]
    assert replica.snapshot() == case["after"]
