"""What backstage.aio.run runs, and where."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from backstage import (
    Context,
    Engine,
    InCallback,
    Message,
    WrongThread,
    aio,
)

from ..support import Failing, Keeper, ignore
from .support import Run, echo_later


def test_it_returns_what_a_coroutine_does() -> None:
    async def main() -> int:
        await asyncio.sleep(0)
        return 42

    assert aio.run(main()) == 42


def test_it_gives_a_function_its_engine() -> None:
    async def main(engine: Engine) -> tuple[Engine, Any]:
        assert aio.current_engine() is engine
        return engine, await engine.spawn(echo_later).ask(b"hello")

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
        answers.append(await engine.spawn(echo_later).ask(b"there"))

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
        future = engine.spawn(echo_later).ask(b"soon")
        with pytest.raises(InCallback):
            future.get()
        assert await future == b"soon"

    run(main)


def test_a_loop_can_be_given_to_a_runner(engine: Engine) -> None:
    runner = pytest.importorskip("asyncio.runners")
    if not hasattr(runner, "Runner"):
        pytest.skip("asyncio.Runner is of Python 3.11")
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    async def main(payload: bytes) -> None:
        keeper.tell(payload)
        assert await engine.spawn(echo_later).ask(payload) == payload

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
        assert await engine.spawn(echo_later).ask(b"x") == b"x"
        engine.spawn(ignore).tell(b"")

    aio.run(main, engine=make_engine(), debug=True)
