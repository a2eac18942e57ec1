"""What the addresses of every room's API share: JSON out, refusals as ``{code, message}``, the person signed in.

Each room has its own table of failures; who is not signed in is answered here, and told why where that is known.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from collab.accounts.middleware import refusal as not_signed_in
from collab.protocol.codes import ErrorCode

if TYPE_CHECKING:
    from collab.accounts.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
PersonalView = Callable[Concatenate[HttpRequest, "User", P], HttpResponse]


class Refused(Exception):
    """A request that is answered by a status, a code and a message, the code's own if no other is given.

    ``retry_after``: in so many seconds the same may be asked again.
    """

    def __init__(
        self, status: int, code: str, message: str | None = None, *, retry_after: int | None = None, **more: Any
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message if message is not None else gettext(ErrorCode(code).message)
        self.more = more
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}

    def response(self) -> HttpResponse:
        told = {"code": self.code, "message": self.message, **self.more}
        return JsonResponse(told, status=self.status, headers=self.headers)


Refusal = Callable[[Exception], Refused | None]
"""What is answered to a failure; None where it is not an expected one."""


def endpoint(*methods: str, refusal: Refusal = lambda error: None) -> Callable[[PersonalView[P]], View[P]]:
    """An address of the API for who is signed in."""

    def decorate(view: PersonalView[P]) -> View[P]:
        @public_endpoint(*methods, refusal=refusal)
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return JsonResponse(not_signed_in(getattr(request, "ended", None)), status=401)
            return view(request, request.user, *args, **kwargs)

        return answer

    return decorate


def public_endpoint(*methods: str, refusal: Refusal = lambda error: None) -> Callable[[View[P]], View[P]]:
    """An address of the API for everybody."""

    def decorate(view: View[P]) -> View[P]:
        @never_cache
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise Refused(405, ErrorCode.METHOD_NOT_ALLOWED)
                return view(request, *args, **kwargs)
            except Exception as error:
                refused = error if isinstance(error, Refused) else refusal(error)
                if refused is None:
                    raise
                return refused.response()

        return answer

    return decorate
