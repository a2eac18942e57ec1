"""Who a session cookie stands for, asked outside a request: by a socket, in a thread that may block."""

from collections.abc import Iterable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone

from collab.accounts.models import User


def user_of_session(session_key: str | None) -> User | None:
    """The active person who is signed in by this session; None where nobody is."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def signed_in(session_keys: Iterable[str]) -> set[str]:
    """Which of these sessions still are: a sign-out, or another sign-in in the same browser, deletes them."""
    store = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
    living = store.objects.filter(session_key__in=set(session_keys), expire_date__gt=timezone.now())
    return set(living.values_list("session_key", flat=True))
