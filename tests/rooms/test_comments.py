"""Comments of a form: who reads and writes them, and that sending one ends its draft."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils.html import strip_tags

from collab.accounts.fence import SignedOut
from collab.accounts.models import End, Membership, User
from collab.accounts.sign_ins import end
from collab.drafts.services import Ended, load_draft, save_draft
from collab.rooms.comments import LENGTH, PAGE, add_comment, draft_of_comment
from collab.rooms.models import Comment, Immutable
from collab.rooms.views import comments_page
from tests.drafts.conftest import overtaken
from tests.rooms.conftest import World
from tests.rooms.test_pages import signed_in

NOW = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)


def page_of(world: World) -> str:
    return f"/forms/{world.form.pk}/comments/"


def words(client: Client, path: str) -> str:
    return " ".join(strip_tags(client.get(path).content.decode()).split())


@pytest.mark.parametrize("name", ["alice", "dora"])
def test_an_editor_and_a_viewer_comment(world: World, name: str) -> None:
    client = signed_in(world.people[name])
    answer = client.post(page_of(world), {"text": "First line.\r\nSecond <b>line</b>."})
    made = Comment.objects.get()
    assert answer["Location"] == page_of(world)
    assert (made.author, made.form, made.text) == (
        world.people[name],
        world.form,
        "First line.\nSecond <b>line</b>.",
    )
    page = client.get(page_of(world))
    assert "no-store" in page["Cache-Control"]
    assert "Second &lt;b&gt;line&lt;/b&gt;." in page.content.decode()
    assert name.capitalize() in words(client, page_of(world))


def test_the_forms_page_leads_there_and_says_how_many(world: World) -> None:
    client = signed_in(world.people["dora"])
    assert re.search(r"Comments (?!\d)", words(client, f"/forms/{world.form.pk}/"))
    for text in ("one", "two"):
        add_comment(world.form, author=world.people["alice"], text=text, now=NOW)
    page = client.get(f"/forms/{world.form.pk}/").content.decode()
    assert f'href="{page_of(world)}"' in page
    assert "Comments 2" in " ".join(strip_tags(page).split())
    assert "two" not in strip_tags(page).split(), "I7: the form's page holds nobody's words"


def test_who_may_not_open_the_form_reads_and_writes_none(world: World) -> None:
    stranger = signed_in(User.objects.create(username="stranger"))
    unknown = "/forms/0198c0de-0000-7000-8000-000000000000/comments/"
    for path, status in ((page_of(world), 403), (unknown, 404)):
        assert stranger.get(path).status_code == status
        assert stranger.post(path, {"text": "me too"}).status_code == status
    assert Client().get(page_of(world)).status_code == 302
    assert not Comment.objects.exists()


def test_who_loses_the_right_writes_no_more(world: World) -> None:
    client = signed_in(world.people["dora"])
    Membership.objects.get(user=world.people["dora"]).delete()
    assert client.post(page_of(world), {"text": "late"}).status_code == 403
    assert not Comment.objects.exists()


def test_s1_a_sign_in_that_is_over_writes_none(world: World) -> None:
    client = signed_in(world.people["dora"])
    end([world.people["dora"].pk], End.BY_ADMIN)
    assert client.post(page_of(world), {"text": "late"}).status_code == 302
    assert not Comment.objects.exists()


def test_s1_nor_one_that_ends_while_it_is_under_way(world: World) -> None:
    request = overtaken(world.people["dora"], page_of(world), data={"text": "late"})
    with pytest.raises(SignedOut):
        comments_page(request, world.form.pk)
    assert not Comment.objects.exists()
    assert load_draft(world.people["dora"].pk, draft_of_comment(world.form)).version == 0


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LENGTH + 1), "NUL \0"])
def test_what_is_no_comment_is_said_and_stays_in_its_field(world: World, text: str) -> None:
    dora = world.people["dora"]
    save_draft(dora.pk, draft_of_comment(world.form), data='{"text":"x"}', base_version=0, now=NOW)
    answer = signed_in(dora).post(page_of(world), {"text": text})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'role="alert"' in page
    assert "data-draft-filled" in page
    assert text.strip()[:20] in page
    assert load_draft(dora.pk, draft_of_comment(world.form)).version == 1, "nothing was sent: the draft goes on"
    assert not Comment.objects.exists()


def test_a_sent_comment_ends_its_authors_draft_and_nobody_elses(world: World) -> None:
    dora, alice, form = world.people["dora"], world.people["alice"], draft_of_comment(world.form)
    for user in (dora, alice):
        save_draft(user.pk, form, data='{"text":"x"}', base_version=0, now=NOW)
    signed_in(dora).post(page_of(world), {"text": "x"})
    assert load_draft(dora.pk, form).data == "{}"
    assert save_draft(dora.pk, form, data='{"text":"late"}', base_version=1, now=NOW) == Ended(2)
    assert json.loads(load_draft(alice.pk, form).data) == {"text": "x"}


def test_the_newest_is_first_and_the_earlier_ones_are_one_step_away(world: World) -> None:
    for number in range(PAGE + 3):
        add_comment(world.form, author=world.people["alice"], text=f"remark {number:02}.", now=NOW)
    client = signed_in(world.people["dora"])
    page = client.get(page_of(world)).content.decode()
    shown = re.findall(r"remark (\d\d)\.", page)
    assert shown == [f"{number:02}" for number in reversed(range(3, PAGE + 3))]
    link = re.search(r'href="(\?before=[^"]+)"', page)
    assert link is not None
    earlier = client.get(page_of(world) + link[1]).content.decode()
    assert re.findall(r"remark (\d\d)\.", earlier) == ["02", "01", "00"]
    assert client.get(f"{page_of(world)}?before=nonsense").status_code == 200


def test_a_comment_stays_as_it_was_written(world: World) -> None:
    made = add_comment(world.form, author=world.people["alice"], text="one", now=NOW)
    made.text = "another"
    for change in (made.save, made.delete, Comment.objects.all().delete):
        with pytest.raises(Immutable):
            change()
