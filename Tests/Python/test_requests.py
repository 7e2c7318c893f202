"""Requests of actors: exactly one answer or failure each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    Ref,
    ReplyHandle,
    Supervision,
    codecs,
)

from .support import Failing, Keeper, echo, fail, ignore
from .support_requests import Asker, spawn_asker


def test_replies_come_with_their_tokens(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    server = engine.spawn(echo, id="server")
    tokens = [context.request(server, b"%d" % number) for number in range(10)]
    tokens.append(context.request("server", b"10"))
    assert len(set(tokens)) == 11
    engine.run_until_idle()
    assert notes == [(token, b"%d" % number) for number, token in enumerate(tokens)]
    assert not context._cell.requests


def test_handlers_take_the_answers(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    server, sick = engine.spawn(echo), engine.spawn(fail)
    handled: list[Any] = []

    def then(own: Context, message: Message) -> None:
        assert own is context
        handled.append(("then", message.payload))

    def failed(own: Context, message: Message) -> None:
        handled.append(("failed", type(message.event.error)))

    context.request(server, b"a", then=then, failed=failed)
    context.request(sick, b"b", then=then, failed=failed)
    only_then = context.request(sick, b"c", then=then)
    only_failed = context.request(server, b"d", failed=failed)
    engine.run_until_idle()
    assert set(handled) == {("then", b"a"), ("failed", backstage.Stopped)}
    assert set(notes) == {(only_then, backstage.Stopped), (only_failed, b"d")}
    assert len(logged.errors()) == 1


def test_nobody_there_is_a_failure_by_id_and_an_error_by_ref(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    token = context.request("nobody", b"")
    ended = engine.spawn(ignore)
    ended.stop()
    engine.run_until_idle()
    assert notes == [(token, backstage.NotFound)]
    with pytest.raises(backstage.NotFound):
        context.request(ended, b"")
    assert not context._cell.requests


def test_an_end_or_a_failure_of_who_was_asked_is_a_failure(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    silent = engine.spawn(ignore)
    sick = engine.spawn(fail)
    tokens = {context.request(silent, b""), context.request(sick, b"")}
    engine.run_until_idle()
    silent.stop()
    engine.run_until_idle()
    assert set(notes) == {(token, backstage.Stopped) for token in tokens}
    assert len(logged.errors()) == 1


def test_what_was_raised_is_the_cause(engine: Engine, logged: Any) -> None:
    causes: list[Any] = []
    ref = engine.spawn(lambda context, message: causes.append(message.event.error.__cause__))
    boss = engine.spawn(ignore, supervision=Supervision())
    sick = engine.context(boss).spawn_child(fail)
    for number in range(3):
        engine.context(ref).request(sick, b"%d" % number)
    engine.run_until_idle()
    assert [(type(cause), cause.args) for cause in causes] == [
        (Failing, (b"%d" % number,)) for number in range(3)
    ]
    assert len(logged.errors()) == 3


def test_timeouts(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    silent = engine.spawn(ignore)
    long = context.request(silent, b"", timeout=2.0)
    short = context.request(silent, b"", timeout=0.5)
    context.request(silent, b"")
    engine.run_until_idle()
    assert notes == []
    engine.advance(0.5)
    engine.run_until_idle()
    assert notes == [(short, backstage.Timeout)]
    engine.advance(1000.0)
    engine.run_until_idle()
    assert notes == [(short, backstage.Timeout), (long, backstage.Timeout)]


def test_a_timeout_of_zero_is_at_once_and_not_for_ever(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    token = context.request(engine.spawn(ignore), b"", timeout=0.0)
    engine.advance(0.001)
    engine.run_until_idle()
    assert notes == [(token, backstage.Timeout)]


@pytest.mark.parametrize("timeout", [-1.0, float("nan"), -1])
def test_a_time_is_not_negative(engine: Engine, timeout: float) -> None:
    context = spawn_asker(engine, [])
    with pytest.raises(backstage.InvalidArgument):
        context.request(engine.spawn(ignore), b"", timeout=timeout)
    assert engine.statistics().accepted == 0


@pytest.mark.parametrize("timeout", [1e30, float("inf"), 1 << 80])
def test_a_time_may_be_longer_than_any(engine: Engine, timeout: float) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    token = context.request(engine.spawn(echo), b"x", timeout=timeout)
    engine.run_until_idle()
    assert notes == [(token, b"x")]


def test_cancel(engine: Engine, letters: list[DeadLetter]) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    handles: list[ReplyHandle] = []
    keeps = engine.spawn(lambda context, message: handles.append(message.reply_handle()))
    token = context.request(keeps, b"", timeout=1.0)
    engine.run_until_idle()
    context.cancel_request(token)
    for wrong in (token, 0, 12345, 1 << 63):
        with pytest.raises(backstage.NotWaiting):
            context.cancel_request(wrong)
    with pytest.raises(backstage.NotWaiting):
        handles[0].reply(b"late")
    engine.advance(5.0)
    engine.run_until_idle()
    assert notes == []
    assert [letter.reason for letter in letters] == [DeadReason.NOT_WAITING]
    assert not context._cell.requests


def test_another_s_request_cannot_be_cancelled(engine: Engine) -> None:
    notes: list[Any] = []
    one, other = spawn_asker(engine, notes), spawn_asker(engine, [])
    token = one.request(engine.spawn(echo), b"x")
    with pytest.raises(backstage.NotWaiting):
        other.cancel_request(token)
    engine.run_until_idle()
    assert notes == [(token, b"x")]


def test_the_codec_of_who_is_asked_reads_and_writes(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_asker(engine, notes)
    server: Ref = engine.spawn(echo, codec=codecs.JSON, id="json")
    tokens = [context.request(server, {"a": 1}), context.request("json", [2])]
    tokens.append(context.request(server.using(codecs.JSON), 3))
    engine.run_until_idle()
    assert notes == [(tokens[0], {"a": 1}), (tokens[1], [2]), (tokens[2], 3)]


def test_a_full_inbox(engine: Engine, letters: list[DeadLetter]) -> None:
    context = spawn_asker(engine, [])
    full = engine.spawn(Keeper, [], capacity=1)
    full.tell(b"")
    with pytest.raises(backstage.InboxFull):
        context.request(full, b"")
    assert not context._cell.requests


def test_answers_survive_the_asker_s_restart(engine: Engine, logged: Any) -> None:
    handles: list[ReplyHandle] = []
    keeps = engine.spawn(lambda own, message: handles.append(message.reply_handle()))
    notes: list[Any] = []

    class Fragile(Asker):
        def receive(self, context: Context, message: Message) -> None:
            if message.payload == b"ask":
                context.request(keeps, b"")
            elif message.payload == b"fail":
                raise Failing
            else:
                super().receive(context, message)

    boss = engine.spawn(ignore, supervision=Supervision())
    child = engine.context(boss).spawn_child(Fragile, notes)
    child.tell_many([b"ask", b"fail"])
    engine.run_until_idle()
    handles[0].reply(b"still")
    engine.run_until_idle()
    assert [payload for _, payload in notes] == [b"still"]
    assert len(logged.errors()) == 1


def test_methods_that_wait_for_answers_are_the_new_object_s_after_a_restart(
    engine: Engine, logged: Any
) -> None:
    handles: list[ReplyHandle] = []
    keeps = engine.spawn(lambda own, message: handles.append(message.reply_handle()))
    notes: list[Any] = []

    class Fragile(Actor):
        def __init__(self) -> None:
            self.answers = 0

        def receive(self, context: Context, message: Message) -> None:
            if message.payload == b"ask":
                context.request(keeps, b"", then=self.answered)
                context.request(keeps, b"", timeout=1.0, failed=self.refused)
                context.request(keeps, b"", then=lambda *_: notes.append("function"))
            else:
                self.answers = -100
                raise Failing

        def answered(self, context: Context, message: Message) -> None:
            self.answers += 1
            notes.append(("answered", self.answers))

        def refused(self, context: Context, message: Message) -> None:
            self.answers += 1
            notes.append(("refused", self.answers))

    boss = engine.spawn(ignore, supervision=Supervision())
    child = engine.context(boss).spawn_child(Fragile)
    child.tell_many([b"ask", b"fail"])
    engine.run_until_idle()
    child.tell(b"fail")
    engine.run_until_idle()
    handles[0].reply(b"")
    handles[2].reply(b"")
    engine.run_until_idle()
    engine.advance(1.0)
    engine.run_until_idle()
    assert notes == [("answered", 1), "function", ("refused", 2)]
    assert len(logged.errors()) == 2


def test_a_stranger_cannot_be_asked(make_engine: Callable[..., Engine]) -> None:
    one, other = make_engine(), make_engine()
    context = spawn_asker(one, [])
    stranger = other.spawn(echo)
    with pytest.raises(backstage.OtherEngine):
        context.request(stranger, b"")
    assert other.statistics().accepted == one.statistics().accepted == 0
