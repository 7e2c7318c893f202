"""Failures that tests put into actors."""

from __future__ import annotations

import pytest

from backstage import (
    Actor,
    BackstageError,
    Batch,
    Context,
    DeadReason,
    Directive,
    Message,
    NotFound,
    Reason,
    Stopped,
    Supervision,
    codecs,
)
from backstage.testing import Stage

from .actors import Bare, Clock, Diary, Echo, Parent


class Cut(Exception):
    """What is put in."""


def test_the_next_message_fails_and_no_other() -> None:
    with Stage() as stage:
        pages: list[str] = []
        stage.spawn(Parent, Diary, pages, supervision=Supervision(directive=Directive.RESUME))
        stage.run_until_idle()
        child = stage.find("child")
        stage.fail_next(child, Cut("off"))
        child.tell_many([b"1", b"2", b"3"])
        stage.run_until_idle()
        assert pages == ["made", "init", "2", "3"]
        stage.expect_dead_letter(b"1", DeadReason.FAILED, receiver=child)
        assert stage.statistics().failures == 1


def test_a_failing_actor_is_supervised_as_ever() -> None:
    with Stage() as stage:
        pages: list[str] = []
        stage.spawn(Parent, Diary, pages)
        stage.run_until_idle()
        child = stage.find("child")
        stage.fail_next(child, Cut)
        child.tell(b"1")
        child.tell(b"2")
        stage.run_until_idle()
        assert pages == ["made", "init", "deinit RESTARTED", "made", "init", "2"]


def test_without_a_supervisor_it_ends() -> None:
    with Stage() as stage:
        probe, echo = stage.probe(), stage.spawn(Echo)
        probe.context.monitor(echo)
        stage.fail_next(echo, Cut)
        echo.tell(b"")
        probe.expect_terminated(echo, Reason.FAILED)


def test_a_status_reaches_the_supervisor() -> None:
    class Judge(Parent):
        def decide(
            self, context: Context, child: object, error: BaseException, restarts: int
        ) -> Directive:
            context.tell("log", repr(error).encode())
            return Directive.STOP

    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Judge, Bare)
        stage.run_until_idle()
        stage.fail_next(stage.find("child"), NotFound("lost"))
        stage.tell("child", b"")
        probe.expect(b"NotFound('lost')")


def test_who_asked_is_told_of_the_cause() -> None:
    with Stage() as stage:
        echo = stage.spawn(Echo)
        stage.fail_next(echo, Cut("off"))
        with pytest.raises(Stopped) as caught:
            stage.ask(echo, b"?")
        assert isinstance(caught.value.__cause__, Cut)


def test_an_event_may_be_what_an_actor_fails_on() -> None:
    with Stage() as stage:
        probe, clock = stage.probe("log"), stage.spawn(Clock, "log")
        probe.context.monitor(clock)
        stage.run_until_idle()
        stage.fail_next(clock, Cut)
        stage.advance(0.5)
        assert clock.is_alive()
        probe.expect_terminated(clock, Reason.FAILED, within=1.0)
        probe.expect_none()


def test_an_actor_of_batches_fails_on_the_first() -> None:
    class Many(Actor):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            for payload in messages.payloads:
                context.tell("log", payload)

    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Parent, Many, supervision=Supervision(directive=Directive.RESUME))
        stage.run_until_idle()
        child = stage.find("child")
        stage.fail_next(child, Cut)
        child.tell_many([b"1", b"2", b"3"])
        probe.expect(b"2")
        probe.expect(b"3")


def test_what_it_became_stays() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Parent, Bare, supervision=Supervision(directive=Directive.RESUME))
        stage.run_until_idle()
        child = stage.find("child")
        stage.context(child).become(lambda context, message: context.tell("log", b"other"))
        stage.fail_next(child, Cut)
        child.tell(b"1")
        child.tell(b"2")
        probe.expect(b"other")


def test_objects_by_reference_are_forgotten() -> None:
    with Stage() as stage:
        keeper = stage.spawn(Echo, codec=codecs.Reference)
        stage.fail_next(keeper, Cut)
        keeper.tell(object())
        stage.run_until_idle()
    assert not codecs.is_travelling()


