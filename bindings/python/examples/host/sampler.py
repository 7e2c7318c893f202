"""What the samplers in Python share."""

from __future__ import annotations

from pathlib import Path

from backstage import Actor, Context, Message

from .readings import Reading, Unavailable, pack
from .source import Source


class Sampler(Actor):
    """Reads files on a timer and publishes what it found."""

    kind = "sampler"

    def __init__(self, source: Source, interval: float) -> None:
        self.source = source
        self.interval = interval
        self.samples = 0
        self.now = 0.0

    def init(self, context: Context) -> None:
        context.every(self.interval, self.tick, first=0)

    def receive(self, context: Context, message: Message) -> None:
        """It is sent nothing: it only publishes."""

    def tick(self, context: Context, message: Message) -> None:
        self.now = context.engine.now()
        directory = self.source.at(self.samples)
        self.samples += 1
        try:
            self.sample(context, directory)
        except OSError as error:
            self.publish_unavailable(context, error.errno or 0)

    def sample(self, context: Context, directory: Path) -> None:
        """Takes one sample. That a file is missing is published; any other error is a failure."""
        raise NotImplementedError

    def publish(self, context: Context, topic: str, reading: Reading) -> None:
        context.publish(pack(reading), topic)

    def publish_unavailable(self, context: Context, error: int = 0) -> None:
        self.publish(context, f"unavailable.{context.id}", Unavailable(error))
