"""nginx before the web processes, where there is one: finds it, and fills in the configuration of the container."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.cluster.programs import Program
from deploy.cluster.stores import DEPLOY, folder_for
from tests.services import Account

PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"  # where it is, and PATH often is not
PLACEHOLDER = re.compile(r"\$\{(FORMROOM_[A-Z_]+)\}")


def find_nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{PLACES}")


def configuration(values: Mapping[str, str]) -> str:
    """nginx.conf, with what the container's `envsubst` would put in."""
    template = (DEPLOY / "nginx/nginx.conf.template").read_text(encoding="utf-8")
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)


def proxy(nginx: str, parent: Path, *, host: str, port: int, to: Sequence[int], trusted: str) -> Program:
    """nginx on `host` and `port`, before the web processes at the ports `to`. Who is `trusted` ends TLS before it."""
    account = Account.unprivileged()
    folder = folder_for(account, parent, "nginx")
    shown = f"[{host}]" if ":" in host else host
    path = folder / "nginx.conf"
    path.write_text(
        configuration(
            {
                "FORMROOM_LISTEN": f"{shown}:{port}",
                "FORMROOM_UPSTREAM": " ".join(f"server 127.0.0.1:{number} fail_timeout=2s;" for number in to),
                "FORMROOM_TRUSTED_PROXY": trusted,
                "FORMROOM_PROXY_DIR": str(folder),
                "FORMROOM_PROXY_LOG": str(folder / "access.log"),
            }
        ),
        encoding="utf-8",
    )
    return Program(
        name="proxy",
        command=[nginx, "-c", path, "-e", "stderr", "-g", "daemon off;"],
        environment={"PATH": os.environ["PATH"]},
        directory=folder,
        answers=lambda: listens(host, port),
        account=account,
    )


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True
