"""deploy/nginx, before a server that says what it was told: what the proxy adds, what it lets through, for how long."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

import pytest
import uvicorn

from deploy.cluster.proxy import configuration, find_nginx, listens, proxy
from project.serving import UVICORN
from tests.deploy.stack import started
from tests.services import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deploy")]

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy/nginx/nginx.conf.template"


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it got."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def echo() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


@contextmanager
def before(folder: Path, *ports: int, trusted: str = "127.0.0.1") -> Iterator[int]:
    """nginx before what answers at these ports; its own."""
    nginx = find_nginx()
    if nginx is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    port = free_port()
    program = proxy(nginx, folder, host="127.0.0.1", port=port, to=ports, trusted=trusted)
    with started(
        "nginx", program.command, program.environment, program.directory, folder,
        answers=lambda: listens("127.0.0.1", port), user=program.account.user,
    ):  # fmt: skip
        yield port


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def ask(
    port: int,
    path: str = "/",
    *,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body=body or None, headers=headers)
    answer = connection.getresponse()
    found = Answer(answer.status, answer.read())
    connection.close()
    return found


def told(port: int, headers: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """The headers that came through."""
    found: dict[str, str] = json.loads(ask(port, headers=headers).body)
    return found


CLAIMS = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=203.0.113.7",
}


def test_what_a_client_claims_is_dropped(folder: Path) -> None:
    with echo() as behind, before(folder, behind, trusted="192.0.2.1") as port:
        heard = told(port, CLAIMS)
        assert heard["host"] == f"127.0.0.1:{port}", "with its port: Origin is compared with it"
    assert (heard["x-forwarded-for"], heard["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert not {"x-forwarded-host", "forwarded"} & heard.keys()


def test_who_ends_tls_before_it_is_believed(folder: Path) -> None:
    with echo() as behind, before(folder, behind) as port:
        heard = told(port, CLAIMS)
        plain = told(port)
    assert (heard["x-forwarded-for"], heard["x-forwarded-proto"]) == ("203.0.113.7", "https")
    assert (plain["x-forwarded-for"], plain["x-forwarded-proto"]) == ("127.0.0.1", "http")


def test_what_is_larger_than_formroom_takes_is_formrooms_to_refuse(folder: Path) -> None:
    from collab.drafts.api import MAX_BODY_BYTES

    with echo() as behind, before(folder, behind) as port:
        assert ask(port, method="POST", body=b"x" * (MAX_BODY_BYTES + 1)).status == 200
        assert ask(port, method="POST", body=b"x" * (4 * 1024 * 1024)).status == 413


def test_metrics_are_not_for_the_world(folder: Path) -> None:
    with echo() as behind, before(folder, behind) as port:
        assert [ask(port, path).status for path in ("/metrics", "/metrics?x", "/metricsx")] == [404, 404, 200]


def test_a_process_that_is_gone_is_passed_over(folder: Path) -> None:
    with echo() as behind, before(folder, free_port(), behind) as port:
        assert [ask(port).status for _ in range(10)] == [200] * 10


def test_the_query_is_not_logged(folder: Path) -> None:
    """Links in mails carry what sets a new password."""
    with echo() as behind, before(folder, behind) as port:
        ask(port, "/accounts/reset/done?token=secret")
    logged = (folder / "nginx/access.log").read_text()
    assert "/accounts/reset/done" in logged
    assert "secret" not in logged


def test_its_clocks_fit_those_of_uvicorn() -> None:
    config = uvicorn.Config("asgi:application", **UVICORN)
    seconds = {name: int(value) for name, value in re.findall(r"(\w+_timeout) (\d+)s;", sockets_part())}
    assert config.ws_ping_interval is not None
    assert config.ws_ping_timeout is not None
    silent = config.ws_ping_interval + config.ws_ping_timeout
    assert seconds["proxy_read_timeout"] > silent
    assert seconds["proxy_send_timeout"] > silent
    kept = re.search(r"^\s+keepalive_timeout (\d+)s;", TEMPLATE.read_text(), re.MULTILINE)
    assert kept is not None
    assert int(kept[1]) < config.timeout_keep_alive


def sockets_part() -> str:
    return TEMPLATE.read_text().partition("location /ws/ {")[2].partition("}")[0]


def test_everything_that_is_put_in_has_a_value() -> None:
    named = set(re.findall(r"\$\{(\w+)\}", TEMPLATE.read_text()))
    assert all(name.startswith("FORMROOM_") for name in named)
    assert "${" not in configuration(dict.fromkeys(named, "x"))
