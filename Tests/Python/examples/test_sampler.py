"""An actor compiled from C among actors in Python, in one engine."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from host.readings import Load, Reading, Share, unpack

from backstage import (
    Actor,
    BackstageError,
    Clock,
    Context,
    Engine,
    Exists,
    InvalidArgument,
    Message,
    MessageType,
    NotFound,
    Reason,
    Ref,
    Termination,
)

RECORDING = Path(__file__).parents[2] / "Examples/proc"
FAILED_AS_ASKED = -1000


class Heard:
    """What a listener heard."""

    def __init__(self) -> None:
        self.readings: list[tuple[str, Reading]] = []
        self.senders: set[Ref | None] = set()
        self.ends: list[Termination] = []

    def of(self, topic: str) -> list[Reading]:
        return [reading for name, reading in self.readings if name == topic]


class Listener(Actor):
    """Subscribes to "machine", and monitors whom it is told to."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard

    def init(self, context: Context) -> None:
        context.subscribe("machine", ">")

    def receive(self, context: Context, message: Message) -> None:
        if message.type is MessageType.PUBLISH and message.topic:
            reading = unpack(message.topic, message.payload)
            self.heard.readings.append((message.topic, reading))
            self.heard.senders.add(message.sender)
        elif message.type is MessageType.TERMINATED:
            self.heard.ends.append(message.event)
        else:
            context.monitor(message.payload.decode())


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(clock=Clock.VIRTUAL) as engine:
        yield engine
        ledger = engine.statistics()
    assert ledger.accepted == ledger.handled + ledger.dead + ledger.queued


@pytest.fixture
def heard(engine: Engine) -> Heard:
    heard = Heard()
    engine.spawn(Listener, heard, id="listener")
    engine.run_until_idle()
    return heard


def settings(**more: object) -> bytes:
    words = {"proc": RECORDING, "interval_ms": 500, **more}
    return ",".join(f"{key}={value}" for key, value in words.items()).encode()


def test_python_hears_c(engine: Engine, heard: Heard, sampler: Path) -> None:
    machine = engine.load(str(sampler), settings())
    for _ in range(4):
        engine.run_until_idle()
        engine.advance(0.5)
    assert heard.of("cpu.total") == [Share(f, 0, 0) for f in (0.25, 0.95, 6 / 41)]
    assert heard.of("load.average") == [Load(0.50), Load(0.51), Load(0.52)]
    assert heard.senders == {machine}
    assert machine.id == "machine"
    assert engine.find("machine") == machine


def test_python_asks_c(engine: Engine, sampler: Path) -> None:
    machine = engine.load(str(sampler), settings(id="asked"))
    engine.run_until_idle()
    engine.advance(0.5)
    engine.run_until_idle()
    assert struct.unpack("=Q", machine.ask(b"how many samples?")) == (2,)


def test_its_path_may_be_a_path(engine: Engine, sampler: Path) -> None:
    assert engine.load(sampler, settings()).is_alive()


def test_both_use_one_library(engine: Engine, sampler: Path) -> None:
    engine.load(str(sampler), settings())
    lines = Path("/proc/self/maps").read_text().splitlines()
    files = {line.split(maxsplit=5)[5] for line in lines if "libbackstage" in line}
    assert len(files) == 1


def test_c_fails_and_is_loaded_again(engine: Engine, heard: Heard, sampler: Path) -> None:
    machine = engine.load(str(sampler), settings(fail_at=29))
    engine.tell("listener", b"machine")
    engine.run_until_idle()
    assert heard.ends == []
    engine.advance(0.5)
    engine.run_until_idle()
    (end,) = heard.ends
    assert (end.reason, end.status, end.origin) == (Reason.FAILED, FAILED_AS_ASKED, machine)
    assert not machine.is_alive()
    again = engine.load(str(sampler), settings())
    engine.run_until_idle()
    assert again != machine
    assert heard.senders == {machine, again}


def test_python_stops_c(engine: Engine, heard: Heard, sampler: Path) -> None:
    machine = engine.load(str(sampler), settings())
    engine.tell("listener", b"machine")
    engine.run_until_idle()
    machine.stop()
    engine.run_until_idle()
    assert [end.reason for end in heard.ends] == [Reason.STOPPED]
    with pytest.raises(NotFound):
        machine.tell(b"")


def test_errors_of_the_plug_in_are_exceptions(engine: Engine, sampler: Path) -> None:
    with pytest.raises(InvalidArgument):
        engine.load(str(sampler), b"colour=red")
    assert engine.actors() == []
    engine.load(str(sampler))  # it needs no settings
    with pytest.raises(Exists):
        engine.load(str(sampler))
    assert len(engine.actors()) == 1


def test_no_such_plug_in(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises((OSError, BackstageError)) as error:
        engine.load(str(tmp_path / "missing.so"))
    assert "missing.so" in str(error.value)


def test_engines_of_their_own(sampler: Path) -> None:
    with Engine(clock=Clock.VIRTUAL) as one, Engine(clock=Clock.VIRTUAL) as other:
        first = one.load(str(sampler), settings())
        second = other.load(str(sampler), settings())
        one.run_until_idle()
        other.run_until_idle()
        other.advance(0.5)
        assert struct.unpack("=Q", first.ask(b"")) == (1,)
        other.run_until_idle()
        assert struct.unpack("=Q", second.ask(b"")) == (2,)