def test_only_living_actors_written_in_python_can_be_told_to_fail() -> None:
    with Stage() as stage:
        echo = stage.spawn(Echo)
        echo.stop()
        stage.run_until_idle()
        with pytest.raises(NotFound):
            stage.fail_next(echo, Cut)
        with pytest.raises(NotFound):
            stage.fail_init(echo, Cut)


def test_the_first_init_fails() -> None:
    with Stage() as stage:
        pages: list[str] = []
        diary = stage.spawn(Diary, pages)
        stage.fail_init(diary, Cut)
        stage.run_until_idle()
        assert pages == ["made", "deinit FAILED"]
        assert not diary.is_alive()


def test_the_init_of_a_restart_fails() -> None:
    with Stage() as stage:
        pages: list[str] = []
        stage.spawn(Parent, Diary, pages)
        stage.run_until_idle()
        child = stage.find("child")
        stage.fail_next(child, Cut("first"))
        stage.fail_init(child, Cut("second"))
        child.tell(b"1")
        child.tell(b"2")
        stage.run_until_idle()
        start, again = ["made", "init", "deinit RESTARTED"], ["made", "deinit RESTARTED"]
        assert pages == [*start, *again, "made", "init", "2"]
        assert stage.statistics().restarts == 2


@pytest.mark.parametrize("child", [Bare, Diary])
def test_the_init_of_a_child_fails_by_its_class(child: type[Actor]) -> None:
    own = child.__dict__.get("init")
    with Stage() as stage:
        stage.fail_init(child, Cut)
        stage.spawn(Parent, child, *([[]] if child is Diary else []))
        stage.run_until_idle()
        assert stage.statistics().restarts == 1
        assert stage.find("child").is_alive()
        assert child.__dict__.get("init") is own


def test_a_functions_init_fails_too() -> None:
    with Stage() as stage:
        actor = stage.spawn(lambda context, message: None)
        stage.fail_init(actor, Cut)
        stage.run_until_idle()
        assert not actor.is_alive()


def test_a_constructor_that_fails_first_leaves_the_class_as_it_was() -> None:
    class Fragile(Actor):
        made = 0

        def __init__(self) -> None:
            type(self).made += 1
            if self.made == 2:
                raise ValueError("not again")

        def receive(self, context: Context, message: Message) -> None:
            context.tell("log", b"as ever")

    def play() -> None:
        with Stage() as stage:
            probe = stage.probe("log")
            stage.spawn(Parent, Fragile)
            stage.run_until_idle()
            child = stage.find("child")
            stage.fail_next(child, Cut("off"))
            stage.fail_init(child, Cut("never"))
            child.tell(b"1")
            child.tell(b"2")
            stage.expect_failure(ValueError)
            probe.expect(b"as ever")
            assert "init" not in Fragile.__dict__

    with pytest.raises(AssertionError, match=r"not happened:\n  Cut\('never'\)"):
        play()


def test_what_was_planned_and_did_not_happen_fails_the_test() -> None:
    stage = Stage()
    echo = stage.spawn(Echo)
    stage.run_until_idle()
    stage.fail_next(echo, Cut("off"))
    with pytest.raises(AssertionError, match=r"Planned failures .*not happened:\n  Cut\('off'\)"):
        stage.check()
    stage.close()


def test_what_was_planned_ends_with_the_stage() -> None:
    def plan(stage: Stage) -> None:
        stage.fail_init(Bare, Cut)
        stage.fail_init(Bare, Cut)
        stage.fail_next(stage.spawn(Echo), Cut)
        raise KeyError

    with pytest.raises(KeyError), Stage() as stage:
        plan(stage)
    assert "init" not in Bare.__dict__
    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Bare).tell(b"x")
        probe.expect(b"bare got x")


def test_what_is_raised_past_the_top_leaves_the_run() -> None:
    with Stage() as stage:
        stage.spawn(Parent, Bare, supervision=Supervision(directive=Directive.ESCALATE))
        stage.run_until_idle()
        child = stage.find("child")
        stage.fail_next(child, Cut("off"))
        child.tell(b"")
        with pytest.raises(BackstageError) as caught:
            stage.run_until_idle()
        assert isinstance(caught.value.__cause__, Cut)
