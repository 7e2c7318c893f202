"""The interpreter exits while engines are open, or run, or are in the middle of something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Finished, Running

Run = Callable[..., Finished]
Start = Callable[..., Running]

BEGINS = """
    class Ends(Actor):
        def receive(self, context, message):
            pass
        def deinit(self, context, reason):
            print("ends", reason.name, flush=True)

    engine = Engine()
    engine.spawn(Ends)
    silent = engine.spawn(ignore)
    def play(context, message):
        (pong if context.ref == ping else ping).tell(b"")
    ping, pong = engine.spawn(play), engine.spawn(play)

    begun = threading.Event()
    def begin(context, message):
        begun.set()
    def work(run=lambda: engine.run()):
        engine.adopt()
        engine.spawn(begin).tell(b"")
        run()
"""
QUIET = ("-W", "ignore::ResourceWarning")


def test_while_one_is_open(run_program: Run) -> None:
    finished = run_program(BEGINS, "engine.run_until_idle()")
    assert finished.out == ["ends ENGINE_ENDED"]
    assert "ResourceWarning: an Engine was not closed" in finished.err


def test_while_messages_wait_and_coroutines_pend(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        letters = []
        engine._core.dead_letter = letters.append
        async def later(context, message):
            try:
                await silent.ask(b"")
            finally:
                print("cut off", flush=True)
        async def for_long(context, message):
            await context.sleep(1000)
        engine.spawn(later).tell(b"")
        engine.spawn(for_long).tell(b"")
        future = silent.ask(b"", block=False)
        engine.run_until_idle()
        silent.tell(b"waits")
        import atexit
        atexit.register(lambda: print("before", engine.closed, future.done(), flush=True))
        """,
        options=QUIET,
    )
    assert finished.out == ["before False False", "cut off", "ends ENGINE_ENDED"]
    assert finished.err == ""


@pytest.mark.parametrize("plays", [False, True], ids=["idle", "busy"])
@pytest.mark.parametrize(
    "runs",
    [
        "engine.start()",
        "threading.Thread(target=work).start(); begun.wait()",
        "threading.Thread(target=work, args=(lambda: engine.run(1e6),)).start(); begun.wait()",
    ],
    ids=["start", "a thread", "a thread, with a timeout"],
)
def test_while_another_thread_runs_one(run_program: Run, runs: str, plays: bool) -> None:
    finished = run_program(
        BEGINS, "ping.tell(b'')" if plays else "", runs, "print('exits', flush=True)", options=QUIET
    )
    assert finished.out == ["exits", "ends ENGINE_ENDED"]
    assert finished.err == ""


@pytest.mark.parametrize("plays", [False, True], ids=["idle", "busy"])
@pytest.mark.parametrize("times", range(3))
def test_while_a_daemon_thread_runs_one(run_program: Run, plays: bool, times: int) -> None:
    # Whether that returns from its run in time is not said, only that nothing crashes or hangs.
    finished = run_program(
        BEGINS,
        "ping.tell(b'')" if plays else "",
        """
        threading.Thread(target=work, daemon=True).start()
        begun.wait()
        print("exits", flush=True)
        """,
        options=QUIET,
    )
    assert finished.out in (["exits"], ["exits", "ends ENGINE_ENDED"])
    assert finished.err == ""


def test_while_a_daemon_thread_is_in_an_endless_callback(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        def forever(context, message):
            begun.set()
            while True:
                pass
        engine.spawn(forever).tell(b"")
        def work():
            engine.adopt()
            engine.run()
        threading.Thread(target=work, daemon=True).start()
        begun.wait()
        print("exits", flush=True)
        """,
        options=QUIET,
    )
    assert finished.out == ["exits"]
    assert finished.err == ""


def test_before_the_thread_has_begun_to_run_it(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        exits = threading.Event()
        def work():
            engine.adopt()
            exits.wait()
            print("runs", engine.run(), flush=True)
        threading.Thread(target=work).start()
        threading._register_atexit(exits.set)  # is called before backstage sees that all ends
        """,
        options=QUIET,
    )
    assert finished.out == ["runs True", "ends ENGINE_ENDED"]


def test_an_engine_whose_thread_has_ended(run_program: Run) -> None:
    finished = run_program(
        """
        class Ends(Actor):
            def receive(self, context, message):
                pass
            def deinit(self, context, reason):
                print("ends", threading.current_thread().name, flush=True)
        kept = []
        def make():
            kept.append(Engine())
            kept[0].spawn(Ends)
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        """,
        options=QUIET,
    )
    assert finished.out == ["ends MainThread"]


@pytest.mark.parametrize(
    ("leaves", "status"), [("sys.exit(5)", 5), ("sys.exit()", 0), ("raise SystemExit('said')", 1)]
)
@pytest.mark.parametrize("receive", ["def receive", "async def receive"])
def test_by_sys_exit_in_an_actor(run_program: Run, receive: str, leaves: str, status: int) -> None:
    finished = run_program(
        BEGINS,
        f"""
        {receive}(context, message):
            {leaves}
        engine.spawn(receive).tell(b"")
        engine.run()
        print("not here")
        """,
        status=status,
        options=QUIET,
    )
    assert finished.out == ["ends ENGINE_ENDED"]
    assert finished.err == ("said\n" if status == 1 else "")


