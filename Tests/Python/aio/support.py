"""What the tests of asyncio on an engine share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from backstage import Actor, Context, Engine, Message, Reason, Ref

Run = Callable[..., Any]


class Gate(Actor):
    """Handles a message as soon as the gate is open, and tells what it did."""

    def __init__(self, gate: asyncio.Event, events: list[Any]) -> None:
        self.gate = gate
        self.events = events

    async def receive(self, context: Context, message: Message) -> Any:
        self.events.append(("begins", message.payload))
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.events.append(("cancelled", message.payload))
            raise
        self.events.append(("ends", message.payload))
        return message.payload

    def deinit(self, context: Context, reason: Reason) -> None:
        self.events.append(reason)


class Spinner(Actor):
    """Is always busy: sends itself the next message, until it is stopped."""

    def __init__(self) -> None:
        self.turns = 0

    def receive(self, context: Context, message: Message) -> Any:
        if message.payload == b"turns":
            return b"%d" % self.turns
        self.turns += 1
        context.ref.tell(b"")


def spinning(engine: Engine, count: int = 3) -> list[Ref]:
    """Actors that are busy."""
    spinners = [engine.spawn(Spinner) for _ in range(count)]
    for spinner in spinners:
        spinner.tell(b"")
    return spinners


def echo(context: Context, message: Message) -> Any:
    """Answers with what it is sent."""
    return message.payload


async def echo_later(context: Context, message: Message) -> Any:
    """The same, after a while."""
    await asyncio.sleep(0)
    return message.payload


async def until(condition: Callable[[], Any]) -> None:
    """Lets everybody go on until something is so."""
    while not condition():
        await asyncio.sleep(0)


def count_rounds(loop: Any) -> list[float | None]:
    """A list that a loop adds to whenever it waits, or looks."""
    rounds: list[float | None] = []
    select = loop._selector.select

    def counted(timeout: float | None = None) -> Any:
        rounds.append(timeout)
        return select(timeout)

    loop._selector.select = counted
    return rounds
