"""A browser with a profile on disk: what it keeps outlives it, as on people's own computers."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Self

from playwright.sync_api import BrowserContext, Error, Playwright


class Profile:
    def __init__(self, playwright: Playwright, chromium: str, folder: Path) -> None:
        self._playwright = playwright
        self._chromium = chromium
        self._folder = folder
        self.open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Error):
            self.context.close()

    def open(self) -> None:
        self.context: BrowserContext = self._playwright.chromium.launch_persistent_context(
            self._folder, executable_path=self._chromium, args=["--no-sandbox"]
        )

    def kill(self) -> None:
        """The power fails, as far as the browser can tell."""
        os.kill(self._process(), signal.SIGKILL)
        with suppress(Error):
            self.context.close()
        (self._folder / "SingletonLock").unlink(missing_ok=True)

    def _process(self) -> int:
        """The one of its processes that started the others."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (process / "cmdline").read_bytes().split(b"\0")
                is_first = not any(word.startswith(b"--type=") for word in words)
                if is_first and f"--user-data-dir={self._folder}".encode() in words:
                    return int(process.name)
        raise LookupError(f"no browser has {self._folder}")
