"""Actors whose `receive` and `init` are coroutines, which asyncio runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    MessageType,
    Reason,
    Ref,
    Stopped,
    Supervision,
    Timeout,
    codecs,
)

from ..conftest import Logged
from ..support import Failing

Run = Callable[..., Any]


class Gate(Actor):
    """Handles a message as soon as the gate is open, and tells what it did."""

    def __init__(self, gate: asyncio.Event, events: list[Any]) -> None:
        self.gate = gate
        self.events = events

    async def receive(self, context: Context, message: Message) -> Any:
        self.events.append(("begins", message.payload))
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.events.append(("cancelled", message.payload))
            raise
        self.events.append(("ends", message.payload))
        return message.payload

    def deinit(self, context: Context, reason: Reason) -> None:
        self.events.append(reason)


async def until(condition: Callable[[], Any]) -> None:
    """Lets everybody go on until something is so."""
    while not condition():
        await asyncio.sleep(0)


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

    async def see(context: Context, message: Message) -> bytes:
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

    async def main(engine: Engine) -> bytes:
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
        nonlocal over
        over = asyncio.Event()
        engine.spawn(Ticks)
        await over.wait()

    over: Any = None
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

    async def main(engine: Engine) -> bytes:
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
        nonlocal over
        over = asyncio.Event()
        notes = engine.spawn(note, id="notes")
        sends = engine.spawn(send)
        sends.tell(b"")
        notes.tell(b"main")
        await over.wait()
        return sends

    over: Any = None
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

    async def main(engine: Engine) -> list[int]:
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


# ---- Failures


def test_what_it_raises_is_a_failure(
    run: Run, logged: Logged, letters: list[DeadLetter]
) -> None:
    objects: list[Any] = []

    class Child(Actor):
        def __init__(self) -> None:
            objects.append(self)

        async def receive(self, context: Context, message: Message) -> bytes:
            if message.payload == b"wait":
                await asyncio.sleep(0)
            if message.payload != b"ok":
                raise Failing(message.payload)
            return b"ok"

    class Parent(Actor):
        supervision = Supervision()

        async def receive(self, context: Context, message: Message) -> Any:
            child = context.spawn_child(Child)
            for payload in (b"wait", b"now"):
                with pytest.raises(Stopped) as caught:
                    await child.ask(payload)
                assert isinstance(caught.value.__cause__, Failing)
            return await child.ask(b"ok")

    async def main(engine: Engine) -> Any:
        return await engine.spawn(Parent).ask(b"")

    assert run(main) == b"ok"
    assert len(objects) == 3
    assert [str(error) for error in logged.errors()] == ["b'wait'", "b'now'"]
    assert [letter.reason for letter in letters] == [DeadReason.FAILED] * 2


def test_a_timeout_that_nobody_catches_is_a_failure(run: Run, logged: Logged) -> None:
    async def main(engine: Engine) -> None:
        silent = engine.spawn(lambda context, message: None)

        async def hope(context: Context, message: Message) -> Any:
            return await silent.ask(b"", timeout=0.001)

        with pytest.raises(Stopped) as caught:
            await engine.spawn(hope).ask(b"")
        assert isinstance(caught.value.__cause__, Timeout)

    run(main)
    assert [type(error) for error in logged.errors()] == [Timeout]


def test_a_failure_of_init_is_a_failure(run: Run, logged: Logged) -> None:
    tries: list[int] = []

    class Child(Actor):
        async def init(self, context: Context) -> None:
            tries.append(len(tries))
            if len(tries) % 2:
                await asyncio.sleep(0)
            if len(tries) < 3:
                raise Failing(len(tries))

        def receive(self, context: Context, message: Message) -> bytes:
            return b"made it"

    class Parent(Actor):
        supervision = Supervision()

        async def receive(self, context: Context, message: Message) -> Any:
            return await context.spawn_child(Child).ask(b"")

    async def main(engine: Engine) -> Any:
        return await engine.spawn(Parent).ask(b"")

    assert run(main) == b"made it"
    assert [str(error) for error in logged.errors()] == ["1", "2"]


def test_to_be_cancelled_by_another_is_a_failure(run: Run, logged: Logged) -> None:
    async def main(engine: Engine) -> None:
        async def cancelled(context: Context, message: Message) -> None:
            task = asyncio.create_task(asyncio.Event().wait())
            task.cancel()
            await task

        async def cancel_itself(context: Context, message: Message) -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)

        for receive in (cancelled, cancel_itself):
            with pytest.raises(Stopped) as caught:
                await engine.spawn(receive).ask(b"")
            assert isinstance(caught.value.__cause__, Stopped)

    run(main)
    assert [str(error) for error in logged.errors()] == ["the coroutine was cancelled"] * 2


def test_a_codec_that_cannot_write_the_answer_is_a_failure(run: Run, logged: Logged) -> None:
    class Answers(Actor):
        codec = codecs.JSON

        async def receive(self, context: Context, message: Message) -> object:
            await asyncio.sleep(0)
            return object()

    async def main(engine: Engine) -> None:
        with pytest.raises(Stopped):
            await engine.spawn(Answers).ask("")

    run(main)
    assert [type(error) for error in logged.errors()] == [TypeError]


# ---- Ends and restarts


def test_a_stop_cancels_it(run: Run, letters: list[DeadLetter]) -> None:
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        actor = engine.spawn(Gate, asyncio.Event(), events)
        actor.tell_many([b"in hand", b"queued"])
        await until(lambda: events)
        actor.stop()
        await until(lambda: len(events) == 3)

    run(main)
    assert events == [("begins", b"in hand"), Reason.STOPPED, ("cancelled", b"in hand")]
    assert [letter.payload for letter in letters] == [b"in hand", b"queued"]
    assert {letter.reason for letter in letters} == {DeadReason.ENDED}


def test_who_asked_one_that_is_stopped_is_told(run: Run) -> None:
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        actor = engine.spawn(Gate, asyncio.Event(), events)
        answer = asyncio.ensure_future(actor.ask(b""))
        await until(lambda: events)
        actor.stop()
        with pytest.raises(Stopped):
            await answer
        await until(lambda: len(events) == 3)

    run(main)


def test_one_that_is_stopped_before_it_begins_never_runs(run: Run) -> None:
    """On Pythons whose tasks begin at their turn; on others it begins at once, and is cancelled."""
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        actor = engine.spawn(Gate, asyncio.Event(), events)

        def send_and_stop(context: Context, message: Message) -> None:
            actor.tell(b"x")
            context.after(0.0, lambda context, message: context.stop(actor))

        engine.spawn(send_and_stop).tell(b"")
        await until(lambda: Reason.STOPPED in events)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    run(main)
    assert events in ([Reason.STOPPED], [("begins", b"x"), Reason.STOPPED, ("cancelled", b"x")])


def test_a_poison_waits_for_it(run: Run) -> None:
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        gate = asyncio.Event()
        actor = engine.spawn(Gate, gate, events)
        actor.tell_many([b"1", b"2"])
        await until(lambda: events)
        actor.poison()
        await asyncio.sleep(0)
        assert actor.is_alive()
        gate.set()
        await until(lambda: not actor.is_alive())

    run(main)
    assert events[-2:] == [("ends", b"2"), Reason.STOPPED]


def test_a_drain_waits_for_it(run: Run) -> None:
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        gate = asyncio.Event()
        actor = engine.spawn(Gate, gate, events)
        answers = [asyncio.ensure_future(actor.ask(payload)) for payload in (b"1", b"2")]
        await until(lambda: events)
        engine.drain()
        gate.set()
        assert await asyncio.gather(*answers) == [b"1", b"2"]
        await until(lambda: not actor.is_alive())

    run(main)
    assert events[-2:] == [("ends", b"2"), Reason.STOPPED]


def test_a_restart_cancels_it(run: Run, logged: Logged) -> None:
    events: list[Any] = []

    class Parent(Actor):
        supervision = Supervision(strategy=1)  # type: ignore[arg-type]  # ONE_FOR_ALL

        def receive(self, context: Context, message: Message) -> None:
            waits = context.spawn_child(Gate, gate, events)
            waits.tell(b"in hand")
            waits.tell(b"queued")
            fails = context.spawn_child(failing)
            fails.tell(b"")

    async def failing(context: Context, message: Message) -> None:
        await until(lambda: events)
        raise Failing("all of them")

    async def main(engine: Engine) -> None:
        nonlocal gate
        gate = asyncio.Event()
        engine.spawn(Parent).tell(b"")
        await until(lambda: ("begins", b"queued") in events)
        gate.set()
        await until(lambda: ("ends", b"queued") in events)

    gate: Any = None
    run(main)
    assert events[0] == ("begins", b"in hand")
    assert events[1] == Reason.RESTARTED
    assert sorted(events[2:5], key=str) == [
        ("begins", b"queued"),
        ("cancelled", b"in hand"),
        ("ends", b"queued"),
    ]
    assert len(logged.errors()) == 1


def test_one_that_shuts_its_actor_down_still_answers(run: Run) -> None:
    async def main(engine: Engine) -> None:
        async def last(context: Context, message: Message) -> bytes:
            await asyncio.sleep(0)
            context.shutdown()
            return b"good-bye"

        actor = engine.spawn(last)
        assert await actor.ask(b"") == b"good-bye"
        await until(lambda: not actor.is_alive())

    run(main)


def test_what_it_awaits_is_cancelled_with_it(run: Run, letters: list[DeadLetter]) -> None:
    """So its requests are withdrawn."""
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        gate = asyncio.Event()
        slow = engine.spawn(Gate, gate, events)

        async def ask(context: Context, message: Message) -> None:
            await slow.ask(b"")

        asks = engine.spawn(ask)
        asks.tell(b"")
        await until(lambda: events)
        asks.stop()
        await until(lambda: not asks.is_alive())
        gate.set()
        assert await slow.ask(b"again") == b"again"

    run(main)
    reasons = sorted(letter.reason for letter in letters)
    assert reasons == [DeadReason.ENDED, DeadReason.NOT_WAITING]


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

    async def main(engine: Engine) -> bytes:
        def make(loop: Any, coroutine: Any, **options: Any) -> Any:
            made.append(type(coroutine).__name__)
            return asyncio.Task(coroutine, loop=loop, **options)

        asyncio.get_running_loop().set_task_factory(make)
        return await engine.spawn(work).ask(b"")

    assert run(main) == b"done"
    assert made[0] == "ActorCoroutine"
