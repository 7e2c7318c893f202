"""A supervisor and its children, for the tests of supervision."""

from __future__ import annotations

from typing import Any, ClassVar

import backstage
from backstage import (
    Actor,
    Context,
    Engine,
    Message,
    Reason,
    Ref,
    Supervision,
)

from .support import Failing


class Worker(Actor):
    """Fails when it is told so, and notes what happens to it."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes
        self.count = 0

    def init(self, context: Context) -> None:
        self.notes.append(f"+{self.name}")

    def receive(self, context: Context, message: Message) -> None:
        self.count += 1
        if message.payload == b"fail":
            raise Failing(self.name)
        if message.payload == b"shutdown":
            context.shutdown()
        else:
            self.notes.append(f"{self.name} {self.count}")

    def deinit(self, context: Context, reason: Reason) -> None:
        self.notes.append(f"-{self.name} {reason.name}")


class Boss(Actor):
    """Has workers."""

    supervision: ClassVar[Supervision | None] = Supervision()

    def __init__(self, notes: list[str], names: str = "abc", **options: Any) -> None:
        self.notes = notes
        self.names = names
        self.options = options

    def init(self, context: Context) -> None:
        for name in self.names:
            context.spawn_child(Worker, name, self.notes, id=name, **self.options)

    def receive(self, context: Context, message: Message) -> None:
        if message.type is backstage.MessageType.TERMINATED:
            self.notes.append(f"boss hears {message.event.reason.name}")


def spawn_boss(engine: Engine, notes: list[str], **options: Any) -> Ref:
    """Spawns one, and lets all begin."""
    boss = engine.spawn(Boss, notes, **options)
    engine.run_until_idle()
    notes.clear()
    return boss


def tell(engine: Engine, id: str, *payloads: bytes) -> None:
    """Tells a worker, and lets all follow that from it."""
    engine.find(id).tell_many(payloads)
    engine.run_until_idle()
