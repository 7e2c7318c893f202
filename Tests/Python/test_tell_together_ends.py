"""What was told before an end, a failure or an exit is sent nevertheless."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, DeadLetter, Engine, Message, Ref

from .support import Failing, Keeper, inside, queued


def test_stop_comes_after_what_was_told(engine: Engine, letters: list[DeadLetter]) -> None:
    for end in ("stop", "drain", "poison"):
        kept: list[bytes] = []
        keeper = engine.spawn(Keeper, kept)

        def tell(context: Context, end: str = end, keeper: Ref = keeper) -> None:
            for number in range(5):
                keeper.tell(b"%d" % number)
            getattr(context, end)(keeper)
            with pytest.raises(backstage.Ending):
                keeper.tell(b"late")
            with pytest.raises(backstage.Ending):
                keeper.tell(b"late")

        inside(engine, tell)
        dead, handled = (5, 0) if end == "stop" else (0, 5)
        assert (len(letters), len(kept)) == (dead, handled), end
        letters.clear()


def test_the_engine_s_drain_comes_after_what_was_told(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell(context: Context, message: Message) -> None:
        for number in range(5):
            keeper.tell(b"%d" % number)
        engine.drain()

    engine.spawn(tell).tell(b"")
    assert engine.run()
    assert len(kept) == 5


def test_what_was_told_before_a_failure_is_sent(engine: Engine, logged: Any) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell_and_fail(context: Context, message: Message) -> None:
        for number in range(5):
            keeper.tell(b"%d" % number)
        raise Failing

    engine.spawn(tell_and_fail).tell(b"")
    engine.run_until_idle()
    assert kept == [b"%d" % number for number in range(5)]
    assert [type(error) for error in logged.errors()] == [Failing]


@pytest.mark.parametrize("at", [0, 1, 6, 7, 8, 19])
def test_a_failure_amid_a_batch_loses_and_doubles_nothing(
    engine: Engine, logged: Any, letters: list[DeadLetter], at: int
) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell_or_fail(context: Context, message: Message) -> None:
        keeper.tell(message.payload)
        keeper.tell(message.payload)
        if message.payload == b"%d" % at:
            raise Failing

    class Parent(Actor):
        supervision = backstage.Supervision(directive=backstage.Directive.RESUME)

        def init(self, context: Context) -> None:
            self.child = context.spawn_child(tell_or_fail)

        def receive(self, context: Context, message: Message) -> None:
            for number in range(20):
                self.child.tell(b"%d" % number)

    engine.spawn(Parent).tell(b"")
    engine.run_until_idle()
    assert kept == [b"%d" % (number // 2) for number in range(40)]
    assert [letter.payload for letter in letters] == [b"%d" % at]
    assert len(logged.errors()) == 1


def test_an_exit_loses_nothing_that_was_told(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell_and_leave(context: Context, message: Message) -> None:
        for number in range(4):
            keeper.tell(b"%d" % number)
        raise SystemExit(3)

    leaver = engine.spawn(tell_and_leave)
    leaver.tell_many([b""] * 3)
    for times in range(1, 4):
        with pytest.raises(SystemExit):
            engine.run_until_idle()
        assert len(kept) + queued(keeper, engine) == 4 * times
    engine.run_until_idle()
    assert len(kept) == 12
