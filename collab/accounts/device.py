"""What a request tells of the device it comes from: browser and system, readable, and the address.

Nothing here is proof of anything: a browser may call itself what it likes. It is for people to recognise.
"""

from __future__ import annotations

from ipaddress import ip_address

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ua_parser import parse

DEVICE_LENGTH = 120
# A browser says in a few hundred characters what it is; more is no browser, and costs the parser.
AGENT_LENGTH = 512
_OTHER = "Other"


def device_of(request: HttpRequest) -> str:
    """Browser and system: "Firefox on Linux"."""
    agent = request.META.get("HTTP_USER_AGENT", "")[:AGENT_LENGTH]
    found = parse(agent)
    browser = found.user_agent.family if found.user_agent else None
    system = found.os.family if found.os else None
    named = [name for name in (browser, system) if name not in (None, _OTHER)]
    if len(named) == 2:
        return _("%(browser)s on %(system)s")[:DEVICE_LENGTH] % {"browser": browser, "system": system}
    return (named[0] if named else _("an unknown device"))[:DEVICE_LENGTH]


def client_address(request: HttpRequest) -> str | None:
    """Where the request comes from. Behind a proxy the server has already put the client's address there."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "").partition("%")[0]))  # less the zone of a local one
    except ValueError:
        return None
