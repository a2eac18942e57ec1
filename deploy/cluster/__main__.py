"""`python -m deploy.cluster`, which is `make run-cluster`: starts it all, says where to go, ends it all at Ctrl-C.

CLUSTER_DIR keeps everything (var/cluster); HOST and PORT are the proxy's; PROCESSES says how many web processes.
DATABASE_URL and REDIS_URL are used where they are given, in the environment or in .env.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shlex
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import environ

from deploy.cluster.programs import Failed, to_terminal
from deploy.cluster.site import ROOT, Plan, Site, running
from project.serving import listen
from tests.services import ServerFailed

OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SECRET_KEY", "STATIC_ROOT", "FORMROOM_VAR_DIR")


def main() -> int:
    environ.Env.read_env(ROOT / ".env")  # what the environment already says wins
    try:
        plan = plan_from(os.environ)
        with alone(plan.folder):
            asyncio.run(serve(plan))
    except (Failed, ServerFailed) as failure:
        to_terminal(f"\nFormroom's cluster has ended: {failure}")
        return 1
    return 0


def plan_from(environment: Mapping[str, str]) -> Plan:
    folder = Path(environment.get("CLUSTER_DIR") or "var/cluster")
    plan = Plan(
        folder=(ROOT / folder).resolve(),
        host=environment.get("HOST") or "127.0.0.1",
        port=number_from(environment, "PORT", 8000),
        processes=number_from(environment, "PROCESSES", 2),
        environment=environment,
    )
    for host, port in [(plan.host, plan.port), *(("127.0.0.1", port) for port in plan.ports)]:
        assert_free(host, port)
    return plan


def number_from(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name) or str(default)
    if not given.isdecimal() or int(given) < 1:
        raise Failed(f"{name} must be a number from 1, not {given!r}.")
    return int(given)


def assert_free(host: str, port: int) -> None:
    try:
        listen(host, port).close()
    except (OSError, OverflowError) as error:
        raise Failed(f"cannot listen on {host}:{port}: {error}. Other ports: make run-cluster PORT=9000") from error


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Two clusters in one folder would be one too many. The file names the process to be sent SIGHUP or SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "pid").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Failed(f"a cluster runs in {folder} already, as process {file.read().strip()}.") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


async def serve(plan: Plan) -> None:
    """Runs until it is told to end. A signal during the start ends it as well, in order."""
    ending = asyncio.Event()
    renewing = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, renewing.set)

    working = asyncio.create_task(work(plan, renewing))
    told = asyncio.create_task(ending.wait())
    await asyncio.wait([working, told], return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        to_terminal("\nending …")
        working.cancel()
    try:
        await working
    except asyncio.CancelledError:
        pass
    finally:
        told.cancel()


async def work(plan: Plan, renewing: asyncio.Event) -> None:
    async with running(plan, to_terminal) as site:
        write_environment(plan, site)
        print(banner(plan, site), flush=True)
        tasks = [asyncio.create_task(site.fails()), asyncio.create_task(renew(site, renewing))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()


async def renew(site: Site, renewing: asyncio.Event) -> None:
    while True:
        await renewing.wait()
        renewing.clear()
        to_terminal("restarting the web processes, one after the other …")
        await site.renew()
        to_terminal("… restarted")


def write_environment(plan: Plan, site: Site) -> None:
    """For `manage.py` on this cluster. It holds passwords: for the owner's eyes only."""
    path = plan.folder / "environment"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    lines = [f"export {name}={shlex.quote(site.environment[name])}\n" for name in OURS]
    path.write_text("".join(lines), encoding="utf-8")


def banner(plan: Plan, site: Site) -> str:
    shown = f"[{plan.host}]" if ":" in plan.host else plan.host
    processes = [f"http://127.0.0.1:{port}" for port in plan.ports]
    if site.proxy:
        where = f"Formroom is at http://{shown}:{plan.port}\n\nnginx, before {' and '.join(processes)}."
    else:
        where = f"Formroom is at {' and '.join(processes)}.\n\nThere is no nginx here to stand before them."
    kept = os.path.relpath(plan.folder, Path.cwd())
    return f"""
{where} PostgreSQL's data stay in {kept}.

{site.demo}

A command on it:      . {kept}/environment && .venv/bin/python manage.py createsuperuser
Rolling restart:      kill -HUP {os.getpid()}

Sign in as two of them in two browsers, open the same form, and type. Ctrl-C ends it.
"""


if __name__ == "__main__":
    sys.exit(main())
