"""Finds a real Chromium for the browser tests, or installs one where that is allowed.

    python -m tests.chromium        # prints its path; installs Debian's where there is none and we are root

`CHROMIUM` names one explicitly. Tests ask `find_chromium()` and never install anything themselves.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core")
ADVICE = (
    "The browser tests need a Chromium. Install one (Debian, Ubuntu: apt-get install chromium), "
    "or set CHROMIUM to the path of one."
)


def find_chromium() -> str | None:
    """The path of a Chromium on this machine."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        # apt tells of its progress on stdout, which is for the path here
        subprocess.run(
            ["apt-get", "-qq", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            timeout=900,
            check=False,
        )


def main() -> int:
    path = find_chromium()
    if path is None and may_install():
        print("no Chromium on this machine: installing Debian's", file=sys.stderr)
        install()
        path = find_chromium()
    if path is None:
        print(ADVICE, file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
