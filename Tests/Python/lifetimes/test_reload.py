"""The package is reloaded, or imported anew, while engines of the former are in use."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable

import pytest

import backstage

from .conftest import Finished

Run = Callable[..., Finished]

# The structs of _abi are those that the library was loaded with; pytest_plugin is no part of an
# engine.
MODULES = sorted({module.name for module in pkgutil.iter_modules(backstage.__path__)}
                 - {"_abi", "libbackstage", "pytest_plugin"})  # fmt: skip

BEGINS = """
    import importlib
    class Child(Actor):
        def receive(self, context, message):
            raise ValueError("as it should")
    class Actors(Actor):
        supervision = Supervision(restarts_max=1000)
        codec = codecs.Reference
        def init(self, context):
            self.child = context.spawn_child(Child)
        def receive(self, context, message):
            if message.payload == "fail":
                self.child.tell(b"")
            return message.payload
        def decide(self, context, child, error, restarts):
            return Directive.RESTART
        def hello(self, name):
            return "hello, " + name
        def deinit(self, context, reason):
            print("ends", reason.name, flush=True)
    class Gathering(Actor):
        def receive_batch(self, context, messages):
            gathered.extend(messages.payloads)
    async def waits(context, message):
        await context.sleep(0.0)
        return await former_ref.ask(message.payload)

    logging.disable()
    gathered, letters = [], []
    former = Engine(dead_letter=letters.append)
    former_ref = former.spawn(Actors, id="former")
    former_proxy = former_ref.proxy()
    gathering = former.spawn(Gathering)
    waiting = former.spawn(waits)
    ends = os.pipe()
    heard = []
    former.watch_fd(ends[0], Events.READABLE, lambda fd, events: heard.append(os.read(fd, 9)))
    in_flight = object()
    kept = []
    keeper = former.spawn(lambda context, message: kept.append(message.payload),
                          codec=codecs.Reference)

    def ask_the_former():
        assert former_ref.ask(["by reference"]) == ["by reference"]
        assert former_ref.ask("fail") == "fail"
        assert former_proxy.hello("you").get() == "hello, you"
        assert waiting.ask(b"a coroutine") == b"a coroutine"
        future = former_ref.ask("later", block=False)
        former.run_until_idle()
        assert future.get() == "later"
        former.start()
        assert former_ref.ask("while it runs elsewhere") == "while it runs elsewhere"
        former.stop()
        former.join()

    def use_the_former():
        gc.collect()
        del gathered[:]
        gathering.tell_many([b"1", b"2"])
        os.write(ends[1], b"heard")
        letters.clear()
        lost = losers.pop()
        lost.tell(b"")
        lost.stop()
        former_ref.tell("told")
        former.run_until_idle()
        assert gathered == [b"1", b"2"], gathered
        assert heard.pop() == b"heard"
        assert len(letters) >= 1
        former.start()
        former.stop()
        former.join()
        gc.collect()
        assert ledger_holds(former)

    losers = [former.spawn(ignore) for _ in range(9)]
    ask_the_former()
    use_the_former()
    keeper.tell(in_flight)
"""

ENDS = """
    use_the_former()
    assert kept == [in_flight]
    use_the_former()
    former.close()
    print("closed", flush=True)
"""


@pytest.mark.parametrize("module", ["", *MODULES])
def test_a_module_is_reloaded(run_program: Run, module: str) -> None:
    name = f"backstage.{module}".rstrip(".")
    finished = run_program(
        BEGINS,
        f"""
        import {name}
        importlib.reload(sys.modules[{name!r}])
        if not {module.startswith("_")}:
            ask_the_former()
            former.spawn(ignore).tell(b"")
        """,
        ENDS,
    )
    assert finished.out == ["ends ENGINE_ENDED", "closed"]
    assert finished.err == ""


@pytest.mark.parametrize("times", [1, 3])
def test_all_is_reloaded(run_program: Run, times: int) -> None:
    finished = run_program(
        BEGINS,
        f"""
        for _ in range({times}):
            for name in [name for name in sys.modules if name.startswith("backstage.")]:
                importlib.reload(sys.modules[name])
            importlib.reload(backstage)
            gc.collect()
        """,
        ENDS,
    )
    assert finished.out == ["ends ENGINE_ENDED", "closed"]


def test_it_is_imported_anew(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        def import_anew():
            for name in [name for name in sys.modules if name.partition(".")[0] == "backstage"]:
                del sys.modules[name]
            gc.collect()
            import backstage
            return backstage
        anew = import_anew()
        assert anew is not backstage
        gc.collect()

        class Greeter(anew.Actor):
            codec = anew.codecs.Reference
            def receive(self, context, message):
                return message.payload

        def use_the_new():
            with anew.Engine() as engine:
                ref = engine.spawn(Greeter)
                assert ref.ask({"new"}) == {"new"}
                # Each has its own engines, which know nothing of each other.
                former_ref.tell("told")

        use_the_new()
        use_the_former()
        use_the_new()
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            pass
        """,
        ENDS,
        """
        del backstage, former, former_ref, former_proxy, gathering, waiting, keeper, losers
        gc.collect()
        """,
    )
    assert finished.out == ["ends ENGINE_ENDED", "closed"]


def test_the_former_is_forgotten_after_that(run_program: Run) -> None:
    finished = run_program(
        BEGINS,
        """
        for name in [name for name in sys.modules if name.partition(".")[0] == "backstage"]:
            del sys.modules[name]
        import backstage
        warnings.simplefilter("ignore")
        del former, former_ref, former_proxy, gathering, waiting, keeper, losers
        gc.collect()
        print("collected", flush=True)
        """,
    )
    assert finished.out == ["ends ENGINE_ENDED", "collected"]
