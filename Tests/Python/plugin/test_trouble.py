"""Failures and dead letters that a test has not expected."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from backstage import Actor, Context, DeadReason, Message, Overflow, Reason, _library
from backstage.testing import Stage

from .actors import Echo

FAILING = """
#include <backstage.h>
backstage_plugin_spawn_function backstage_plugin_spawn;

static backstage_status fail(backstage_context *context, const backstage_envelope *envelope,
                             void *state)
{
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_USER_STATUS;
}

backstage_status backstage_plugin_spawn(backstage_engine *engine, const void *argument, size_t size,
                                        backstage_ref *actor)
{
    backstage_actor_options options = {.size = sizeof options, .receive = fail};
    (void)argument, (void)size;
    return backstage_engine_spawn(engine, &options, actor);
}
"""


def fail(context: Context, message: Message) -> None:
    raise ValueError(message.payload.decode())


def play_failure() -> None:
    with Stage() as stage:
        stage.spawn(fail, id="failing").tell(b"broken")
        stage.run_until_idle()


def test_an_unexpected_failure_fails_the_test() -> None:
    with pytest.raises(AssertionError) as caught:
        play_failure()
    said = "Unexpected failures:\n  \"failing\" in receive: ValueError('broken')"
    assert str(caught.value) == said
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_expected_failure_does_not() -> None:
    with Stage() as stage:
        failing = stage.spawn(fail, id="failing")
        failing.tell(b"broken")
        failure = stage.expect_failure(ValueError, failing)
        assert failure.actor == failing
        assert (failure.id, failure.where) == ("failing", "receive")
        assert str(failure.error) == "broken"


def test_each_failure_is_expected_once() -> None:
    with Stage() as stage:
        for id in ("one", "two"):
            stage.spawn(fail, id=id).tell(id.encode())
        stage.expect_failure(actor="two")
        with pytest.raises(AssertionError, match='a failure of "two" with Exception') as caught:
            stage.expect_failure(actor="two")
        assert "\"one\" in receive: ValueError('one')" in str(caught.value)
        stage.expect_failure(actor="one")


def test_a_failure_may_take_time() -> None:
    class Late(Actor):
        def init(self, context: Context) -> None:
            context.after(1.0, fail)

    with Stage() as stage:
        stage.spawn(Late)
        with pytest.raises(AssertionError, match=r"there was none; the engine is idle at 0\.5 s"):
            stage.expect_failure(within=0.5)
        stage.expect_failure(within=1.0)


@pytest.mark.parametrize("where", ["init", "deinit"])
def test_hooks_fail_too(where: str) -> None:
    class Failing(Actor):
        def init(self, context: Context) -> None:
            if where == "init":
                raise ValueError("bad start")

        def deinit(self, context: Context, reason: Reason) -> None:
            if where == "deinit":
                raise ValueError("bad end")

    with Stage() as stage:
        actor = stage.spawn(Failing)
        stage.run_until_idle()
        if where == "deinit":
            actor.stop()
        assert stage.expect_failure(ValueError, actor).where == where


def play_bad_end() -> None:
    class BadEnd(Actor):
        def deinit(self, context: Context, reason: Reason) -> None:
            raise ValueError("bad end")

    with Stage() as stage:
        stage.spawn(BadEnd)
        stage.run_until_idle()


def test_a_failure_at_the_very_end_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="bad end"):
        play_bad_end()


def play_dead_letter() -> None:
    with Stage() as stage:
        echo = stage.spawn(Echo, id="echo", capacity=1, overflow=Overflow.DROP_NEWEST)
        echo.tell(b"first")
        echo.tell(b"second")


def test_an_unexpected_dead_letter_fails_the_test() -> None:
    with pytest.raises(AssertionError) as caught:
        play_dead_letter()
    said = "Unexpected dead letters:\n  SEND b'second' for \"echo\", DROPPED_NEWEST"
    assert str(caught.value) == said


def test_an_expected_dead_letter_does_not() -> None:
    with Stage() as stage:
        probe, echo = stage.probe(), stage.spawn(Echo)
        probe.tell(echo, b"too late")
        echo.stop()
        letter = stage.expect_dead_letter(b"too late", DeadReason.ENDED, receiver=echo)
        assert letter.sender == probe.ref
        with pytest.raises(AssertionError, match=r"expected a dead letter b'x' \(ENDED\), but"):
            stage.expect_dead_letter(b"x", DeadReason.ENDED)


def test_what_was_not_expected_can_be_forgiven() -> None:
    with Stage() as stage:
        failing = stage.spawn(fail, id="failing")
        failing.tell_many([b"1", b"2", b"3"])
        stage.run_until_idle()
        assert [failure.id for failure in stage.failures] == ["failing"]
        assert [letter.reason for letter in stage.dead_letters] == [
            DeadReason.FAILED,
            DeadReason.ENDED,
            DeadReason.ENDED,
        ]
        stage.failures.clear()
        stage.dead_letters.clear()


def test_what_is_still_queued_at_the_end_is_no_trouble() -> None:
    with Stage() as stage:
        stage.spawn(Echo).tell(b"never read")


def test_an_exception_of_the_test_is_not_hidden() -> None:
    def play() -> None:
        with Stage() as stage:
            stage.spawn(fail).tell(b"broken")
            stage.run_until_idle()
            raise KeyError("the test's own")

    with pytest.raises(KeyError, match="the test's own"):
        play()


def test_no_more_than_a_few_are_listed() -> None:
    with Stage() as stage:
        for _ in range(8):
            stage.spawn(fail).tell(b"broken")
        stage.run_until_idle()
        with pytest.raises(AssertionError, match="and 3 more"):
            stage.check()
        stage.failures.clear()


def test_the_ledger_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Stage() as stage:
        stage.spawn(Echo).tell(b"")
        real = stage.statistics()
        with monkeypatch.context() as patch:
            patch.setattr(stage, "statistics", lambda: real._replace(accepted=2))
            with pytest.raises(AssertionError, match="accepted = handled"):
                stage.check()
            patch.setattr(stage, "statistics", lambda: real._replace(dead=1, queued=0))
            with pytest.raises(AssertionError, match="of 1 dead letters 0 were seen"):
                stage.check()


def test_actors_in_other_languages_fail_as_well(tmp_path: Path) -> None:
    include = Path(__file__).resolve().parents[3] / "include"
    plugin, source = tmp_path / "failing.so", tmp_path / "failing.c"
    source.write_text(FAILING)
    command: list[str | Path] = [
        "cc",
        "-shared",
        "-fPIC",
        "-I",
        include,
        source,
        _library.path,
        "-o",
        plugin,
    ]
    subprocess.run(command, check=True)
    with Stage() as stage:
        for _ in range(2):
            stage.load(plugin).tell(b"")
        stage.expect_failure()
        stage.run_until_idle()
        with pytest.raises(AssertionError, match="not written in Python"):
            stage.check()
        stage.expect_failure()
