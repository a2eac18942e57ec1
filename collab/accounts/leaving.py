"""What a person leaves behind in a browser: nothing (I7).

A middleware, right after `OneDevice`. Whoever signs out, or signs in where somebody else was, gets an answer that has
the browser clear what it keeps for the site (`Clear-Site-Data`, heeded on https and on localhost). The pages' scripts
clear it too, by what they know of whose it is. And nothing that is answered to somebody who is signed in is to be kept
by the browser: its back button asks anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from collab.accounts.ended import Ended
from collab.accounts.models import SignIn

HEADER = "Clear-Site-Data"
STORAGE = '"storage"'
_LEFT = "has_left_the_browser"


class LeaveNothing:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before: SignIn | None = getattr(request, "sign_in", None)
        ended: Ended | None = getattr(request, "ended", None)
        response = self._get_response(request)
        if getattr(request, _LEFT, False) or _took_over(request, before, ended):
            response[HEADER] = STORAGE
        if before is not None or request.user.is_authenticated:
            add_never_cache_headers(response)
        return response


@receiver(user_logged_out)
def _left(request: HttpRequest, **_: Any) -> None:
    setattr(request, _LEFT, True)


def _took_over(request: HttpRequest, before: SignIn | None, ended: Ended | None) -> bool:
    """Whether this request has signed in another person than the one whose browser it was."""
    now: SignIn | None = getattr(request, "sign_in", None)
    if now is None or now is before:
        return False
    person = _person(before, ended)
    return person is not None and person != now.user_id


def _person(before: SignIn | None, ended: Ended | None) -> UUID | None:
    if before is not None:
        return before.user_id
    found = None if ended is None else SignIn.objects.filter(pk=ended.generation).first()
    return None if found is None else found.user_id
