"""An alarm when a limit is reached."""

from __future__ import annotations

from backstage import Actor, Context, Message, MessageType

from .readings import Alarm, Share, pack, unpack

LIMITS = {"cpu.total": 0.9, "memory.used": 0.9, "memory.swap": 0.5}

# How far below its limit a share must fall to end the alarm: it should not flutter.
HYSTERESIS = 0.05


class AlarmBell(Actor):
    """Compares readings with limits; publishes when one is reached, or left again."""

    def __init__(self, publisher: str) -> None:
        self.publisher = publisher
        self.raised: set[str] = set()

    def init(self, context: Context) -> None:
        for topic in LIMITS:
            context.subscribe(self.publisher, topic)

    def receive(self, context: Context, message: Message) -> None:
        if message.type is not MessageType.PUBLISH or message.topic is None:
            return
        topic, reading = message.topic, unpack(message.topic, message.payload)
        if isinstance(reading, Share):
            self.compare(context, topic, reading.fraction)

    def compare(self, context: Context, topic: str, fraction: float) -> None:
        limit = LIMITS[topic]
        is_raised = topic in self.raised
        if is_raised == (fraction >= (limit - HYSTERESIS if is_raised else limit)):
            return
        self.raised ^= {topic}
        context.publish(pack(Alarm(limit, not is_raised)), f"alarm.{topic}")
