"""Options of actors and of engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import (
    Engine,
    Overflow,
    Ref,
    Restart,
    Supervision,
    codecs,
)

from .support import Keeper, ignore


def test_options_of_the_class_and_of_the_spawn(engine: Engine) -> None:
    class Small(Keeper):
        capacity = 2
        overflow = Overflow.DROP_NEWEST
        kind = "small"

    def room(ref: Ref) -> int:
        for count in range(10):
            try:
                ref.tell(b"")
            except backstage.InboxFull:
                return count
        return engine.actor_statistics(ref).queued

    assert room(engine.spawn(Small, [])) == 2
    assert room(engine.spawn(Small, [], capacity=4)) == 4
    assert room(engine.spawn(Small, [], overflow=Overflow.REJECT)) == 2
    kept: list[bytes] = []
    engine.spawn(Small, kept)
    engine.spawn(Small, kept, kind="other")
    engine.broadcast("small", b"hello")
    engine.run_until_idle()
    assert kept == [b"hello"]


@pytest.mark.parametrize(
    "options",
    [
        {"capacity": -1},
        {"capacity": 1 << 24 | 1},
        {"capacity": 1 << 32},
        {"capacity": (1 << 32) + 5},
        {"budget": -1},
        {"budget": 256},
        {"budget": (1 << 32) + 1},
        {"overflow": 3},
        {"overflow": -1},
        {"restart": 3},
        {"supervision": Supervision(restarts_max=0)},
        {"supervision": Supervision(restarts_max=-1)},
        {"supervision": Supervision(restarts_max=4097)},
        {"supervision": Supervision(restarts_max=(1 << 32) + 1)},
        {"supervision": Supervision(jitter_percent=101)},
        {"supervision": Supervision(jitter_percent=-1)},
        {"supervision": Supervision(window=-1.0)},
        {"supervision": Supervision(window=float("nan"))},
        {"supervision": Supervision(backoff=-1.0)},
        {"supervision": Supervision(strategy=3)},  # type: ignore[arg-type]
        {"supervision": Supervision(directive=4)},  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_options_out_of_range(engine: Engine, options: dict[str, Any]) -> None:
    before = engine.statistics()
    with pytest.raises(backstage.InvalidArgument):
        engine.spawn(ignore, id="x", **options)
    assert engine.statistics() == before
    engine.spawn(ignore, id="x")


@pytest.mark.parametrize(
    "options",
    [{"capacity": "ten"}, {"budget": 1.5}, {"supervision": 7}, {"supervision": Supervision}],
    ids=repr,
)
def test_options_of_another_type(engine: Engine, options: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        engine.spawn(ignore, **options)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"clock": 2}, backstage.InvalidArgument),
        ({"actors_max": -1}, backstage.InvalidArgument),
        ({"actors_max": 1 << 24}, backstage.InvalidArgument),
        ({"actors_max": 1 << 32}, backstage.InvalidArgument),
        ({"payload_bytes_max": 1 << 31}, backstage.InvalidArgument),
        ({"payload_bytes_max": -1}, backstage.InvalidArgument),
        ({"remote_capacity": (1 << 20) + 1}, backstage.InvalidArgument),
        ({"remote_capacity": 1 << 32}, backstage.InvalidArgument),
        ({"memory_bytes_max": 1}, backstage.NoMemory),
        ({"memory_bytes_max": -1}, backstage.InvalidArgument),
        ({"seed": -1}, backstage.InvalidArgument),
        ({"seed": 1 << 64}, backstage.InvalidArgument),
    ],
    ids=repr,
)
def test_an_engine_that_cannot_be_made(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Engine(**options)


def test_every_limit_of_memory_gives_an_engine_or_no_memory() -> None:
    made = 0
    for bits in range(30):
        try:
            Engine(memory_bytes_max=1 << bits).close()
            made += 1
        except backstage.NoMemory:
            assert not made
    assert made


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_as_many_actors_as_were_allowed(make_engine: Callable[..., Engine], most: int) -> None:
    engine = make_engine(actors_max=most)
    refs = [engine.spawn(ignore) for _ in range(most)]
    with pytest.raises(backstage.Limit):
        engine.spawn(ignore)
    assert engine.statistics().actors == most
    refs[0].stop()
    engine.run_until_idle()
    engine.spawn(ignore)
    with pytest.raises(backstage.Limit):
        engine.spawn(ignore)


def test_an_option_of_none_is_the_class_s(engine: Engine) -> None:
    class Coded(Keeper):
        codec = codecs.JSON
        restart = Restart.TEMPORARY

    kept: list[Any] = []
    engine.spawn(Coded, kept, codec=None, restart=None, id=None).tell([1])
    engine.run_until_idle()
    assert kept == [[1]]
