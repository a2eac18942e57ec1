"""Who is signed in with this browser, over HTTP: for pages that ask, and that let one sign in again where one stands.

Signing in here is Django's `authenticate` and `login`, as on the sign-in page.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from collab.accounts.endpoint import Refused, endpoint, public_endpoint
from collab.accounts.models import User
from collab.protocol.codec import read_object
from collab.protocol.codes import ErrorCode
from collab.protocol.errors import ProtocolError


@public_endpoint("GET", "POST")
def session(request: HttpRequest) -> HttpResponse:
    """``GET``: who is here, or why nobody is, and a token for the next request. ``POST {username, password}``."""
    if request.method == "POST":
        return JsonResponse({"user": _described(_signed_in(request))})
    ended = getattr(request, "ended", None)
    return JsonResponse(
        {
            "user": _described(request.user),
            "csrf_token": get_token(request),
            "ended": None if ended is None else ended.wire(),
        }
    )


@endpoint("POST")
def activity(request: HttpRequest, user: User) -> HttpResponse:
    """I am still here: what every request says, for a page that has nothing else to ask."""
    return HttpResponse(status=204)


def _signed_in(request: HttpRequest) -> User:
    name, password = _credentials(request)
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, User):  # tried too often, it is answered with 429 above this
        raise Refused(400, ErrorCode.INVALID, _("This password is not right."))
    login(request, user)
    return user


def _credentials(request: HttpRequest) -> tuple[str, str]:
    try:
        body = read_object(request.body)
    except ProtocolError as error:
        raise Refused(400, error.code, error.message) from None
    name, password = body.get("username"), body.get("password")
    if not isinstance(name, str) or not isinstance(password, str):
        raise Refused(400, ErrorCode.MALFORMED, _("A sign-in has a username and a password."))
    return User.normalize_username(name), password


def _described(user: Any) -> dict[str, str] | None:
    if not user.is_authenticated:
        return None
    return {"id": str(user.pk), "name": str(user), "username": user.get_username()}
