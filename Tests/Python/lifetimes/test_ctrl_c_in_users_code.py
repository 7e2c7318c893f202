"""Ctrl-C while users' code never returns: it is interrupted where it is, wherever that was
called."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Running

PROGRAM = """
    times = iter(range(9))
    def forever():
        if next(times):
            return
        print("ready", flush=True)
        while True:
            pass

    class Slow:
        def encode(self, value):
            if value == "encode":
                forever()
            return value.encode()
        def decode(self, data):
            forever()

    class Endless(Actor):
        {method}

    class Parent(Actor):
        supervision = Supervision()
        def init(self, context):
            self.child = context.spawn_child(Failing)
            self.child.tell(b"")
        def receive(self, context, message):
            pass
        def decide(self, context, child, error, restarts):
            forever()

    class Failing(Actor):
        def receive(self, context, message):
            raise ValueError

    logging.disable()
    engine = Engine(dead_letter=lambda letter: {letter})
    {setting}
    try:
        engine.{run}
        raise SystemExit("it was not interrupted")
    except KeyboardInterrupt:
        pass
    assert ledger_holds(engine)
    assert engine._core.acting is None and engine._core.error is None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    # It goes on.
    answers = engine.spawn(lambda context, message: message.payload + b"!")
    assert answers.ask(b"on") == b"on!"
    engine.close()
    assert not backstage._core.cells
"""

SETTINGS = {
    "receive": ("def receive(self, c, m): forever()", "engine.spawn(Endless).tell(b'')"),
    "receive, long payload": (
        "def receive(self, c, m): m.payload; forever()",
        "engine.spawn(Endless).tell(bytes(1000))",
    ),
    "receive of many": (
        "def receive(self, c, m): m.payload == b'7' and forever()",
        "ref = engine.spawn(Endless); [ref.tell(b'%d' % n) for n in range(100)]",
    ),
    "receive_batch": (
        "def receive_batch(self, c, m): forever()",
        "ref = engine.spawn(Endless); [ref.tell(b'%d' % n) for n in range(100)]",
    ),
    "async receive": (
        "async def receive(self, c, m): await c.sleep(0); forever()",
        "engine.spawn(Endless).tell(b'')",
    ),
    "init": (
        "def init(self, c): forever()\n        def receive(self, c, m): pass",
        "engine.spawn(Endless)",
    ),
    "a constructor": (
        "def __init__(self): self.__class__.n += 1; self.n > 1 and forever()\n"
        "        n = 0\n"
        "        def receive(self, c, m): raise ValueError",
        "engine.spawn(lambda c, m: c.spawn_child(Endless), supervision=Supervision()).tell(b'');"
        "engine.run_until_idle(); engine.actors()[-1].tell(b'')",
    ),
    "deinit": (
        "def deinit(self, c, r): forever()\n        def receive(self, c, m): pass",
        "engine.spawn(Endless).stop()",
    ),
    "decide": ("", "engine.spawn(Parent)"),
    "a timer's handler": (
        "def init(self, c): c.after(0, lambda c, m: forever())\n"
        "        def receive(self, c, m): pass",
        "engine.spawn(Endless)",
    ),
    "a reply's handler": (
        "def init(self, c): c.request(echo, b'', then=lambda c, m: forever())\n"
        "        def receive(self, c, m): pass",
        "echo = engine.spawn(lambda c, m: m.payload); engine.spawn(Endless)",
    ),
    "decode": (
        "codec = Slow()\n        def receive(self, c, m): m.payload",
        "engine.spawn(Endless).tell('decode')",
    ),
    "encode": (
        "def receive(self, c, m): slow.tell('encode')",
        "slow = engine.spawn(ignore, codec=Slow()); engine.spawn(Endless).tell(b'')",
    ),
    "encode of a reply": (
        "codec = Slow()\n        def receive(self, c, m): return 'encode'",
        "engine.spawn(Endless).ask('request', block=False)",
    ),
    "a proxy's method": (
        "def run(self): forever()\n        def receive(self, c, m): pass",
        "engine.spawn(Endless).proxy().run()",
    ),
    "a future's callback": (
        "",
        "engine.spawn(lambda c, m: b'').ask(b'', block=False)"
        ".add_done_callback(lambda future: forever())",
    ),
    "a descriptor's callback": (
        "",
        "ends = os.pipe(); os.write(ends[1], b'x');"
        "watch = engine.watch_fd(ends[0], Events.READABLE, lambda fd, events: forever())",
    ),
    "a descriptor's handler": (
        "def init(self, c): c.watch_fd(ends[0], Events.READABLE, lambda c, m: forever())\n"
        "        def receive(self, c, m): pass",
        "ends = os.pipe(); os.write(ends[1], b'x'); engine.spawn(Endless)",
    ),
    "the dead-letter handler": ("", "engine.spawn(ignore).tell(b''); engine.actors()[0].stop()"),
}


@pytest.mark.parametrize("run", ["run()", "run_until_idle()"])
@pytest.mark.parametrize("place", SETTINGS)
def test_in(start_program: Callable[..., Running], place: str, run: str) -> None:
    method, setting = SETTINGS[place]
    letter = "forever()" if place == "the dead-letter handler" else "None"
    if place == "async receive" and run == "run_until_idle()":
        pytest.skip("that does not wait for timers")
    program = start_program(
        PROGRAM.format(method=method or "pass", setting=setting, letter=letter, run=run)
    )
    program.expect("ready")
    program.interrupt()
    program.finish()
