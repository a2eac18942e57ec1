"""The ordinary form that brings in a definition: a file or a text, and whose template it becomes.

Owns where the definition comes from, and what is wrong with that. What it says is judged by the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.forms.jsontext import MAX_BYTES

if TYPE_CHECKING:
    from collab.accounts.models import Team


class DefinitionForm(forms.Form):
    """Cleaned, it has the ``team`` and what is to be read: ``raw``."""

    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Team"), empty_label=None
    )
    file = forms.FileField(label=gettext_lazy("JSON file"), required=False)
    text = forms.CharField(
        label=gettext_lazy("or JSON text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "cols": 100, "spellcheck": "false"}),
    )

    def __init__(self, data: Any, files: Any, *, teams: QuerySet[Team]) -> None:
        super().__init__(data, files)
        cast("forms.ModelChoiceField[Team]", self.fields["team"]).queryset = teams

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text") or ""
        if bool(file) is bool(text):
            raise forms.ValidationError(_("Give a file or a text, one of them."))
        if (file.size if file else len(text)) > MAX_BYTES:
            raise forms.ValidationError(_("This is too large."))
        cleaned["raw"] = file.read() if file else text.encode("utf-8", "replace")
        return cleaned
