"""What machines ask: `/healthz`, `/readyz`, `/metrics`, of real servers whose parts are there, or are not."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

from channels.db import database_sync_to_async as in_thread
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from collab.rooms.commit import Outcome, Submission
from collab.rooms.metrics import SHARED, Metrics
from project.readiness import OK, Part, State, overall
from tests.rooms.conftest import World
from tests.rooms.faults import another_connection, postgresql_only
from tests.rooms.live import LiveServer, live_server
from tests.rooms.test_commit import edit, set_

TOKEN = "a-token-that-is-long-enough"
DEAD_REDIS = {
    "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "CONFIG": {"hosts": ["redis://somebody:so-secret@127.0.0.1:1/0"]},
}


async def ask(server: LiveServer, path: str, host: str = "", **headers: str) -> tuple[int, str]:
    def get() -> tuple[int, str]:
        answering = HTTPConnection("127.0.0.1", server.port, timeout=20)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answering.request("GET", path, headers=given | ({"Host": host} if host else {}))
        answer = answering.getresponse()
        body = answer.read().decode()
        answering.close()
        return answer.status, body

    return await asyncio.to_thread(get)


def numbers(text: str) -> dict[str, float]:
    """Every sample by its name and labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


# --- /healthz and /readyz --------------------------------------------------------------------------


async def test_a_sound_process_is_alive_and_ready_whatever_name_it_is_asked_by(world: World) -> None:
    async with live_server() as server:
        assert await ask(server, "/healthz", host="10.1.2.3") == (200, "ok\n")
        status, body = await ask(server, "/readyz", host="10.1.2.3")
        ok = {"status": "ok"}
        assert (status, json.loads(body)) == (
            200,
            {"status": "ready", "parts": {"database": ok, "migrations": ok, "channel_layer": ok}},
        )


async def test_d1_without_redis_it_says_so_and_stays_in_service(world: World, settings: Settings) -> None:
    """Taken out of service everywhere at once, a delay of two seconds would be an outage."""
    settings.CHANNEL_LAYERS = {"default": DEAD_REDIS, "accounts": DEAD_REDIS}
    async with live_server() as server:
        status, body = await ask(server, "/readyz")
        found = json.loads(body)
        assert (status, found["status"]) == (200, "degraded")
        assert found["parts"]["channel_layer"]["status"] == "degraded"
        assert "does not answer" in found["parts"]["channel_layer"]["detail"]
        assert "so-secret" not in body
        async with server.join(world.people["alice"], world.form) as alice:  # and it does go on
            await alice.submit(set_("done", True))
            await alice.next("acked")


