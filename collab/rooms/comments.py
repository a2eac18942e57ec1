"""What people say about a form, beside it: written once, read by everyone who may open the form, viewers too.

Not part of the form: a comment is no op, and may be written whatever the form's status is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from collab.rooms.models import Comment, Form

if TYPE_CHECKING:
    from collab.accounts.models import User

LENGTH = 10_000
PAGE = 50


@dataclass(frozen=True, slots=True)
class Comments:
    """Comments of a form, the newest first; ``earlier``: the id below which there are more."""

    shown: Sequence[Comment]
    earlier: UUID | None


def comments_of(form: Form, *, before: UUID | None = None) -> Comments:
    """The newest, or the newest before one of them."""
    found = Comment.objects.filter(form=form).select_related("author").order_by("-id")  # ids rise with time
    newest = list((found if before is None else found.filter(id__lt=before))[: PAGE + 1])
    shown = newest[:PAGE]
    return Comments(shown, shown[-1].pk if len(newest) > PAGE else None)


def count_comments(form: Form) -> int:
    return Comment.objects.filter(form=form).count()


def add_comment(form: Form, *, author: User, text: str, now: datetime) -> Comment:
    """Whether the author may open the form, whoever calls makes sure of."""
    return Comment.objects.create(form=form, author=author, text=text, at=now)


def draft_of_comment(form: Form) -> str:
    """What the draft of a comment on this form is kept under."""
    return f"comment:{form.pk}"
