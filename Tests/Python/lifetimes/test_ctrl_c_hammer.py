"""Ctrl-C thousands of times, at random moments of a busy engine: each leaves the run as exactly one
KeyboardInterrupt, and the engine goes on afterwards without a message lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from .conftest import Running

PROGRAM = """
    import traceback
    times, balls = {times}, {balls}
    engine = Engine()
    calls = iter(range(1 << 60))
    others = {{}}

    {receive}

    ping, pong = engine.spawn({make}), engine.spawn({make})
    others[ping], others[pong] = pong, ping

    def serve():
        while engine.statistics().queued < balls:
            ping.tell({payload})

    serve()
    in_users_code = 0
    for _ in range(times):
        try:
            print("running", flush=True)
            engine.{run}
            raise SystemExit("it was not interrupted")
        except KeyboardInterrupt as interrupt:
            frames = [frame.name for frame in traceback.extract_tb(interrupt.__traceback__)]
            in_users_code += "receive" in frames or "receive_batch" in frames
        counts = engine.statistics()
        assert counts.accepted == counts.handled + counts.queued, counts
        assert engine._core.acting is None and engine._core.error is None
        assert not engine._core.touched
        serve()
    engine.run_no_wait()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    called = next(calls)
    counts = engine.statistics()
    assert 0 <= counts.handled - called <= in_users_code, (counts, called, in_users_code)
    print(counts.handled, in_users_code)
    engine.close()
    assert not backstage._core.cells
"""

PLAIN = """
    def receive(context, message):
        next(calls)
        others[context.ref].tell(message.payload)
"""
BATCH = """
    class receive(Actor):
        def receive_batch(self, context, messages):
            for index, message in enumerate(messages):
                messages.failed_at = index
                next(calls)
                others[context.ref].tell(message.payload)
"""
ASYNC = """
    async def receive(context, message):
        next(calls)
        others[context.ref].tell(message.payload)
"""


@pytest.mark.parametrize("run", ["run()", "run_until_idle()"])
@pytest.mark.parametrize(
    ("receive", "payload", "balls"),
    [
        (PLAIN, "b'ball'", 1),
        (PLAIN, "b'ball'", 50),
        (PLAIN, "bytes(100)", 50),
        (BATCH, "b'ball'", 50),
        (ASYNC, "b'ball'", 3),
    ],
    ids=["one ball", "many", "long", "together", "async"],
)
def test_while_actors_play(
    start_program: Callable[..., Running], receive: str, payload: str, balls: int, run: str
) -> None:
    times = 500
    program = start_program(
        PROGRAM.format(
            times=times, balls=balls, receive=receive.strip(), make="receive", payload=payload,
            run=run,
        ),
        options=("-X", "dev=0"),
    )  # fmt: skip
    moments = random.Random(f"{receive}{balls}{run}")
    for _ in range(times):
        program.expect("running")
        until = time.perf_counter_ns() + moments.randrange(400_000)
        while time.perf_counter_ns() < until:
            pass
        program.interrupt()
    finished = program.finish()
    assert len(finished.out) == 1
    print(finished.out[0])
