"""The drafts API, line by line of docs/protocol.md: one's own drafts alone, whatever is asked for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from collab.accounts.fence import SignedOut
from collab.accounts.models import End, SignIn, User
from collab.accounts.sign_ins import end
from collab.drafts import api
from collab.drafts.models import Draft
from collab.drafts.services import MAX_BYTES, MAX_DRAFTS, end_draft
from tests.drafts.conftest import SAVE, Answer, Page, overtaken

pytestmark = pytest.mark.django_db
FORM = "new-form"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def refusal(answer: Answer) -> tuple[int, str]:
    status, body = answer
    assert body["message"]
    return status, body["code"]


def test_a_draft_is_saved_and_comes_back(page: Page) -> None:
    status, saved = page.save(FORM, {"title": "Night shift", "tags": ["a", "b"], "done": False, "x": None}, 0)
    assert (status, saved.keys()) == (200, {"status", "version", "saved_at"})
    assert (saved["status"], saved["version"]) == ("success", 1)
    assert INSTANT.fullmatch(saved["saved_at"])
    assert page.load(FORM) == (
        200,
        {**saved, "data": {"title": "Night shift", "tags": ["a", "b"], "done": False, "x": None}},
    )


def test_where_there_is_none(page: Page) -> None:
    assert page.load(FORM) == (200, {"status": "success", "data": {}, "version": 0, "saved_at": None})


def test_a_stale_tab_is_answered_with_what_stands(page: Page) -> None:
    page.save(FORM, {"title": "one"}, 0)
    _status, newest = page.save(FORM, {"title": "two"}, 1)
    status, conflict = page.save(FORM, {"title": "other"}, 1)
    assert status == 409
    assert conflict == {
        "status": "conflict",
        "data": {"title": "two"},
        "version": 2,
        "saved_at": newest["saved_at"],
    }


def test_two_devices_in_turn(alice: User) -> None:
    """Each carries on with what the other left. Only one is signed in at a time."""
    desk = Page(alice)
    desk.save(FORM, {"title": "begun at the desk"}, 0)
    phone = Page(alice)
    assert refusal(desk.save(FORM, {"title": "too late"}, 1)) == (401, "signed_in_elsewhere")
    _status, loaded = phone.load(FORM)
    assert loaded["data"] == {"title": "begun at the desk"}
    phone.save(FORM, {"title": "gone on with on the phone"}, loaded["version"])
    desk.client.force_login(alice)
    assert desk.save(FORM, {"title": "the desk again"}, 1)[0] == 409
    assert desk.load(FORM)[1]["data"] == {"title": "gone on with on the phone"}


def test_after_a_submission_what_is_late_is_told_so(alice: User, page: Page) -> None:
    page.save(FORM, {"title": "one"}, 0)
    end_draft(alice.pk, FORM)
    assert page.save(FORM, {"title": "late"}, 1) == (410, {"status": "ended", "version": 2})
    status, loaded = page.load(FORM)
    assert (status, loaded["data"], loaded["version"]) == (200, {}, 2)
    assert page.save(FORM, {"title": "another"}, 2)[0] == 200


def test_a_draft_is_discarded(page: Page) -> None:
    page.save(FORM, {"title": "one"}, 0)
    assert page.discard(FORM) == (200, {"status": "success", "version": 2})
    assert page.load(FORM)[1]["data"] == {}
    assert page.save(FORM, {"title": "late"}, 1) == (410, {"status": "ended", "version": 2})
    assert page.discard("never-there") == (200, {"status": "success", "version": 1})


def test_i7_another_persons_draft_is_out_of_reach(page: Page, bob: User) -> None:
    page.save(FORM, {"title": "Alice's"}, 0)
    other = Page(bob)
    assert other.load(FORM)[1] == {"status": "success", "data": {}, "version": 0, "saved_at": None}
    assert other.save(FORM, {"title": "Bob's"}, 1)[1]["data"] == {}, "nor does a conflict show it"
    other.save(FORM, {"title": "Bob's"}, 0)
    other.discard(FORM)
    assert page.load(FORM)[1]["data"] == {"title": "Alice's"}


@pytest.mark.parametrize("guess", ["{alice}", "{alice}:new-form", "new-form:{alice}"])
def test_i7_no_identifier_leads_to_it(page: Page, alice: User, bob: User, guess: str) -> None:
    page.save(FORM, {"title": "Alice's"}, 0)
    assert Page(bob).load(guess.format(alice=alice.pk))[1]["data"] == {}


def test_i7_a_page_that_is_still_open_when_another_signs_in_reaches_nothing(alice: User, bob: User) -> None:
    """The cookie is Bob's by then, and so, at worst, is the token; the page says that it is Alice's."""
    browser = Page(bob)
    browser.save(FORM, {"title": "Bob's"}, 0)
    hers = {"X-Draft-User": str(alice.pk)}
    assert refusal(browser.save(FORM, {"title": "Alice's"}, 1, **hers)) == (403, "not_allowed")
    assert refusal(browser.load(FORM, **hers)) == (403, "not_allowed")
    assert refusal(browser.discard(FORM, **hers)) == (403, "not_allowed")
    assert browser.load(FORM, **{"X-Draft-User": str(bob.pk)})[1]["data"] == {"title": "Bob's"}


def test_who_is_not_signed_in_is_refused(db: None) -> None:
    nobody = Page(None)
    for answer in (nobody.save(FORM, {"a": "b"}, 0), nobody.load(FORM), nobody.discard(FORM)):
        assert refusal(answer) == (401, "not_signed_in")
    assert not Draft.objects.exists()


def test_without_the_pages_token_nothing_is_written(alice: User) -> None:
    forged = Page(alice, token=False)
    assert refusal(forged.save(FORM, {"a": "b"}, 0)) == (403, "csrf")
    assert refusal(forged.discard(FORM)) == (403, "csrf")
    assert not Draft.objects.exists()


def test_s1_a_sign_in_that_is_over_writes_nothing(alice: User, page: Page) -> None:
    page.save(FORM, {"title": "one"}, 0)
    end([alice.pk], End.BY_ADMIN)
    assert SignIn.objects.filter(ended_at=None).count() == 0
    assert page.save(FORM, {"title": "two"}, 1)[0] == 401
    assert page.discard(FORM)[0] == 401
    assert Draft.objects.get().data == '{"title":"one"}'


def test_s1_nor_does_one_that_ends_while_it_is_under_way(alice: User) -> None:
    body = {"form_identifier": FORM, "data": {"a": "b"}, "base_version": 0}
    with pytest.raises(SignedOut):
        api.save(overtaken(alice, SAVE, data=body, content_type="application/json"))
    with pytest.raises(SignedOut):
        api.discard(overtaken(alice, f"/api/drafts/{FORM}/", method="DELETE"), FORM)
    assert not Draft.objects.exists()


def test_one_mebibyte_and_not_a_byte_more(page: Page) -> None:
    room = MAX_BYTES - len('{"a":""}')
    assert page.save(FORM, {"a": "x" * room}, 0)[0] == 200
    assert refusal(page.save(FORM, {"a": "x" * (room + 1)}, 1)) == (413, "too_large")
    assert refusal(page.save(FORM, {"a": "é" * (room // 2 + 1)}, 1)) == (413, "too_large")
    assert refusal(page.save(FORM, {"a": "x" * 5 * MAX_BYTES}, 1)) == (413, "too_large")
    assert page.load(FORM)[1]["version"] == 1


def test_too_many_drafts(alice: User, page: Page) -> None:
    page.save("f0", {"a": "b"}, 0)
    at = Draft.objects.get().saved_at
    Draft.objects.bulk_create(
        Draft(user=alice, form_identifier=f"f{number}", data='{"a":1}', version=1, saved_at=at)
        for number in range(1, MAX_DRAFTS)
    )
    assert refusal(page.save("one-more", {"a": "b"}, 0)) == (429, "too_many")


@pytest.mark.parametrize(
    "text", ["NUL \0 and \x1f", "half a pair \ud83d", "😀 é 漢字", '"</script>&amp;\\', "  ", "\u2028", "1e999"]
)
def test_whatever_was_typed_comes_back_as_it_was(page: Page, text: str) -> None:
    assert page.save(FORM, {"a": text, text: [text]}, 0)[0] == 200
    assert page.load(FORM)[1]["data"] == {"a": text, text: [text]}


@pytest.mark.parametrize("identifier", ["a", "comment:0198c0de-0000-7000-8000-000000000000", "x" * 200, "A.b_c-1"])
def test_identifiers_that_may_be(page: Page, identifier: str) -> None:
    assert page.save(identifier, {"a": "b"}, 0)[0] == 200
    assert page.load(identifier)[1]["data"] == {"a": "b"}
    assert page.discard(identifier)[0] == 200


@pytest.mark.parametrize("identifier", ["", "x" * 201, "a b", "é", "-a", ".", "a\n", "a%00", None, 7, ["a"], {"a": 1}])
def test_identifiers_that_may_not(page: Page, identifier: Any) -> None:
    assert refusal(page.save(identifier, {"a": "b"}, 0)) == (400, "invalid")
    assert not Draft.objects.exists()


@pytest.mark.parametrize("identifier", ["x" * 201, "a%20b", "%C3%A9", "-a", "a%00", "a%0A"])
def test_addresses_that_may_not_be(page: Page, identifier: str) -> None:
    assert refusal(page.load(identifier)) == (400, "invalid")
    assert refusal(page.discard(identifier)) == (400, "invalid")


@pytest.mark.parametrize("base", [-1, 1.0, True, "0", None, 2**63, [0]])
def test_versions_that_may_not_be(page: Page, base: Any) -> None:
    assert refusal(page.save(FORM, {"a": "b"}, base)) == (400, "invalid")


@pytest.mark.parametrize("data", [None, [], "text", 1])
def test_data_is_an_object(page: Page, data: Any) -> None:
    assert refusal(page.save(FORM, data, 0)) == (400, "invalid")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"form_identifier": "a", "base_version": 0, "data": {"x": NaN}}',
        b'{"form_identifier": "a", "base_version": 0, "data": {"x": 1e999}}',
        b'{"form_identifier": "a", "base_version": 0, "data": {"x": ' + b"9" * 5000 + b"}}",
        b'{"form_identifier": "a", "base_version": 0, "data": {"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    ],
)
def test_what_is_no_json_is_refused(page: Page, raw: bytes) -> None:
    assert refusal(page.post(raw)) == (400, "malformed")


def test_other_methods_are_refused(page: Page) -> None:
    answer = page.client.get(SAVE)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert page.client.post("/api/load-draft/a/", headers=page.headers).status_code == 405
    assert page.client.get("/api/drafts/a/").status_code == 405
