"""All sides: what each is, and which program runs it."""

from __future__ import annotations

from dataclasses import dataclass

FLOOR, BACKSTAGE, SWIFT, PYTHON = "floor", "backstage", "swift", "python"
CAF, ZEROMQ, GLIB, ERLANG = "caf", "zeromq", "glib", "erlang"
SWIFT_ACTORS, SWIFT_EXECUTOR = "swift-actors", "swift-executor"
SWIFT_TASKS, SWIFT_STREAMS = "swift-tasks", "swift-streams"
ASYNCIO, THESPIAN, PYKKA = "asyncio", "thespian", "pykka"


@dataclass(frozen=True)
class Side:
    title: str
    is_peer: bool = True  # another library, whose messages wait in a queue for their receiver


SIDES = {
    FLOOR: Side("plain C, written by hand for each workload", is_peer=False),
    BACKSTAGE: Side("Backstage, through its C ABI", is_peer=False),
    SWIFT: Side("Backstage's typed Swift actors", is_peer=False),
    PYTHON: Side("Backstage for Python", is_peer=False),
    CAF: Side("C++ Actor Framework, one worker"),
    ZEROMQ: Side("ZeroMQ, pairs of sockets on inproc"),
    GLIB: Side("GLib's main loop, a GSource with a queue for each receiver"),
    ERLANG: Side("Erlang processes, one scheduler"),
    SWIFT_ACTORS: Side(
        "Swift's own actors, who sends awaits the call: nothing is queued unless callers compete",
        is_peer=False,
    ),
    SWIFT_EXECUTOR: Side(
        "the same on one serial executor: the await is a plain call", is_peer=False
    ),
    SWIFT_TASKS: Side("Swift's own actors, who sends does not wait: a Task for each message"),
    SWIFT_STREAMS: Side("Swift's own actors, who sends does not wait: an AsyncStream as mailbox"),
    ASYNCIO: Side("Python's asyncio, a Queue for each receiver"),
    THESPIAN: Side("Thespian on its simpleSystemBase: actors of this process and thread"),
    PYKKA: Side("Pykka, a thread for each actor"),
}

PEERS = frozenset(name for name, side in SIDES.items() if side.is_peer)
IN_C = (FLOOR, BACKSTAGE)
IN_PYTHON = (PYTHON, ASYNCIO, THESPIAN, PYKKA)
IN_SWIFT = (SWIFT, SWIFT_ACTORS, SWIFT_EXECUTOR, SWIFT_TASKS, SWIFT_STREAMS)
