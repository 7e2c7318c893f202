"""What `__del__` raises, of actors, of messages and of what they carry, wherever those are let
go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Finished

Run = Callable[..., Finished]

BEGINS = """
    lost = []
    sys.unraisablehook = lambda unraisable: lost.append(unraisable.exc_type.__name__)

    class Thing:
        "Raises when it is let go."
        def __init__(self, action):
            self.action = action
        def __del__(self):
            self.action()

    def raises(error):
        def action():
            raise error
        return action

    class Owner(Actor):
        "Holds one."
        supervision = Supervision()
        def __init__(self, action):
            self.thing = Thing(action)
        def receive(self, context, message):
            if message.payload == b"fail":
                raise ValueError("as it should")
        def deinit(self, context, reason):
            print("deinit", reason.name, flush=True)

    class Takes(Actor):
        "Is sent some by reference."
        codec = codecs.Reference
        def receive(self, context, message):
            if message.payload == "fail":
                raise ValueError("as it should")

    logging.disable()
    engine = Engine()
    others = []
    other = engine.spawn(lambda context, message: others.append(message.payload))
    parent = engine.spawn(Owner, lambda: None)
    takes = engine.spawn(Takes)

    def goes_on():
        others.clear()
        other.tell(b"on")
        engine.run_until_idle()
        gc.collect()
        assert others == [b"on"]
        assert ledger_holds(engine)
        core = engine._core
        assert core.acting is None and core.error is None and not core.touched and not core.views
        assert not codecs._travelling

    def play(action):
        "Lets one go at every place there is."
        owner = engine.spawn(Owner, action)
        engine.run_until_idle()
        owner.stop()                                        # its actor ends
        engine.run_until_idle()
        child = engine.context(parent).spawn_child(Owner, action)
        child.tell(b"fail")                                 # it restarts
        engine.run_until_idle()
        child.stop()
        engine.run_until_idle()
        takes.tell(Thing(action))                           # a message has been handled
        engine.run_until_idle()
        takes.tell(Thing(action))
        takes.tell("fail")                                  # the next fails
        takes.tell(Thing(action))
        engine.run_until_idle()

    def dies(action):
        "And in dead letters."
        mortal = engine.spawn(Takes)
        for _ in range(3):
            mortal.tell(Thing(action))
        mortal.stop()
        engine.run_until_idle()
"""


@pytest.mark.parametrize("error", ["ValueError", "KeyboardInterrupt", "SystemExit"])
def test_python_is_told_and_nothing_else_happens(run_program: Run, error: str) -> None:
    finished = run_program(
        BEGINS,
        f"""
        takes = engine.spawn(Takes, supervision=None)
        dies(raises({error}))
        goes_on()
        takes = engine.context(parent).spawn_child(Takes)
        play(raises({error}))
        goes_on()
        assert set(lost) == {{{error!r}}} and len(lost) >= 8, lost
        lost.clear()
        engine.spawn(Owner, raises({error}))
        engine.close()
        print(lost, backstage._core.cells)
        """,
    )
    assert finished.out[-1] == f"['{error}'] {{}}"
    assert finished.err == ""


def test_ctrl_c_there_leaves_the_run_nevertheless(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        takes = engine.context(parent).spawn_child(Takes)
        interrupts = []
        def action():
            signal.raise_signal(signal.SIGINT)
        run = engine.run_until_idle
        def run_until_idle():
            while True:
                try:
                    return run()
                except KeyboardInterrupt as interrupt:
                    interrupts.append(interrupt)
        engine.run_until_idle = run_until_idle
        play(action)
        dies(action)
        goes_on()
        assert len(interrupts) >= 6, interrupts  # of those at once one is enough
        assert not lost, lost
        # And at the end it leaves `close`.
        engine.spawn(Owner, action)
        del engine.run_until_idle, run, run_until_idle
        try:
            engine.close()
        except KeyboardInterrupt:
            print("closed", engine.closed, lost)
        """,
    )
    assert finished.out[-1] == "closed True []"


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit"])
@pytest.mark.parametrize("where", ["one", "all"])
def test_of_a_deinit_leaves_close_when_all_have_ended(
    run_program: Run, error: str, where: str
) -> None:
    finished = run_program(
        f"""
        class Ends(Actor):
            def __init__(self, number):
                self.number = number
            def receive(self, context, message):
                pass
            def deinit(self, context, reason):
                print(self.number, flush=True)
                if self.number == 1 or {where == "all"}:
                    raise {error}(self.number)
        engine = Engine()
        for number in range(3):
            engine.spawn(Ends, number)
        try:
            engine.close()
        except {error} as error:
            print("raised", error, engine.closed, backstage._core.cells)
        engine.close()
        """,
    )
    first = 1 if where == "one" else 2
    assert finished.out == ["2", "1", "0", f"raised {first} True {{}}"]


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit"])
def test_of_a_deinit_leaves_the_run_when_it_is_over(run_program: Run, error: str) -> None:
    finished = run_program(
        f"""
        class Ends(Actor):
            def receive(self, context, message):
                context.shutdown()
            def deinit(self, context, reason):
                raise {error}(reason.name)
        engine = Engine()
        engine.spawn(Ends).tell(b"")
        others = []
        engine.spawn(lambda context, message: others.append(message.payload)).tell(b"other")
        for _ in range(3):
            try:
                print(engine.run_until_idle(), others, engine.statistics().actors)
            except {error} as error:
                print("raised", error)
        engine.close()
        """,
    )
    assert finished.out[0] == "raised NORMAL"
    assert finished.out[-1] == "True [b'other'] 1"
