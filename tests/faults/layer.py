"""The channel layer of the processes here: Formroom's own, which loses the share of the messages it is told to lose.

Owns two files in the folder of the site, through which the tests talk to all processes: ``loss`` says the share,
``lost`` grows by a byte with every message that was lost, which is the proof that some were.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

FOLDER = "FORMROOM_TESTS_FAULTS"
SEED = "FORMROOM_TESTS_SEED"


class Lossy(RedisPubSubChannelLayer):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder = Path(os.environ[FOLDER])
        self._chance = random.Random(os.environ[SEED])

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self._chance.random() < share(self._folder):
            with (self._folder / "lost").open("ab") as lost:
                lost.write(b".")
        else:
            await self._get_layer().group_send(group, message)


def share(folder: Path) -> float:
    """What part of the messages is lost now."""
    try:
        return float((folder / "loss").read_text() or 0)
    except FileNotFoundError:
        return 0.0


def lose(folder: Path, part: float) -> None:
    """From now on this part of the messages is lost."""
    new = folder / "loss.new"
    new.write_text(str(part))
    new.replace(folder / "loss")


def lost(folder: Path) -> int:
    """How many were lost so far."""
    file = folder / "lost"
    return file.stat().st_size if file.exists() else 0
