"""What the tests of the package's face share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, TypeVar

from backstage import Actor, Batch, Context, Engine, Message, Ref

Result = TypeVar("Result")
Handler = Callable[[Context, Message], Any]

#: A guard against a hang, no measure of anything.
SECONDS_MAX = 60.0


class Keeper(Actor):
    """Keeps the payloads that it is given, in a list that outlives it."""

    def __init__(self, kept: list[Any]) -> None:
        self.kept = kept

    def receive(self, context: Context, message: Message) -> None:
        self.kept.append(message.payload)


class BatchKeeper(Actor):
    """Keeps the payloads that it is given, batch by batch."""

    def __init__(self, kept: list[list[Any]]) -> None:
        self.kept = kept

    def receive_batch(self, context: Context, messages: Batch) -> None:
        self.kept.append(messages.payloads)


class Taker(Actor):
    """Hands each batch to a function."""

    def __init__(self, take: Callable[[Context, Batch], Any]) -> None:
        self.take = take

    def receive_batch(self, context: Context, messages: Batch) -> None:
        self.take(context, messages)


class Noter(Actor):
    """Notes what a function says of each message."""

    def __init__(self, note: Callable[[Message], Any], notes: list[Any]) -> None:
        self.note = note
        self.notes = notes

    def receive(self, context: Context, message: Message) -> None:
        self.notes.append(self.note(message))


class Failing(Exception):
    """What actors of the tests fail with."""


def ignore(context: Context, message: Message) -> None:
    """An actor that does nothing."""


def fail(context: Context, message: Message) -> None:
    """An actor that fails on every message."""
    raise Failing(message.payload)


def echo(context: Context, message: Message) -> Any:
    """An actor that answers with what it is asked."""
    return message.payload


def inside(engine: Engine, action: Callable[[Context], Result], **options: Any) -> Result:
    """What an action gives, or raises, inside a callback of an actor made for it."""
    results: list[Result] = []
    errors: list[Exception] = []

    def receive(context: Context, message: Message) -> None:
        try:
            results.append(action(context))
        except Exception as error:
            errors.append(error)
        context.shutdown()

    engine.spawn(receive, **options).tell(b"")
    engine.run_until_idle()
    if errors:
        raise errors[0]
    return results[0]


def tell_all(ref: Ref, payloads: Iterable[Any]) -> None:
    """Tells an actor each of them by a call of its own."""
    for payload in payloads:
        ref.tell(payload)


def ledger_holds(engine: Engine) -> bool:
    """Whether no message was lost, nor counted twice."""
    counts = engine.statistics()
    return counts.accepted == counts.handled + counts.dead + counts.queued


def queued(ref: Ref, engine: Engine) -> int:
    """How many messages wait for an actor."""
    return engine.actor_statistics(ref).queued


def spin(seconds: float) -> None:
    """Takes so long."""
    until = perf_counter() + seconds
    while perf_counter() < until:
        pass


def elsewhere(action: Callable[[], Result]) -> Result:
    """What an action gives, or raises, on another thread, while this one waits."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(action).result(SECONDS_MAX)


def spawn_on(engine: Engine, *arguments: Any, **options: Any) -> Ref:
    """Spawns an actor in an engine that another thread runs."""
    engine.stop()
    assert engine.join(SECONDS_MAX)
    ref = engine.spawn(*arguments, **options)
    engine.start()
    return ref


def pass_time(engine: Engine, *steps: float) -> None:
    """Lets time pass, and the actors do what that brings about."""
    for step in steps:
        engine.advance(step)
        engine.run_until_idle()
