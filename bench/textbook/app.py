"""The textbook: a Channels consumer per socket, a group message per socket, nothing stored, nobody signed in.

What the Channels tutorial leads to, as fast as it gets: one process, the layer in memory. It is here to be compared
with.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

settings.configure(
    SECRET_KEY="the textbook has no secrets",
    ALLOWED_HOSTS=["*"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
)

import django

django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path


class RoomConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.group = "room_" + self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        await self.channel_layer.group_send(self.group, {"type": "room.edit", "edit": content})

    async def room_edit(self, event: dict[str, Any]) -> None:
        await self.send_json(event["edit"])


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/<room>/", RoomConsumer.as_asgi())])})