@pytest.mark.parametrize("place", ["init", "deinit", "timer", "dead letter", "decide"])
def test_by_sys_exit_at_other_places(run_program: Run, place: str) -> None:
    finished = run_program(
        BEGINS,
        f"""
        logging.disable()
        place = {place!r}
        class Leaves(Actor):
            supervision = Supervision()
            def init(self, context):
                if place == "init": sys.exit(5)
                if place == "timer": context.after(0, lambda context, message: sys.exit(5))
                if place == "decide": context.spawn_child(fails).tell(b"")
                if place == "deinit": context.shutdown()
            def receive(self, context, message):
                pass
            def decide(self, context, child, error, restarts):
                sys.exit(5)
            def deinit(self, context, reason):
                if place == "deinit": sys.exit(5)
        def fails(context, message):
            raise ValueError
        engine.spawn(Leaves)
        if place == "dead letter":
            engine._core.dead_letter = lambda letter: sys.exit(5)
            silent.tell(b"")
            silent.stop()
        engine.run()
        print("not here")
        """,
        status=5,
        options=QUIET,
    )
    assert finished.out == ["ends ENGINE_ENDED"]


def test_by_os_exit_in_an_actor(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        engine.spawn(lambda context, message: os._exit(5)).tell(b"")
        engine.run()
        """,
        status=5,
    )
    assert finished.out == []


def test_sys_exit_on_a_thread_of_the_engines_leaves_join(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        engine.spawn(lambda context, message: sys.exit(5)).tell(b"")
        with engine:
            engine.start()
            engine.join()
            print("not here")
        """,
        status=5,
    )
    assert finished.out == ["ends ENGINE_ENDED"]
    assert finished.err == ""


def test_other_threads_tell_and_ask_all_the_time(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        def tell():
            begun.set()
            while True:
                try:
                    silent.tell(b"")
                    engine.tell("nobody", b"")
                    engine.broadcast("none", b"")
                    silent.ask(b"", block=False)
                except (QueueFull, InboxFull):
                    pass
                except Closed:
                    break
        threads = [threading.Thread(target=tell, daemon=daemon) for daemon in (True, False) * 2]
        engine.start()
        for thread in threads:
            thread.start()
        begun.wait()
        sys.setswitchinterval(1e-5)
        threads.append(threading.Thread(target=engine.close))
        threads[-1].start()
        for thread in threads:
            thread.join()
        print("closed", engine.closed, flush=True)
        """,
        options=QUIET,
    )
    assert finished.out == ["ends ENGINE_ENDED", "closed True"]
    assert finished.err == ""


@pytest.mark.parametrize("times", range(3))
def test_daemons_tell_until_the_process_is_gone(run_program: Run, times: int) -> None:
    finished = run_program(
        BEGINS,
        """
        def tell():
            while True:
                try:
                    silent.tell(b"")
                    silent.ask(b"", block=False)
                except BackstageError:
                    pass
                begun.set()
        engine.start()
        for _ in range(4):
            threading.Thread(target=tell, daemon=True).start()
        begun.wait()
        """,
        options=QUIET,
    )
    assert finished.out == ["ends ENGINE_ENDED"]
    assert finished.err == ""


def test_who_waits_for_an_answer_is_told(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        def ask():
            begun.set()
            try:
                silent.ask(b"")
            except BackstageError as error:
                print(type(error).__name__, flush=True)
        engine.start()
        thread = threading.Thread(target=ask)
        thread.start()
        begun.wait()
        engine.close()
        thread.join()
        """,
    )
    assert sorted(finished.out) in (
        ["Closed", "ends ENGINE_ENDED"],
        ["Ending", "ends ENGINE_ENDED"],
    )


@pytest.mark.parametrize("error", ["ValueError", "KeyboardInterrupt", "SystemExit"])
def test_a_deinit_that_raises_at_exit_is_logged(run_program: Run, error: str) -> None:
    finished = run_program(
        BEGINS,
        f"""
        logging.basicConfig(format="%(message)s")
        class Raises(Actor):
            def receive(self, context, message):
                pass
            def deinit(self, context, reason):
                raise {error}("at the end")
        engine.spawn(Raises)
        other = Engine()
        other.spawn(Ends)
        """,
        options=QUIET,
    )
    assert finished.out == ["ends ENGINE_ENDED"] * 2
    assert f"{error}: at the end" in finished.err


def test_an_engine_used_by_atexit_functions(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        import atexit
        def last():
            ref = engine.spawn(lambda context, message: b"last")
            print(ref.ask(b"").decode(), engine.run(0.0), flush=True)
        atexit.register(last)
        """,
        options=QUIET,
    )
    assert finished.out == ["last False", "ends ENGINE_ENDED"]


def test_ctrl_c_while_start_is_waited_for_at_exit(start_program: Start) -> None:
    program = start_program(
        BEGINS,
        """
        def forever(context, message):
            print("ready", flush=True)
            while not begun.wait(0.001):
                pass
        engine.spawn(forever).tell(b"")
        engine.start()
        try:
            engine.join()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        threading.Thread(target=lambda: sys.stdin.readline() and begun.set()).start()
        """,
        options=QUIET,
    )
    program.expect("ready")
    program.wait_until_it_sleeps()
    program.interrupt()
    program.expect("interrupted")
    assert program.process.stdin is not None
    program.process.stdin.write("go on\n")
    program.process.stdin.flush()
    assert program.finish().out == ["ends ENGINE_ENDED"]
