"""Fork: a child process has none of its parent's engines, and may make its own; the parent goes
on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Finished

Run = Callable[..., Finished]

#: What the tests do in the child.
CHILD = """
    def is_closed(call):
        try:
            call()
        except Closed:
            return True
        except BaseException as error:
            print("raised", repr(error), flush=True)
            raise
        return False

    class Greeter(Actor):
        def receive(self, context, message):
            return b"hello, " + message.payload

    def use_one_of_its_own():
        with Engine() as engine:
            assert engine.spawn(Greeter).ask(b"child") == b"hello, child"
            engine.spawn(ignore).tell(b"")
            assert engine.run(0.0) is False
            engine.start()
            assert engine.spawn is not None
            engine.stop()
            engine.join()

    def wait_for(pid):
        # Nothing is read before: the child is to end by itself.
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0, status

    def leave(engine, ref, future, context, message=None):
        "In the child: nothing of the parent's is to be had."
        calls = [
            lambda: engine.run(), lambda: engine.run_until_idle(), lambda: engine.run_once(),
            lambda: engine.run_no_wait(), lambda: engine.stop(), lambda: engine.start(),
            lambda: engine.adopt(), lambda: engine.drain(), lambda: engine.advance(1),
            lambda: engine.now(), lambda: engine.now_ns(), lambda: engine.spawn(ignore),
            lambda: engine.find("greeter"), lambda: engine.actors(), lambda: engine.load("./x.so"),
            lambda: engine.tell("greeter", b""), lambda: engine.tell(ref, b""),
            lambda: engine.publish(ref, b""), lambda: engine.broadcast("kind", b""),
            lambda: engine.statistics(), lambda: engine.actor_statistics(ref),
            lambda: engine.watch_fd(0, Events.READABLE, print),
            lambda: ref.id, lambda: ref.is_alive(), lambda: ref.tell(b""),
            lambda: ref.tell_many([b""]), lambda: ref.ask(b""), lambda: ref.ask(b"", 1),
            lambda: ref.ask(b"", block=False).get(), lambda: ref.stop(), lambda: ref.poison(),
            lambda: ref.drain(), lambda: future.get(), lambda: future.get(1),
            lambda: context.parent, lambda: context.id, lambda: context.spawn(ignore),
            lambda: context.spawn_child(ignore), lambda: context.stop(ref),
            lambda: context.shutdown(), lambda: context.poison(ref), lambda: context.drain(ref),
            lambda: context.tell(ref, b""), lambda: context.tell("greeter", b""),
            lambda: context.broadcast("kind", b""), lambda: context.publish(b""),
            lambda: context.subscribe("greeter"), lambda: context.monitor(ref),
            lambda: context.request(ref, b""), lambda: context.unstash(),
            lambda: context.after(1), lambda: context.watch_fd(0), lambda: context.become(ignore),
            lambda: context.receive_timeout(1),
        ]
        if message is not None:
            calls += [lambda: message.forward(ref), lambda: message.stash()]
            if message.type is MessageType.REQUEST:
                calls += [lambda: message.reply(b"")]
        for number, call in enumerate(calls):
            assert is_closed(call), number
        assert engine.closed
        engine.close()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert signal.set_wakeup_fd(-1) == -1

    engine = Engine()
    greeter = engine.spawn(Greeter, id="greeter")
    context = engine.context(greeter)
    assert greeter.ask(b"parent") == b"hello, parent"
"""

GOES_ON = """
    assert greeter.ask(b"parent") == b"hello, parent"
    assert ledger_holds(engine)
    engine.close()
    assert not backstage._core.cells
    print("done")
"""


@pytest.mark.parametrize("ends", ["os._exit(0)", "sys.exit()", "raise SystemExit(0)"])
def test_outside_a_run(run_program: Run, ends: str) -> None:
    finished = run_program(
        CHILD,
        f"""
        future = greeter.ask(b"later", block=False)
        pid = os.fork()
        if pid == 0:
            leave(engine, greeter, future, context)
            use_one_of_its_own()
            {ends}
        wait_for(pid)
        assert future.get() == b"hello, later"
        """,
        GOES_ON,
    )
    assert finished.out == ["done"]


@pytest.mark.parametrize("while_it", ["sleeps", "plays"])
def test_while_another_thread_runs_it(run_program: Run, while_it: str) -> None:
    finished = run_program(
        CHILD,
        f"""
        def play(context, message):
            if {while_it == "plays"}:
                context.ref.tell(b"")
        engine.spawn(play).tell(b"")
        future = engine.spawn(ignore).ask(b"", block=False)  # which is never answered
        engine.start()
        for _ in range(20):
            pid = os.fork()
            if pid == 0:
                leave(engine, greeter, future, context)
                use_one_of_its_own()
                sys.exit()
            wait_for(pid)
            assert greeter.ask(b"parent") == b"hello, parent"
        engine.stop()
        engine.join()
        """,
        GOES_ON,
        options=("-W", "ignore::DeprecationWarning"),
    )
    assert finished.out == ["done"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_by_multiprocessing(run_program: Run, method: str, tmp_path: object) -> None:
    finished = run_program(
        CHILD,
        f"""
        import multiprocessing
        def work(queue):
            use_one_of_its_own()
            queue.put("worked")
        if __name__ == "__main__":
            import importlib.util, types
            method = multiprocessing.get_context({method!r})
            queue = method.SimpleQueue()
            if {method!r} == "fork":
                process = method.Process(target=work, args=(queue,))
            else:  # these import what they run
                process = method.Process(target=print, args=("worked",), kwargs={{"flush": True}})
                queue.put("worked")
            process.start()
            process.join()
            assert process.exitcode == 0
            assert queue.get() == "worked"
        """,
        GOES_ON,
    )
    assert finished.out[-1] == "done"


def test_a_forgotten_engine_of_the_parents_is_let_alone(run_program: Run) -> None:
    finished = run_program(
        CHILD,
        """
        class Ends(Actor):
            def receive(self, context, message):
                pass
            def deinit(self, context, reason):
                print("ends", flush=True)
        engine.spawn(Ends)
        pid = os.fork()
        if pid == 0:
            del engine, greeter, context
            gc.collect()
            sys.exit()
        wait_for(pid)
        """,
        GOES_ON,
    )
    assert finished.out == ["ends", "done"]
    assert "ResourceWarning" not in finished.err


def test_grandchildren(run_program: Run) -> None:
    finished = run_program(
        CHILD,
        """
        pid = os.fork()
        if pid == 0:
            own = Engine()
            pid = os.fork()
            if pid == 0:
                assert is_closed(own.run)
                assert is_closed(engine.run)
                use_one_of_its_own()
                sys.exit()
            wait_for(pid)
            own.run_until_idle()
            own.close()
            sys.exit()
        wait_for(pid)
        """,
        GOES_ON,
    )
    assert finished.out == ["done"]


def test_payloads_that_were_kept_stay_readable(run_program: Run) -> None:
    finished = run_program(
        CHILD,
        """
        kept = []
        def keep(context, message):
            kept.append(message.view()[10:20])
        engine.spawn(keep).tell(bytes(range(256)))
        engine.run_until_idle()
        pid = os.fork()
        if pid == 0:
            assert bytes(kept[0]) == bytes(range(10, 20))
            kept.clear()
            gc.collect()
            sys.exit()
        wait_for(pid)
        assert bytes(kept[0]) == bytes(range(10, 20))
        kept.clear()
        """,
        GOES_ON,
    )
    assert finished.out == ["done"]
