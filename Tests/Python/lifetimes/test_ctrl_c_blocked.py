"""Ctrl-C while everything sleeps: whoever waits on the main thread is interrupted, and nothing
polls."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from .conftest import Finished, Running

# The child tells when it was interrupted, by the clock that all processes share.
ON_THE_MAIN_THREAD = """
    engine = Engine()
    engine.run_until_idle()
    print("ready", flush=True)
    before = engine.statistics().polls
    try:
        engine.{run}
    except KeyboardInterrupt:
        print(time.monotonic_ns(), engine.statistics().polls - before)
    assert ledger_holds(engine)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.set_wakeup_fd(-1) == -1
    engine.close()
"""

ON_ANOTHER_THREAD = """
    engine = Engine()
    actor = engine.spawn(ignore)
    print("ready", flush=True)
    ended = threading.Event()
    def work():
        engine.adopt()
        engine.run()
        ended.set()
    try:
        {wait}
    except KeyboardInterrupt:
        print(time.monotonic_ns())
    engine.stop()
    {end}
    assert ledger_holds(engine)
    engine.close()
"""

Started = Callable[..., Running]

EPOLL_WAITS = {"x86_64": (232, 281), "aarch64": (22,)}.get(os.uname().machine, ())


def interrupted(program: Running, record: Callable[[str, object], None]) -> Finished:
    program.expect("ready")
    program.wait_until_it_sleeps()  # printing does not
    sent = time.monotonic_ns()
    program.interrupt()
    finished = program.finish()
    took = (int(finished.out[0].split()[0]) - sent) / 1e6
    record("milliseconds", took)
    print(f"{took:.2f} ms")
    return finished


@pytest.mark.parametrize("run", ["run()", "run(1000)", "run_once()", "run_once(1000)"])
def test_a_run_on_the_main_thread(
    start_program: Started, run: str, record_property: Callable[[str, object], None]
) -> None:
    finished = interrupted(start_program(ON_THE_MAIN_THREAD.format(run=run)), record_property)
    polls = int(finished.out[0].split()[1])
    assert polls <= 6  # a look at first, the sleep, and what the signal interrupted


def test_it_sleeps_for_as_long_as_it_can(start_program: Started) -> None:
    program = start_program("""
        engine = Engine()
        engine.run_until_idle()
        print("ready", flush=True)
        engine.run()
    """)
    program.expect("ready")
    program.wait_until_it_sleeps()
    number, _, _, _, timeout = program.system_call()[:5]
    assert not EPOLL_WAITS or number in EPOLL_WAITS
    assert timeout in range(50_000, 1 << 31) or timeout & 0xFFFFFFFF == 0xFFFFFFFF
    program.interrupt()
    program.finish(-2)


@pytest.mark.parametrize(
    ("wait", "end"),
    [
        ("engine.start(); engine.join()", "engine.join()"),
        ("engine.start(); engine.join(1000)", "engine.join()"),
        ("engine.start(); time.sleep(1000)", "engine.join()"),
        ("engine.start(); threading.Event().wait()", "engine.join()"),
        ("engine.start(); engine._thread.join()", "engine.join()"),
        ("engine.start(); actor.ask(b'')", "engine.join()"),
        ("engine.start(); actor.ask(b'', 1000)", "engine.join()"),
        (
            "thread = threading.Thread(target=work); thread.start(); thread.join()",
            "ended.wait(); engine.adopt(); thread.join()",
        ),
    ],
)
def test_the_main_thread_waits_for_another(
    start_program: Started, wait: str, end: str, record_property: Callable[[str, object], None]
) -> None:
    # A request without an answer waits for ever: its actor gives none.
    program = ON_ANOTHER_THREAD.format(wait=wait, end=end)
    interrupted(start_program(program), record_property)


@pytest.mark.parametrize(
    "wait", ["engine.start(); engine.join()", "engine.start(); time.sleep(99)"]
)
def test_it_ends_a_with_block_and_the_program(start_program: Started, wait: str) -> None:
    program = start_program(
        f"""
        try:
            with Engine() as engine:
                engine.spawn(lambda context, message: print("ready", flush=True)).tell(b"")
                {wait}
        finally:
            print("closed", engine.closed)
        """
    )
    program.expect("ready")
    program.wait_until_it_sleeps()
    program.interrupt()
    finished = program.finish(-2)  # as Python ends by SIGINT
    assert finished.out == ["closed True"]
    assert finished.err.rstrip().endswith("KeyboardInterrupt")
