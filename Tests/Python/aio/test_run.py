"""What backstage.aio.run does, and in what order it ends things."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from backstage import (
    Actor,
    Context,
    Directive,
    Engine,
    InCallback,
    Message,
    Reason,
    Supervision,
    UserStatus,
    WrongThread,
    aio,
)

from ..conftest import Logged
from ..support import Failing, Keeper, fail, ignore

Run = Callable[..., Any]


async def echo(context: Context, message: Message) -> Any:
    await asyncio.sleep(0)
    return message.payload


def test_it_returns_what_a_coroutine_does() -> None:
    async def main() -> int:
        await asyncio.sleep(0)
        return 42

    assert aio.run(main()) == 42


def test_it_gives_a_function_its_engine() -> None:
    async def main(engine: Engine) -> tuple[Engine, Any]:
        assert aio.current_engine() is engine
        return engine, await engine.spawn(echo).ask(b"hello")

    engine, answer = aio.run(main)
    assert answer == b"hello"
    assert engine.closed


def test_an_engine_of_ones_own_stays_open(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    kept: list[bytes] = []

    async def main() -> None:
        assert aio.current_engine() is engine
        engine.spawn(Keeper, kept, id="keeper").tell(b"one")

    aio.run(main(), engine=engine)
    aio.run(main_again(engine), engine=engine)
    engine.tell("keeper", b"three")
    engine.run_until_idle()
    assert kept == [b"one", b"two", b"three"]


async def main_again(engine: Engine) -> None:
    engine.find("keeper").tell(b"two")


def test_there_is_no_engine_without_it() -> None:
    with pytest.raises(RuntimeError, match="no asyncio loop"):
        aio.current_engine()

    async def main() -> None:
        with pytest.raises(RuntimeError, match="no asyncio loop"):
            aio.current_engine()

    asyncio.run(main())


def test_it_raises_what_the_coroutine_raises() -> None:
    async def main() -> None:
        await asyncio.sleep(0)
        raise Failing("so")

    with pytest.raises(Failing, match="so"):
        aio.run(main())


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_it_leaves_by_what_a_task_raises(error: type[BaseException]) -> None:
    ended: list[str] = []

    async def exit() -> None:
        raise error

    async def main() -> None:
        task = asyncio.create_task(exit())
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("main")
            assert task.done()

    with pytest.raises(error):
        aio.run(main())
    assert ended == ["main"]


def test_it_is_refused_where_a_loop_runs() -> None:
    async def inner() -> None:
        pytest.fail("it runs")

    async def main() -> None:
        with pytest.raises(RuntimeError, match="asyncio loop runs"):
            aio.run(inner())

    asyncio.run(main())
    aio.run(main())


def test_it_is_refused_inside_a_callback(engine: Engine) -> None:
    async def main() -> None:
        pytest.fail("it runs")

    raised: list[BaseException] = []

    def receive(context: Context, message: Message) -> None:
        with pytest.raises(InCallback) as caught:
            aio.run(main(), engine=engine)
        raised.append(caught.value)

    engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    assert len(raised) == 1


def test_it_is_refused_on_another_thread(engine: Engine) -> None:
    async def main() -> None:
        pytest.fail("it runs")

    raised: list[BaseException] = []

    def there() -> None:
        with pytest.raises(WrongThread) as caught:
            aio.run(main(), engine=engine)
        raised.append(caught.value)

    thread = threading.Thread(target=there)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_it_runs_on_any_thread() -> None:
    answers: list[bytes] = []

    async def main(engine: Engine) -> None:
        answers.append(await engine.spawn(echo).ask(b"there"))

    thread = threading.Thread(target=aio.run, args=(main,))
    thread.start()
    thread.join()
    assert answers == [b"there"]


@pytest.mark.parametrize("method", ["run", "run_until_idle", "run_once", "run_no_wait"])
def test_nobody_else_runs_the_engine_meanwhile(run: Run, method: str) -> None:
    async def main(engine: Engine) -> None:
        with pytest.raises(InCallback, match="asyncio"):
            getattr(engine, method)()

    run(main)


def test_an_answer_can_only_be_awaited(run: Run) -> None:
    async def main(engine: Engine) -> None:
        future = engine.spawn(echo).ask(b"soon")
        with pytest.raises(InCallback):
            future.get()
        assert await future == b"soon"

    run(main)


def test_a_stop_of_the_engine_does_not_end_it(run: Run) -> None:
    def stop(context: Context, message: Message) -> bytes:
        context.engine.stop()
        return b"stopped"

    async def main(engine: Engine) -> None:
        engine.stop()
        assert await engine.spawn(stop).ask(b"") == b"stopped"
        assert await engine.spawn(stop).ask(b"") == b"stopped"

    run(main)


def test_after_a_drain_there_can_be_new_actors(run: Run) -> None:
    ended: list[Reason] = []

    class Ending(Actor):
        def receive(self, context: Context, message: Message) -> None:
            pass

        def deinit(self, context: Context, reason: Reason) -> None:
            ended.append(reason)
            loop.call_soon(over.set)

    async def main(engine: Engine) -> None:
        nonlocal loop, over
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        engine.spawn(Ending)
        engine.drain()
        await over.wait()
        assert await engine.spawn(echo).ask(b"new") == b"new"

    loop: Any = None
    over: Any = None
    run(main)
    assert ended == [Reason.STOPPED]


def test_the_engine_may_be_closed_inside(run: Run) -> None:
    cancelled: list[str] = []

    async def wait(context: Context, message: Message) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cancelled.append("actor")

    async def main(engine: Engine) -> bytes:
        nonlocal begun
        begun = asyncio.Event()
        waits = engine.spawn(wait)
        answer = asyncio.ensure_future(waits.ask(b""))
        await begun.wait()
        engine.close()
        with pytest.raises(Exception) as caught:
            await answer
        assert type(caught.value).__name__ == "Ending"
        await asyncio.sleep(0)
        return b"on"

    begun: Any = None
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


# ---- The end


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


def test_a_loop_can_be_given_to_a_runner(engine: Engine) -> None:
    runner = pytest.importorskip("asyncio.runners")
    if not hasattr(runner, "Runner"):
        pytest.skip("asyncio.Runner is of Python 3.11")
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    async def main(payload: bytes) -> None:
        keeper.tell(payload)
        assert await engine.spawn(echo).ask(payload) == payload

    with runner.Runner(loop_factory=lambda: aio.EventLoop(engine)) as runs:
        runs.run(main(b"one"))
        runs.run(main(b"two"))
    assert kept == [b"one", b"two"]


def test_two_loops_cannot_run_on_one_engine(engine: Engine) -> None:
    other = aio.EventLoop(engine)

    async def main() -> None:
        other.run_forever()

    try:
        with pytest.raises((RuntimeError, InCallback)):
            aio.run(main(), engine=engine)
    finally:
        other.close()


def test_loops_leave_nothing_in_the_engine(engine: Engine) -> None:
    async def main() -> None:
        await asyncio.sleep(0)

    aio.run(main(), engine=engine)
    held = engine.statistics().memory_bytes
    keep = len(engine._core.keep)
    for _ in range(10):
        aio.run(main(), engine=engine)
    assert engine.statistics().memory_bytes == held
    assert len(engine._core.keep) == keep


def test_in_debug_mode(run: Run, make_engine: Callable[..., Engine]) -> None:
    async def main(engine: Engine) -> None:
        assert asyncio.get_running_loop().get_debug()
        assert await engine.spawn(echo).ask(b"x") == b"x"
        engine.spawn(ignore).tell(b"")

    aio.run(main, engine=make_engine(), debug=True)
