"""Engines that nobody refers to any more: closed with a ResourceWarning, wherever that happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Finished

Run = Callable[..., Finished]

BEGINS = """
    class Ends(Actor):
        def __init__(self, name="actor"):
            self.name = name
        def receive(self, context, message):
            pass
        def deinit(self, context, reason):
            print(self.name, "ends", reason.name, threading.current_thread().name, flush=True)

    def warned(action):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            action()
            gc.collect()
        return [str(warning.message) for warning in caught
                if issubclass(warning.category, ResourceWarning)]

    def descriptors():
        return len(os.listdir("/proc/self/fd"))

    def nothing_is_left():
        return not backstage._core.cells and not backstage._core.engines
"""


@pytest.mark.parametrize("has_run", [False, True])
def test_the_last_reference_is_dropped(run_program: Run, has_run: bool) -> None:
    finished = run_program(
        BEGINS,
        f"""
        def forget():
            engine = Engine()
            for name in "abc":
                engine.spawn(Ends, name).tell(b"")
            if {has_run}:
                engine.run_until_idle()
        before = descriptors()
        print(warned(forget))
        assert descriptors() == before
        assert nothing_is_left()
        """,
    )
    ends = [f"{name} ends ENGINE_ENDED MainThread" for name in "cba"]
    assert finished.out == [*ends, "['an Engine was not closed']"]


def test_a_circle_is_collected(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        def forget():
            engine = Engine()
            engine.itself = engine
            engine.ref = engine.spawn(Ends)
            engine.ref.tell(b"")
            engine.context = engine.context(engine.ref)
        gc.disable()
        print(warned(forget))
        assert nothing_is_left()
        """,
    )
    assert finished.out == ["actor ends ENGINE_ENDED MainThread", "['an Engine was not closed']"]


def test_one_that_its_own_actor_refers_to_is_not_forgotten(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        class Owner(Ends):
            def __init__(self, engine):
                self.name, self.engine = "owner", engine
        def forget():
            engine = Engine()
            engine.spawn(Owner, engine)
        print(warned(forget), flush=True)
        assert not nothing_is_left()
        """,
    )
    assert finished.out == ["[]", "owner ends ENGINE_ENDED MainThread"]
    assert "ResourceWarning: an Engine was not closed" in finished.err


def test_refs_and_contexts_outlive_it(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        kept = {}
        def receive(context, message):
            kept.update(context=context, message=message, handle=message.reply_handle(),
                        timer=context.after(1), sender=message.sender)
        def forget():
            engine = Engine()
            kept["ref"] = engine.spawn(receive)
            kept["future"] = kept["ref"].ask(b"question", block=False)
            engine.run_until_idle()
            kept["watch"] = engine.watch_fd(0, Events.READABLE, print)
        print(warned(forget))
        for name, call in {
            "tell": lambda: kept["ref"].tell(b""),
            "ask": lambda: kept["ref"].ask(b""),
            "stop": lambda: kept["ref"].stop(),
            "id": lambda: kept["ref"].id,
            "context": lambda: kept["context"].id,
            "engine": lambda: kept["context"].engine,
            "spawn": lambda: kept["context"].spawn(ignore),
            "reply": lambda: kept["handle"].reply(b""),
            "forward": lambda: kept["message"].forward(kept["ref"]),
            "timer": lambda: kept["timer"].cancel(),
            "future": lambda: kept["future"].get(),
        }.items():
            try:
                call()
            except (Closed, Ending) as error:
                print(name, type(error).__name__)
        kept["watch"].cancel()
        print(kept["message"].payload, kept["sender"], kept["ref"], kept["context"])
        """,
    )
    names = ["tell", "ask", "stop", "id", "context", "engine", "spawn", "reply", "forward", "timer"]
    assert finished.out[0] == "['an Engine was not closed']"
    assert finished.out[1:-1] == [*(f"{name} Closed" for name in names), "future Ending"]
    assert finished.out[-1].startswith("b'question' None <Ref")


