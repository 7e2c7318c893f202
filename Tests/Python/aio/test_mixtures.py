"""Everything at once, at random: every request ends once, and the ledger holds."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from backstage import (
    Actor,
    BackstageError,
    Context,
    Ending,
    Engine,
    Message,
    NotFound,
    Ref,
    Stopped,
    Supervision,
    Timeout,
    aio,
)

from ..conftest import Logged
from ..support import Failing
from .support import Run

MEMBERS = 8
CLIENTS = 40
STEPS = 10


class Member(Actor):
    """Does what it is told, at once or after a while."""

    def __init__(self, group: list[Ref], chance: random.Random) -> None:
        self.group = group
        self.chance = chance

    async def init(self, context: Context) -> None:
        await self.dawdle()

    async def dawdle(self) -> None:
        for _ in range(self.chance.randrange(3)):
            await asyncio.sleep(0)

    async def receive(self, context: Context, message: Message) -> Any:
        verb = message.payload
        await self.dawdle()
        if verb == b"fail":
            raise Failing
        if verb == b"be cancelled":
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)
        if verb == b"ask":
            return await self.chance.choice(self.group).ask(b"answer", timeout=0.002)
        if verb == b"work":
            tasks = [asyncio.create_task(self.dawdle()) for _ in range(3)]
            await asyncio.gather(*tasks)
        if verb == b"stop another":
            self.chance.choice(self.group).stop()
        return b"done"


class Leader(Actor):
    """Starts its members again whenever they fail, and in place of one that was stopped another."""

    supervision = Supervision(restarts_max=4096)

    def __init__(self, group: list[Ref], seed: int) -> None:
        self.group = group
        self.chance = random.Random(seed)

    def init(self, context: Context) -> None:
        self.group.extend(self.start(context) for _ in range(MEMBERS))

    def start(self, context: Context) -> Ref:
        member = context.spawn_child(Member, self.group, self.chance)
        context.monitor(member)
        return member

    def receive(self, context: Context, message: Message) -> Any:
        if message.event is not None and message.sender in self.group:
            self.group[self.group.index(message.sender)] = self.start(context)
        return b"ready"


VERBS = (b"answer", b"fail", b"be cancelled", b"ask", b"work", b"stop another")


async def play(group: list[Ref], chance: random.Random, ends: Counter[str]) -> None:
    """A client: asks, and now and then gives up."""
    for _ in range(STEPS):
        future = chance.choice(group).ask(chance.choice(VERBS), timeout=chance.choice((None, 0.05)))
        task = asyncio.ensure_future(waiting(future))
        if chance.random() < 0.3:
            for _ in range(chance.randrange(5)):
                await asyncio.sleep(0)
            task.cancel()
        try:
            assert await task == b"done"
            ends["answered"] += 1
        except asyncio.CancelledError:
            ends["cancelled"] += 1
            future.cancel()  # if the task had not begun to wait
        except (Stopped, Timeout) as error:
            ends[type(error).__name__] += 1
        except BackstageError:
            ends["refused"] += 1
        assert future.done()


async def waiting(future: Any) -> Any:
    return await future


@pytest.mark.parametrize("seed", range(8))
def test_every_request_ends_once(run: Run, logged: Logged, seed: int) -> None:
    ends: Counter[str] = Counter()

    async def main(engine: Engine) -> None:
        group: list[Ref] = []
        leader = engine.spawn(Leader, group, seed)
        assert await leader.ask(b"") == b"ready"
        chances = [random.Random(f"{seed} {number}") for number in range(CLIENTS)]
        await asyncio.gather(*(play(group, chance, ends) for chance in chances))
        assert await aio.drain(60.0)
        counts = engine.statistics()
        assert counts.queued == 0
        assert counts.actors == 0

    run(main)
    assert sum(ends.values()) == CLIENTS * STEPS
    assert ends["answered"]
    assert ends["cancelled"]
    assert ends["Stopped"]
    # Members that have ended are asked and stopped, too.
    expected = {Failing, Stopped, Timeout, NotFound, Ending}
    assert {type(error) for error in logged.errors()} <= expected
