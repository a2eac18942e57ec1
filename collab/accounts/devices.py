"""The page *where am I signed in*: this device, the ones before it and why they ended, and the way out of all.

Shows a person what is theirs and nobody else's. How a sign-in begins and ends, `sign_ins` knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from collab.accounts import sign_ins
from collab.accounts.models import End, SignIn

if TYPE_CHECKING:
    from collab.accounts.models import User

HISTORY: Final = 50


@dataclass(frozen=True, slots=True)
class Past:
    """A sign-in that is over, and why, in plain words."""

    sign_in: SignIn
    why: str


@login_required
@never_cache
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    mine = SignIn.objects.filter(user=_person(request)).order_by("-generation")
    live = list(mine.filter(ended_at=None))
    ended = list(mine.exclude(ended_at=None)[:HISTORY])
    context = {
        "here": getattr(request, "sign_in", None),
        "live": live,
        "history": list(_told([*live, *ended])),
        "several": any(sign_in.several for sign_in in live),
    }
    return render(request, "accounts/devices.html", context)


@never_cache
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Who is signed out already signs in again and looks: another device may have taken their place."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("devices"))
    sign_ins.end([_person(request).pk], End.EVERYWHERE, request=request)
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("login")


def _told(newest: Sequence[SignIn]) -> Iterator[Past]:
    """The ended ones among a person's newest sign-ins, newest first. What replaced one is the next that began."""
    newest_first = sorted(newest, key=lambda sign_in: sign_in.generation, reverse=True)
    for newer, sign_in in pairwise([None, *newest_first]):
        if sign_in is not None and sign_in.ended_at is not None:
            yield Past(sign_in, _why(sign_in, newer))


def _why(sign_in: SignIn, newer: SignIn | None) -> str:
    if sign_in.ended_why == End.REPLACED and newer is not None:
        return _("Signed in on %(device)s") % {"device": newer.device}
    return capfirst(sign_in.get_ended_why_display())


def _person(request: HttpRequest) -> User:
    assert request.user.is_authenticated
    return request.user
