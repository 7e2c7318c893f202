"""Signals other than Ctrl-C, and handlers of the user's own: what they raise leaves the run, and
what raises nothing does not end it."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from .conftest import Finished, Running

Start = Callable[..., Running]
Run = Callable[..., Finished]

#: What the engine is at when the signal comes.
PLACES = {
    "asleep": "",
    "actors are busy": "for ref in (ping, pong): ref.tell(b'')",
    "an actor is busy": "engine.spawn(lambda context, message: forever()).tell(b'')",
}
BEGINS = """
    def forever():
        while True:
            pass
    def play(context, message):
        (pong if context.ref == ping else ping).tell(b"")
    engine = Engine()
    ping, pong = engine.spawn(play), engine.spawn(play)
"""


def interrupt(program: Running, number: int, is_asleep: bool) -> None:
    program.expect("ready")
    if is_asleep:
        program.wait_until_it_sleeps()
    program.interrupt(number)


@pytest.mark.parametrize("run", ["run()", "run(1000)", "run_until_idle()"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGALRM])
def test_a_handler_that_raises(start_program: Start, number: int, place: str, run: str) -> None:
    if place == "asleep" and run == "run_until_idle()":
        pytest.skip("that does not sleep")
    program = start_program(
        BEGINS,
        PLACES[place],
        f"""
        def leave(number, frame):
            raise SystemExit(7)
        signal.signal({int(number)}, leave)
        try:
            print("ready", flush=True)
            engine.{run}
        finally:
            print(ledger_holds(engine), signal.getsignal({int(number)}) is leave)
            engine.close()
        """,
    )
    interrupt(program, number, place == "asleep")
    assert program.finish(7).out == ["True True"]


@pytest.mark.parametrize(
    ("payloads", "step"),
    [("b'1',", "unpack_short"), ("b'1', b'22'", "unpack_kind"), ("bytes(100),", "unpack_kind")],
)
def test_one_that_raises_just_before_an_actor_is_busy(
    run_program: Run, payloads: str, step: str
) -> None:
    """What the package does then it does to its end, and the actor does not begin."""
    finished = run_program(
        f"""
        from backstage import _deliver
        def leave(number, frame):
            raise SystemExit(7)
        signal.signal(signal.SIGTERM, leave)
        ours = {{"__package__": "backstage", "real": _deliver.{step}, "signal": signal}}
        exec("def {step}(*args): signal.raise_signal(signal.SIGTERM); return real(*args)", ours)
        _deliver.{step} = ours["{step}"]
        engine = Engine()
        ref = engine.spawn(lambda context, message: print("begins"))
        for payload in ({payloads}):
            ref.tell(payload)
        try:
            engine.run()
        finally:
            engine.close()
        """,
        status=7,
    )
    assert finished.out == []


@pytest.mark.parametrize("place", PLACES)
def test_an_exception_of_the_users_own(start_program: Start, place: str) -> None:
    program = start_program(
        BEGINS,
        PLACES[place],
        """
        class Late(BaseException):
            pass
        def leave(number, frame):
            raise Late("by then")
        signal.signal(signal.SIGALRM, leave)
        try:
            print("ready", flush=True)
            engine.run()
        except Late as late:
            print(late)
        engine.close()
        """,
    )
    interrupt(program, signal.SIGALRM, place == "asleep")
    assert program.finish().out == ["by then"]


@pytest.mark.parametrize("place", ["asleep", "actors are busy"])
@pytest.mark.parametrize("run", ["run()", "run(1000)", "run_once()", "run_once(1000)"])
def test_a_handler_that_raises_nothing_ends_nothing(
    start_program: Start, run: str, place: str
) -> None:
    if run.startswith("run_once") and place != "asleep":
        pytest.skip("that has its turn at once")
    program = start_program(
        BEGINS,
        "engine.run_until_idle()",
        PLACES[place],
        f"""
        heard = []
        def note(number, frame):
            heard.append(number)
            os.write(1, b"heard\\n")
        def end(number, frame):
            engine.spawn(ignore).tell(b"")
            engine.stop()
        for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGCHLD):
            signal.signal(number, note)
        signal.signal(signal.SIGTERM, end)
        print("ready", flush=True)
        result = engine.{run}
        print(result, len(heard), ledger_holds(engine))
        engine.close()
        """,
    )
    program.expect("ready")
    for number in [signal.SIGINT, signal.SIGUSR1, signal.SIGCHLD] * 20:
        if place == "asleep":
            program.wait_until_it_sleeps()
        program.interrupt(number)
        program.expect("heard")
    program.interrupt(signal.SIGTERM)
    assert program.finish().out == ["True 60 True"]


def test_a_handler_may_drain_the_engine(start_program: Start) -> None:
    program = start_program(
        """
        engine = Engine()
        class Last(Actor):
            def receive(self, context, message):
                pass
            def deinit(self, context, reason):
                print(reason.name)
        engine.spawn(Last)
        signal.signal(signal.SIGTERM, lambda number, frame: engine.drain(10))
        print("ready", flush=True)
        print(engine.run())
        engine.close()
        """
    )
    interrupt(program, signal.SIGTERM, is_asleep=True)
    assert program.finish().out == ["STOPPED", "True"]


@pytest.mark.parametrize("does", ["ref.tell(b'told')", "engine.spawn(told).tell(b'told')"])
def test_a_handler_may_tell_actors(start_program: Start, does: str) -> None:
    program = start_program(
        f"""
        engine = Engine()
        def told(context, message):
            print(message.payload.decode(), message.sender, flush=True)
            engine.stop()
        ref = engine.spawn(told)
        signal.signal(signal.SIGTERM, lambda number, frame: {does})
        print("ready", flush=True)
        engine.run()
        engine.close()
        """
    )
    interrupt(program, signal.SIGTERM, is_asleep=True)
    assert program.finish().out == ["told None"]


def test_one_that_was_put_in_place_inside_a_callback_wakes_the_engine_too(
    start_program: Start,
) -> None:
    program = start_program(
        """
        def leave(number, frame):
            raise SystemExit(7)
        def receive(context, message):
            signal.signal(signal.SIGTERM, leave)
            print("ready", flush=True)
        engine = Engine()
        engine.spawn(receive).tell(b"")
        try:
            engine.run()
        finally:
            print(signal.getsignal(signal.SIGTERM) is leave)
            engine.close()
        """
    )
    interrupt(program, signal.SIGTERM, is_asleep=True)
    assert program.finish(7).out == ["True"]


def test_what_a_callback_changes_stays_changed(run_program: Run) -> None:
    run_program(
        """
        def first(number, frame): pass
        def second(number, frame): pass
        signal.signal(signal.SIGTERM, first)
        def receive(context, message):
            signal.signal(signal.SIGTERM, second)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        engine = Engine()
        engine.spawn(receive).tell(b"")
        engine.run_until_idle()
        assert signal.getsignal(signal.SIGTERM) is second
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        engine.run_until_idle()
        assert signal.getsignal(signal.SIGTERM) is second
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        engine.close()
        """
    )


def test_one_that_a_callback_keeps_works_outside_runs(run_program: Run) -> None:
    run_program(
        """
        kept = []
        engine = Engine()
        engine.spawn(lambda c, m: kept.append(signal.getsignal(signal.SIGINT))).tell(b"")
        engine.run_until_idle()
        signal.signal(signal.SIGINT, kept[0])
        try:
            signal.raise_signal(signal.SIGINT)
            raise SystemExit("nothing was raised")
        except KeyboardInterrupt:
            engine.close()
        """
    )


def test_two_signals_at_once_lose_neither(run_program: Run) -> None:
    finished = run_program(
        """
        def leave(number, frame):
            raise SystemExit(7)
        signal.signal(signal.SIGTERM, leave)
        class Raises(Actor):
            def receive(self, context, message):
                pass
            def __del__(self):
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGINT)
        engine = Engine()
        ref = engine.spawn(Raises)
        ref.stop()
        try:
            engine.run()
        except SystemExit as error:
            print(type(error).__name__, type(error.__context__).__name__)
        engine.close()
        """
    )
    assert finished.out == ["SystemExit KeyboardInterrupt"]


def test_signals_go_on_to_who_waited_for_them_before(start_program: Start) -> None:
    program = start_program(
        """
        mine, theirs = os.pipe2(os.O_NONBLOCK)
        signal.set_wakeup_fd(theirs)
        signal.signal(signal.SIGUSR1, lambda number, frame: engine.stop())
        engine = Engine()
        print("ready", flush=True)
        engine.run()
        assert os.read(mine, 10) == bytes([signal.SIGUSR1])
        signal.raise_signal(signal.SIGUSR1)
        assert os.read(mine, 10) == bytes([signal.SIGUSR1])
        assert signal.set_wakeup_fd(-1) == theirs
        engine.close()
        """
    )
    interrupt(program, signal.SIGUSR1, is_asleep=True)
    program.finish()


def test_the_wakeup_descriptor_that_a_callback_sets_stays(run_program: Run) -> None:
    run_program(
        """
        mine, theirs = os.pipe2(os.O_NONBLOCK)
        engine = Engine()
        engine.spawn(lambda context, message: signal.set_wakeup_fd(theirs)).tell(b"")
        engine.run_until_idle()
        assert signal.set_wakeup_fd(-1) == theirs
        engine.run_until_idle()
        assert signal.set_wakeup_fd(-1) == -1
        engine.close()
        """
    )


def test_asyncio_hears_its_signals_around_a_run(run_program: Run) -> None:
    finished = run_program(
        """
        import asyncio
        async def main():
            loop = asyncio.get_running_loop()
            heard = asyncio.Event()
            loop.add_signal_handler(signal.SIGUSR1, heard.set)
            engine = Engine()
            def receive(context, message):
                signal.raise_signal(signal.SIGUSR1)
            engine.spawn(receive).tell(b"")
            engine.run_until_idle()
            await asyncio.wait_for(heard.wait(), 30)
            engine.close()
            print("heard")
        asyncio.run(main())
        """
    )
    assert finished.out == ["heard"]


def test_an_alarm_cuts_users_code_short_but_fails_only_its_actor(run_program: Run) -> None:
    finished = run_program(
        """
        class TooLong(Exception):
            pass
        def alarm(number, frame):
            raise TooLong
        signal.signal(signal.SIGALRM, alarm)
        def receive(context, message):
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            while True:
                pass
        letters = []
        engine = Engine(dead_letter=letters.append)
        logging.disable()
        engine.spawn(receive).tell(b"")
        engine.run_until_idle()
        print(letters[0].reason.name, engine.statistics().failures)
        engine.close()
        """
    )
    assert finished.out == ["FAILED 1"]
