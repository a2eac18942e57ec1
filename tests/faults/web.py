"""A web process, as production runs it, which can be killed and started again on the same port.

    python -m tests.faults.web PORT    # serves until it is told to end

``planted`` names bugs that it is given, see `plants`. Knows nothing of what is done with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.services import die_with_parent

PLANTED = "FORMROOM_TESTS_PLANTED"
STOP_SECONDS = 20.0


@dataclass(eq=False, slots=True)
class Web:
    """A web process; its port and its log stay, its process id does not."""

    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.web", str(self.port)],
                stdout=said,
                stderr=said,
                env=self.environment,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )

    def kill(self) -> int:
        """The process is gone before it could do another thing; how it ended."""
        self.process.kill()
        return self.process.wait()

    def answers(self) -> bool:
        """Whether it says that it is alive; it listens before it has started."""
        assert self.process.poll() is None, f"a web process ended by itself:\n{self.said()[-6_000:]}"
        asking = HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            asking.request("GET", "/healthz")
            return asking.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            asking.close()

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


def main(port: int) -> None:
    import django

    from project.serving import listen, serve

    django.setup()
    from tests.faults import plants

    plants.plant(os.environ.get(PLANTED, ""))
    serve(listen("127.0.0.1", port))


if __name__ == "__main__":
    main(int(sys.argv[1]))
