"""Mails are sent off the request: nobody waits for a mail server, and no answer's time tells who has an account."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import Final

from django.db import connection

log = logging.getLogger(__name__)

THREADS: Final = 2
WAITING: Final = 200


class Mailing:
    """A few threads and a bounded queue. What is under way when the process ends is still sent."""

    def __init__(self, *, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="mail")
        self._waiting = waiting
        self._open = 0
        self._changed = Condition()

    def hand_over(self, job: Callable[[], None]) -> None:
        """Does it soon. Where too much waits already it is left out: the page answers the same."""
        with self._changed:
            full = self._open >= self._waiting
            if not full:
                self._open += 1
        if full:
            log.error("Mail was left out: %d are waiting.", self._waiting)
        else:
            self._threads.submit(self._do, job)

    def settle(self, timeout: float) -> bool:
        """Waits until nothing is under way."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, timeout)

    def _do(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:  # without its text and its trace: an address may be in them
            log.error("A mail failed: %s.", type(error).__name__)
        finally:
            connection.close()
            with self._changed:
                self._open -= 1
                self._changed.notify_all()


mailing: Final = Mailing(threads=THREADS, waiting=WAITING)
