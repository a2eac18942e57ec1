"""Templates over HTTP: JSON in and out, refusals as `{code, message}`.

Shapes only. Who may do what and what becomes of it, `definitions` and `services` say.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig
from django.core.validators import slug_re
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.accounts.endpoint import Refused, endpoint
from collab.accounts.fence import hold
from collab.accounts.services import EDIT, VIEW, teams_where
from collab.document.schema import DefinitionInvalid
from collab.forms.definitions import (
    TemplateAmbiguous,
    TemplateNotFound,
    startable_versions,
    the_version,
    versions_in_use,
)
from collab.forms.jsontext import MAX_BYTES, JsonError, read_json
from collab.forms.models import TemplateVersion
from collab.forms.services import TemplateArchived, export_definition, import_definition

if TYPE_CHECKING:
    from collab.accounts.models import Team, User


def _refusal(error: Exception) -> Refused | None:
    """The one place that says what is answered to which failure."""
    match error:
        case JsonError():
            return Refused(400, "malformed", str(error))
        case DefinitionInvalid():
            errors = [{"path": each.path, "code": each.code, "message": _(each.message)} for each in error.errors]
            return Refused(400, "invalid", _("This definition cannot be used."), errors=errors)
        case TemplateNotFound():
            return Refused(404, "not_found", _("There is no such template."))
        case TemplateAmbiguous():
            return Refused(409, "ambiguous", _("Several of your teams have this template. Say which: ?team="))
        case TemplateArchived():
            return Refused(409, "archived", _("This template is archived."))
        case RequestDataTooBig():
            return Refused(413, "too_large", _("This is too large."))
        case _:
            return None


address = partial(endpoint, refusal=_refusal)


@address("GET", "POST")
def templates(request: HttpRequest, user: User) -> HttpResponse:
    """`GET`: the templates one may make forms from. `POST`: imports a definition into a team one edits (`?team=`)."""
    if request.method == "POST":
        return _import(request, user)
    return JsonResponse({"templates": [_described(version) for version in startable_versions(user)]})


@address("GET")
def template(request: HttpRequest, user: User, key: str) -> HttpResponse:
    """The definition of a template of one's teams: the newest, or `?version=`. `?team=` where several have the key."""
    versions = _in_team(request, versions_in_use(user, VIEW).filter(template__key=_name(key)))
    version = the_version(versions, number=_version_asked_for(request))
    return JsonResponse(export_definition(version), json_dumps_params={"ensure_ascii": False})


def _import(request: HttpRequest, user: User) -> HttpResponse:
    data = read_json(_body(request))
    team = _team_to_edit(request, user)
    with transaction.atomic():
        hold(request)
        imported = import_definition(data, team_id=team.pk, now=timezone.now(), by=user)
    return JsonResponse(_described(imported.version), status=201 if imported.made else 200)


def _described(version: TemplateVersion) -> dict[str, object]:
    return {
        "key": version.template.key,
        "title": version.definition["title"],
        "team": version.template.team.slug,
        "version": version.number,
    }


def _in_team(request: HttpRequest, versions: QuerySet[TemplateVersion]) -> QuerySet[TemplateVersion]:
    slug = request.GET.get("team")
    return versions if slug is None else versions.filter(template__team__slug=_name(slug))


def _name(asked: str) -> str:
    """A key or a team's short name, as it may be looked for: PostgreSQL takes no NUL even to compare."""
    if not slug_re.fullmatch(asked):
        raise TemplateNotFound
    return asked


def _version_asked_for(request: HttpRequest) -> int | None:
    asked = request.GET.get("version")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise TemplateNotFound
    return int(asked)


def _team_to_edit(request: HttpRequest, user: User) -> Team:
    """The team that is named, or the only one there is. One that the person is not in is not there."""
    slug = request.GET.get("team")
    seen = teams_where(user, VIEW) if slug is None else teams_where(user, VIEW).filter(slug=_name(slug))
    if slug is not None and not seen:
        raise Refused(404, "not_found", _("There is no such team."))
    edited = list(teams_where(user, EDIT).filter(pk__in=seen.values("pk"))[:2])
    if not edited:
        raise Refused(403, "forbidden", _("You may not change the templates of this team."))
    if len(edited) > 1:
        raise Refused(409, "ambiguous", _("You edit several teams. Say which: ?team="))
    return edited[0]


def _body(request: HttpRequest) -> bytes:
    try:
        # The length is looked at first: what is too large is not even read.
        if int(request.META.get("CONTENT_LENGTH") or 0) <= MAX_BYTES and len(request.body) <= MAX_BYTES:
            return request.body
    except (ValueError, UnreadablePostError):
        raise JsonError("The body could not be read.") from None
    raise RequestDataTooBig
