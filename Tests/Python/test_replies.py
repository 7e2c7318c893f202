"""Replies: at once, later, by a value, and too late."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import (
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    ReplyHandle,
)

from .support import echo, ignore
from .support_requests import spawn_asker


def test_a_reply_that_was_sent_still_comes_after_a_late_cancel(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    server = engine.spawn(lambda own, message: message.reply(b"x"))
    token = context.request(server, b"")
    while not engine.actor_statistics(server).handled:
        engine.run_no_wait()
    if not notes:
        with pytest.raises(backstage.NotWaiting):
            context.cancel_request(token)
    engine.run_until_idle()
    assert notes == [(token, b"x")]


def test_a_request_is_answered_once(engine: Engine, letters: list[DeadLetter]) -> None:
    errors: list[type[Exception]] = []

    def twice(context: Context, message: Message) -> None:
        message.reply(b"first")
        with pytest.raises(backstage.NotWaiting) as error:
            message.reply(b"second")
        errors.append(type(error.value))

    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    token = context.request(engine.spawn(twice), b"")
    engine.run_until_idle()
    assert notes == [(token, b"first")]
    assert errors == [backstage.NotWaiting]
    assert [letter.payload for letter in letters] == [b"second"]


def test_a_value_returned_to_who_waits_no_more_is_no_failure(
    engine: Engine, letters: list[DeadLetter]
) -> None:
    def serve(context: Context, message: Message) -> bytes:
        if message.payload == b"replied":
            message.reply(b"first")
        return b"second"

    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    server = engine.spawn(serve)
    context.cancel_request(context.request(server, b"cancelled"))
    token = context.request(server, b"replied")
    late = context.request(server, b"late", timeout=0.0)
    engine.advance(1.0)
    engine.run_until_idle()
    assert server.is_alive()
    assert set(notes) == {(token, b"first"), (late, backstage.Timeout)} or set(notes) == {
        (token, b"first"),
        (late, b"second"),
    }
    assert {letter.reason for letter in letters} == {DeadReason.NOT_WAITING}
    assert engine.actor_statistics(server).handled == 3


def test_none_is_no_reply(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    token = context.request(engine.spawn(ignore), b"", timeout=1.0)
    engine.run_until_idle()
    assert notes == []
    engine.advance(1.0)
    engine.run_until_idle()
    assert notes == [(token, backstage.Timeout)]


def test_what_is_returned_for_another_message_is_nothing(engine: Engine) -> None:
    ref = engine.spawn(echo)
    ref.tell(b"x")
    ref.tell(b"long" * 100)
    engine.run_until_idle()
    assert engine.statistics().handled == 2


def test_what_cannot_be_a_reply_is_a_failure(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    context.request(engine.spawn(lambda own, message: "text"), b"")
    engine.run_until_idle()
    assert [error for _, error in notes] == [backstage.Stopped]
    assert [type(error) for error in logged.errors()] == [TypeError]


def test_a_handle_may_be_used_by_any_actor_and_from_outside(engine: Engine) -> None:
    notes: list[Any] = []
    handles: list[ReplyHandle] = []
    context = spawn_asker(engine, notes)
    keeps = engine.spawn(lambda own, message: handles.append(message.reply_handle()))
    tokens = [context.request(keeps, b"") for _ in range(2)]
    engine.run_until_idle()
    handles[0].reply(b"outside")
    engine.spawn(lambda own, message: handles[1].reply(b"another")).tell(b"")
    engine.run_until_idle()
    assert sorted(notes) == sorted([(tokens[0], b"outside"), (tokens[1], b"another")])
    for handle in handles:
        with pytest.raises(backstage.NotWaiting):
            handle.reply(b"again")


def test_a_handle_of_an_actor_that_has_ended_or_of_a_closed_engine(engine: Engine) -> None:
    handles: list[ReplyHandle] = []
    context = spawn_asker(engine, [])
    keeps = engine.spawn(lambda own, message: handles.append(message.reply_handle()))
    context.request(keeps, b"")
    engine.run_until_idle()
    keeps.stop()
    engine.run_until_idle()
    for _ in range(10):
        engine.spawn(ignore)
    engine.run_until_idle()
    with pytest.raises(backstage.NotWaiting):
        handles[0].reply(b"")
    engine.close()
    with pytest.raises(backstage.Closed):
        handles[0].reply(b"")


def test_an_asker_with_a_full_inbox_is_answered_later(engine: Engine) -> None:
    notes: list[Any] = []
    handles: list[ReplyHandle] = []
    keeps = engine.spawn(lambda own, message: handles.append(message.reply_handle()))
    asker = engine.spawn(
        lambda own, message: notes.append((message.type.name, message.payload)), capacity=1
    )
    engine.context(asker).request(keeps, b"")
    engine.run_until_idle()
    asker.tell(b"in the way")
    with pytest.raises(backstage.InboxFull):
        handles[0].reply(b"reply")
    engine.run_until_idle()
    handles[0].reply(b"reply")
    engine.run_until_idle()
    assert notes == [("SEND", b"in the way"), ("REPLY", b"reply")]
