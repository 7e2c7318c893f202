"""The stage: its clock, and how it runs."""

from __future__ import annotations

import pytest

from backstage import Actor, Context, Engine, Message, NotFound, Stopped, Supervision
from backstage.testing import Stage

from .actors import Bare, Clock, Parent


def test_a_stage_is_an_engine_whose_time_stands_still() -> None:
    with Stage() as stage:
        assert isinstance(stage, Engine)
        stage.run_until_idle()
        assert stage.now() == 0.0
        stage.advance(2.5)
        assert stage.now_ns() == 2_500_000_000


def test_advancing_shows_each_tick_of_a_timer() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Clock, "log")
        stage.advance(3.0)
        assert [message.payload for message in probe.messages] == [b"1", b"2", b"3"]


def test_an_engines_own_advance_would_show_one_tick() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Clock, "log")
        stage.advance(3.0, step=3.0)
        assert [message.payload for message in probe.messages] == [b"1"]


def test_a_step_that_does_not_divide_the_time_ends_where_it_should() -> None:
    with Stage(step=0.4) as stage:
        stage.advance(1.0)
        assert stage.now_ns() == 1_000_000_000


@pytest.mark.parametrize("step", [0.0, 1e-12])
def test_a_step_is_above_zero(step: float) -> None:
    with Stage() as stage, pytest.raises(ValueError, match="above 0"):
        stage.advance(1.0, step=step)


class Relay(Actor):
    """Its first timer starts a second one, due before the next of the others."""

    def __init__(self, seen: list[str]) -> None:
        self.seen = seen

    def init(self, context: Context) -> None:
        context.after(1.0, self.first)
        context.after(2.0, lambda context, message: self.seen.append("other"))

    def first(self, context: Context, message: Message) -> None:
        self.seen.append("first")
        context.after(0.5, lambda context, message: self.seen.append("second"))


def test_consequences_come_before_what_is_due_later() -> None:
    with Stage() as stage:
        seen: list[str] = []
        stage.spawn(Relay, seen)
        stage.advance(2.0)
        assert seen == ["first", "second", "other"]


def test_run_until_stops_as_soon_as_the_condition_holds() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Clock, "log")
        assert stage.run_until(lambda: len(probe.messages) == 2, within=60.0)
        assert stage.now() == pytest.approx(2.0)
        assert not stage.run_until(lambda: len(probe.messages) == 9, within=1.0)
        assert stage.now() == pytest.approx(3.0)


def test_a_step_is_one_turn() -> None:
    with Stage() as stage:
        seen: list[bytes] = []
        slow = stage.spawn(lambda context, message: seen.append(message.payload), budget=1)
        slow.tell(b"1")
        slow.tell(b"2")
        stage.step()
        assert seen == [b"1"]
        stage.step()
        assert seen == [b"1", b"2"]
        stage.step()
        assert seen == [b"1", b"2"]


def test_actors_that_never_rest_fail_the_test() -> None:
    with Stage(messages_max=1000) as stage:
        ball = stage.spawn(lambda context, message: context.tell("wall", message.payload))
        stage.spawn(lambda context, message: ball.tell(message.payload), id="wall")
        ball.tell(b"ball")
        with pytest.raises(AssertionError, match="not idle after 1000 messages and events"):
            stage.run_until_idle()


def test_ask_advances_the_clock_for_an_answer() -> None:
    class Slow(Actor):
        async def receive(self, context: Context, message: Message) -> bytes:
            await context.sleep(0.5)
            return b"at last"

    with Stage() as stage:
        assert stage.ask(stage.spawn(Slow), b"?", within=1.0) == b"at last"
        assert stage.now() == pytest.approx(0.5)


def test_an_answer_that_does_not_come_fails_the_test() -> None:
    with Stage() as stage:
        mute = stage.spawn(lambda context, message: None)
        with pytest.raises(AssertionError, match=r"no reply has come; the engine is idle at 2 s"):
            stage.ask(mute, b"?", within=2.0)


def test_ask_raises_what_went_wrong() -> None:
    with Stage() as stage:
        gone = stage.spawn(lambda context, message: context.shutdown())
        with pytest.raises(Stopped):
            stage.ask(gone, b"?")
        with pytest.raises(NotFound):
            stage.ask(gone, b"?")


def test_get_takes_a_proxys_future() -> None:
    class Counter(Actor):
        count = 0

        def add(self, amount: int) -> int:
            self.count += amount
            return self.count

    with Stage() as stage:
        counter = stage.spawn(Counter).proxy()
        assert stage.get(counter.add(2)) == 2
        assert stage.get(counter.add(3)) == 5


def test_options_are_an_engines() -> None:
    with Stage(actors_max=16, payload_bytes_max=64) as stage:
        ref = stage.probe().ref
        with pytest.raises(ValueError, match="payload_bytes_max"):
            ref.tell(bytes(65))


def test_memory_may_be_short() -> None:
    with Stage(memory_bytes_max=4_000_000) as stage:
        sink = stage.spawn(lambda context, message: None, capacity=100)
        with pytest.raises(MemoryError):
            sink.tell_many([bytes(100_000)] * 100)


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_gives_the_same_run(seed: int) -> None:
    def play() -> list[float]:
        with Stage(seed=seed) as stage:
            supervision = Supervision(backoff=1.0, jitter_percent=100, restarts_max=9)
            stage.spawn(Parent, Bare, supervision=supervision)
            probe = stage.probe("log")
            times = []
            for _ in range(4):
                stage.run_until_idle()
                child = stage.find("child")
                stage.fail_next(child, RuntimeError("again"))
                child.tell(b"fails")
                child.tell(b"later")
                probe.expect(b"bare got later", within=20.0)
                times.append(stage.now())
            return times

    assert play() == play()
