"""Futures: answers that are still to come."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Cancelled, Context, DeadLetter, DeadReason, Engine, Future, codecs

from .support import Failing, echo, ignore, inside


def test_done_when_it_is_done(engine: Engine) -> None:
    future = engine.spawn(echo).ask(b"x", block=False)
    assert isinstance(future, Future)
    assert not future.done()
    engine.run_until_idle()
    assert future.done()
    assert not future.cancelled()
    for _ in range(2):
        assert future.get() == future.result() == b"x"
        assert future.exception() is None


def test_get_runs_the_engine(engine: Engine) -> None:
    assert engine.spawn(echo).ask(b"x", block=False).get() == b"x"
    assert engine.spawn(echo).ask(b"x", block=False).result(timeout=1.0) == b"x"


def test_several_at_once_in_any_order(engine: Engine) -> None:
    server = engine.spawn(echo)
    futures = [server.ask(b"%d" % number, block=False) for number in range(50)]
    for number, future in reversed(list(enumerate(futures))):
        assert future.get() == b"%d" % number


def test_an_error_is_raised_each_time(engine: Engine) -> None:
    silent = engine.spawn(ignore)
    future = silent.ask(b"", block=False)
    engine.run_until_idle()
    silent.stop()
    for _ in range(2):
        with pytest.raises(backstage.Stopped):
            future.get()
        assert isinstance(future.exception(), backstage.Stopped)


def test_what_cannot_be_sent_is_the_future_s_error(engine: Engine) -> None:
    ended = engine.spawn(ignore)
    ended.stop()
    engine.run_until_idle()
    future = ended.ask(b"", block=False)
    assert future.done()
    with pytest.raises(backstage.NotFound):
        future.get()


def test_a_codec_that_cannot_read_the_answer_is_the_asker_s_error(engine: Engine) -> None:
    future = engine.spawn(echo).using(codecs.JSON).ask("x", block=False)
    assert future.get() == "x"

    class OneWay:
        def encode(self, value: Any, /) -> bytes:
            return bytes(value)

        def decode(self, data: bytes, /) -> Any:
            raise Failing

    server = engine.spawn(echo)
    with pytest.raises(Failing):
        server.using(OneWay()).ask(b"x")
    assert server.ask(b"x") == b"x"


def test_get_with_a_timeout_leaves_it_to_come(engine: Engine) -> None:
    handles: list[Any] = []
    slow = engine.spawn(lambda context, message: handles.append(message.reply_handle()))
    future = slow.ask(b"", block=False)
    for timeout in (0.0, 5.0):
        with pytest.raises(backstage.Timeout):
            future.get(timeout)
        with pytest.raises(backstage.Timeout):
            future.exception(timeout)
    assert not future.done()
    handles[0].reply(b"at last")
    assert future.get() == b"at last"


@pytest.mark.parametrize("timeout", [-1.0, float("nan")])
def test_what_is_no_time(engine: Engine, timeout: float) -> None:
    future = engine.spawn(echo).ask(b"x", block=False)
    with pytest.raises(backstage.InvalidArgument):
        future.get(timeout)
    assert future.get() == b"x"


def test_the_timeout_of_the_request_is_the_engine_s(engine: Engine) -> None:
    silent = engine.spawn(ignore)
    future = silent.ask(b"", 2.0, block=False)
    at_once = silent.ask(b"", 0.0, block=False)
    engine.advance(1.0)
    engine.run_until_idle()
    assert (future.done(), at_once.done()) == (False, True)
    engine.advance(1.0)
    engine.run_until_idle()
    for one in (future, at_once):
        with pytest.raises(backstage.Timeout):
            one.get()


def test_cancel(engine: Engine, letters: list[DeadLetter]) -> None:
    handles: list[Any] = []
    slow = engine.spawn(lambda context, message: handles.append(message.reply_handle()))
    future = slow.ask(b"", 5.0, block=False)
    engine.run_until_idle()
    assert future.cancel()
    assert future.done()
    assert future.cancelled()
    assert not future.cancel()
    with pytest.raises(Cancelled):
        future.get()
    with pytest.raises(backstage.NotWaiting):
        handles[0].reply(b"late")
    engine.advance(10.0)
    engine.run_until_idle()
    assert future.cancelled()
    assert [letter.reason for letter in letters] == [DeadReason.NOT_WAITING]


def test_one_that_is_done_cannot_be_cancelled(engine: Engine) -> None:
    future = engine.spawn(echo).ask(b"x", block=False)
    future.get()
    assert not future.cancel()
    assert not future.cancelled()
    assert future.get() == b"x"


def test_cancel_before_the_engine_has_run(engine: Engine, letters: list[DeadLetter]) -> None:
    server = engine.spawn(echo)
    future = server.ask(b"x", block=False)
    assert future.cancel()
    engine.run_until_idle()
    assert server.is_alive()
    assert [letter.payload for letter in letters] == [b"x"]


def test_cancel_of_an_answer_that_is_on_its_way(engine: Engine) -> None:
    server = engine.spawn(echo)
    future = server.ask(b"x", block=False)
    while not engine.actor_statistics(server).handled:
        engine.run_no_wait()
    was_done = future.done()
    assert future.cancel() == (not was_done)
    engine.run_until_idle()
    assert future.cancelled() == (not was_done)


def test_callbacks_are_called_once_and_in_order(engine: Engine) -> None:
    calls: list[Any] = []
    future = engine.spawn(echo).ask(b"x", block=False)
    future.add_done_callback(lambda own: calls.append((1, own)))
    future.add_done_callback(lambda own: calls.append((2, own)))
    assert calls == []
    engine.run_until_idle()
    assert calls == [(1, future), (2, future)]
    future.add_done_callback(lambda own: calls.append((3, own.get())))
    assert calls[2:] == [(3, b"x")]
    engine.run_until_idle()
    assert len(calls) == 3


def test_a_callback_may_do_what_an_actor_may(engine: Engine) -> None:
    calls: list[Any] = []
    server = engine.spawn(echo)

    def again(future: Future) -> None:
        calls.append(future.get())
        with pytest.raises(backstage.InCallback):
            server.ask(b"blocked")
        if len(calls) < 4:
            server.ask(b"%d" % len(calls), block=False).add_done_callback(again)

    server.ask(b"0", block=False).add_done_callback(again)
    engine.run_until_idle()
    assert calls == [b"0", b"1", b"2", b"3"]


def test_what_a_callback_raises_is_logged_and_harms_nobody(engine: Engine, logged: Any) -> None:
    calls: list[int] = []
    server = engine.spawn(echo)
    future = server.ask(b"x", block=False)

    def raise_it(future: Future) -> None:
        raise Failing

    future.add_done_callback(raise_it)
    future.add_done_callback(lambda future: calls.append(1))
    other = server.ask(b"y", block=False)
    engine.run_until_idle()
    assert calls == [1]
    assert (future.get(), other.get()) == (b"x", b"y")
    future.add_done_callback(raise_it)
    cancelled = engine.spawn(ignore).ask(b"", block=False)
    cancelled.add_done_callback(raise_it)
    cancelled.cancel()
    assert [type(error) for error in logged.errors()] == [Failing] * 3
    assert server.ask(b"z") == b"z"


def test_what_a_callback_exits_with_leaves_the_run(engine: Engine) -> None:
    server = engine.spawn(echo)
    future = server.ask(b"x", block=False)

    def leave(future: Future) -> None:
        raise SystemExit(5)

    future.add_done_callback(leave)
    with pytest.raises(SystemExit):
        engine.run_until_idle()
    assert server.ask(b"y") == b"y"


def test_a_closed_engine_ends_all_that_wait(engine: Engine) -> None:
    silent = engine.spawn(ignore)
    calls: list[BaseException | None] = []
    futures = [silent.ask(b"", block=False) for _ in range(3)]
    for future in futures:
        future.add_done_callback(lambda future: calls.append(future.exception()))
    engine.run_until_idle()
    engine.close()
    assert len(calls) == 3
    for future in futures:
        assert future.done()
        with pytest.raises((backstage.Stopped, backstage.Ending)):
            future.get()


def test_an_exit_in_a_callback_at_the_close_is_raised_by_it(engine: Engine) -> None:
    future = engine.spawn(ignore).ask(b"", block=False)

    def leave(future: Future) -> None:
        raise SystemExit(8)

    future.add_done_callback(leave)
    engine.run_until_idle()
    with pytest.raises(SystemExit):
        engine.close()
    assert engine.closed
    assert future.done()


def test_a_drain_waits_for_those_and_kills_them_in_the_end(engine: Engine, logged: Any) -> None:
    silent = engine.spawn(ignore)
    future = silent.ask(b"", block=False)
    engine.drain(1.0)
    assert not future.done()
    engine.advance(1.0)
    engine.run_until_idle()
    assert future.done()
    with pytest.raises((backstage.Stopped, backstage.Ending)):
        future.get()
    assert "drained" in logged.take()[0].getMessage()


def test_one_that_is_let_go_of_is_answered_nevertheless(engine: Engine) -> None:
    server = engine.spawn(echo)
    for _ in range(10):
        server.ask(b"x", block=False)
    engine.run_until_idle()
    assert engine.statistics().queued == 0


def test_one_may_be_awaited_only_where_somebody_waits(engine: Engine) -> None:
    future = engine.spawn(echo).ask(b"x", block=False)
    engine.run_until_idle()
    coroutine = future.__await__()
    with pytest.raises(StopIteration) as stop:
        next(coroutine)
    assert stop.value.value == b"x"


def test_from_inside_an_actor(engine: Engine) -> None:
    server = engine.spawn(echo)
    calls: list[Any] = []

    def ask(context: Context) -> None:
        for number in range(5):
            future = server.ask(b"%d" % number, block=False)
            future.add_done_callback(lambda future: calls.append(future.get()))

    inside(engine, ask)
    assert calls == [b"%d" % number for number in range(5)]
