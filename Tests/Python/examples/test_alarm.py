"""hostwatch's alarm, on readings that are made up."""

from __future__ import annotations

from host.alarm import AlarmBell
from host.readings import Alarm, Reading, Share, pack, unpack

from backstage import Actor, Clock, Context, Engine, Message, MessageType, Supervision


class Machine(Actor):
    """Stands in for the C sampler: publishes from outside."""


class Parent(Actor):
    """The alarm's supervisor."""

    supervision = Supervision()

    def init(self, context: Context) -> None:
        context.spawn_child(AlarmBell, "machine", id="alarm")


class Listener(Actor):
    """Keeps the alarms."""

    def __init__(self, alarms: list[tuple[str, Reading]]) -> None:
        self.alarms = alarms

    def init(self, context: Context) -> None:
        context.subscribe("alarm", ">")

    def receive(self, context: Context, message: Message) -> None:
        assert message.type is MessageType.PUBLISH
        topic = message.topic or ""
        self.alarms.append((topic, unpack(topic, message.payload)))


class Rehearsal:
    """An engine with all of these."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.alarms: list[tuple[str, Reading]] = []
        self.machine = engine.spawn(Machine, id="machine")
        engine.spawn(Listener, self.alarms)
        engine.spawn(Parent)
        engine.run_until_idle()

    def publish(self, topic: str, payload: bytes) -> list[tuple[str, Reading]]:
        """The alarms that follow."""
        self.alarms.clear()
        self.engine.publish(self.machine, payload, topic)
        self.engine.run_until_idle()
        return list(self.alarms)

    def read(self, topic: str, fraction: float) -> list[tuple[str, Reading]]:
        return self.publish(topic, pack(Share(fraction, 0, 0)))


RAISED, OVER = Alarm(0.9, 1), Alarm(0.9, 0)


def test_an_alarm_does_not_flutter() -> None:
    with Engine(clock=Clock.VIRTUAL) as engine:
        rehearsal = Rehearsal(engine)
        fractions = (0.89, 0.9, 0.95, 0.86, 0.9, 0.85, 0.84, 0.89, 0.91)
        assert [rehearsal.read("cpu.total", fraction) for fraction in fractions] == [
            [],
            [("alarm.cpu.total", RAISED)],
            [],
            [],
            [],
            [],
            [("alarm.cpu.total", OVER)],
            [],
            [("alarm.cpu.total", RAISED)],
        ]


def test_each_topic_has_an_alarm_of_its_own() -> None:
    with Engine(clock=Clock.VIRTUAL) as engine:
        rehearsal = Rehearsal(engine)
        assert rehearsal.read("memory.used", 0.9) == [("alarm.memory.used", RAISED)]
        assert rehearsal.read("cpu.total", 0.9) == [("alarm.cpu.total", RAISED)]
        assert rehearsal.read("memory.swap", 0.5) == [("alarm.memory.swap", Alarm(0.5, 1))]
        assert rehearsal.read("cpu.0", 1.0) == []


def test_it_works_again_after_a_failure() -> None:
    with Engine(clock=Clock.VIRTUAL) as engine:
        rehearsal = Rehearsal(engine)
        assert rehearsal.publish("cpu.total", b"no reading") == []
        assert engine.statistics().restarts == 1
        assert rehearsal.read("cpu.total", 1.0) == [("alarm.cpu.total", RAISED)]
