"""How often a password was wrong: five times for a name from an address, then that pair waits 15 minutes.

django-axes counts; here is what it counts by and what it may keep. People type passwords where the user name belongs,
so a name is stored as a keyed digest only, and of what else was sent nothing. The audit hears of each failure, and
of a lock once; which account it was is said only where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from unicodedata import normalize

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_credentials
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from collab.accounts.audit import audit
from collab.accounts.device import client_address
from collab.accounts.models import AuditKind, User
from collab.document.values import unstorable_text

Credentials = Mapping[str, Any]

NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has all the others of its network."""


# --- what attempts are counted by ------------------------------------------------------------------


def name_of(request: HttpRequest, credentials: Credentials | None) -> str:
    """A digest of the user name, the same for all spellings that Django takes for one."""
    return _digest(_typed(request, credentials))


def address_of(request: HttpRequest) -> str | None:
    """Where the attempt comes from."""
    address = client_address(request)
    if address is None or not isinstance(ip_address(address), IPv6Address):
        return address
    network = ip_network(f"{address.partition('%')[0]}/{NETWORK_BITS}", strict=False)
    return str(network.network_address)


def _typed(request: HttpRequest, credentials: Credentials | None) -> str:
    source: Mapping[str, Any] = credentials or request.POST
    name = normalize("NFKC", str(source.get(User.USERNAME_FIELD) or "").strip())
    return "" if unstorable_text(name) else name


def _digest(username: str) -> str:
    return salted_hmac(__name__, username, algorithm="sha256").hexdigest()


# --- what is made of them --------------------------------------------------------------------------


class Attempts(AxesDatabaseHandler):
    """Axes' own, with the audit, and less the housekeeping at every sign-in: what is too old goes at a failure."""

    def user_login_failed(
        self, sender: Any, credentials: Credentials, request: HttpRequest | None = None, **more: Any
    ) -> None:
        if request is None or request.axes_locked_out:  # type: ignore[attr-defined]
            # What bounces off a lock is not counted, nor written down: a guesser must not fill the audit.
            super().user_login_failed(sender, credentials, request, **more)
            return
        user = User.objects.filter(username=_typed(request, credentials)).first()
        audit(AuditKind.FAILED, user=user, request=request)
        super().user_login_failed(sender, credentials, request, **more)
        if request.axes_locked_out:  # type: ignore[attr-defined]
            audit(AuditKind.LOCKED_OUT, user=user, request=request)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
        self.reset_user_attempts(request, get_credentials(user.get_username()))

    def user_logged_out(self, sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
        pass


@receiver(pre_save, sender=AccessAttempt)
def _keep_nothing_of_what_was_sent(instance: AccessAttempt, **_: Any) -> None:
    instance.get_data = instance.post_data = ""


def forget(user: User) -> None:
    """Lifts the locks of somebody who has shown that the account is theirs."""
    AccessAttempt.objects.filter(username=_digest(user.get_username())).delete()


def wait_left(request: HttpRequest, credentials: Credentials | None) -> timedelta:
    """For how long at most the name is still locked for this address."""
    tried = AccessAttempt.objects.filter(username=name_of(request, credentials), ip_address=address_of(request))
    newest = tried.aggregate(newest=Max("attempt_time"))["newest"]
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    return cool_off if newest is None else max(newest + cool_off - timezone.now(), timedelta())
