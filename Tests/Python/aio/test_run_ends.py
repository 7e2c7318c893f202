"""How a run of backstage.aio.run ends, and in what order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from backstage import (
    Actor,
    BackstageError,
    Context,
    Directive,
    Ending,
    Engine,
    InCallback,
    Message,
    Reason,
    Supervision,
    UserStatus,
    aio,
)

from ..conftest import Logged
from ..support import Failing, fail
from .support import Run, echo_later


def test_a_stop_of_the_engine_does_not_end_it(run: Run) -> None:
    def stop(context: Context, message: Message) -> bytes:
        context.engine.stop()
        return b"stopped"

    async def main(engine: Engine) -> None:
        engine.stop()
        assert await engine.spawn(stop).ask(b"") == b"stopped"
        assert await engine.spawn(stop).ask(b"") == b"stopped"

    run(main)


def test_a_drain_is_awaited(run: Run) -> None:
    events: list[Any] = []

    class Slow(Actor):
        async def receive(self, context: Context, message: Message) -> bytes:
            await context.sleep(0.001)
            events.append(message.payload)
            return await context.engine.find("other").ask(message.payload)  # type: ignore[no-any-return]

        def deinit(self, context: Context, reason: Reason) -> None:
            events.append(reason)

    async def main(engine: Engine) -> None:
        engine.spawn(echo_later, id="other")
        slow = engine.spawn(Slow)
        answers = [asyncio.ensure_future(slow.ask(payload)) for payload in (b"1", b"2")]
        await asyncio.sleep(0)
        assert await aio.drain() is True
        assert events == [b"1", b"2", Reason.STOPPED]
        assert await asyncio.gather(*answers) == [b"1", b"2"]
        assert engine.actors() == []
        assert await engine.spawn(echo_later).ask(b"new") == b"new"
        for _ in range(2):
            assert await aio.drain(60) is True

    run(main)


def test_a_drain_may_have_to_kill(run: Run, logged: Logged) -> None:
    events: list[Any] = []

    class Stubborn(Actor):
        async def receive(self, context: Context, message: Message) -> None:
            await asyncio.Event().wait()

        def deinit(self, context: Context, reason: Reason) -> None:
            events.append(reason)

    async def main(engine: Engine) -> None:
        answer = asyncio.ensure_future(engine.spawn(Stubborn).ask(b""))
        await asyncio.sleep(0)
        assert await aio.drain(0.001) is False
        with pytest.raises(BackstageError):
            await answer

    run(main)
    assert events == [Reason.KILLED]
    assert [record.getMessage() for record in logged.take()] == [
        "the engine was not drained in time"
    ]


def test_a_drain_needs_an_engine() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="no asyncio loop"):
            await aio.drain()

    asyncio.run(main())


def test_a_loop_that_does_not_run_the_engine_cannot_wait_for_it(engine: Engine) -> None:
    """Rather than to wait for ever."""

    async def main() -> None:
        actor = engine.spawn(lambda context, message: message.payload)
        with pytest.raises(InCallback, match=r"backstage\.aio\.run"):
            await actor.ask(b"")
        future = actor.ask(b"by hand", block=False)
        engine.run_until_idle()
        assert await future == b"by hand"

    asyncio.run(main())


def test_the_engine_may_be_closed_inside(run: Run) -> None:
    cancelled: list[str] = []

    async def wait(context: Context, message: Message) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cancelled.append("actor")

    async def main(engine: Engine) -> Any:
        waits = engine.spawn(wait)
        answer = asyncio.ensure_future(waits.ask(b""))
        await begun.wait()
        engine.close()
        with pytest.raises(Ending):
            await answer
        await asyncio.sleep(0)
        return b"on"

    begun = asyncio.Event()
    assert run(main) == b"on"
    assert cancelled == ["actor"]


def test_an_escalated_failure_leaves_it(run: Run, logged: Logged) -> None:
    escalates = Supervision(directive=Directive.ESCALATE)

    class Top(Actor):
        supervision = escalates

        def receive(self, context: Context, message: Message) -> None:
            context.spawn_child(fail).tell(b"deep down")

    ended: list[str] = []

    async def main(engine: Engine) -> None:
        engine.spawn(Top).tell(b"")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("main")

    with pytest.raises(UserStatus) as caught:
        run(main)
    assert isinstance(caught.value.__cause__, Failing)
    assert ended == ["main"]
    assert [str(error) for error in logged.errors()] == ["b'deep down'"]


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("is_coroutine", [False, True, "later"])
def test_it_leaves_by_what_an_actor_raises(
    run: Run, error: type[BaseException], is_coroutine: bool | str
) -> None:
    def receive(context: Context, message: Message) -> None:
        raise error("enough")

    async def receive_there(context: Context, message: Message) -> None:
        if is_coroutine == "later":
            await asyncio.sleep(0)
        raise error("enough")

    async def main(engine: Engine) -> None:
        engine.spawn(receive_there if is_coroutine else receive).tell(b"")
        await asyncio.Event().wait()

    with pytest.raises(error, match="enough"):
        run(main)


def test_the_end_comes_in_order() -> None:
    events: list[str] = []

    class Serves(Actor):
        async def receive(self, context: Context, message: Message) -> Any:
            if message.payload == b"flush":
                return b"flushed"
            events.append("actor begins")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.sleep(0)
                events.append("actor cancelled")
                raise

        def deinit(self, context: Context, reason: Reason) -> None:
            events.append(f"actor ended: {reason.name}")

    async def generate() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            events.append("generator closed")

    async def work(engine: Engine) -> None:
        flushes = engine.spawn(Serves)
        try:
            await asyncio.Event().wait()
        finally:
            events.append((await flushes.ask(b"flush")).decode())

    async def main(engine: Engine) -> None:
        engine.spawn(Serves).tell(b"wait")
        background.append(asyncio.create_task(work(engine)))
        generator = generate()
        background.append(generator)
        await anext_of(generator)
        await asyncio.get_running_loop().run_in_executor(None, events.append, "executor")
        while "actor begins" not in events:
            await asyncio.sleep(0)
        events.append("main ends")

    background: list[Any] = []
    aio.run(main)
    assert events == [
        "executor" if events[0] == "executor" else "actor begins",
        "actor begins" if events[0] == "executor" else "executor",
        "main ends",
        "flushed",  # other tasks are cancelled while the engine still runs
        "actor ended: ENGINE_ENDED",
        "actor ended: ENGINE_ENDED",
        "actor cancelled",  # actors' tasks when it is closed
        "generator closed",
    ]


async def anext_of(generator: AsyncIterator[int]) -> int:
    return await generator.__anext__()


def test_what_a_task_raises_at_the_end_is_told(run: Run) -> None:
    contexts: list[dict[str, Any]] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise Failing("at the end")

    async def main(engine: Engine) -> asyncio.Task[None]:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: contexts.append(told))
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        return task

    task = run(main)
    assert [told["task"] for told in contexts] == [task]
    assert isinstance(contexts[0]["exception"], Failing)


def test_coroutines_cut_off_at_the_end_fail_on_an_engine_that_stays(
    make_engine: Callable[..., Engine], logged: Logged
) -> None:
    engine = make_engine()
    began: list[bytes] = []

    class Waits(Actor):
        async def receive(self, context: Context, message: Message) -> None:
            began.append(message.payload)
            if message.payload == b"wait":
                await asyncio.Event().wait()

    async def main() -> None:
        top = engine.spawn(Top)
        top.tell(b"")
        while not began:
            await asyncio.sleep(0)

    class Top(Actor):
        supervision = Supervision()

        def receive(self, context: Context, message: Message) -> None:
            child = context.spawn_child(Waits)
            child.tell(b"wait")
            child.tell(b"go on")

    aio.run(main(), engine=engine)
    assert began == [b"wait"]
    assert [str(error) for error in logged.errors()] == ["the coroutine was cancelled"]
    engine.run_until_idle()
    assert began == [b"wait", b"go on"]
