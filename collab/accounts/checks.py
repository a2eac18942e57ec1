"""What `manage.py check` says of the settings that accounts stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import DatabaseError

from collab.accounts.models import User

KEY_LENGTH = 50
KEY_CHARACTERS = 5


@register(Tags.security, "formroom")
def secret_key_is_secret(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Django only warns, and only where it is asked to; but links for a new password are signed with this key."""
    key = settings.SECRET_KEY
    guessable = len(key) < KEY_LENGTH or len(set(key)) < KEY_CHARACTERS or key.startswith("django-insecure-")
    if settings.EMBEDDED or not guessable:
        return []
    hint = f"It takes {KEY_LENGTH} random characters: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    return [Error("DJANGO_SECRET_KEY can be guessed.", hint=hint, id="accounts.E002")]


@register
def service_accounts(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Who is excepted from the rule of one device should be seen by whoever looks after the site."""
    if not settings.SERVICE_ACCOUNTS:
        return []
    message = f"May be signed in on several devices at once: {', '.join(settings.SERVICE_ACCOUNTS)}."
    return [Info(message, hint="FORMROOM_SERVICE_ACCOUNTS names them.", id="accounts.I001")]


@register(Tags.database)
def service_accounts_exist(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    named = set(settings.SERVICE_ACCOUNTS)
    if not databases or not named:
        return []
    try:
        missing = named - set(User.objects.filter(username__in=named).values_list("username", flat=True))
    except DatabaseError:  # before the first migration
        return []
    return [
        Warning(f"There is no account {name}.", hint="FORMROOM_SERVICE_ACCOUNTS names it.", id="accounts.W001")
        for name in sorted(missing)
    ]
