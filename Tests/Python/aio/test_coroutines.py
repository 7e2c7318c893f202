"""Actors whose `receive` and `init` are coroutines, which asyncio runs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backstage import (
    Actor,
    Context,
    Engine,
    Message,
    MessageType,
    Ref,
    codecs,
)

from ..support import Failing
from .support import Gate, Run, until

# ---- One message at a time


def test_it_handles_one_message_at_a_time(run: Run) -> None:
    async def main(engine: Engine) -> None:
        gate = asyncio.Event()
        actor = engine.spawn(Gate, gate, events)
        actor.tell_many([b"1", b"2"])
        answer = asyncio.ensure_future(actor.ask(b"3"))
        await until(lambda: events)
        # Meanwhile others go on.
        others: list[Any] = []
        other = engine.spawn(Gate, asyncio.Event(), others)
        other.tell(b"x")
        await until(lambda: others)
        assert events == [("begins", b"1")]
        other.stop()
        gate.set()
        assert await answer == b"3"

    events: list[Any] = []
    run(main)
    assert events[:6] == [(verb, n) for n in (b"1", b"2", b"3") for verb in ("begins", "ends")]


def test_what_never_waits_is_handled_too(run: Run) -> None:
    seen: list[int] = []

    async def see(context: Context, message: Message) -> Any:
        seen.append(int(message.payload))
        return message.payload

    async def main(engine: Engine) -> None:
        actor = engine.spawn(see)
        actor.tell_many(b"%d" % number for number in range(500))
        assert await actor.ask(b"500") == b"500"

    run(main)
    assert seen == list(range(501))


def test_init_may_wait(run: Run) -> None:
    events: list[str] = []

    class Connects(Actor):
        async def init(self, context: Context) -> None:
            events.append("connects")
            await asyncio.sleep(0)
            self.name = await context.engine.find("names").ask(b"")
            events.append("connected")

        async def receive(self, context: Context, message: Message) -> Any:
            events.append("receives")
            return self.name

    async def main(engine: Engine) -> Any:
        engine.spawn(lambda context, message: b"a name", id="names")
        return await engine.spawn(Connects).ask(b"")

    assert run(main) == b"a name"
    assert events == ["connects", "connected", "receives"]


def test_events_are_handled_by_coroutines(run: Run) -> None:
    seen: list[Any] = []

    class Ticks(Actor):
        def init(self, context: Context) -> None:
            context.after(0.0, self.tick)
            context.after(0.001)

        async def tick(self, context: Context, message: Message) -> None:
            await asyncio.sleep(0)
            seen.append("tick")

        async def receive(self, context: Context, message: Message) -> None:
            await asyncio.sleep(0)
            seen.append(message.type)
            over.set()

    async def main(engine: Engine) -> None:
        engine.spawn(Ticks)
        await over.wait()

    over = asyncio.Event()
    run(main)
    assert seen == ["tick", MessageType.TIMER]


def test_a_message_can_be_used_after_a_wait(run: Run) -> None:
    class Reads(Actor):
        codec = codecs.JSON

        async def receive(self, context: Context, message: Message) -> Any:
            await asyncio.sleep(0)
            return [message.payload, message.size, message.type.name, message.topic]

    async def main(engine: Engine) -> Any:
        return await engine.spawn(Reads).ask("x" * 1000)

    assert run(main) == ["x" * 1000, 1002, "REQUEST", None]


def test_it_waits_on_the_engines_clock(run: Run) -> None:
    async def sleep(context: Context, message: Message) -> bytes:
        before = context.engine.now()
        await context.sleep(0.002)
        assert context.engine.now() >= before + 0.002
        await context.sleep(0)
        return b"slept"

    async def main(engine: Engine) -> Any:
        return await engine.spawn(sleep).ask(b"")

    assert run(main) == b"slept"


# ---- As whom it acts


def test_it_sends_as_its_actor(run: Run) -> None:
    senders: dict[bytes, Ref | None] = {}

    def note(context: Context, message: Message) -> None:
        senders[message.payload] = message.sender
        if len(senders) == 5:
            over.set()

    async def send(context: Context, message: Message) -> None:
        notes = context.engine.find("notes")
        notes.tell(b"before")
        await asyncio.sleep(0)
        notes.tell(b"after")

        async def child() -> None:
            await asyncio.sleep(0)
            notes.tell(b"task")

        await asyncio.create_task(child())
        await asyncio.to_thread(notes.tell, b"thread")

    async def main(engine: Engine) -> Ref:
        notes = engine.spawn(note, id="notes")
        sends = engine.spawn(send)
        sends.tell(b"")
        notes.tell(b"main")
        await over.wait()
        return sends

    over = asyncio.Event()
    sends = run(main)
    assert senders == {
        b"before": sends,
        b"after": sends,
        b"task": sends,
        b"thread": None,
        b"main": None,
    }


def test_who_has_ended_acts_no_more(run: Run) -> None:
    senders: list[Ref | None] = []

    async def linger(context: Context, message: Message) -> None:
        notes = context.engine.find("notes")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            notes.tell(b"")

    async def main(engine: Engine) -> None:
        over = asyncio.Event()

        def note(context: Context, message: Message) -> None:
            senders.append(message.sender)
            over.set()

        engine.spawn(note, id="notes")
        lingers = engine.spawn(linger)
        lingers.tell(b"")
        await asyncio.sleep(0)
        lingers.stop()
        await over.wait()

    run(main)
    assert senders == [None]


def test_it_asks_others_who_ask_others(run: Run) -> None:
    class Sum(Actor):
        """Adds a number to what the next one comes to."""

        codec = codecs.JSON

        async def receive(self, context: Context, message: Message) -> int:
            number: int = message.payload
            if number == 0:
                return 0
            below = context.spawn_child(Sum)
            total = await below.ask(number - 1, timeout=60.0)
            below.stop()
            return number + int(total)

    async def main(engine: Engine) -> Any:
        return await asyncio.gather(*(engine.spawn(Sum).ask(number) for number in range(20)))

    assert run(main) == [number * (number + 1) // 2 for number in range(20)]


def test_proxies_have_methods_that_wait(run: Run) -> None:
    class Store(Actor):
        def __init__(self) -> None:
            self.size = 0

        async def put(self, count: int) -> int:
            await asyncio.sleep(0)
            if count < 0:
                raise Failing("less than nothing")
            self.size += count
            return self.size

        def receive(self, context: Context, message: Message) -> None:
            pass

    async def main(engine: Engine) -> None:
        store = engine.spawn(Store).proxy()
        assert await asyncio.gather(*(store.put(n) for n in (1, 2, 3))) == [1, 3, 6]
        with pytest.raises(Failing):
            await store.put(-1)
        assert await store.size == 6

    run(main)


# ---- Its task


def test_tasks_are_named_and_can_be_looked_at(run: Run) -> None:
    async def wait(context: Context, message: Message) -> None:
        await asyncio.Event().wait()

    async def main(engine: Engine) -> None:
        waits = engine.spawn(wait, id="the patient")
        waits.tell(b"")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        assert task.get_name() == "the patient"
        assert [frame.f_code.co_name for frame in task.get_stack()] == ["wait"]
        assert "wait" in repr(task)
        waits.stop()

    run(main)


def test_a_factory_of_tasks_makes_them(run: Run) -> None:
    made: list[str] = []

    async def work(context: Context, message: Message) -> bytes:
        await asyncio.sleep(0)
        return b"done"

    async def main(engine: Engine) -> Any:
        def make(loop: Any, coroutine: Any, **options: Any) -> Any:
            made.append(type(coroutine).__name__)
            return asyncio.Task(coroutine, loop=loop, **options)

        asyncio.get_running_loop().set_task_factory(make)
        return await engine.spawn(work).ask(b"")

    assert run(main) == b"done"
    assert made[0] == "ActorCoroutine"
