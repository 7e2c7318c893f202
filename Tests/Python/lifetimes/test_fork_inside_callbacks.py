"""Fork inside a callback, where C is on the child's stack."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Finished
from .test_fork import CHILD, GOES_ON

Run = Callable[..., Finished]

#: Each forks inside one kind of callback.
PLACES = {
    "receive": "engine.spawn(lambda c, m: fork(c, m)).tell(b'')",
    "receive, long payload": "engine.spawn(lambda c, m: fork(c, m)).tell(bytes(100))",
    "receive of many": "engine.spawn(lambda c, m: fork(c, m)).tell_many([b''] * 10)",
    "a request": "engine.spawn(lambda c, m: fork(c, m)).ask(b'', block=False)",
    "receive_batch": """
class Gathering(Actor):
    def receive_batch(self, context, messages):
        fork(context)
engine.spawn(Gathering).tell_many([b''] * 10)
""",
    "init": """
class Begins(Actor):
    def init(self, context):
        fork(context)
    def receive(self, context, message):
        pass
engine.spawn(Begins)
""",
    "deinit": """
class Ends(Actor):
    def receive(self, context, message):
        pass
    def deinit(self, context, reason):
        fork(context)
engine.spawn(Ends).stop()
""",
    "decide": """
logging.disable()
class Parent(Actor):
    def init(self, context):
        context.spawn_child(fails).tell(b"")
    def receive(self, context, message):
        pass
    def decide(self, context, child, error, restarts):
        fork(context)
        return Directive.RESUME
def fails(context, message):
    raise ValueError
engine.spawn(Parent)
""",
    "a coroutine": """
async def later(context, message):
    await greeter.ask(b"")
    fork(context)
engine.spawn(later).tell(b"")
""",
    "a timer": "engine.context(greeter).after(0, lambda c, m: fork(c))",
    "a descriptor's callback": """
ends = os.pipe()
os.write(ends[1], b"x")
forks = lambda fd, events: watch.cancel() or fork(context)
watch = engine.watch_fd(ends[0], Events.READABLE, forks)
""",
    "the dead-letter handler": """
engine._core.dead_letter = lambda letter: fork(context)
lost = engine.spawn(ignore)
lost.tell(b"")
lost.stop()
""",
    "a signal's handler": """
signal.signal(signal.SIGALRM, lambda number, frame: fork(context))
engine.spawn(lambda context, message: signal.raise_signal(signal.SIGALRM)).tell(b"")
""",
}

FORKS = """
parent = os.getpid()
silent = engine.spawn(ignore).ask(b"", block=False)
def fork(context, message=None):
    if os.getpid() != parent:
        print("nothing of this is to run in the child", flush=True)
        os._exit(3)
    if forked:
        return
    forked.append(os.getpid())
    pid = os.fork()
    if pid == 0:
        leave(engine, greeter, silent, context, message)
        {ends}
        return
    wait_for(pid)
forked = []
"""

RUNS = """
assert engine._core.thread == threading.get_ident()
try:
    engine.run_until_idle()
    assert os.getpid() == parent, "the child must not go on"
except Closed as error:
    assert os.getpid() != parent, "the parent must"
    assert "forked" in str(error)
    sys.exit()
assert forked
if os.getpid() != parent:
    os._exit(4)
"""


@pytest.mark.parametrize("ends", ["os._exit(0)", "sys.exit()", ""], ids=["_exit", "exit", "return"])
@pytest.mark.parametrize("place", PLACES)
def test_inside(run_program: Run, place: str, ends: str) -> None:
    finished = run_program(CHILD, FORKS.format(ends=ends), PLACES[place], RUNS, GOES_ON)
    assert finished.out == ["done"]


@pytest.mark.parametrize("ends", ["os._exit(0)", "sys.exit()", ""], ids=["_exit", "exit", "return"])
def test_inside_a_deinit_while_it_is_closed(run_program: Run, ends: str) -> None:
    finished = run_program(
        CHILD,
        FORKS.format(ends=ends),
        """
        class Ends(Actor):
            def __init__(self, number):
                self.number = number
            def receive(self, context, message):
                pass
            def deinit(self, context, reason):
                if os.getpid() != parent:
                    os._exit(3)
                print("ends", self.number, flush=True)
                if self.number == 1:
                    fork(context)
        for number in range(3):
            engine.spawn(Ends, number)
        engine.close()
        if os.getpid() != parent:
            sys.exit()
        assert not backstage._core.cells
        print("done")
        """,
    )
    assert finished.out == ["ends 2", "ends 1", "ends 0", "done"]
