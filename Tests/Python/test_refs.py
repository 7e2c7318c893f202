"""Refs as values: equal, hashed, copied, pickled, and told apart."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import Engine, Ref, codecs

from .support import Keeper, ignore


def test_refs_of_one_actor_are_equal(make_engine: Callable[..., Engine]) -> None:
    one, other = make_engine(), make_engine()
    first, second = one.spawn(ignore), one.spawn(ignore)
    same = one.ref(first.value)
    assert first == same == first.using(codecs.JSON)
    assert hash(first) == hash(same)
    assert first != second
    assert first != first.value
    assert other.ref(first.value) != first
    assert len({first, same, second}) == 2


def test_a_ref_s_number_names_it_in_its_engine(engine: Engine) -> None:
    kept: list[bytes] = []
    ref = engine.spawn(Keeper, kept)
    assert isinstance(ref.value, int)
    engine.ref(ref.value).tell(b"x")
    engine.run_until_idle()
    assert kept == [b"x"]
    for number in (0, 1 << 63, 12345):
        stranger = engine.ref(number)
        assert not stranger.is_alive()
        with pytest.raises(backstage.NotFound):
            stranger.tell(b"")
        with pytest.raises(backstage.NotFound):
            _ = stranger.id


def test_no_number_is_given_again(engine: Engine) -> None:
    numbers: set[int] = set()
    for _ in range(200):
        ref = engine.spawn(ignore)
        assert ref.value not in numbers
        numbers.add(ref.value)
        ref.stop()
        engine.run_until_idle()
        assert not ref.is_alive()


def test_alive_until_it_has_ended(engine: Engine) -> None:
    ref = engine.spawn(ignore)
    assert ref.is_alive()
    ref.stop()
    assert ref.is_alive()
    engine.run_until_idle()
    assert not ref.is_alive()
    engine.close()
    with pytest.raises(backstage.Closed):
        ref.is_alive()


@pytest.mark.parametrize("codec", [None, codecs.JSON])
def test_a_copy_is_the_same_ref(engine: Engine, codec: Any) -> None:
    ref = engine.spawn(ignore, codec=codec)
    assert copy.copy(ref) is ref
    assert copy.deepcopy({"refs": [ref]})["refs"][0] is ref


@pytest.mark.parametrize("codec", [None, codecs.JSON])
def test_a_pickled_ref_is_that_of_the_same_actor(engine: Engine, codec: Any) -> None:
    kept: list[Any] = []
    ref = engine.spawn(Keeper, kept, codec=codec)
    data = pickle.dumps(ref)
    again: Ref = pickle.loads(data)
    assert again == ref
    again.tell(b"x" if codec is None else {"a": 1})
    engine.run_until_idle()
    assert kept == [b"x"] if codec is None else [{"a": 1}]
    engine.close()
    with pytest.raises(backstage.Closed):
        pickle.loads(data)


def test_a_ref_pickled_elsewhere_names_nobody_here(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pickle.dumps(engine.spawn(ignore))
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(backstage.Closed):
        pickle.loads(data)


def test_a_ref_shows_its_number(engine: Engine) -> None:
    ref = engine.spawn(ignore)
    assert repr(ref) == f"<Ref {ref.value:#x}>"


def test_one_of_another_engine_is_not_taken_for_one_of_this(
    make_engine: Callable[..., Engine],
) -> None:
    one, other = make_engine(), make_engine()
    mine, theirs = one.spawn(ignore, id="mine"), other.spawn(ignore)
    assert mine.value == theirs.value  # which is why
    context = one.context(mine)
    for use in (
        lambda: context.stop(theirs),
        lambda: context.poison(theirs),
        lambda: context.drain(theirs),
        lambda: context.monitor(theirs),
        lambda: context.unmonitor(theirs),
        lambda: context.request(theirs, b""),
        lambda: one.context(theirs),
        lambda: one.actor_statistics(theirs),
        lambda: one.publish(theirs, b""),
    ):
        with pytest.raises(backstage.OtherEngine):
            use()
    one.run_until_idle()
    other.run_until_idle()
    assert mine.is_alive()
    assert theirs.is_alive()
