"""Formroom as it stands on the open network: what `check --deploy` says, and what every answer carries."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from collab.accounts import checks
from collab.accounts.models import User

ROOT = Path(__file__).resolve().parents[2]


def check(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` in a process of its own, on what an operator sets."""
    production = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgresql://formroom:secret@db/formroom",
        "REDIS_URL": f"redis://:{secrets.token_urlsafe(24)}@redis:6379/0",
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
        "DJANGO_HTTPS": "true",
        "DJANGO_ALLOWED_HOSTS": "forms.example.org",
        "DJANGO_DEBUG": "",
    }
    command = [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level", "DEBUG", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=production | environment, capture_output=True, text=True, check=False
    )  # fmt: skip


# --- what is checked -------------------------------------------------------------------------------


def test_production_is_clean() -> None:
    done = check()
    assert done.returncode == 0, done.stderr
    assert "no issues (2 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"DJANGO_DEBUG": "true"}, "formroom.E003"),
        ({"DJANGO_SECRET_KEY": "for-development-only"}, "accounts.E002"),
        ({"DJANGO_SECRET_KEY": "django-insecure-" + "abcdefgh" * 8}, "accounts.E002"),
        ({"DJANGO_SECRET_KEY": "ab" * 40}, "accounts.E002"),
        ({"DJANGO_SECRET_KEY": "for-development-only-it-is-in-plain-sight-of-everybody"}, "formroom.E004"),
        ({"DJANGO_HTTPS": ""}, "security.W008"),
        ({"FORMROOM_SERVICE_ACCOUNTS": "kiosk,robot"}, "accounts.I001"),
    ],
)
def test_what_is_left_open_is_told(environment: dict[str, str], told: str) -> None:
    done = check(**environment)
    assert done.returncode != 0
    assert told in done.stderr


def test_without_being_asked_it_refuses_what_is_dangerous() -> None:
    """Django would only warn, and only with --deploy; every command of `manage.py` stops at an error."""
    done = check(DJANGO_SECRET_KEY="for-development-only", DJANGO_DEBUG="true")
    assert "ERRORS:" in done.stderr
    assert done.stderr.index("formroom.E003") < done.stderr.index("WARNINGS:")


def test_embedded_needs_no_setting_at_all(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "FORMROOM_VAR_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": ""}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--fail-level", "DEBUG"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_service_accounts_are_listed_and_those_missing_are_told(settings: Any) -> None:
    settings.SERVICE_ACCOUNTS = ["kiosk", "robot"]
    User.objects.create(username="robot")
    assert [message.msg for message in checks.service_accounts(None)] == [
        "May be signed in on several devices at once: kiosk, robot."
    ]
    assert not checks.service_accounts_exist(None, databases=None)
    assert [message.msg for message in checks.service_accounts_exist(None, databases=["default"])] == [
        "There is no account kiosk."
    ]


# --- what every answer carries ---------------------------------------------------------------------


@pytest.fixture
def on_https(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.mark.django_db
@pytest.mark.usefixtures("on_https")
def test_plain_http_is_led_to_https() -> None:
    client = Client()
    assert client.get("/accounts/login/")["Location"] == "https://testserver/accounts/login/"


@pytest.mark.django_db
@pytest.mark.usefixtures("on_https")
def test_cookies_are_for_https_and_not_for_scripts_nor_for_other_sites() -> None:
    User.objects.create_user("eve", password="correct horse")
    client = Client()
    client.get("/accounts/login/", secure=True)
    answer = client.post("/accounts/login/", {"username": "eve", "password": "correct horse"}, secure=True)
    for name in ("sessionid", "csrftoken"):
        cookie = answer.cookies[name]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax"), name


POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/accounts/login/", "/admin/login/", "/api/forms/", "/nothing/here/"])
@pytest.mark.usefixtures("on_https")
def test_every_answer_says_what_a_browser_may_do_with_it(page: str) -> None:
    answer = Client().get(page, secure=True)
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Strict-Transport-Security"] == "max-age=60"


@pytest.mark.django_db
def test_answers_that_no_view_made_say_it_too() -> None:
    refused = [
        Client(HTTP_HOST="evil.example").get("/accounts/login/"),
        Client(enforce_csrf_checks=True).post("/accounts/login/"),
    ]
    assert [answer.status_code for answer in refused] == [400, 403]
    assert all("Content-Security-Policy" in answer for answer in refused)


@pytest.mark.django_db
def test_a_page_that_is_out_of_date_is_told_so_in_plain_words() -> None:
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "eve", "password": "x"})
    assert page.status_code == 403
    assert "out of date" in page.text
    assert "no-store" in page["Cache-Control"]


# --- mail ------------------------------------------------------------------------------------------


def mail_settings(**environment: str) -> dict[str, str]:
    names = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "DEFAULT_FROM_EMAIL", "EMAIL_TIMEOUT")
    script = f"from project import settings; print([getattr(settings, name, None) for name in {names}])"
    bare = {"PATH": os.environ["PATH"], "DJANGO_SECRET_KEY": "given", "DATABASE_URL": "postgresql://db/forms"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=True
    )
    return dict(zip(names, eval(done.stdout), strict=True))


def test_mail_is_printed_until_a_server_is_named() -> None:
    assert mail_settings(EMAIL_URL="")["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    named = mail_settings(EMAIL_URL="smtp+tls://user:s%40cret@mail.example.org:587", DEFAULT_FROM_EMAIL="a@example.org")
    assert list(named.values()) == [
        "django.core.mail.backends.smtp.EmailBackend", "mail.example.org", 587, True, "a@example.org", 10
    ]  # fmt: skip
