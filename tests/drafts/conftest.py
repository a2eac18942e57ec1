"""People with drafts, and the script or page that speaks for one of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from collab.accounts.models import End, SignIn, User
from collab.accounts.sign_ins import end

SAVE = "/api/save-draft/"
PATIENCE = 30
Answer = tuple[int, Any]
T = TypeVar("T")


class Page:
    """A page of somebody: a session cookie, a CSRF token, and the version it builds on."""

    def __init__(self, user: User | None, *, token: bool = True) -> None:
        self.client = Client(enforce_csrf_checks=True)
        if user is not None:
            self.client.force_login(user)
        self.client.cookies["csrftoken"] = "a" * 32
        self.headers = {"X-CSRFToken": "a" * 32} if token else {}

    def save(self, form: Any, data: Any, base: Any, **headers: str) -> Answer:
        return self.post({"form_identifier": form, "data": data, "base_version": base}, **headers)

    def post(self, body: Any, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else stringify(body)
        answer = self.client.post(SAVE, raw, content_type="application/json", headers={**self.headers, **headers})
        return self._read(answer)

    def load(self, form: str, **headers: str) -> Answer:
        return self._read(self.client.get(f"/api/load-draft/{form}/", headers=headers))

    def discard(self, form: str, **headers: str) -> Answer:
        return self._read(self.client.delete(f"/api/drafts/{form}/", headers={**self.headers, **headers}))

    def _read(self, answer: Any) -> Answer:
        assert answer["Content-Type"] == "application/json", answer.content[:200]
        assert "no-store" in answer["Cache-Control"]
        return answer.status_code, answer.json()


def overtaken(user: User, path: str, *, method: str = "POST", **body: Any) -> HttpRequest:
    """A request that was let in, and whose sign-in ended before it wrote anything."""
    Client().force_login(user)
    request: Any = RequestFactory().generic(method, path)
    if method == "POST":
        request = RequestFactory().post(path, **body)
    request.user = user
    request.sign_in = SignIn.objects.get(user=user, ended_at=None)
    end([user.pk], End.BY_ADMIN)
    return cast(HttpRequest, request)


def stringify(body: Any) -> bytes:
    """As a browser does: half a surrogate pair is escaped, the rest is as it is."""
    text = json.dumps(body, ensure_ascii=False)
    return "".join(f"\\u{ord(each):04x}" if "\ud800" <= each <= "\udfff" else each for each in text).encode()


def at_once(*works: Callable[[], T]) -> list[T]:
    """Runs each in a thread with a connection of its own, all let go at the same moment."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        try:
            gate.wait(PATIENCE)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result(PATIENCE) for future in [threads.submit(run, work) for work in works]]


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def page(alice: User) -> Page:
    return Page(alice)
