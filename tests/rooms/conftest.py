"""A form to try the rules on, and people who fill it. Everything is real: the database, the commit, the hub."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from collab.accounts.models import Membership, Team, User
from collab.document.judge import Limits
from collab.forms.models import Template, TemplateVersion
from collab.rooms.commit import BatchResult, Outcome, Submission, commit_batch
from collab.rooms.models import Form
from collab.rooms.services import create_form

DEFINITION: dict[str, Any] = {
    "key": "trial",
    "title": "Trial",
    "sections": [
        {
            "key": "main",
            "title": "Main",
            "fields": [
                {"key": "notes", "type": "long_text", "label": "Notes"},
                {"key": "title", "type": "text", "label": "Title"},
                {"key": "temperature", "type": "number", "label": "Temperature"},
                {"key": "count", "type": "integer", "label": "Count", "default": 3},
                {"key": "shift", "type": "choice", "label": "Shift", "choices": ["early", "late"]},
                {"key": "tags", "type": "choices", "label": "Tags", "choices": ["a", "b", "c"]},
                {"key": "done", "type": "checkbox", "label": "Done"},
                {"key": "day", "type": "date", "label": "Day"},
            ],
            "tables": [
                {
                    "key": "readings",
                    "title": "Readings",
                    "columns": [
                        {"key": "at", "type": "time", "label": "Time"},
                        {"key": "value", "type": "number", "label": "Value", "default": 1},
                        {"key": "remark", "type": "text", "label": "Remark"},
                    ],
                }
            ],
        },
        {"key": "closing", "title": "Closing", "fields": [{"key": "sign", "type": "text", "label": "Signed"}]},
    ],
}


class World:
    """A team with a form, its people by name, and what they submit."""

    def __init__(self, definition: dict[str, Any] = DEFINITION) -> None:
        self.team = Team.objects.create(name="Trial", slug="trial")
        template = Template.objects.create(team=self.team, key=definition["key"])
        self.template_version = TemplateVersion.objects.create(
            template=template, number=1, definition=definition, published_at=timezone.now()
        )
        self.people = {name: self.person(name) for name in ("alice", "bob", "carol")}
        self.people["dora"] = self.person("dora", role="viewer")
        self.form = self.new_form()
        self.limits = Limits()
        self._seqs: dict[str, int] = {}

    def person(self, name: str, *, role: str = "editor") -> User:
        user = User.objects.create(username=name, display_name=name.capitalize())
        Membership.objects.create(user=user, team=self.team, role=role)
        return user

    def new_form(self, title: str = "A form") -> Form:
        return create_form(template_version=self.template_version, title=title, author=self.people["alice"])

    def submission(
        self, name: str, ops: Sequence[Any], *, base: int, seq: int | None = None, form: Form | None = None
    ) -> Submission:
        """A submit of a person's one tab, its seq rising by itself."""
        if seq is None:
            seq = self._seqs[name] = self._seqs.get(name, 0) + 1
        return Submission((form or self.form).pk, self.people[name].pk, f"{name}-tab-1", seq, base, list(ops))

    def commit(self, *submissions: Submission, **options: Any) -> BatchResult:
        return commit_batch(
            submissions, now=datetime.now(UTC), limits=self.limits, handed=options.pop("handed", {}), **options
        )

    def submit(self, name: str, *ops: Any, base: int, seq: int | None = None, form: Form | None = None) -> Outcome:
        """One submit, committed; its outcome."""
        outcome = self.commit(self.submission(name, ops, base=base, seq=seq, form=form)).outcomes[0]
        assert isinstance(outcome, Outcome)
        return outcome


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@pytest.fixture
def make_world(transactional_db: None) -> Callable[..., World]:
    return World
