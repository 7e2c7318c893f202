"""Sending messages on as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    Engine,
    Message,
    MessageType,
    Reason,
)

from .support import Keeper, Noter, ignore


@pytest.mark.parametrize("payload", [b"short", b"long" * 100])
def test_forward(engine: Engine, payload: bytes) -> None:
    notes: list[Any] = []
    last = engine.spawn(
        Noter, lambda message: (message.type, message.payload, message.sender), notes
    )

    def forward(context: Context, message: Message) -> None:
        message.forward(last)
        message.forward(last)

    first = engine.spawn(forward)
    sender = engine.spawn(lambda context, message: first.tell(message.payload))
    sender.tell(payload)
    first.tell(payload)
    engine.run_until_idle()
    expected = (MessageType.SEND, payload)
    assert notes == [(*expected, None)] * 2 + [(*expected, sender)] * 2


def test_a_forwarded_request_is_answered_to_who_asked(engine: Engine) -> None:
    last = engine.spawn(lambda context, message: message.payload + b"!")
    first = engine.spawn(lambda context, message: message.forward(last))
    assert first.ask(b"hello") == b"hello!"


def test_what_can_go_wrong_with_a_forward(make_engine: Callable[..., Engine]) -> None:
    engine, other = make_engine(), make_engine()
    errors: list[type[Exception]] = []

    def forward(context: Context, message: Message) -> None:
        for receiver in (full, ended, elsewhere):
            try:
                message.forward(receiver)
            except backstage.BackstageError as error:
                errors.append(type(error))

    elsewhere = other.spawn(ignore)
    ended = engine.spawn(ignore)
    ended.stop()
    engine.run_until_idle()
    engine.spawn(forward).tell(b"")
    full = engine.spawn(Keeper, [], capacity=1)
    full.tell(b"")
    engine.run_until_idle()
    assert errors == [backstage.InboxFull, backstage.NotFound, backstage.OtherEngine]


def test_an_event_cannot_be_forwarded_nor_stashed(engine: Engine) -> None:
    seen: list[bool] = []
    other = engine.spawn(ignore)

    def receive(context: Context, message: Message) -> None:
        with pytest.raises(backstage.InvalidArgument):
            message.forward(other)
        with pytest.raises(backstage.InvalidArgument):
            message.stash()
        seen.append(True)

    engine.context(engine.spawn(receive)).after(0.0)
    engine.run_until_idle()
    assert seen


@pytest.mark.parametrize("payload", [b"short", b"long" * 100])
def test_forward_and_stash_are_for_the_message_in_hand(engine: Engine, payload: bytes) -> None:
    kept: list[Message] = []
    other = engine.spawn(ignore)

    class Hoarder(Actor):
        def receive(self, context: Context, message: Message) -> None:
            for old in kept:
                refuses(old)
            kept.append(message)

        def deinit(self, context: Context, reason: Reason) -> None:
            for old in kept:
                refuses(old)

    def refuses(message: Message) -> None:
        with pytest.raises(backstage.InvalidArgument):
            message.forward(other)
        with pytest.raises(backstage.InvalidArgument):
            message.stash()

    ref = engine.spawn(Hoarder)
    for count in (1, 3, 20):
        ref.tell_many([payload] * count)
        engine.run_until_idle()
    for message in kept:
        refuses(message)
    ref.stop()
    engine.run_until_idle()
    assert engine.actor_statistics(other).handled == 0
