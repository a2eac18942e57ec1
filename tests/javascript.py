"""Runs the JavaScript tests: every `*.test.js` under tests/, in Node's own test runner.

python -m tests.node python -m tests.javascript [name…]     # only files whose path holds one of the names
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_NODE = {"browser"}  # folders whose JavaScript runs elsewhere


def test_files(names: Sequence[str]) -> list[str]:
    paths = (path.relative_to(ROOT) for path in sorted((ROOT / "tests").rglob("*.test.js")))
    return [
        str(path)
        for path in paths
        if not NOT_NODE & set(path.parts) and (not names or any(name in str(path) for name in names))
    ]


def main(names: Sequence[str]) -> int:
    files = test_files(names)
    if not files:
        print("no JavaScript tests found", file=sys.stderr)
        return 1
    return subprocess.run(["node", "--test", *files], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
