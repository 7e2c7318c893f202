"""Coroutines that are cut off."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    DeadLetter,
    Engine,
    Message,
    Reason,
    Supervision,
)

from .support import Failing, fail, ignore, pass_time


def test_a_stop_cuts_it_off(engine: Engine, letters: list[DeadLetter]) -> None:
    notes: list[str] = []

    class Slow(Actor):
        async def receive(self, context: Context, message: Message) -> None:
            try:
                await context.sleep(10.0)
            finally:
                notes.append("finally")

        def deinit(self, context: Context, reason: Reason) -> None:
            notes.append(reason.name)

    ref = engine.spawn(Slow)
    ref.tell(b"x")
    engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()
    assert notes == ["finally", "STOPPED"]
    assert [letter.payload for letter in letters] == [b"x"]
    gateway = engine._core.gateway
    assert gateway is not None
    assert not gateway.handlers, "its timer goes on"


def test_a_cut_off_gives_its_request_up(engine: Engine, letters: list[DeadLetter]) -> None:
    handles: list[Any] = []
    slow = engine.spawn(lambda context, message: handles.append(message.reply_handle()))

    async def receive(context: Context, message: Message) -> None:
        await slow.ask(b"")

    ref = engine.spawn(receive)
    ref.tell(b"x")
    engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()
    with pytest.raises(backstage.NotWaiting):
        handles[0].reply(b"late")
    gateway = engine._core.gateway
    assert gateway is not None
    assert not gateway.requests


def test_what_a_cut_off_coroutine_raises_is_logged_and_deinit_runs(
    engine: Engine, logged: Any
) -> None:
    notes: list[str] = []

    class Messy(Actor):
        def __init__(self, how: str) -> None:
            self.how = how

        async def receive(self, context: Context, message: Message) -> None:
            try:
                await context.sleep(10.0)
            finally:
                if self.how == "raises":
                    raise Failing
                await context.sleep(10.0)

        def deinit(self, context: Context, reason: Reason) -> None:
            notes.append(reason.name)

    for how in ("raises", "waits"):
        ref = engine.spawn(Messy, how)
        ref.tell(b"x")
        engine.run_until_idle()
        ref.stop()
        engine.run_until_idle()
    assert notes == ["STOPPED"] * 2
    assert [type(error) for error in logged.errors()] == [Failing, RuntimeError]


def test_an_exit_of_a_coroutine_that_is_cut_off(engine: Engine) -> None:
    notes: list[str] = []

    class Leaves(Actor):
        async def receive(self, context: Context, message: Message) -> None:
            try:
                await context.sleep(10.0)
            finally:
                raise SystemExit(7)

        def deinit(self, context: Context, reason: Reason) -> None:
            notes.append(reason.name)

    ref = engine.spawn(Leaves)
    ref.tell(b"")
    engine.run_until_idle()
    ref.stop()
    with pytest.raises(SystemExit):
        engine.run_until_idle()
    assert engine.run_until_idle()
    assert notes == ["STOPPED"]


def test_a_restart_cuts_it_off(engine: Engine, logged: Any) -> None:
    notes: list[str] = []

    async def slow(context: Context, message: Message) -> None:
        try:
            await context.sleep(1.0)
            notes.append("slept")
        finally:
            notes.append("finally")

    boss = engine.spawn(ignore, supervision=Supervision(backstage.Strategy.ONE_FOR_ALL))
    context = engine.context(boss)
    ref, sick = context.spawn_child(slow), context.spawn_child(fail)
    ref.tell_many([b"a", b"b"])
    engine.run_until_idle()
    sick.tell(b"")
    engine.run_until_idle()
    assert notes == ["finally"]
    pass_time(engine, 1.0)
    assert notes == ["finally", "slept", "finally"]
    assert len(logged.errors()) == 1


def test_a_close_cuts_all_off(engine: Engine) -> None:
    notes: list[str] = []

    async def receive(context: Context, message: Message) -> None:
        try:
            await context.sleep(1.0)
        finally:
            notes.append("finally")

    for _ in range(3):
        engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    engine.close()
    assert notes == ["finally"] * 3


def test_the_message_may_be_used_after_it_has_waited(engine: Engine) -> None:
    notes: list[Any] = []

    async def receive(context: Context, message: Message) -> None:
        await context.sleep(0.0)
        notes.append((message.payload, message.type.name, message.sender))
        with pytest.raises(backstage.InvalidArgument):
            message.stash()
        with pytest.raises(backstage.InvalidArgument):
            message.forward(context.ref)

    ref = engine.spawn(receive)
    payloads = [b"short", b"long" * 100]
    ref.tell_many(payloads)
    engine.run_until_idle()
    assert notes == [(payload, "SEND", None) for payload in payloads]


def test_an_actor_that_waits_for_itself_waits_in_vain(engine: Engine) -> None:
    notes: list[str] = []

    async def receive(context: Context, message: Message) -> None:
        if message.payload == b"go":
            with pytest.raises(backstage.Timeout):
                await context.ref.ask(b"self", 1.0)
            notes.append("timeout")

    engine.spawn(receive).tell(b"go")
    engine.run_until_idle()
    pass_time(engine, 1.0)
    assert notes == ["timeout"]


def test_an_exit_leaves_the_run_and_the_actor_goes_on(engine: Engine) -> None:
    notes: list[bytes] = []

    async def receive(context: Context, message: Message) -> None:
        if message.payload != b"b":
            await context.sleep(0.0)
        if message.payload == b"exit":
            raise SystemExit(1)
        notes.append(message.payload)

    engine.spawn(receive).tell_many([b"a", b"exit", b"b"])
    with pytest.raises(SystemExit):
        engine.run_until_idle()
    engine.run_until_idle()
    assert notes == [b"a", b"b"]
