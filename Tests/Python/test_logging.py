"""What is logged, and how."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from backstage import Actor, Context, Engine, Message, Supervision

from .support import Failing, Keeper, fail, ignore


def test_a_failure_is_one_record_with_its_traceback(engine: Engine, logged: Any) -> None:
    engine.spawn(fail, id="sick").tell(b"why")
    engine.run_until_idle()
    (record,) = logged.take()
    assert record.name == "backstage"
    assert record.levelno == logging.ERROR
    text = record.getMessage()
    assert "sick" in text
    assert "fail" in text
    assert "receive" in text
    assert isinstance(record.exc_info[1], Failing)
    assert "raise Failing" in logging.Formatter().format(record)


def test_who_has_no_id_is_known_by_its_number_and_class(engine: Engine, logged: Any) -> None:
    class Sick(Actor):
        def init(self, context: Context) -> None:
            raise Failing

    ref = engine.spawn(Sick)
    engine.run_until_idle()
    text = logged.take()[0].getMessage()
    assert f"{ref.value:#x}" in text
    assert "Sick" in text
    assert "init" in text


def test_every_failure_is_logged_once(engine: Engine, logged: Any) -> None:
    boss = engine.spawn(ignore, supervision=Supervision(restarts_max=100))
    ref = engine.context(boss).spawn_child(fail)
    ref.tell_many([b"%d" % number for number in range(20)])
    engine.run_until_idle()
    assert [record.exc_info[1].args for record in logged.take()] == [
        (b"%d" % number,) for number in range(20)
    ]


def test_failures_of_coroutines_are_logged_once(engine: Engine, logged: Any) -> None:
    async def receive(context: Context, message: Message) -> None:
        await context.sleep(0.0)
        raise Failing(message.payload)

    refs = [engine.spawn(receive) for _ in range(5)]
    sick = engine.spawn(fail)
    for ref in (*refs, sick):
        ref.tell(b"x")
    engine.run_until_idle()
    assert len(logged.take()) == 6


class Unspeakable(Exception):
    """An exception that cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError("not even that")


def test_an_exception_that_cannot_be_shown(engine: Engine, logged: Any) -> None:
    def receive(context: Context, message: Message) -> None:
        raise Unspeakable

    ref = engine.spawn(receive)
    ref.tell(b"")
    engine.run_until_idle()
    assert not ref.is_alive()
    (record,) = logged.take()
    assert "Unspeakable" in record.getMessage()
    assert logging.Formatter().format(record)


@pytest.fixture
def broken_logging() -> Iterator[logging.Filter]:
    """A filter of the user's that raises."""

    class Broken(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            raise RuntimeError("the filter is broken")

    broken = Broken()
    logger = logging.getLogger("backstage")
    logger.addFilter(broken)
    yield broken
    logger.removeFilter(broken)


def test_a_filter_that_raises_changes_nothing_of_what_follows(
    engine: Engine, logged: Any, broken_logging: logging.Filter
) -> None:
    ref = engine.spawn(fail)
    ref.tell_many([b"a", b"b"])
    ref.ask(b"", block=False)
    boss = engine.spawn(ignore, supervision=Supervision(restarts_max=1))
    child = engine.context(boss).spawn_child(fail)
    child.tell(b"")
    engine.run_until_idle()
    assert not ref.is_alive()
    assert child.is_alive()
    counts = engine.statistics()
    assert (counts.failures, counts.restarts) == (2, 1)
    assert logged.take() == []


def test_a_handler_may_tell_an_actor(engine: Engine, logged: Any) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    class ToActor(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            keeper.tell(record.getMessage().encode())

    handler = ToActor()
    logger = logging.getLogger("backstage")
    logger.addHandler(handler)
    try:
        engine.spawn(fail, id="sick").tell(b"")
        # The engine's own lines, too: here that it gives up.
        boss = engine.spawn(ignore, supervision=Supervision(restarts_max=1))
        engine.context(boss).spawn_child(fail, id="child").tell_many([b"", b""])
        with pytest.raises(Exception, match="actor failed"):
            engine.run_until_idle()
        engine.run_until_idle()
    finally:
        logger.removeHandler(handler)
    assert b"sick" in kept[0]
    assert any(b"too many restarts" in line for line in kept)
    assert logged.take()


def test_levels(engine: Engine, logged: Any) -> None:
    ref = engine.spawn(lambda context, message: message.stash())
    ref.tell(b"")
    engine.run_until_idle()
    ref.drain(0.0)
    engine.run_until_idle()
    records = logged.take()
    assert all(record.levelno >= logging.INFO for record in records)


def test_nothing_is_logged_while_all_is_well(engine: Engine, logged: Any) -> None:
    keeper = engine.spawn(Keeper, [])
    keeper.tell_many([b""] * 100)
    keeper.stop()
    engine.run_until_idle()
    engine.close()
    assert logged.take() == []
