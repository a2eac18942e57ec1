"""Telling other processes something, from code that may block: through the channel layer, bounded in time.

The layer is a hint (D1): a message that is lost is only a delay, because whoever waits for it looks again by itself.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import BaseChannelLayer, get_channel_layer

from collab.logs import name_of

logger = logging.getLogger(__name__)

LAYER_SECONDS = 2.0


def tell(group: str, message: dict[str, Any], *, over: str = DEFAULT_CHANNEL_LAYER) -> None:
    """Tells every process that listens to a group; a layer that fails is logged, and nothing else."""
    layer = get_channel_layer(over)
    if layer is None:
        return
    try:
        async_to_sync(_send)(layer, group, message)
    except Exception as error:
        logger.warning("the channel layer does not answer: %s", name_of(error))


async def _send(layer: BaseChannelLayer, group: str, message: dict[str, Any]) -> None:
    async with asyncio.timeout(LAYER_SECONDS):
        await layer.group_send(group, message)