def test_on_another_thread(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        held = []
        def make():
            engine = Engine()
            engine.spawn(Ends).tell(b"")
            engine.run_until_idle()
            held.append(engine)
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        print(warned(held.clear))
        held.append(Engine())
        held[0].spawn(Ends)
        warns = []
        thread = threading.Thread(target=lambda: warns.extend(warned(held.clear)), name="other")
        thread.start()
        thread.join()
        print(warns)
        assert nothing_is_left()
        """,
    )
    assert finished.out == [
        "actor ends ENGINE_ENDED MainThread",
        "['an Engine was not closed']",
        "actor ends ENGINE_ENDED other",
        "['an Engine was not closed']",
    ]


@pytest.mark.parametrize("where", ["its own", "another engine's"])
@pytest.mark.parametrize("how", ["dropped", "collected"])
def test_inside_a_callback_it_is_closed_when_the_run_is_over(
    run_program: Run, where: str, how: str
) -> None:
    finished = run_program(
        BEGINS,
        f"""
        forgotten = [Engine()]
        forgotten[0].spawn(Ends)
        if {how == "collected"}:
            forgotten[0].itself = forgotten[0]
        runs = forgotten[0] if {where == "its own"} else Engine()
        def receive(context, message):
            forgotten.clear()
            gc.collect()
            print("goes on", flush=True)
        ref = runs.spawn(receive)
        ref.tell(b"")
        print(warned(lambda: None))
        if {where == "its own"}:
            # Nobody but the run itself holds the engine: an answer is waited for.
            silent = runs.spawn(ignore)
            del runs
            try:
                print(warned(lambda: silent.ask(b"", 0.01)))
            except (Timeout, Closed) as error:
                print(type(error).__name__)
        else:
            print(warned(runs.run_until_idle))
            runs.close()
        gc.collect()
        assert nothing_is_left()
        """,
        options=("-W", "ignore::ResourceWarning"),
    )
    assert finished.out[:2] == ["[]", "goes on"]
    assert "actor ends ENGINE_ENDED MainThread" in finished.out


@pytest.mark.parametrize("error", ["ValueError", "KeyboardInterrupt", "SystemExit"])
def test_actors_whose_deinit_raises(run_program: Run, error: str) -> None:
    finished = run_program(
        BEGINS,
        f"""
        lost = []
        sys.unraisablehook = lambda unraisable: lost.append(unraisable.exc_type.__name__)
        class Raises(Ends):
            def deinit(self, context, reason):
                super().deinit(context, reason)
                raise {error}
        def forget():
            engine = Engine()
            for name in "abc":
                engine.spawn(Raises, name)
        logging.disable()
        print(warned(forget))
        print(lost)
        assert nothing_is_left()
        """,
    )
    assert finished.out[:3] == [f"{name} ends ENGINE_ENDED MainThread" for name in "cba"]
    assert finished.out[3] == "['an Engine was not closed']"
    # Failures are logged. For the others there is no run to leave: Python is told, as of all that a
    # `__del__` raises.
    assert finished.out[4] == ("[]" if error == "ValueError" else f"['{error}']")


def test_a_warning_that_is_an_error_closes_it_too(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        lost = []
        sys.unraisablehook = lambda unraisable: lost.append(unraisable.exc_type.__name__)
        Engine().spawn(Ends)
        print(lost)
        assert nothing_is_left()
        """,
        options=("-W", "error"),
    )
    assert finished.out == ["actor ends ENGINE_ENDED MainThread", "['ResourceWarning']"]


def test_one_that_start_runs_is_not_forgotten(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        def receive(context, message):
            print("still there", flush=True)
            context.engine.stop()
        def forget():
            engine = Engine()
            engine.spawn(Ends)
            ref = engine.spawn(receive)
            engine.start()
            return ref
        ref = forget()
        gc.collect()
        (thread,) = (thread for thread in threading.enumerate() if thread.name == "backstage")
        ref.tell(b"")
        thread.join()
        gc.collect()
        assert nothing_is_left()
        """,
        options=("-W", "ignore::ResourceWarning"),
    )
    assert finished.out == ["still there", "actor ends ENGINE_ENDED backstage"]


def test_a_closed_one_warns_of_nothing(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        def use():
            with Engine() as engine:
                engine.spawn(Ends)
        print(warned(use))
        """,
    )
    assert finished.out == ["actor ends ENGINE_ENDED MainThread", "[]"]


def test_one_that_could_not_be_made_leaves_nothing(run_program: Run) -> None:
    run_program(
        BEGINS,
        """
        before = descriptors()
        refused = made = 0
        for limit in range(1, 2_000_000, 10_000):
            try:
                Engine(memory_bytes_max=limit).close()
                made += 1
            except NoMemory:
                refused += 1
        assert made and refused
        try:
            Engine(seed=-1)
        except InvalidArgument:
            pass
        with Engine() as other:
            def receive(context, message):
                try:
                    Engine()
                except OtherEngine:
                    print("refused", flush=True)
            other.spawn(receive).tell(b"")
            other.run_until_idle()
        assert descriptors() == before, (descriptors(), before)
        assert nothing_is_left()
        """,
    )
