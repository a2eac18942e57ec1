"""Who a user name and a password belong to, unless that name was tried too often from that address.

The one backend, so that any code may call `login()` without naming it. What counts as too often, `attempts` knows.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from axes.backends import AxesStandaloneBackend
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from collab.accounts.models import User
from collab.document.values import unstorable_text


class PasswordBackend(AxesStandaloneBackend, ModelBackend):
    """Looks for a lock before the password and after it: guesses sent all at once get past the first look together."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        self._refuse_if_locked(request, username, password)
        if unstorable_text(username or "") or unstorable_text(password or ""):
            return None  # nobody is called that; the database and the hasher would fail on it
        user = ModelBackend.authenticate(self, request, username, password, **more)
        if user is not None:
            self._refuse_if_locked(request, username, password)
        return user

    async def aauthenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        """ModelBackend's own would ask for no lock."""
        return await sync_to_async(self.authenticate)(request, username, password, **more)

    def _refuse_if_locked(self, request: HttpRequest | None, username: str | None, password: str | None) -> None:
        AxesStandaloneBackend.authenticate(self, request, username, password)
