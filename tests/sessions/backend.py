"""The right password leads to the gate that the request names. Other requests are for the backend after this one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.http import HttpRequest

from collab.accounts.backend import PasswordBackend
from collab.accounts.models import User
from tests.sessions.gate import GATES, HEADER, pass_through


class GatedBackend(PasswordBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        gate = request.headers.get(HEADER) if request is not None else None
        if gate is None:
            return None
        user = super().authenticate(request, username, password, **more)
        if user is not None:
            pass_through(Path(os.environ[GATES]), gate)
        return user
