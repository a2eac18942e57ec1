"""Group commit: everything submitted while the last transaction was under way is committed in the next.

One writer per process, for all rooms. No timer: the last transaction is the window. Forms that another
transaction holds go to a second lane and wait there, bounded, so that one held form delays no other. Owns
batching, retries and the isolation of poisonous submits; knows nothing of SQL or sockets.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from time import perf_counter
from typing import Protocol
from uuid import UUID

import django.db

from collab.database import is_lock_timeout, is_passing
from collab.document.judge import Limits
from collab.logs import name_of
from collab.rooms.commit import BatchResult, Fenced, Outcome, Submission, commit_batch
from collab.rooms.metrics import Metrics
from collab.rooms.run import Run
from collab.rooms.store import ClientKey
from collab.threads import DatabaseThreads

logger = logging.getLogger(__name__)

MAX_BATCH = 1_000
HELD_FORM_MILLISECONDS = 100
BREATH_SECONDS = 0.01
GIVE_UP_SECONDS = 30.0
RETRY_SECONDS = (0.0, 0.05, 0.2, 0.5, 1.0)

OnOutcome = Callable[[Outcome | Fenced | None], None]
_Answered = list[tuple["_Item", Outcome | Fenced | None]]


class Audience(Protocol):
    """Who hears of what was committed: the hub."""

    def handed(self, form: UUID) -> int | None: ...

    def hand(self, run: Run) -> None: ...

    def deliver(self, run: Run) -> None: ...


class _Item:
    """A submission that waits for its outcome."""

    __slots__ = ("expires", "on_outcome", "submission")

    def __init__(self, submission: Submission, on_outcome: OnOutcome, expires: float) -> None:
        self.submission = submission
        self.on_outcome = on_outcome
        self.expires = expires

    def give_up(self) -> None:
        """Waits no longer: there will be no outcome."""
        self.expires = float("-inf")


class Writer:
    """Takes submissions, commits them in batches, hands outcomes to their authors and runs to the audience.

    ``on_outcome`` is called once for every submission, in the turn in which the ops it holds are delivered and right
    before them, so that a session can tell both at once (C4 is the session's); with None where there is none to be
    had (the database is away, the form is held for too long, the writer closes): nothing is known of it then, and the
    client sends it again (C3); with ``Fenced`` where the author's sign-in is over (S1).
    """

    def __init__(
        self,
        audience: Audience,
        threads: DatabaseThreads,
        *,
        limits: Limits,
        clock: Callable[[], datetime],
        metrics: Metrics | None = None,
    ) -> None:
        self._audience = audience
        self._threads = threads
        self._limits = limits
        self._clock = clock
        self._now = asyncio.get_running_loop().time
        self._metrics = metrics or Metrics()
        self._queue: deque[_Item] = deque()
        self._held: dict[UUID, deque[_Item]] = {}
        self._wake = asyncio.Event()
        self._wake_held = asyncio.Event()
        self._closing = False
        self._main = asyncio.create_task(self._main_lane())
        self._second = asyncio.create_task(self._second_lane())

    def submit(self, submission: Submission, on_outcome: OnOutcome) -> None:
        """Queues a submission. Submissions of one client are judged in the order they came."""
        if self._closing:
            on_outcome(None)
            return
        item = _Item(submission, on_outcome, self._now() + GIVE_UP_SECONDS)
        lane = self._held.get(submission.form)
        if lane is not None:
            lane.append(item)
        else:
            self._queue.append(item)
            self._wake.set()

    @property
    def queued(self) -> int:
        """How many wait for a transaction."""
        return len(self._queue) + sum(map(len, self._held.values()))

    async def close(self) -> None:
        """Commits what is queued, then stops. What is submitted from now on has no outcome."""
        self._closing = True
        self._wake.set()
        await asyncio.gather(self._main, self._second)

    async def _main_lane(self) -> None:
        finished: tuple[_Answered, BatchResult, float] | None = None
        while True:
            batch = self._take()
            pending = asyncio.ensure_future(self._commit(batch, wait=None)) if batch else None
            if finished is not None:
                # The next transaction is under way while the room hears of this one.
                self._tell(*finished)
                finished = None
            if pending is not None:
                result = await pending
                for run in result.runs:
                    self._audience.hand(run)
                left, answered = self._sort(batch, result)
                self._put_aside(left)
                finished = answered, result, perf_counter()
            elif self._closing:
                self._wake_held.set()
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    def _take(self) -> list[_Item]:
        """The next batch. What belongs to a held form joins its lane, so that a client's submits keep their order."""
        batch: list[_Item] = []
        while self._queue and len(batch) < MAX_BATCH:
            item = self._queue.popleft()
            lane = self._held.get(item.submission.form)
            (batch if lane is None else lane).append(item)
        return batch

    def _put_aside(self, left: Sequence[_Item]) -> None:
        for item in left:
            self._held.setdefault(item.submission.form, deque()).append(item)
        if self._held:
            self._wake_held.set()

    def _sort(self, batch: Sequence[_Item], result: BatchResult) -> tuple[list[_Item], _Answered]:
        """What has no outcome and still waits for one, and what is to be told.

        What waited for too long is given up, and with it all that its client has sent after it: judged before it, that
        would make it stale for good (C3). The client sends them again, in their order.
        """
        pairs = list(zip(batch, result.outcomes, strict=True))
        now = self._now()
        given_up = {item.submission.client for item, outcome in pairs if outcome is None and item.expires <= now}
        left, answered = [], []
        for item, outcome in pairs:
            if outcome is None and item.submission.client not in given_up:
                left.append(item)
            else:
                answered.append((item, outcome))
        if given_up:
            answered += [(item, None) for item in self._withdraw(given_up)]
        return left, answered

    def _withdraw(self, clients: Set[ClientKey]) -> list[_Item]:
        """Takes all that these clients have sent out of the queues."""
        withdrawn: list[_Item] = []
        for lane in (self._queue, *self._held.values()):
            kept: list[_Item] = []
            for item in lane:
                (withdrawn if item.submission.client in clients else kept).append(item)
            lane.clear()
            lane.extend(kept)
        return withdrawn

    def _tell(self, answered: _Answered, result: BatchResult, since: float) -> None:
        """Tells of a batch that was committed at ``since``."""
        for item, outcome in answered:
            _contained(item.on_outcome, outcome)
        for run in result.runs:
            _contained(self._audience.deliver, run)
        handed_over = perf_counter()
        if logger.isEnabledFor(logging.DEBUG):
            for item, outcome in answered:
                logger.debug("submit answered: %s", _in_a_word(outcome), extra=item.submission.ids)
        self._metrics.told(((item.submission, outcome) for item, outcome in answered), handed_over - since)

    async def _second_lane(self) -> None:
        """Commits what was held: all that is free by now at once, then what one form holds, waiting a bounded while.

        Most are held for a moment, by a writer of another process; they do not wait for one that is held for long.
        """
        while True:
            while self._held:
                await self._try_held(list(self._held), wait=None)
                if self._held:
                    await self._try_held([next(iter(self._held))], wait=HELD_FORM_MILLISECONDS)
                    await asyncio.sleep(BREATH_SECONDS)  # a sign-in that is about to end is not waited for by a lock
            if self._main.done():
                return
            self._wake_held.clear()
            await self._wake_held.wait()

    async def _try_held(self, forms: Sequence[UUID], *, wait: int | None) -> None:
        lanes = {form: self._held[form] for form in forms}
        batch = [item for lane in lanes.values() for item in lane][:MAX_BATCH]
        for item in batch:
            lanes[item.submission.form].popleft()
        result = await self._commit(batch, wait=wait)
        since = perf_counter()
        for run in result.runs:
            self._audience.hand(run)
        left, answered = self._sort(batch, result)
        for item in reversed(left):
            lanes[item.submission.form].appendleft(item)
        for form, lane in lanes.items():
            del self._held[form]
            if lane:
                self._held[form] = lane  # at the end: another form's turn
        self._tell(answered, result, since)

    async def _commit(self, batch: Sequence[_Item], *, wait: int | None) -> BatchResult:
        """Commits a batch whatever it takes: again where the database failed in passing, in halves where it is ill."""
        submissions = [item.submission for item in batch]
        handed = self._handed(submissions)
        failed = 0
        while True:
            begun = perf_counter()
            try:
                result = await self._threads.run(self._transact, submissions, handed, wait)
            except Exception as error:
                if wait is not None and is_lock_timeout(error):
                    return BatchResult([None] * len(batch))
                if not is_passing(error):
                    return await self._bisect(batch, error, wait=wait)
                logger.warning("commit of %d submits failed in passing: %s", len(batch), name_of(error))
                if self._is_too_long(batch, failed):
                    return _given_up(batch)
            else:
                self._metrics.committed(len(batch), perf_counter() - begun)
                return result
            await asyncio.sleep(RETRY_SECONDS[min(failed, len(RETRY_SECONDS) - 1)])
            failed += 1

    def _is_too_long(self, batch: Sequence[_Item], failed: int) -> bool:
        """Whether the database is away for so long that the authors are better told."""
        return batch[0].expires <= self._now() or (self._closing and failed >= len(RETRY_SECONDS))

    def _transact(self, submissions: Sequence[Submission], handed: Mapping[UUID, int], wait: int | None) -> BatchResult:
        try:
            return commit_batch(
                submissions, now=self._clock(), limits=self._limits, handed=handed, wait_milliseconds=wait
            )
        except Exception:
            django.db.connection.close()  # whatever state it is in, the next attempt begins with a sound one
            raise

    def _handed(self, submissions: Sequence[Submission]) -> dict[UUID, int]:
        forms = {submission.form for submission in submissions}
        versions = {form: self._audience.handed(form) for form in forms}
        return {form: version for form, version in versions.items() if version is not None}

    async def _bisect(self, batch: Sequence[_Item], error: Exception, *, wait: int | None) -> BatchResult:
        """Finds the one submit that makes a batch fail; it alone is rejected ``internal``."""
        if len(batch) == 1:
            submission = batch[0].submission
            logger.error("submit rejected: the database cannot store it", exc_info=error, extra=submission.ids)
            if submission.poisoned:  # not even that it was rejected could be stored
                return _given_up(batch)
            batch[0].submission = submission._replace(poisoned=True)
            return await self._commit(batch, wait=wait)
        middle = len(batch) // 2
        first = await self._commit(batch[:middle], wait=wait)
        for run in first.runs:
            self._audience.hand(run)
        pairs = zip(batch[:middle], first.outcomes, strict=True)
        unanswered = {item.submission.client for item, outcome in pairs if outcome is None}
        # Behind what has no outcome yet nothing of its client is judged: the order would be lost.
        others = [item for item in batch[middle:] if item.submission.client not in unanswered]
        second = await self._commit(others, wait=wait) if others else BatchResult([])
        told = dict(zip(others, second.outcomes, strict=True))
        return BatchResult(first.outcomes + [told.get(item) for item in batch[middle:]], first.runs + second.runs)


def _given_up(batch: Sequence[_Item]) -> BatchResult:
    for item in batch:
        item.give_up()
    return BatchResult([None] * len(batch))


def _in_a_word(outcome: Outcome | Fenced | None) -> str:
    match outcome:
        case Outcome():
            return f"version {outcome.version}" + (", some refused" if outcome.rejected else "")
        case Fenced():
            return "signed out"
        case None:
            return "no outcome"


def _contained(tell: Callable[..., None], *args: object) -> None:
    """One listener's failure is logged and stops nobody else's news (I9)."""
    try:
        tell(*args)
    except Exception:
        logger.exception("a listener failed")
