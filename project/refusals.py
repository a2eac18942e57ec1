"""What is answered where no view is reached: JSON under `/api/`, Django's own pages elsewhere."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.csrf import csrf_failure as csrf_failure_page
from django.views.decorators.cache import never_cache

from collab.protocol.codes import ErrorCode


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A request without the page's token. Who is not signed in is told that instead: there was nothing to forge."""
    if not request.path.startswith("/api/"):
        return csrf_failure_page(request, reason=reason)
    code, status = (ErrorCode.CSRF, 403) if request.user.is_authenticated else (ErrorCode.NOT_SIGNED_IN, 401)
    return JsonResponse({"code": code, "message": gettext(code.message)}, status=status)
