"""How an administrator signs people out, from whichever list they chose them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.accounts import sign_ins
from collab.accounts.models import End, SignIn

ACTION = "sign_out"
SURE = "sure"


def may_sign_out(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("accounts.change_user"))


def sign_out(
    model_admin: admin.ModelAdmin[Any], request: HttpRequest, chosen: Collection[SignIn], *, wholly: bool
) -> HttpResponse | None:
    """Ends these live sign-ins, or ``wholly`` all that their people have by then; says how many they were.

    An administrator who would end their own is asked first, and then leaves the admin.
    """
    people = {sign_in.user_id: sign_in.user for sign_in in chosen}
    only = None if wholly else [sign_in.generation for sign_in in chosen]
    own = _own(request) in {sign_in.generation for sign_in in chosen}
    if own and SURE not in request.POST:
        return _ask(model_admin, request, others=len(chosen) - 1)
    count = sign_ins.end(people, End.BY_ADMIN, only=only, request=request)
    LogEntry.objects.log_actions(request.user.pk, list(people.values()), CHANGE, _("Signed out."))  # type: ignore[arg-type]
    if own:
        logout(request)
    messages.add_message(request, messages.SUCCESS if count else messages.INFO, _said(len(people), count))
    return redirect("login") if own else None


def _own(request: HttpRequest) -> int | None:
    sign_in: SignIn | None = getattr(request, "sign_in", None)
    return None if sign_in is None else sign_in.generation


def _said(people: int, devices: int) -> str:
    if not devices:
        return _("None of them was signed in.")
    who = ngettext("%d person", "%d people", people) % people
    where = ngettext("%d device", "%d devices", devices) % devices
    return _("Signed out: %(who)s, on %(where)s.") % {"who": who, "where": where}


def _ask(model_admin: admin.ModelAdmin[Any], request: HttpRequest, *, others: int) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("You are about to sign yourself out"),
        "opts": model_admin.opts,
        "others": others,
        "action": ACTION,
        "sure": SURE,
        "select_across": request.POST.get("select_across", "0"),
        "checkbox": ACTION_CHECKBOX_NAME,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
    }
    return TemplateResponse(request, "admin/accounts/sign_out_myself.html", context)
