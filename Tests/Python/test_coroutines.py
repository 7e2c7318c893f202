"""Coroutine actors without asyncio: they wait for answers, and for time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    Supervision,
    codecs,
)

from .support import Failing, echo, fail, ignore, pass_time


def test_await_an_answer(engine: Engine) -> None:
    notes: list[Any] = []
    server = engine.spawn(echo)

    async def receive(context: Context, message: Message) -> None:
        notes.append(await server.ask(message.payload))

    ref = engine.spawn(receive)
    ref.tell_many([b"%d" % number for number in range(20)])
    engine.run_until_idle()
    assert notes == [b"%d" % number for number in range(20)]


def test_one_message_at_a_time(engine: Engine) -> None:
    notes: list[str] = []
    server = engine.spawn(echo)

    async def receive(context: Context, message: Message) -> None:
        text = message.payload.decode()
        notes.append(f"+{text}")
        for _ in range(3):
            await server.ask(b"")
        notes.append(f"-{text}")

    engine.spawn(receive).tell_many([b"a", b"b", b"c"])
    engine.run_until_idle()
    assert notes == ["+a", "-a", "+b", "-b", "+c", "-c"]


def test_others_go_on_meanwhile(engine: Engine) -> None:
    notes: list[str] = []

    async def slow(context: Context, message: Message) -> None:
        await context.sleep(1.0)
        notes.append("slow")

    engine.spawn(slow).tell(b"")
    engine.spawn(lambda context, message: notes.append("quick")).tell(b"")
    engine.run_until_idle()
    assert notes == ["quick"]
    pass_time(engine, 1.0)
    assert notes == ["quick", "slow"]


def test_sleep_is_on_the_engine_s_clock(engine: Engine) -> None:
    times: list[float] = []

    async def receive(context: Context, message: Message) -> None:
        for seconds in (0.5, 0.0, 0.25):
            await context.sleep(seconds)
            times.append(engine.now())

    engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    pass_time(engine, *[0.25] * 4)
    assert times == [0.5, 0.5, 0.75]


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), None])
def test_what_is_no_time_to_sleep(engine: Engine, seconds: Any) -> None:
    seen: list[bool] = []

    async def receive(context: Context, message: Message) -> None:
        with pytest.raises(backstage.InvalidArgument):
            await context.sleep(seconds)
        seen.append(True)

    engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    assert seen == [True]


def test_a_message_pends_and_is_counted_so(engine: Engine) -> None:
    async def receive(context: Context, message: Message) -> None:
        await context.sleep(1.0)

    ref = engine.spawn(receive)
    ref.tell_many([b"a", b"b"])
    engine.run_until_idle()
    counts = engine.statistics()
    assert (counts.accepted, counts.handled, counts.queued) == (2, 0, 2)
    pass_time(engine, 1.0, 1.0)
    counts = engine.statistics()
    assert (counts.accepted, counts.handled, counts.queued) == (2, 2, 0)


def test_what_is_returned_is_the_reply(engine: Engine) -> None:
    server = engine.spawn(echo)

    async def receive(context: Context, message: Message) -> Any:
        return await server.ask(message.payload) + b"!"

    async def at_once(context: Context, message: Message) -> Any:
        return b"at once"

    assert engine.spawn(receive).ask(b"x") == b"x!"
    assert engine.spawn(at_once).ask(b"x") == b"at once"
    assert engine.spawn(receive, codec=None).ask(b"y", block=False).get() == b"y!"


def test_a_reply_in_the_midst(engine: Engine) -> None:
    notes: list[str] = []

    async def receive(context: Context, message: Message) -> None:
        message.reply(b"early")
        await context.sleep(1.0)
        notes.append("goes on")

    assert engine.spawn(receive).ask(b"") == b"early"
    pass_time(engine, 1.0)
    assert notes == ["goes on"]


def test_a_late_reply_to_who_waits_no_more(engine: Engine, letters: list[DeadLetter]) -> None:
    async def receive(context: Context, message: Message) -> bytes:
        await context.sleep(2.0)
        return b"late"

    ref = engine.spawn(receive)
    future = ref.ask(b"", 1.0, block=False)
    engine.run_until_idle()
    pass_time(engine, 1.0, 1.0)
    with pytest.raises(backstage.Timeout):
        future.get()
    assert ref.is_alive()
    assert [letter.reason for letter in letters] == [DeadReason.NOT_WAITING]


def test_what_it_raises_is_the_actor_s_failure(
    engine: Engine, logged: Any, letters: list[DeadLetter]
) -> None:
    notes: list[bytes] = []

    async def receive(context: Context, message: Message) -> None:
        if message.payload == b"at once":
            raise Failing("at once")
        await context.sleep(0.0)
        if message.payload == b"later":
            raise Failing("later")
        notes.append(message.payload)

    boss = engine.spawn(ignore, supervision=Supervision())
    ref = engine.context(boss).spawn_child(receive)
    ref.tell_many([b"a", b"at once", b"b", b"later", b"c"])
    engine.run_until_idle()
    assert notes == [b"a", b"b", b"c"]
    assert [str(error) for error in logged.errors()] == ["at once", "later"]
    assert [letter.payload for letter in letters] == [b"at once", b"later"]
    assert engine.statistics().restarts == 2


def test_errors_of_what_it_awaits_can_be_caught(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []
    sick = engine.spawn(fail)

    async def receive(context: Context, message: Message) -> None:
        try:
            await sick.ask(b"why")
        except backstage.Stopped as error:
            notes.append(error.__cause__)
        with pytest.raises((backstage.Ending, backstage.NotFound)):
            await sick.ask(b"again")
        notes.append("goes on")

    engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    assert isinstance(notes[0], Failing)
    assert notes[1] == "goes on"
    assert len(logged.errors()) == 1


def test_several_at_once(engine: Engine) -> None:
    notes: list[Any] = []
    server = engine.spawn(echo)

    async def receive(context: Context, message: Message) -> None:
        futures = [server.ask(b"%d" % number, block=False) for number in range(5)]
        pause = context.sleep(1.0)
        notes.extend([await future for future in futures])
        await pause
        notes.append("slept")

    engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    pass_time(engine, 1.0)
    assert notes == [b"0", b"1", b"2", b"3", b"4", "slept"]


def test_async_init(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []
    server = engine.spawn(echo)

    class Slow(Actor):
        async def init(self, context: Context) -> None:
            notes.append(await server.ask(b"init"))

        def receive(self, context: Context, message: Message) -> None:
            notes.append(message.payload)

    engine.spawn(Slow).tell(b"first")
    engine.run_until_idle()
    assert notes == [b"init", b"first"]

    class Fails(Actor):
        async def init(self, context: Context) -> None:
            await server.ask(b"")
            raise Failing

    ref = engine.spawn(Fails)
    engine.run_until_idle()
    assert not ref.is_alive()
    assert len(logged.errors()) == 1


def test_a_handler_may_be_a_coroutine_function(engine: Engine) -> None:
    notes: list[Any] = []
    server = engine.spawn(echo)

    async def handle(context: Context, message: Message) -> None:
        notes.append((message.type.name, await server.ask(b"x")))

    context = engine.context(engine.spawn(ignore))
    context.after(1.0, handle)
    context.request(server, b"", then=handle)
    pass_time(engine, 1.0)
    assert sorted(notes) == [("REPLY", b"x"), ("TIMER", b"x")]


def test_who_is_told_in_a_coroutine_knows_by_whom_and_in_order(engine: Engine) -> None:
    notes: list[Any] = []
    last = engine.spawn(lambda context, message: notes.append((message.payload, message.sender)))
    server = engine.spawn(echo)

    async def receive(context: Context, message: Message) -> None:
        for number in range(6):
            last.tell(b"%d" % number)
            if number % 2:
                await server.ask(b"")

    ref = engine.spawn(receive)
    ref.tell(b"")
    engine.run_until_idle()
    assert notes == [(b"%d" % number, ref) for number in range(6)]


def test_what_only_asyncio_can_wait_for(engine: Engine, logged: Any) -> None:
    class Other:
        def __await__(self) -> Any:
            yield "something else"

    async def receive(context: Context, message: Message) -> None:
        if message.payload == b"asyncio":
            await asyncio.sleep(0)
        else:
            await Other()

    for payload in (b"asyncio", b"other"):
        engine.spawn(receive).tell(payload)
        engine.run_until_idle()
    for error in logged.errors():
        assert isinstance(error, RuntimeError)
        assert "asyncio" in str(error)


@pytest.mark.xfail(reason="what a plain function returns for a short SEND is not looked at")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_a_wrapped_coroutine_function_runs_too(engine: Engine) -> None:
    notes: list[bytes] = []

    async def slow(context: Context, message: Message) -> None:
        await context.sleep(0.0)
        notes.append(message.payload)

    def wrapped(context: Context, message: Message) -> Any:
        return slow(context, message)

    ref = engine.spawn(wrapped)
    ref.tell(b"alone")
    engine.run_until_idle()
    ref.tell_many([b"a", b"b", b"c"])
    engine.run_until_idle()
    assert notes == [b"alone", b"a", b"b", b"c"]


def test_payloads_through_a_codec(engine: Engine) -> None:
    async def receive(context: Context, message: Message) -> Any:
        await context.sleep(0.0)
        return {"got": message.payload}

    assert engine.spawn(receive, codec=codecs.JSON).ask([1]) == {"got": [1]}
