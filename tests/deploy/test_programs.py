"""A process is kept alive, within bounds, and ended for good."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from deploy.cluster import programs
from deploy.cluster.programs import Failed, Kept, Program

pytestmark = pytest.mark.asyncio
PATIENCE = 30.0


def program(script: str, **how: object) -> Program:
    return Program(
        name="it",
        command=[sys.executable, "-c", script],
        environment={"PATH": os.environ["PATH"]},
        directory=Path("/"),
        answers=lambda: True,
        **how,  # type: ignore[arg-type]
    )


SLEEPER = "import time; print('awake', flush=True); time.sleep(600)"


async def start(kept: Kept) -> None:
    await kept.begin()
    await kept.answering()


async def said(lines: list[str], times: int, text: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while sum(text in line for line in lines) < times:  # noqa: ASYNC110  # nothing tells of a line
            await asyncio.sleep(0.01)


async def test_one_that_dies_is_started_again_and_what_it_prints_is_said() -> None:
    lines: list[str] = []
    kept = Kept(program(SLEEPER), lines.append)
    await start(kept)
    await said(lines, 1, "it | awake")
    first = kept.pid
    os.kill(first, signal.SIGKILL)
    await said(lines, 2, "it | awake")
    assert kept.pid != first
    assert "it | ended with -9, is started again" in lines
    await kept.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(kept.pid, 0)
    assert not kept.failed.done()


async def test_one_that_does_not_stay_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "RESTARTS", 2)
    lines: list[str] = []
    kept = Kept(program("import sys; sys.exit(5)"), lines.append)
    await start(kept)
    with pytest.raises(Failed, match="it does not stay: it ended with 5"):
        await asyncio.wait_for(kept.failed, PATIENCE)
    assert len(lines) == 2
    await kept.stop()


async def test_one_that_ends_before_it_answers_is_not_tried_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    wrong = Program(
        name="it",
        command=[sys.executable, "-c", "import sys; sys.exit('no such setting')"],
        environment={},
        directory=tmp_path,
        answers=lambda: False,
        log=log,
    )
    kept = Kept(wrong, print)
    with pytest.raises(Failed, match="no such setting"):
        await start(kept)
    await kept.stop()


async def test_one_that_does_not_end_when_told_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "STOP_SECONDS", 0.2)
    lines: list[str] = []
    kept = Kept(program(f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"), lines.append)
    await start(kept)
    await said(lines, 1, "awake")
    await asyncio.wait_for(kept.stop(), PATIENCE)
    with pytest.raises(ProcessLookupError):
        os.kill(kept.pid, 0)


async def test_one_can_be_ended_while_it_waits_to_be_started_again() -> None:
    lines: list[str] = []
    kept = Kept(program("pass"), lines.append)
    await start(kept)
    await said(lines, 3, "is started again")
    await asyncio.wait_for(kept.stop(), PATIENCE)
    assert not kept.failed.done()


async def test_a_step_that_fails_says_why(tmp_path: Path) -> None:
    script = "import sys; print('made it'); sys.exit(len(sys.argv) - 1)"
    command = [sys.executable, "-c", script]
    assert await programs.run_once("step", command, {}, tmp_path) == "made it\n"
    with pytest.raises(Failed, match="step failed:\nmade it"):
        await programs.run_once("step", [*command, "wrong"], {}, tmp_path)
