"""Dead letters: each message that was accepted and not handled, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import Context, DeadLetter, DeadReason, Engine, Message, MessageType, Overflow, Ref

from .support import Failing, Keeper, fail, ignore, inside


def test_whose_it_was_and_what(engine: Engine, letters: list[DeadLetter]) -> None:
    ref = engine.spawn(ignore)

    def tell(context: Context, message: Message) -> None:
        ref.tell(b"short")
        ref.tell(b"long" * 100)
        context.stop(ref)

    sender = engine.spawn(tell)
    sender.tell(b"")
    engine.run_until_idle()
    assert letters == [
        DeadLetter(ref, sender, MessageType.SEND, b"short", DeadReason.ENDED),
        DeadLetter(ref, sender, MessageType.SEND, b"long" * 100, DeadReason.ENDED),
    ]


def test_the_reasons(engine: Engine, letters: list[DeadLetter], logged: Any) -> None:
    engine.spawn(fail).tell(b"failed")
    newest = engine.spawn(Keeper, [], capacity=1, overflow=Overflow.DROP_NEWEST)
    oldest = engine.spawn(Keeper, [], capacity=1, overflow=Overflow.DROP_OLDEST)
    full = engine.spawn(Keeper, [], capacity=1, kind="full")
    for ref in (newest, oldest):
        ref.tell(b"first")
        ref.tell(b"second")
    full.tell(b"first")
    engine.broadcast("full", b"broadcast")
    engine.run_until_idle()
    assert {(letter.reason.name, letter.payload) for letter in letters} == {
        ("FAILED", b"failed"),
        ("DROPPED_NEWEST", b"second"),
        ("DROPPED_OLDEST", b"first"),
        ("INBOX_FULL", b"broadcast"),
    }
    letters.clear()
    full.tell(b"left")
    engine.close()
    assert [letter.reason for letter in letters] == [DeadReason.ENGINE_ENDED]
    logged.take()


def test_a_request_s_letter_is_of_nobody_from_outside(
    engine: Engine, letters: list[DeadLetter]
) -> None:
    ref = engine.spawn(ignore)
    future = ref.ask(b"x", block=False)
    ref.stop()
    engine.run_until_idle()
    assert letters == [DeadLetter(ref, None, MessageType.REQUEST, b"x", DeadReason.ENDED)]
    assert isinstance(future.exception(), backstage.Stopped)


def test_without_a_handler_they_are_counted(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(dead_letter=None)
    ref = engine.spawn(ignore)
    ref.tell(b"x")
    ref.stop()
    engine.run_until_idle()
    assert engine.statistics().dead == 1


def full_one(engine: Engine) -> Ref:
    ref = engine.spawn(Keeper, [], capacity=1, overflow=Overflow.DROP_NEWEST)
    ref.tell(b"first")
    return ref


@pytest.mark.parametrize("place", ["outside", "inside", "together"])
def test_the_handler_may_tell_ask_and_publish(
    make_engine: Callable[..., Engine], place: str
) -> None:
    kept: list[Any] = []
    futures: list[Any] = []

    def handle(letter: DeadLetter) -> None:
        audit.tell(b"told " + letter.payload)
        audit.tell(b"again " + letter.payload)
        audit.tell_many([b"many " + letter.payload])
        engine.tell("audit", b"by id " + letter.payload)
        engine.publish(news, b"published " + letter.payload)
        engine.broadcast("audit", b"broadcast " + letter.payload)
        futures.append(audit.ask(b"asked " + letter.payload, block=False))

    class Audit(Keeper):
        kind = "audit"

        def init(self, context: Context) -> None:
            context.subscribe("news")

        def receive(self, context: Context, message: Message) -> Any:
            super().receive(context, message)
            return b"answer"

    engine = make_engine(dead_letter=handle)
    audit = engine.spawn(Audit, kept, id="audit")
    news = engine.spawn(ignore, id="news")
    engine.run_until_idle()
    ref = full_one(engine)

    def drop(context: Context | None = None) -> None:
        if place == "together":
            audit.tell(b"1")
            audit.tell(b"2")
            audit.tell(b"3")
        ref.tell(b"x")
        if place == "together":
            ref.tell(b"x")
            audit.tell(b"4")

    if place == "outside":
        drop()
        engine.run_until_idle()
    else:
        # Its turn is before that of the one that is full.
        ref.stop()
        engine.run_until_idle()
        kept.clear()
        futures.clear()
        engine.spawn(lambda context, message: drop(context)).tell(b"")
        ref = full_one(engine)
        engine.run_until_idle()
    assert [future.get() for future in futures] == [b"answer"] * len(futures)
    times = 2 if place == "together" else 1
    ways = [b"told x", b"again x", b"many x", b"by id x", b"published x", b"broadcast x"]
    found = [payload for payload in kept if payload in ways]
    assert sorted(found) == sorted(ways * times)
    assert found.index(b"told x") < found.index(b"again x") < found.index(b"many x")
    if place == "together":
        assert [payload for payload in kept if payload.isdigit()] == [b"1", b"2", b"3", b"4"]


def test_the_handler_may_end_actors(make_engine: Callable[..., Engine]) -> None:
    refs: list[Ref] = []
    engine = make_engine(dead_letter=lambda letter: refs[0].stop())
    refs.append(full_one(engine))
    refs[0].tell(b"x")
    engine.run_until_idle()
    assert not refs[0].is_alive()


def test_what_the_handler_may_not_do(make_engine: Callable[..., Engine]) -> None:
    errors: list[type[Exception]] = []

    def handle(letter: DeadLetter) -> None:
        for use in (
            engine.run_until_idle,
            engine.close,
            lambda: engine.spawn(ignore),
            engine.statistics,
            lambda: engine.context(ref).after(1.0),
            lambda: ref.ask(b""),
        ):
            try:
                use()
            except backstage.BackstageError as error:
                errors.append(type(error))

    engine = make_engine(dead_letter=handle)
    ref = full_one(engine)
    ref.tell(b"x")
    assert errors == [backstage.InCallback] * 6
    engine.run_until_idle()
    assert engine.statistics().handled == 1


def test_what_the_handler_raises_is_logged(make_engine: Callable[..., Engine], logged: Any) -> None:
    def handle(letter: DeadLetter) -> None:
        raise Failing

    engine = make_engine(dead_letter=handle)
    full_one(engine).tell(b"x")
    assert engine.run_until_idle()
    assert [type(error) for error in logged.errors()] == [Failing]


def test_an_exit_in_the_handler_leaves_the_run(make_engine: Callable[..., Engine]) -> None:
    kept: list[bytes] = []

    def handle(letter: DeadLetter) -> None:
        raise SystemExit(4)

    engine = make_engine(dead_letter=handle)

    def drop(context: Context, message: Message) -> None:
        ref.tell(b"x")
        kept.append(b"goes on")

    engine.spawn(drop).tell(b"")
    ref = full_one(engine)
    with pytest.raises(SystemExit):
        engine.run_until_idle()
    engine.run_until_idle()
    assert kept == [b"goes on"] or kept == []


def test_every_letter_once(engine: Engine, letters: list[DeadLetter]) -> None:
    ref = engine.spawn(Keeper, [], capacity=100, overflow=Overflow.DROP_OLDEST)
    inside(engine, lambda context: ref.tell_many([b"%d" % number for number in range(1000)]))
    engine.run_until_idle()
    assert [letter.payload for letter in letters] == [b"%d" % number for number in range(900)]
    assert engine.statistics().dead == 900
