"""What the live half of a process counts and times, and how Prometheus reads it.

Owns the names, which are those of docs/operations.md. Whoever counts is handed one of these; there is no global one.
Everything is counted by the batch or when something ends, never by the op or by the socket that is told of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from collab.protocol.codes import ErrorCode, TooMany
from collab.protocol.errors import ProtocolError
from collab.protocol.messages import Closing
from collab.rooms.commit import Fenced, Outcome, Submission

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client's own name for it
SECONDS = (0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
SUBMITS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_CODE = re.compile(r'"code":"([a-z_]+)"')  # in a string of the JSON the quotes would be escaped


def shared_directory() -> Path | None:
    """Where the processes behind one port keep their numbers together, so that each can tell those of all."""
    directory = os.environ.get(SHARED)
    return Path(directory) if directory else None


class Metrics:
    """One process's numbers."""

    def __init__(self) -> None:
        if (directory := shared_directory()) is not None:
            directory.mkdir(parents=True, exist_ok=True)
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)

        def count(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"formroom_{name}", says, labels, registry=registry)

        def now(name: str, says: str) -> Gauge:
            return Gauge(f"formroom_{name}", says, registry=registry, multiprocess_mode="livesum")

        def spread(name: str, says: str, buckets: Sequence[float]) -> Histogram:
            return Histogram(f"formroom_{name}", says, registry=registry, buckets=buckets)

        self._commit = spread("commit_seconds", "One transaction, its wait for a thread included", SECONDS)
        self._fan_out = spread("fanout_seconds", "From a commit until its ops are handed to the sockets here", SECONDS)
        self._batch = spread("batch_submits", "Submits in one transaction", SUBMITS)
        self._submits = count("submits", "Submits answered on sockets")
        self._ops = count("ops", "Ops in the submits that were answered")
        self._rejected = count("rejected_ops", "Ops refused, by code (C3 to C10)", "code")
        self._unanswered = count("unanswered_submits", "Submits without an outcome: the client sends them again", "why")
        self._frames = count("rejected_frames", "Frames that ended their socket, by code of the error", "code")
        self._closed = count("closed_sockets", "Sockets of rooms that were closed from here, by code", "code", "why")
        self._repaired = count("gaps_repaired", "Gaps in what was told here, read from the log (D1)")
        self._layer = count("layer_failures", "Calls of the channel layer that failed or came too late")
        self._sockets = now("sockets", "Sockets signed in: rooms and sign-in watches")
        self._sessions = now("room_sessions", "Sockets in rooms")
        self._rooms = now("rooms", "Forms open here")
        self._queue = now("queued_submits", "Submits that wait for a transaction")

    # --- what happens --------------------------------------------------------------------------------

    def committed(self, submits: int, seconds: float) -> None:
        self._batch.observe(submits)
        self._commit.observe(seconds)

    def told(self, answered: Iterable[tuple[Submission, Outcome | Fenced | None]], seconds: float) -> None:
        """The room has heard of a batch, so long after it was committed."""
        self._fan_out.observe(seconds)
        submits = ops = 0
        for submission, outcome in answered:
            if isinstance(outcome, Outcome):
                submits += 1
                ops += len(submission.ops)
                if outcome.rejected is not None:
                    self._refused(outcome.rejected)
            else:
                self._unanswered.labels("none" if outcome is None else "signed_out").inc()
        self._submits.inc(submits)
        self._ops.inc(ops)

    def _refused(self, rejected: str) -> None:
        for code in _CODE.findall(rejected):
            self._rejected.labels(code).inc()

    def closed(self, closing: Closing, error: ProtocolError | None = None) -> None:
        self._closed.labels(str(closing.code), closing.why or "").inc()
        if error is not None:
            self._frames.labels(str(error.code)).inc()
        elif closing.why == TooMany.FRAMES:
            self._frames.labels(str(ErrorCode.TOO_MANY)).inc()

    def repaired(self) -> None:
        self._repaired.inc()

    def layer_failed(self) -> None:
        self._layer.inc()

    # --- what is ---------------------------------------------------------------------------------------

    def standing(self, *, sockets: int, sessions: int, rooms: int, queued: int) -> None:
        """What is so just now."""
        self._sockets.set(sockets)
        self._sessions.set(sessions)
        self._rooms.set(rooms)
        self._queue.set(queued)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it; of all processes, where they keep their numbers together."""
        if (directory := shared_directory()) is None:
            return generate_latest(self._registry)
        _forget_the_dead(directory)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(directory))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _forget_the_dead(directory: Path) -> None:
    """Of a process that is no more, what it counted stays; what was so in it is not so any more."""
    for file in directory.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        with suppress(PermissionError):  # it lives, under another user
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                mark_process_dead(pid, path=str(directory))  # type: ignore[no-untyped-call]
