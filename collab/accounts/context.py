"""What every template knows of the person at the page."""

from __future__ import annotations

from django.http import HttpRequest


def signed_in(request: HttpRequest) -> dict[str, object]:
    """``signed_in``: the page's person, for its scripts; None where nobody is."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"signed_in": None}
    return {"signed_in": {"user": {"id": str(user.pk), "name": str(user), "username": user.get_username()}}}