async def test_a_release_whose_tables_are_not_there_yet_is_not_ready(world: World) -> None:
    def forget(app: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = %s", [app])

    def rows() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name, applied FROM django_migrations WHERE app = 'rooms'")
            found: list[Any] = cursor.fetchall()
            return found

    def put_back(kept: list[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", kept)

    kept = await in_thread(rows)()
    await in_thread(forget)("rooms")
    try:
        async with live_server() as server:
            status, body = await ask(server, "/readyz")
    finally:
        await in_thread(put_back)(kept)
    assert (status, json.loads(body)["status"]) == (503, "unready")
    assert json.loads(body)["parts"]["migrations"] == {"status": "failed", "detail": f"{len(kept)} not applied"}


@postgresql_only
async def test_a_database_that_hangs_is_said_in_time_to_send_people_elsewhere(world: World) -> None:
    async with live_server() as server:
        with closing(another_connection()) as other:
            other.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
            status, body = await ask(server, "/readyz")
        assert (status, json.loads(body)["parts"]["migrations"]["status"]) == (503, "unknown")
        assert (await ask(server, "/healthz"))[0] == 200


async def test_a_part_that_hangs_is_waited_for_once_and_not_for_long() -> None:
    looks = []
    released = asyncio.Event()

    async def hang() -> State:
        looks.append(1)
        await released.wait()
        return OK

    part = Part("trial", hang, failed=State("failed"), patience=0.05)
    assert await asyncio.gather(*(part.state() for _ in range(20))) == [State("failed")] * 20
    assert len(looks) == 1
    released.set()
    assert await part.state() == OK
    assert [await part.state() for _ in range(20)] == [OK] * 20
    assert len(looks) == 1, "asked once a second at most"


async def test_why_a_part_failed_is_not_told() -> None:
    async def fail() -> State:
        raise OSError("postgresql://formroom:so-secret@db refused")

    assert await Part("trial", fail, failed=State("failed", "does not answer")).state() == State(
        "failed", "does not answer"
    )


def test_the_worst_part_counts() -> None:
    degraded, failed = State("degraded"), State("failed")
    assert overall({"a": OK, "b": OK}) == "ready"
    assert overall({"a": OK, "b": degraded}) == "degraded"
    assert overall({"a": failed, "b": degraded}) == "unready"


# --- /metrics --------------------------------------------------------------------------------------


async def test_metrics_tell_what_happened(world: World, settings: Settings) -> None:
    settings.ROOM_LIMITS = {"submits_per_second": 1e-9, "burst": 60}
    async with live_server() as server:
        people = world.people
        async with (
            server.join(people["alice"], world.form) as alice,
            server.join(people["bob"], world.form) as bob,
            server.visit(people["carol"], world.form) as carol,
        ):
            await alice.submit(edit("notes", "xyzzy"), set_("temperature", 1))
            await alice.next("acked")
            await bob.submit(set_("temperature", 2), set_("shift", "never"), base=0)
            await bob.next("acked")
            await carol.send({"type": "nonsense"})
            await carol.closed()
            for _ in range(60):
                await bob.send({"type": "ping"})
            await bob.closed()
            _, text = await ask(server, "/metrics")
        found = numbers(text)
    assert found["formroom_submits_total"] == 2
    assert found["formroom_ops_total"] == 4
    assert found["formroom_rejected_ops_total{code=conflict}"] == 1
    assert found["formroom_rejected_ops_total{code=invalid}"] == 1
    assert found["formroom_rejected_frames_total{code=malformed}"] == 1
    assert found["formroom_rejected_frames_total{code=too_many}"] == 1
    assert found["formroom_closed_sockets_total{code=4429,why=frames}"] == 1
    assert found["formroom_closed_sockets_total{code=4400,why=}"] == 1
    assert found["formroom_commit_seconds_count"] == found["formroom_fanout_seconds_count"]
    assert found["formroom_batch_submits_sum"] == 2
    assert found["formroom_room_sessions"] >= 1
    assert found["formroom_rooms"] == 1
    assert found["formroom_queued_submits"] == 0
    assert found["formroom_gaps_repaired_total"] == 0
    assert found["process_resident_memory_bytes"] > 0
    assert not re.search("xyzzy|alice|" + str(world.form.pk), text)


async def test_d1_a_gap_that_was_repaired_is_counted(world: World) -> None:
    async with live_server() as server, server.join(world.people["alice"], world.form) as alice:
        await in_thread(world.submit)("bob", set_("done", True), base=0)  # elsewhere, and told to nobody
        await alice.next("committed")
        assert numbers((await ask(server, "/metrics"))[1])["formroom_gaps_repaired_total"] == 1


async def test_metrics_are_for_this_machine_or_who_has_the_token(world: World, settings: Settings) -> None:
    async with live_server() as server:
        assert (await ask(server, "/metrics"))[0] == 200
        for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"):
            assert (await ask(server, "/metrics", **{header: "127.0.0.1"}))[0] == 403, header
        settings.METRICS_TOKEN = TOKEN
        assert (await ask(server, "/metrics"))[0] == 401
        assert (await ask(server, "/metrics", Authorization=f"Bearer {TOKEN[:-1]}"))[0] == 401
        assert (await ask(server, "/metrics", Authorization=f"Bearer {TOKEN}", Via="a proxy"))[0] == 200


def test_processes_behind_one_port_tell_what_all_of_them_counted(tmp_path: Any) -> None:
    """In processes of their own: where they keep their numbers is decided when prometheus-client is imported."""
    script = (
        "import sys, os, django; django.setup()\n"
        "from collab.rooms.metrics import Metrics\n"
        "metrics = Metrics(); metrics.committed(3, 0.01)\n"
        "metrics.standing(sockets=5, sessions=4, rooms=2, queued=1)\n"
        "print('counted', flush=True)\n"
        "sys.stdin.readline(); print(metrics.text().decode())\n"
    )
    environment = {**os.environ, SHARED: str(tmp_path / "numbers"), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
    running[2].kill()  # what it counted was counted; its sockets are gone
    running[2].communicate()
    for process in running[:2]:
        found = numbers(process.communicate("tell\n")[0])
        assert found["formroom_batch_submits_count"] == 3
        assert found["formroom_sockets"] == (10 if process is running[0] else 5)


def test_what_was_refused_is_counted_and_not_what_was_typed() -> None:
    metrics = Metrics()
    typed = json.dumps([{"index": 0, "code": "conflict", "message": "", "current": {"value": '"code":"gone"'}}])
    rejected = typed.replace(": ", ":").replace(", ", ",")
    metrics.told([(_submission(), Outcome(1, 0, rejected)), (_submission(), None)], 0.001)
    found = numbers(metrics.text().decode())
    assert found["formroom_rejected_ops_total{code=conflict}"] == 1
    assert "formroom_rejected_ops_total{code=gone}" not in found
    assert found["formroom_unanswered_submits_total{why=none}"] == 1


def _submission() -> Submission:
    return Submission(uuid4(), uuid4(), "client-1", 1, 0, [{}])
