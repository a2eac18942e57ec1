"""The pages of signing in and of passwords: Django's views, with what they leave open closed.

What setting a password by mail takes is in `password_reset`, how often one may be wrong in `attempts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from collab.accounts import attempts
from collab.accounts.fence import hold
from collab.accounts.models import User
from collab.accounts.password_reset import AskForm, minutes_valid, set_once
from collab.protocol.codes import ErrorCode

uncached = method_decorator(never_cache, name="dispatch")


# --- signing in ------------------------------------------------------------------------------------


class SignInPage(auth.LoginView):
    redirect_authenticated_user = True

    def get_redirect_url(self, *args: Any) -> str:
        """Not back here, where Django would fail, nor out again: who signs in wants in."""
        url = super().get_redirect_url(*args)
        return "" if urlsplit(url).path in (self.request.path, reverse("logout")) else url


def locked(request: HttpRequest, response: HttpResponse, credentials: Mapping[str, Any] | None) -> HttpResponse:
    """Stands in for what a view answers where a name was tried too often. Whether anybody has it is not said."""
    seconds = ceil(attempts.wait_left(request, credentials).total_seconds())
    answer = _locked(request, minutes=max(1, ceil(seconds / 60)))
    answer["Retry-After"] = str(seconds)
    add_never_cache_headers(answer)
    return answer


def _locked(request: HttpRequest, *, minutes: int) -> HttpResponse:
    wait = ngettext("Please wait %(n)d minute.", "Please wait %(n)d minutes.", minutes) % {"n": minutes}
    if request.path.startswith("/api/"):
        message = _("The password was wrong too often.") + " " + wait
        return JsonResponse({"code": ErrorCode.TOO_MANY, "message": message}, status=429)
    return render(request, "registration/locked.html", {"minutes": minutes}, status=429)


# --- a new password, by mail -----------------------------------------------------------------------


@uncached
class AskReset(auth.PasswordResetView):
    form_class = AskForm
    email_template_name = "registration/password_reset_email.txt"


@uncached
class ResetAsked(auth.PasswordResetDoneView):
    extra_context = {"minutes": minutes_valid}


@uncached
class Reset(auth.PasswordResetConfirmView):
    def get_user(self, uidb64: str) -> User | None:
        """A link stops working with the account."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        person = set_once(form, self.request)
        if person is None:
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        if self.request.user.is_authenticated and self.request.user != person:
            del self.request.session[auth.INTERNAL_RESET_SESSION_TOKEN]
        else:
            self.request.session.flush()  # it may be of a sign-in that the new password has ended
        return HttpResponseRedirect(self.get_success_url())


@uncached
class ResetDone(auth.PasswordResetCompleteView):
    pass


# --- a new password, signed in ---------------------------------------------------------------------


class ChangeForm(PasswordChangeForm):
    """Asks for the old password as the sign-in page does, so that it cannot be guessed here either."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if authenticate(self._request, username=self.user.get_username(), password=password) is None:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


@uncached
class ChangePassword(auth.PasswordChangeView):
    form_class = ChangeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Not where the sign-in has ended meanwhile: an older device changes no password (I5)."""
        person = form.save(commit=False)  # the hashing, before anything is locked
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=person.pk)  # before the sign-in, as who ends it does
            hold(self.request)
            person.save()
        update_session_auth_hash(self.request, person)
        return HttpResponseRedirect(self.get_success_url())


@uncached
class PasswordChanged(auth.PasswordChangeDoneView):
    pass
