"""A new password, by mail or signed in: one link, once, for an hour, and no word about who has an account."""

from __future__ import annotations

import logging
import re
import smtplib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from collab.accounts.mailing import Mailing, mailing
from collab.accounts.models import AuditEntry, AuditKind, User
from collab.accounts.password_reset import may_ask
from collab.accounts.services import anonymise

PASSWORD, NEW = "correct horse", "battery staple 9"
ADDRESS = "eve@example.org"

# The lookup is done by other threads, which see what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eve() -> User:
    return User.objects.create_user("eve", email=ADDRESS, password=PASSWORD)


def ask(address: str = ADDRESS, client: Client | None = None, **headers: Any) -> Any:
    answer = (client or Client()).post("/accounts/password_reset/", {"email": address}, **headers)
    assert mailing.settle(30)
    return answer


def link() -> str:
    """The one in the newest mail, less the host."""
    found = re.search(r"https?://[^/]+(/accounts/reset/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def open_link(client: Client, path: str) -> str:
    """Follows it as a browser does; where the form is then."""
    answer = client.get(path)
    return str(answer["Location"]) if answer.status_code == 302 else path


def fill(client: Client, path: str, password: str = NEW) -> Any:
    return client.post(path, {"new_password1": password, "new_password2": password})


def audited(kind: AuditKind) -> int:
    return AuditEntry.objects.filter(kind=kind).count()


# --- asking for the mail ---------------------------------------------------------------------------


def test_the_whole_way(eve: User) -> None:
    client = Client()
    assert "/accounts/password_reset/" in client.get("/accounts/login/").text
    assert ask(client=client)["Location"] == "/accounts/password_reset/done/"
    assert "60 minutes" in client.get("/accounts/password_reset/done/").text

    message = mail.outbox[0]
    assert (message.to, message.subject) == ([ADDRESS], "A new password for testserver")
    assert message.from_email == django_settings.DEFAULT_FROM_EMAIL
    assert "Hello eve," in message.body
    assert '"eve"' in message.body
    assert "within 60 minutes" in message.body

    form = open_link(client, link())
    assert form.endswith("/set-password/")  # the token is out of the address before anything else is loaded
    assert "Set a new password" in client.get(form).text
    assert fill(client, form)["Location"] == "/accounts/reset/done/"
    assert "Please sign in" in client.get("/accounts/reset/done/").text
    assert "_auth_user_id" not in client.session

    eve.refresh_from_db()
    assert eve.check_password(NEW)
    assert client.post("/accounts/login/", {"username": "eve", "password": NEW}).status_code == 302
    assert (audited(AuditKind.RESET_ASKED), audited(AuditKind.RESET_DONE)) == (1, 1)


def test_the_answer_is_the_same_whether_or_not_somebody_has_the_address(eve: User) -> None:
    known, unknown = ask(), ask("nobody@example.org")
    for answer in (known, unknown):
        del answer["Expires"]  # the second it was made in
    assert (known.status_code, known.content, dict(known.headers)) == (
        unknown.status_code,
        unknown.content,
        dict(unknown.headers),
    )
    assert len(mail.outbox) == 1


def test_nothing_is_asked_of_the_database_before_the_answer(eve: User, django_assert_num_queries: Any) -> None:
    """So it takes the same time: the lookup and the mail are other threads' work."""
    for address in (ADDRESS, "nobody@example.org"):
        with django_assert_num_queries(0):
            Client().post("/accounts/password_reset/", {"email": address})
    assert mailing.settle(30)
    assert len(mail.outbox) == 1


class Stuck(BaseEmailBackend):
    """A mail server that does not answer until it is let."""

    go_on = threading.Event()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        assert self.go_on.wait(30)
        mail.outbox.extend(messages)
        return len(messages)


def test_nobody_waits_for_the_mail_server(eve: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Stuck"
    try:
        answer = Client().post("/accounts/password_reset/", {"email": ADDRESS})
        assert answer.status_code == 302
        assert not mail.outbox
    finally:
        Stuck.go_on.set()
    assert mailing.settle(30)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("address", ["EVE@example.org", " eve@example.org "])
def test_an_address_is_found_as_people_write_it(eve: User, address: str) -> None:
    ask(address)
    assert [message.to for message in mail.outbox] == [[ADDRESS]]


def test_an_address_that_only_looks_alike_gets_nothing(eve: User) -> None:
    User.objects.filter(pk=eve.pk).update(email="mike@example.org")
    ask("mıke@example.org")
    assert not mail.outbox


@pytest.mark.parametrize("gone", ["inactive", "anonymised", "without a password"])
def test_who_cannot_sign_in_gets_no_mail(eve: User, gone: str) -> None:
    if gone == "anonymised":
        anonymise(eve, now=timezone.now())
    elif gone == "inactive":
        User.objects.update(is_active=False)
    else:
        User.objects.update(password="!")
    assert ask().status_code == 302
    assert not mail.outbox
    assert not audited(AuditKind.RESET_ASKED)


def test_an_account_gets_three_mails_an_hour(eve: User) -> None:
    for _ in range(5):
        assert ask().status_code == 302
    assert len(mail.outbox) == 3
    assert audited(AuditKind.RESET_ASKED) == 3
    User.objects.create_user("adam", email="adam@example.org", password=PASSWORD)
    ask("adam@example.org")
    assert len(mail.outbox) == 4


def test_those_of_an_hour_ago_do_not_count(eve: User) -> None:
    before = timezone.now() - timedelta(minutes=61)
    for _ in range(3):
        AuditEntry.objects.create(kind=AuditKind.RESET_ASKED, user=eve, at=before)
    ask()
    assert len(mail.outbox) == 1


def at_once(count: int, job: Callable[[int], object]) -> list[Any]:
    """What each of so many threads answers that begin together."""
    lined_up = threading.Barrier(count)

    def one(number: int) -> object:
        lined_up.wait(30)
        try:
            return job(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_three_mails_stay_three_where_many_ask_at_once(eve: User) -> None:
    request = RequestFactory().post("/accounts/password_reset/")
    assert sum(at_once(8, lambda _: may_ask(eve, request))) == 3


class Refusing(BaseEmailBackend):
    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such mailbox")})


def test_a_failure_is_logged_without_the_address(eve: User, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    with caplog.at_level(logging.DEBUG):
        assert ask().status_code == 302
    assert str(eve.pk) in caplog.text
    assert "SMTPRecipientsRefused" in caplog.text
    assert ADDRESS not in caplog.text


def test_what_fails_harms_no_other_mail(caplog: pytest.LogCaptureFixture) -> None:
    post, done = Mailing(threads=1, waiting=5), threading.Event()
    post.hand_over(lambda: void(int(ADDRESS)))
    post.hand_over(done.set)
    assert post.settle(30)
    assert done.is_set()
    assert "ValueError" in caplog.text
    assert ADDRESS not in caplog.text


def test_what_waits_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    post, go_on, done = Mailing(threads=1, waiting=2), threading.Event(), list[int]()
    post.hand_over(lambda: void(go_on.wait(30)))
    for number in range(5):
        post.hand_over(lambda number=number: done.append(number))  # type: ignore[misc]
    go_on.set()
    assert post.settle(30)
    assert done == [0]
    assert "left out" in caplog.text


def void(_: object) -> None: ...


def test_a_made_up_host_is_refused(eve: User) -> None:
    """Else the link in the mail would lead there."""
    assert ask(HTTP_HOST="evil.example").status_code == 400
    assert not mail.outbox


def test_what_is_no_address_is_told_so(eve: User) -> None:
    page = ask("eve")
    assert page.status_code == 200
    assert 'value="eve"' in page.text
    assert 'role="alert"' in page.text


# --- the link --------------------------------------------------------------------------------------


def asked(eve: User) -> str:
    ask()
    return link()


def test_a_link_works_once(eve: User) -> None:
    path = asked(eve)
    one, other, later = Client(), Client(), Client()
    forms = [open_link(client, path) for client in (one, other)]
    assert fill(one, forms[0]).status_code == 302
    assert "does not work any more" in fill(other, forms[1], "another staple 9").text
    assert "does not work any more" in later.get(path).text
    assert User.objects.get().check_password(NEW)


def test_a_link_works_once_also_for_two_at_the_same_moment(eve: User) -> None:
    clients = [Client() for _ in range(2)]
    path = asked(eve)
    forms = [open_link(client, path) for client in clients]
    answers = at_once(2, lambda number: fill(clients[number], forms[number], f"{NEW} {number}").status_code)
    assert sorted(answers) == [200, 302]
    assert audited(AuditKind.RESET_DONE) == 1


def test_a_link_expires_after_an_hour(eve: User) -> None:
    class Earlier(type(default_token_generator)):  # type: ignore[misc]
        def _now(self) -> Any:
            return super()._now() - timedelta(minutes=self.minutes)

        minutes = 0

    generator, uid = Earlier(), urlsafe_base64_encode(force_bytes(eve.pk))
    for minutes, works in ((59, True), (61, False)):
        generator.minutes = minutes
        page = Client().get(f"/accounts/reset/{uid}/{generator.make_token(eve)}/", follow=True)
        assert ("Set a new password" in page.text) is works


@pytest.mark.parametrize("change", ["signed in", "another password", "another address", "account closed"])
def test_a_link_stops_working_with_what_it_was_for(eve: User, change: str) -> None:
    path = asked(eve)
    if change == "signed in":
        Client().post("/accounts/login/", {"username": "eve", "password": PASSWORD})
    elif change == "another password":
        eve.set_password("something else 5")
        eve.save()
    elif change == "another address":
        User.objects.update(email="new@example.org")
    else:
        User.objects.update(is_active=False)
    assert "does not work any more" in Client().get(path).text


@pytest.mark.parametrize("path", ["x/y-z", "bm9ib2R5/set-password", "bm9ib2R5/c0-ffee", "____/____"])
def test_a_made_up_link_is_only_told_so(eve: User, path: str) -> None:
    page = Client().get(f"/accounts/reset/{path}/")
    assert page.status_code == 200
    assert "does not work any more" in page.text


def test_a_weak_password_is_refused_and_the_link_still_works(eve: User) -> None:
    client = Client()
    form = open_link(client, asked(eve))
    page = fill(client, form, "12345")
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert "12345" not in page.text
    assert fill(client, form).status_code == 302


@pytest.mark.parametrize("where", ["another browser", "the same browser"])
def test_a_new_password_ends_every_sign_in(eve: User, where: str) -> None:
    """Also the one of the browser in which it was set, whose person is told to sign in."""
    signed_in = Client()
    signed_in.force_login(eve)
    client = signed_in if where == "the same browser" else Client()
    assert fill(client, open_link(client, asked(eve)))["Location"] == "/accounts/reset/done/"
    assert "Please sign in" in client.get("/accounts/reset/done/").text
    assert signed_in.get("/").status_code == 302
    assert not [session for session in Session.objects.all() if "_auth_user_id" in session.get_decoded()]


def test_a_colleague_at_the_same_browser_stays_signed_in(eve: User) -> None:
    adam = User.objects.create_user("adam", password=PASSWORD)
    path, client = asked(eve), Client()
    client.force_login(adam)
    assert fill(client, open_link(client, path)).status_code == 302
    assert client.get("/").status_code == 200
    assert client.session["_auth_user_id"] == str(adam.pk)


class Slow(MD5PasswordHasher):
    """While it hashes, a colleague changes something else of the account."""

    def encode(self, password: str, salt: str) -> str:
        User.objects.update(display_name="Eve V.")
        return super().encode(password, salt)


def test_what_else_changes_of_the_account_meanwhile_stays(eve: User, settings: Any) -> None:
    client = Client()
    form = open_link(client, asked(eve))
    settings.PASSWORD_HASHERS = [f"{__name__}.Slow"]
    assert fill(client, form).status_code == 302
    assert User.objects.get().display_name == "Eve V."


def test_who_was_locked_out_can_sign_in_at_once(eve: User) -> None:
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", {"username": "eve", "password": "wrong"})
    assert fill(client, open_link(client, asked(eve))).status_code == 302
    assert not AccessAttempt.objects.exists()
    assert client.post("/accounts/login/", {"username": "eve", "password": NEW}).status_code == 302


# --- changing it, signed in ------------------------------------------------------------------------


def test_a_password_is_changed_and_one_stays_signed_in_here(eve: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"username": "eve", "password": PASSWORD})
    assert 'autocomplete="current-password"' in client.get("/accounts/password_change/").text
    change = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert client.post("/accounts/password_change/", change)["Location"] == "/accounts/password_change/done/"
    assert "Your password is changed" in client.get("/accounts/password_change/done/").text
    assert client.get("/").status_code == 200
    assert User.objects.get().check_password(NEW)
    assert audited(AuditKind.PASSWORD_CHANGED) == 1


def test_the_old_password_must_be_right(eve: User) -> None:
    client = Client()
    client.force_login(eve)
    change = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    page = client.post("/accounts/password_change/", change)
    assert page.status_code == 200
    assert "entered incorrectly" in page.text
    assert "id_old_password_error" in page.text
    assert User.objects.get().check_password(PASSWORD)


def test_changing_it_takes_a_sign_in() -> None:
    for page in ("/accounts/password_change/", "/accounts/password_change/done/"):
        assert Client().get(page)["Location"] == f"/accounts/login/?next={page}"


# --- nothing of it stays in a cache ----------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "/accounts/login/",
        "/accounts/password_reset/",
        "/accounts/password_reset/done/",
        "/accounts/reset/x/y-z/",
        "/accounts/reset/done/",
        "/accounts/password_change/",
        "/accounts/password_change/done/",
        "/",
        "/admin/",
    ],
)
def test_no_page_stays_in_a_cache(eve: User, page: str) -> None:
    User.objects.update(is_staff=True)
    client = Client()
    if "reset" not in page and "login" not in page:
        client.force_login(User.objects.get())
    answer = client.get(page)
    assert answer.status_code == 200
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))
