"""Publish and subscribe: named topics and wildcards.

One subscription is made before its publisher exists, and one is taken back.
"""

from backstage import Actor, Context, Engine, Message, MessageType


class Reader(Actor):
    """Subscribes to one pattern of the station's topics, and to its default topic."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def init(self, context: Context) -> None:
        context.subscribe("station", self.pattern)
        context.subscribe("station")

    def receive(self, context: Context, message: Message) -> None:
        if message.type is MessageType.PUBLISH:
            topic = message.topic or "(the default topic)"
            print(f"  {context.id} reads {topic}: {message.payload.decode()}")
        else:  # any message at all means: enough
            print(f"  {context.id} unsubscribes from {self.pattern}")
            context.unsubscribe("station", self.pattern)


class Station(Actor):
    """Publishes, from outside; it is sent nothing."""

    def receive(self, context: Context, message: Message) -> None:
        raise AssertionError(message)


with Engine() as engine:
    engine.spawn(Reader, ">", id="diary")
    sailor = engine.spawn(Reader, "*.wind", id="sailor")
    engine.run_until_idle()  # both have subscribed now, to a station that does not exist yet

    station = engine.context(engine.spawn(Station, id="station"))

    def publish(text: str, topic: str | None = None) -> None:
        receivers = station.publish(text.encode(), topic)
        print(f"station publishes {topic or '(the default topic)'} to {receivers}")
        engine.run_until_idle()

    publish("on air")
    publish("5 m/s", "north.wind")
    publish("none", "north.rain")
    sailor.tell(b"")
    engine.run_until_idle()
    publish("9 m/s", "south.wind")
