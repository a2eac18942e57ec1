"""What the audit says of things that code does which knows of no request."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from collab.accounts.models import AuditEntry, AuditKind, User

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

pytestmark = pytest.mark.django_db


def test_a_password_that_was_changed_on_a_page_names_the_device() -> None:
    eve = User.objects.create_user("eve", password="old-and-long-enough")
    client = Client(REMOTE_ADDR="192.0.2.7", headers={"user-agent": FIREFOX})
    client.force_login(eve)
    new = "new-and-long-enough"
    passwords = {"old_password": "old-and-long-enough", "new_password1": new, "new_password2": new}
    assert client.post("/accounts/password_change/", passwords).status_code == 302
    changed = AuditEntry.objects.get(kind=AuditKind.PASSWORD_CHANGED)
    assert (changed.user, changed.device, changed.address) == (eve, "Firefox on Linux", "192.0.2.7")


def test_one_that_was_changed_by_a_command_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    eve = User.objects.create_user("eve", password="old-and-long-enough")
    monkeypatch.setattr("getpass.getpass", lambda prompt: "new-and-long-enough")
    call_command("changepassword", "eve")
    changed = AuditEntry.objects.get(kind=AuditKind.PASSWORD_CHANGED)
    assert (changed.user, changed.device, changed.address) == (eve, "", None)
