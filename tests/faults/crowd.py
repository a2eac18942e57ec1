"""The bots of a scenario: three on each of ten forms, at both processes, who type 20 ops a second together.

Now and then somebody signs in on another device: the old tab types on until it is told, the new one takes its place.
Owns when bots type, pause and come to rest; what is wrong then, `checker` says.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http.client import HTTPException
from pathlib import Path

from tests.faults.bot import Bot, Door, Doors
from tests.faults.checker import Fence, find_problems
from tests.faults.history import History
from tests.faults.rounds import done
from tests.faults.site import Site
from tests.sessions.browser import DEVICES, PASSWORD, Browser

FORMS = 10
BOTS_A_FORM = 3
OPS_PER_SECOND = 20.0
RECOVERY_SECONDS = 10.0
SIGN_IN_SECONDS = 3.0  # from one to the next, on average
AGAIN_SECONDS = 0.3
PATIENCE = 90.0


class Crowd:
    """Everybody on ten new forms of a site."""

    def __init__(
        self, site: Site, forms: list[str], history: History, chance: random.Random, doors: Sequence[Door]
    ) -> None:
        self.site = site
        self.forms = forms
        self.history = history
        self.bots: list[Bot] = []
        self.sign_ins = 0
        self.sign_in_seconds = SIGN_IN_SECONDS
        self._chance = chance
        self._doors = doors
        self._old: list[tuple[Bot, float]] = []
        self._fences: list[Fence] = []
        self._living: dict[Bot, asyncio.Task[None]] = {}
        self._typing = asyncio.Event()
        self._is_signing_in = False
        self._tasks: list[asyncio.Task[None]] = []

    async def come(self) -> None:
        """Everybody signs in, opens their form, and begins to type."""
        people = self.site.people[: BOTS_A_FORM * len(self.forms)]
        browsers = await asyncio.gather(*(self._signed_in(person) for person in people))
        for number, (person, browser) in enumerate(zip(people, browsers, strict=True)):
            self._open(person, browser, self.forms[number // BOTS_A_FORM], home=number % 2)
        await self.until(lambda: all(bot.online for bot in self.bots), PATIENCE, "everybody is there")
        self._typing.set()
        self._tasks = [asyncio.create_task(self._type_on()), asyncio.create_task(self._sign_in_now_and_then())]

    async def leave(self) -> None:
        tasks = [*self._tasks, *self._living.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _open(self, person: str, browser: Browser, form: str, *, home: int) -> Bot:
        seed = f"{self._chance.randrange(10**6):06}"
        bot = Bot(person, browser, form, Doors(self._doors, home), self.history, seed)
        self.bots.append(bot)
        self._living[bot] = asyncio.create_task(bot.live())
        return bot

    # --- typing --------------------------------------------------------------------------------------

    async def _type_on(self) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(OPS_PER_SECOND))
            await self._typing.wait()
            if free := [bot for bot in self._everybody() if bot.is_free]:
                self._chance.choice(free).type()

    def _everybody(self) -> list[Bot]:
        return [*self.bots, *(bot for bot, _ in self._old)]

    async def type_for(self, seconds: float) -> None:
        """Time passes, while everybody types."""
        await asyncio.sleep(seconds)
        self.assert_alive()

    def assert_alive(self) -> None:
        """No bot, and nothing that drives them, has failed by itself."""
        for task in [*self._tasks, *self._living.values()]:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    # --- signing in elsewhere ------------------------------------------------------------------------

    async def _sign_in_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / self.sign_in_seconds))
            await self._typing.wait()
            self._is_signing_in = True  # and it may take until the servers are back: nothing is quiet before
            await self._sign_in_elsewhere(self._chance.choice(self.bots))
            self._is_signing_in = False

    async def _sign_in_elsewhere(self, old: Bot) -> None:
        """Another device of the same person takes the place of this one, which does not know yet."""
        browser = await self._signed_in(old.person)
        self.sign_ins += 1
        self.history.note("signed in elsewhere", person=old.person, old=old.client_id)
        self.bots.remove(old)
        self._old.append((old, time.monotonic()))
        self._fences.append((old.form, old.client_id, old.browser.cookies["sessionid"]))
        self._open(old.person, browser, old.form, home=old.doors.home)
        while old.is_free:
            old.type()  # S1: it was too late

    async def _signed_in(self, person: str) -> Browser:
        """However often it has to be tried: servers may be away."""
        while True:
            browser = Browser(self._chance.choice(self.site.webs), device=self._chance.choice(DEVICES))
            with suppress(OSError, HTTPException):
                answer = await browser.post("/api/session/", {"username": person, "password": PASSWORD})
                if answer.status == 200:
                    return browser
                self.history.note("not signed in", person=person, status=answer.status)
            await asyncio.sleep(AGAIN_SECONDS)

    # --- rest ----------------------------------------------------------------------------------------

    async def go_home(self) -> None:
        """Everybody is at their own process again."""
        await asyncio.gather(*(bot.go_home() for bot in self.bots))
        at_home = lambda: all(bot.online and bot.process == bot.doors.home for bot in self.bots)  # noqa: E731
        await self.until(at_home, PATIENCE, "everybody is at home")
        for bot in self.bots:
            bot.longest_offline = 0.0

    async def settle(self, recovered: float) -> float:
        """Everybody stops typing, and within 10 s of the recovery knows everything; how long that took."""
        self._typing.clear()
        left = max(recovered + RECOVERY_SECONDS - time.monotonic(), 0.5)
        await self.until(self._is_quiet, left, "every submit is answered, and every old device told")
        heads = await self.site.ask("heads", forms=self.forms)
        left = max(recovered + RECOVERY_SECONDS - time.monotonic(), 0.5)
        await self.until(lambda: self._knows(heads), left, "every replica is at its form's version")
        took = time.monotonic() - recovered
        self._old = [(bot, since) for bot, since in self._old if not bot.over]
        return took

    def _is_quiet(self) -> bool:
        here = all(bot.online and not bot.in_flight for bot in self.bots)
        return here and not self._is_signing_in and all(bot.over for bot, _ in self._old)

    def _knows(self, heads: dict[str, int]) -> bool:
        """Nobody is behind. Who is ahead was shown what is not stored, and the checker says what."""
        return all(bot.version >= heads[bot.form] for bot in self.bots)

    async def check(self) -> None:
        """The rules, after a fault: raises what was found to be wrong."""
        self.assert_alive()
        states = {form: await self.site.ask("state", form=form) for form in self.forms}
        wrong = await self.site.ask("sign_ins", fences=self._fences)
        problems = find_problems(states, self.history, [(bot.form, bot.client_id, bot.replica) for bot in self.bots])
        assert not (found := [*wrong, *problems]), "\n".join(found[:20])
        self._typing.set()

    async def recover(self, fault: str, **proof: object) -> None:
        """After a fault: everything comes to rest in time, and every rule holds. ``proof`` that it happened is kept."""
        took = await self.settle(time.monotonic())
        await self.check()
        counts = self.history.counts
        done(
            fault,
            settled=round(took, 2),
            offline=round(max(bot.longest_offline for bot in self.bots), 2),
            acknowledged=counts["ops acknowledged"],
            again=counts["sent again"],
            sign_ins=self.sign_ins,
            proof=proof,
        )

    async def until(self, true: object, seconds: float, what: str) -> None:
        """Asks until it is so; a failure says who is not there yet."""
        assert callable(true)
        try:
            async with asyncio.timeout(seconds):
                while not true():  # there is no event for it
                    await asyncio.sleep(0.02)
                    self.assert_alive()
        except TimeoutError:
            raise AssertionError(f"not within {seconds:.1f} s: {what}\n{self._told()}") from None

    def _told(self) -> str:
        lines = [
            f"{bot.client_id} on {bot.form}: version {bot.version}, online {bot.online}, process {bot.process}, "
            f"in flight {[(each.seq, each.sent) for each in bot.in_flight]}, closed with {bot.close_code}"
            for bot in self._everybody()
        ]
        return "\n".join([*lines, *self.history.problems[:10]])


@asynccontextmanager
async def crowd_at(
    site: Site, folder: Path, chance: random.Random, *, doors: Sequence[Door] = ()
) -> AsyncIterator[Crowd]:
    """A crowd that types, on forms of its own; at the end it goes."""
    forms = await site.ask("forms", count=FORMS)
    history = History(folder / f"history-{forms[0][:13]}.jsonl")
    crowd = Crowd(site, forms, history, chance, doors or site.webs)
    try:
        await crowd.come()
        yield crowd
    finally:
        await crowd.leave()
        history.close()
