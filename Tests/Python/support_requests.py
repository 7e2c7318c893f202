"""Askers, for the tests of requests and replies."""

from __future__ import annotations

from typing import Any

from backstage import (
    Actor,
    Context,
    Engine,
    Message,
    MessageType,
)


class Asker(Actor):
    """Notes its answers."""

    def __init__(self, notes: list[Any]) -> None:
        self.notes = notes

    def receive(self, context: Context, message: Message) -> None:
        if message.type is MessageType.FAILURE:
            self.notes.append((message.token, type(message.event.error)))
        else:
            assert message.type is MessageType.REPLY
            self.notes.append((message.token, message.payload))


def spawn_asker(engine: Engine, notes: list[Any]) -> Context:
    """Somebody who asks, and as whom to ask."""
    return engine.context(engine.spawn(Asker, notes))
