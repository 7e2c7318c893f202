"""Actors that the tests of the stage and of its probes put on it."""

from __future__ import annotations

from backstage import Actor, Context, Message, Reason, Supervision


class Echo(Actor):
    """Tells everything back to its sender, and answers requests with the same."""

    def receive(self, context: Context, message: Message) -> object:
        if message.sender is not None and message.type.name == "SEND":
            message.sender.tell(message.payload)
        return message.payload


class Clock(Actor):
    """Tells somebody of each second."""

    def __init__(self, whom: str) -> None:
        self.whom = whom
        self.seconds = 0

    def init(self, context: Context) -> None:
        context.every(1.0, self.tick)

    def tick(self, context: Context, message: Message) -> None:
        self.seconds += 1
        context.tell(self.whom, b"%d" % self.seconds)


class Diary(Actor):
    """Writes down what happens to it."""

    def __init__(self, pages: list[str]) -> None:
        self.pages = pages
        pages.append("made")

    def init(self, context: Context) -> None:
        self.pages.append("init")

    def receive(self, context: Context, message: Message) -> None:
        self.pages.append(message.payload.decode())

    def deinit(self, context: Context, reason: Reason) -> None:
        self.pages.append(f"deinit {reason.name}")


class Bare(Actor):
    """Has neither `init` nor `deinit`."""

    def receive(self, context: Context, message: Message) -> None:
        context.tell("log", b"bare got " + message.payload)


class Parent(Actor):
    """Restarts its one child when that fails."""

    supervision = Supervision()

    def __init__(self, child: type[Actor], *arguments: object) -> None:
        self.child = child
        self.arguments = arguments

    def init(self, context: Context) -> None:
        context.spawn_child(self.child, *self.arguments, id="child")

    def receive(self, context: Context, message: Message) -> None:
        """It only supervises."""
