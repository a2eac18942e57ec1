"""A channel layer that loses every message, and says nothing."""

from __future__ import annotations

from typing import Any

from channels.layers import InMemoryChannelLayer


class Silent(InMemoryChannelLayer):
    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        pass
