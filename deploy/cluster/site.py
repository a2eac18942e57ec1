"""The whole of it: stores, one migration, the static files, web processes, a proxy. Started, kept, ended in order."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from deploy.cluster import proxy, stores
from deploy.cluster.programs import Kept, Program, Say, run_once
from project.secret import secret_key_in

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, "-u", "manage.py"]
READY = "/readyz"

STEPS = {  # done once, before any web process
    "migrate": ["migrate", "--noinput", "--verbosity", "0"],
    "collect static files": ["collectstatic", "--noinput", "--clear", "--verbosity", "0"],
    "load the demo": ["load_demo", "--verbosity", "0", "--accounts"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked for. The web processes are at the ports after the proxy's."""

    folder: Path
    host: str
    port: int
    processes: int
    environment: Mapping[str, str]

    @property
    def ports(self) -> list[int]:
        return [self.port + number for number in range(1, self.processes + 1)]


@dataclass(frozen=True, slots=True)
class Site:
    """A cluster that runs."""

    environment: Mapping[str, str]  # what a command of Django's needs to work on it
    demo: str  # who can sign in
    stores: Sequence[Kept]
    webs: Sequence[Kept]
    proxy: Sequence[Kept]  # one, or none

    async def fails(self) -> None:
        """Never returns: raises `Failed` once one of them cannot be kept running."""
        failing = [kept.failed for kept in (*self.stores, *self.webs, *self.proxy)]
        done, _ = await asyncio.wait(failing, return_when=asyncio.FIRST_COMPLETED)
        for failed in done:
            failed.result()

    async def renew(self) -> None:
        """A rolling restart: one web process at a time, each answering before the next one is ended."""
        for web in self.webs:
            await web.stop()
            await web.begin()
            await web.answering()


@asynccontextmanager
async def running(plan: Plan, say: Say) -> AsyncIterator[Site]:
    """The cluster, answering; ended in the order opposite to that of its start, whatever happens."""
    async with AsyncExitStack() as stack:

        async def keep(*programs: Program) -> list[Kept]:
            """Starts them side by side."""
            started = [Kept(program, say) for program in programs]
            for kept in started:
                stack.push_async_callback(kept.stop)
                await kept.begin()
            for kept in started:
                await kept.answering()
            return started

        wanted = needed_stores(plan)
        kept_stores = await keep(*(store.program for store in wanted.values()))
        environment = environment_of(plan, {name: store.url for name, store in wanted.items()})
        demo = await prepare(environment, say)
        webs = await keep(*(web(number, port, environment) for number, port in enumerate(plan.ports, start=1)))
        yield Site(environment, demo, kept_stores, webs, await keep(*door(plan)))


async def prepare(environment: Mapping[str, str], say: Say) -> str:
    told = ""
    for name, command in STEPS.items():
        say(f"{name} …")
        told = await run_once(name, [*MANAGE, *command], environment, ROOT)
    return told.strip()


def needed_stores(plan: Plan) -> dict[str, stores.Store]:
    """The servers that no URL names."""
    given = plan.environment
    needed = {}
    if not given.get("DATABASE_URL"):
        needed["DATABASE_URL"] = stores.postgresql(plan.folder)
    if not given.get("REDIS_URL"):
        needed["REDIS_URL"] = stores.valkey(plan.folder, given.get("REDIS_PREFIX") or "formroom")
    return needed


def environment_of(plan: Plan, urls: Mapping[str, str]) -> dict[str, str]:
    """What every process of the site is told: what a container is told, and what the person says."""
    own = {
        "DJANGO_SECRET_KEY": plan.environment.get("DJANGO_SECRET_KEY") or secret_key_in(plan.folder),
        "FORMROOM_PROCESSES": str(plan.processes),
        "STATIC_ROOT": str(plan.folder / "static"),
        "FORMROOM_VAR_DIR": str(plan.folder),
    }
    return {**plan.environment, **own, **urls}


def web(number: int, port: int, environment: Mapping[str, str]) -> Program:
    return Program(
        name=f"web-{number}",
        command=[*MANAGE, "web", "--port", str(port)],
        environment=environment,
        directory=ROOT,
        answers=lambda: answers(port),
    )


def door(plan: Plan) -> list[Program]:
    """nginx, where there is one."""
    nginx = proxy.find_nginx()
    if nginx is None:
        return []
    trusted = plan.environment.get("FORMROOM_TRUSTED_PROXY") or "127.0.0.1"
    return [proxy.proxy(nginx, plan.folder, host=plan.host, port=plan.port, to=plan.ports, trusted=trusted)]


def answers(port: int) -> bool:
    """Whether people may be sent to that process."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", READY)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
