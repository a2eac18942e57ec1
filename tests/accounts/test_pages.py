"""Signing in and out, at Django's usual addresses."""

import re

import pytest
from django.contrib.auth.signals import user_logged_in
from django.test import Client

from collab.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def eve() -> User:
    return User.objects.create_user("eve", password="correct horse")


def sign_in(client: Client, password: str = "correct horse", **data: str) -> int:
    return client.post("/accounts/login/", {"username": "eve", "password": password, **data}).status_code


def test_the_page_of_sign_in(client: Client) -> None:
    page = client.get("/accounts/login/?next=/forms/x/")
    assert page.status_code == 200
    assert 'value="/forms/x/"' in page.content.decode()


def test_in_and_out(client: Client, eve: User) -> None:
    assert sign_in(client) == 302
    assert client.session["_auth_user_id"] == str(eve.pk)
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_every_sign_in_is_heard_of(client: Client, eve: User) -> None:
    heard: list[User] = []

    def hear(user: User, **_: object) -> None:
        heard.append(user)

    user_logged_in.connect(hear)
    try:
        sign_in(client)
    finally:
        user_logged_in.disconnect(hear)
    assert heard == [eve]


@pytest.mark.parametrize("data", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_wrong_password_and_a_wrong_name_look_the_same(client: Client, eve: User, data: dict[str, str]) -> None:
    page = client.post("/accounts/login/", {"username": "eve", "password": "correct horse"} | data)
    assert page.status_code == 200
    assert "Please enter a correct username and password" in page.content.decode()


def test_who_is_not_active_stays_out(client: Client, eve: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(client) == 200
    assert "_auth_user_id" not in client.session


def test_leads_back_but_never_to_another_site(client: Client, eve: User) -> None:
    data = {"username": "eve", "password": "correct horse"}
    assert client.post("/accounts/login/", {**data, "next": "/admin/"}).headers["Location"] == "/admin/"
    client.logout()
    assert client.post("/accounts/login/", {**data, "next": "https://evil.example/"}).headers["Location"] == "/"


@pytest.mark.parametrize("back", ["/accounts/login/", "/accounts/login/?next=/", "/accounts/logout/"])
def test_leads_in_and_not_round_in_a_circle(client: Client, eve: User, back: str) -> None:
    data = {"username": "eve", "password": "correct horse", "next": back}
    assert client.post("/accounts/login/", data).headers["Location"] == "/"
    assert client.get("/accounts/login/", {"next": back}).headers["Location"] == "/"


def test_the_name_stays_where_the_password_was_wrong(client: Client, eve: User) -> None:
    page = client.post("/accounts/login/", {"username": "<eve>", "password": "a wrong secret"}).text
    assert 'value="&lt;eve&gt;"' in page
    assert "a wrong secret" not in page


def test_who_was_signed_out_by_a_newer_device_is_told_so_calmly(client: Client, eve: User) -> None:
    assert 'role="status"' not in client.get("/accounts/login/").text
    sign_in(client)
    newer = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0")
    sign_in(newer)
    page = client.get(client.get("/").headers["Location"]).text
    at = r'<time datetime="2[^"]+Z" data-local="time">\d\d:\d\d UTC</time>'
    assert re.search(rf'role="status"[^>]*>You signed in on Firefox on Linux at {at}\. An account', page)
    assert sign_in(client) == 302
    assert client.get("/").status_code == 200


def test_sign_out_takes_a_post(client: Client, eve: User) -> None:
    client.force_login(eve)
    assert client.get("/accounts/logout/").status_code == 405
    assert "_auth_user_id" in client.session


def test_both_need_the_csrf_token(eve: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client) == 403
    client.force_login(eve)
    assert client.post("/accounts/logout/").status_code == 403
