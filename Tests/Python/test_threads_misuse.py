"""What only the engine's thread may do, done on another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import (
    Context,
    Engine,
    Message,
)

from .support import (
    Keeper,
    elsewhere,
    ignore,
)


def test_what_only_the_engine_s_thread_may_do(engine: Engine) -> None:
    ref = engine.spawn(ignore, id="x")
    context = engine.context(ref)
    timer = context.after(1.0, ignore)
    watch = engine.watch_fd(0, backstage.Events.WRITABLE, print)
    uses: list[Callable[[], Any]] = [
        engine.run,
        engine.run_until_idle,
        lambda: engine.spawn(ignore),
        lambda: engine.find("x"),
        engine.actors,
        engine.statistics,
        lambda: engine.actor_statistics(ref),
        lambda: engine.advance(1.0),
        lambda: engine.watch_fd(0, backstage.Events.READABLE, print),
        lambda: engine.load("x.so"),
        ref.is_alive,
        lambda: ref.id,
        timer.cancel,
        watch.cancel,
        lambda: context.after(1.0),
        lambda: context.publish(b""),
        lambda: context.subscribe("x"),
        lambda: context.monitor("x"),
        lambda: context.request(ref, b""),
        lambda: context.spawn(ignore),
        lambda: context.become(ignore),
        lambda: context.tell("x", b""),
        context.shutdown,
        context.unstash,
        engine.close,
    ]

    def misuse() -> None:
        for use in uses:
            with pytest.raises(backstage.WrongThread):
                use()

    elsewhere(misuse)
    assert list(context._cell.handlers) == [timer.token]
    watch.cancel()
    timer.cancel()
    engine.run_until_idle()
    assert engine.statistics().accepted == 0


def test_misuse_from_elsewhere_harms_no_callback(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell(context: Context, message: Message) -> None:
        for number in range(6):
            keeper.tell(b"%d" % number)

        def misuse() -> None:
            for use in (
                lambda: engine.spawn(ignore),
                lambda: context.spawn_child(ignore),
                lambda: context.publish(b""),
                lambda: context.broadcast("x", b""),
                lambda: message.reply_handle().reply(b""),
                lambda: message.forward(keeper),
                message.stash,
                context.unstash,
            ):
                with pytest.raises(backstage.BackstageError):
                    use()

        elsewhere(misuse)
        for number in range(6, 9):
            keeper.tell(b"%d" % number)

    ref = engine.spawn(tell)
    ref.ask(b"", block=False)
    ref.tell(b"")
    engine.run_until_idle()
    assert kept == [b"%d" % number for number in range(9)] * 2
