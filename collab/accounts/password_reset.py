"""A new password by mail: asked for with an address, set once with the link.

Whether anybody has the address shows neither in the page nor in the time it takes: it is looked up off the request.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from collab.accounts import attempts
from collab.accounts.audit import audit
from collab.accounts.mailing import mailing
from collab.accounts.models import AuditEntry, AuditKind, User

log = logging.getLogger(__name__)

MAILS: Final = 3
IN: Final = timedelta(hours=1)


def minutes_valid() -> int:
    """For how long a link can be used."""
    return int(settings.PASSWORD_RESET_TIMEOUT) // 60


class AskForm(PasswordResetForm):
    """Django's, but that everything from the lookup on happens off the request, and not too often."""

    def save(self, *, request: HttpRequest, **options: Any) -> None:  # type: ignore[override]
        self._request = request
        options["extra_email_context"] = {"minutes": minutes_valid()}
        mailing.hand_over(partial(super().save, request=request, **options))

    def get_users(self, email: str) -> Iterator[User]:
        return (user for user in super().get_users(email) if isinstance(user, User) and may_ask(user, self._request))

    def send_mail(
        self, subject_template_name: str, email_template_name: str, context: dict[str, Any],
        from_email: str | None, to_email: str, html_email_template_name: str | None = None,
    ) -> None:  # fmt: skip
        subject = " ".join(render_to_string(subject_template_name, context).split())
        body = render_to_string(email_template_name, context)
        try:
            EmailMessage(subject, body, from_email, [to_email]).send()
        except Exception as error:  # without its text and its trace: the address may be in them
            log.error("The mail for a new password of %s was not sent: %s.", context["user"].pk, type(error).__name__)


def may_ask(user: User, request: HttpRequest) -> bool:
    """Whether the account gets another mail; writes down that it does."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once are counted one after the other
        lately = AuditEntry.objects.filter(user=user, kind=AuditKind.RESET_ASKED, at__gt=timezone.now() - IN)
        if lately.count() >= MAILS:
            return False
        audit(AuditKind.RESET_ASKED, user=user, request=request)
    return True


def set_once(form: SetPasswordForm[User], request: HttpRequest) -> User | None:
    """Sets the password that the form holds and ends every sign-in; None if the link was used meanwhile."""
    before = form.user.password
    person = form.save(commit=False)  # the hashing, before anything is locked
    with transaction.atomic():
        unchanged = User.objects.select_for_update(no_key=True).filter(pk=person.pk, password=before, is_active=True)
        if unchanged.first() is None:
            return None
        person.save(update_fields=["password"])
        audit(AuditKind.RESET_DONE, user=person, request=request)
    attempts.forget(person)
    return person
