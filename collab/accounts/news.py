"""What processes tell each other of accounts: whose sign-in ended, and whose rights changed.

Told when the transaction has committed, so that what was rolled back is told to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from collab import layer
from collab.accounts.ended import Ended

GROUP = "formroom.accounts"
LAYER = "accounts"
"""The channel layer that the rooms do not use, and so do not fill."""

AT_ONCE = 200  # in one message: an administrator may sign out everybody


def tell_ended(ended: Sequence[Ended]) -> None:
    """These sign-ins are over."""
    for start in range(0, len(ended), AT_ONCE):
        _tell({"type": "ended", "ended": [each.pack() for each in ended[start : start + AT_ONCE]]})


def tell_access(users: Iterable[UUID]) -> None:
    """What these people may do has changed."""
    _tell({"type": "access", "users": [str(user) for user in users]})


def _tell(message: dict[str, Any]) -> None:
    transaction.on_commit(lambda: layer.tell(GROUP, message, over=LAYER), robust=True)
