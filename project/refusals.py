"""What is answered where no view is reached: JSON under `/api/`, Django's own pages elsewhere."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.csrf import csrf_failure as csrf_failure_page
from django.views.decorators.cache import never_cache

from collab.accounts.middleware import refusal
from collab.protocol.codes import ErrorCode

SIGN_IN = "/api/session/"


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A request without the page's token. Who is not signed in is told that instead: there was nothing to forge."""
    if not request.path.startswith("/api/"):
        return csrf_failure_page(request, reason=reason)
    if request.user.is_authenticated or request.path == SIGN_IN:
        return JsonResponse({"code": ErrorCode.CSRF, "message": gettext(ErrorCode.CSRF.message)}, status=403)
    return JsonResponse(refusal(getattr(request, "ended", None)), status=401)
