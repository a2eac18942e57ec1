"""What a request hears of its sign-in: whether it is live, and if not, why.

`Sessions` stands in for Django's SessionMiddleware, `OneDevice` comes right after AuthenticationMiddleware.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from collab.accounts import idle, sign_ins
from collab.accounts.audit import in_request
from collab.accounts.ended import Ended
from collab.accounts.fence import SignedOut
from collab.accounts.models import SignIn, User
from collab.accounts.sign_ins import Overtaken
from collab.protocol.codes import ErrorCode

Answer = Callable[[HttpRequest], HttpResponse]

NOT_ACTIVITY = {"/api/session/"}
"""Addresses that pages ask by themselves."""


class Sessions(SessionMiddleware):
    """Django's, but that a cookie whose sign-in ended stays: the reason can be told as long as it comes."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "ended", None) is not None and request.session.is_empty():
            return response
        key = request.session.session_key
        try:
            return super().process_response(request, response)
        except SessionInterrupted:  # a newer sign-in deleted the session while the request was under way
            late = signed_out(request, sign_ins.ended(key))
            if key is not None:  # so that the sign-in page can say why
                late.set_cookie(
                    settings.SESSION_COOKIE_NAME,
                    key,
                    domain=settings.SESSION_COOKIE_DOMAIN,
                    path=settings.SESSION_COOKIE_PATH,
                    secure=settings.SESSION_COOKIE_SECURE,
                    httponly=settings.SESSION_COOKIE_HTTPONLY,
                    samesite="Lax",
                )
            return late


class OneDevice:
    """Makes a request of an ended sign-in anonymous, and says why: ``request.sign_in``, ``request.ended``."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.sign_in, request.ended = _read(request)  # type: ignore[attr-defined]
        with in_request(request):
            response = self._get_response(request)
            try:
                sign_ins.follow(request)
            except Overtaken:
                return _overtaken(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case SignedOut():
                return signed_out(request, exception.ended)
            case Overtaken():
                return _overtaken(request)
            case _:
                return None


def _read(request: HttpRequest) -> tuple[SignIn | None, Ended | None]:
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not cookie:
        return None, None
    generation = request.session.get(sign_ins.GENERATION)
    user = request.user
    if isinstance(user, User):
        sign_in = sign_ins.live(user, generation)
        if sign_in is not None:
            if request.path not in NOT_ACTIVITY:
                idle.seen(sign_in, now=timezone.now())
            return sign_in, None
        request.user = AnonymousUser()
    return None, sign_ins.ended(cookie, generation)


def signed_out(request: HttpRequest, ended: Ended | None) -> HttpResponse:
    """What a request gets that came too late: 401 with a code, or the way to the sign-in page."""
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(refusal(ended), status=401)
    else:
        after = "" if request.path == settings.LOGIN_URL else f"?{urlencode({'next': request.get_full_path()})}"
        response = HttpResponseRedirect(f"{settings.LOGIN_URL}{after}")
    add_never_cache_headers(response)
    return response


def _overtaken(request: HttpRequest) -> HttpResponse:
    """Whoever signed in with what was right a moment ago is not signed in, and may try again."""
    request.session.flush()  # `login()` has put them there
    message = gettext("While you were signing in, the password was changed or the account was closed.")
    if request.path.startswith("/api/"):
        return JsonResponse({"code": ErrorCode.INVALID, "message": message}, status=400)
    messages.error(request, message)
    return signed_out(request, None)


def refusal(ended: Ended | None) -> dict[str, str | None]:
    """The body of a 401: who is not signed in is told why, where that is known."""
    if ended is None:
        return {"code": ErrorCode.NOT_SIGNED_IN, "message": gettext(ErrorCode.NOT_SIGNED_IN.message)}
    return {"code": ended.error, "message": ended.reason, "device": ended.device, "at": ended.instant}
