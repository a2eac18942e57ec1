"""``{% draft "…" %}``: what a form that is marked ``data-draft="…"`` needs to keep its draft, written inside it.

    <form method="post" data-draft="new-form" autocomplete="off">
    {% csrf_token %}
    {% draft "new-form" filled=form.is_bound %}

The line that says whether the draft is saved stands where the tag does. ``filled``: the form is shown again with what
was sent, which is newer than any draft. The view that takes what is sent calls ``drafts.services.end_draft``, in the
same transaction. Nothing of the draft itself is in the page (I7): the script asks for it.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from collab.drafts.services import version_of

register = template.Library()


@register.inclusion_tag("drafts/draft.html", takes_context=True)
def draft(context: Context, form_identifier: str, *, filled: bool = False) -> dict[str, Any]:
    """Nothing, where nobody is signed in."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return {"user": None}
    version = version_of(user.pk, form_identifier)
    return {"user": user, "form_identifier": form_identifier, "version": version, "filled": filled}
