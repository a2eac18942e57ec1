"""The peers that run on Node.js: installing them when they are first needed, starting one, saying their versions.

What they are is in `peers/package.json`; what each serves, in a small script beside it.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from bench.processes import HOST, ROOT, until_stopped
from tests import services

PEERS = ROOT / "bench" / "peers"
PACKAGE = PEERS / "package.json"
INSTALLED = PEERS / "node_modules" / ".installed"
NODE = (sys.executable, "-m", "tests.node")
SHOWN = ("@hocuspocus/server", "@y/websocket-server", "sharedb", "sharedb-postgres", "yjs", "ws")


@contextmanager
def serving(
    script: str, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[int, int]]:
    """One of the scripts, on a free port: the port and the process id. Stopped at the end."""
    install()
    port = services.free_port()
    command = [*NODE, "node", str(PEERS / script), HOST, str(port), *arguments]
    wanted = {**os.environ, "DATABASE_URL": "", "NODE_ENV": "production", **environment}
    with subprocess.Popen(command, cwd=ROOT, env=wanted, stdin=subprocess.DEVNULL) as process:
        with until_stopped(process, port, by=signal.SIGKILL):
            yield port, process.pid


def install() -> None:
    """Once, and again when `package.json` has changed. Nothing that a package brings is run while installing it."""
    command = [*NODE, "npm", "install", "--prefix", str(PEERS), "--silent", "--ignore-scripts", "--no-package-lock"]
    with PACKAGE.open() as package:
        fcntl.flock(package, fcntl.LOCK_EX)  # tests that run side by side all come here
        if INSTALLED.exists() and INSTALLED.stat().st_mtime >= PACKAGE.stat().st_mtime:
            return
        subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=300)
        INSTALLED.touch()


def versions() -> dict[str, str]:
    wanted = json.loads(PACKAGE.read_text(encoding="utf-8"))["dependencies"]
    node = subprocess.run(
        [*NODE, "node", "--version"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    return {"Node.js": f"Node.js {node.stdout.strip()}", **{name: f"{name} {wanted[name]}" for name in SHOWN}}
