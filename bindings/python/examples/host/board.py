"""The board: where all readings come together."""

from __future__ import annotations

from collections.abc import Sequence

from backstage import Actor, Batch, Context, MessageType, NotFound, Reason, Ref

from .readings import unpack
from .view import View


class Board(Actor):
    """Shows all that is published, from C and from Python."""

    capacity = 65536  # a machine of many CPUs publishes much at once
    budget = 255

    def __init__(self, publishers: Sequence[str], view: View) -> None:
        self.publishers = publishers
        self.view = view
        self.started = 0.0
        self.ids: dict[Ref, str] = {}

    def init(self, context: Context) -> None:
        self.started = context.engine.now()
        for publisher in self.publishers:
            context.subscribe(publisher, ">")

    def receive_batch(self, context: Context, messages: Batch) -> None:
        """Takes all that has come since the last turn, and then draws once."""
        when = context.engine.now() - self.started
        for message in messages:
            if message.type is MessageType.PUBLISH and message.topic and message.sender:
                reading = unpack(message.topic, message.payload)
                self.view.show(when, self.id_of(message.sender), message.topic, reading)
        self.view.draw(when)

    def id_of(self, publisher: Ref) -> str:
        """One may have ended before its last readings are looked at."""
        try:
            return self.ids.setdefault(publisher, publisher.id)
        except NotFound:
            return self.ids.get(publisher, "(ended)")

    def deinit(self, context: Context, reason: Reason) -> None:
        self.view.close()
