"""A comment sent against its running autosave, through the views: it is there once, and its draft is over. S1, I7.

`SUBMISSIONS` chooses the rounds.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.test import Client

from collab.drafts.services import load_draft
from collab.rooms.comments import draft_of_comment
from collab.rooms.models import Comment
from tests.drafts.conftest import Page, at_once
from tests.rooms.conftest import World

ROUNDS = int(os.environ.get("SUBMISSIONS", "100")) // 4
pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


def test_a_sent_comment_against_its_autosave(world: World) -> None:
    dora, form = world.people["dora"], draft_of_comment(world.form)
    page = Page(dora)

    def sending(text: str) -> Callable[[], int]:
        client = Client()
        client.cookies.load(page.client.cookies.output(header="", sep=";"))
        return lambda: client.post(f"/forms/{world.form.pk}/comments/", {"text": text}).status_code

    def saving(text: str, base: int) -> Callable[[], int]:
        other = Page(None)
        other.client.cookies.load(page.client.cookies.output(header="", sep=";"))
        return lambda: other.save(form, {"text": text}, base)[0]

    seen = set()
    for number in range(ROUNDS):
        base = load_draft(dora.pk, form).version
        statuses = at_once(saving("a rem", base), sending(f"a remark {number}"), saving("a remark", base))
        seen |= {statuses[0], statuses[2]}
        assert statuses[1] == 302
        assert load_draft(dora.pk, form).data == "{}"
        assert page.save(form, {"text": "late"}, base)[0] == 410
    assert seen <= {200, 409, 410}
    assert Comment.objects.count() == ROUNDS
