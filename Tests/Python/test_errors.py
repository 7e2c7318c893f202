"""Errors: a class for every status, and what they are besides."""

from __future__ import annotations

import errno
import os
import pickle
import re
import resource
from pathlib import Path
from typing import Any

import pytest

import backstage
from backstage import BackstageError, Engine, UserStatus, _abi, errors

from .support import echo, ignore

HEADER = Path(__file__).resolve().parents[2] / "include" / "backstage.h"

CLASSES: dict[str, type[BackstageError]] = {
    "INVALID_ARGUMENT": backstage.InvalidArgument,
    "INVALID_ID": backstage.InvalidId,
    "INVALID_TOPIC": backstage.InvalidTopic,
    "INVALID_SIGNAL": backstage.InvalidSignal,
    "BAD_DESCRIPTOR": backstage.BadDescriptor,
    "NOT_FOUND": backstage.NotFound,
    "ENDING": backstage.Ending,
    "EXISTS": backstage.Exists,
    "NOT_SUBSCRIBED": backstage.NotSubscribed,
    "NOT_MONITORED": backstage.NotMonitored,
    "NOT_WAITING": backstage.NotWaiting,
    "INBOX_FULL": backstage.InboxFull,
    "QUEUE_FULL": backstage.QueueFull,
    "PAYLOAD_TOO_LARGE": backstage.PayloadTooLarge,
    "LIMIT": backstage.Limit,
    "NO_MEMORY": backstage.NoMemory,
    "WRONG_THREAD": backstage.WrongThread,
    "OTHER_ENGINE": backstage.OtherEngine,
    "IN_CALLBACK": backstage.InCallback,
    "TIMEOUT": backstage.Timeout,
    "STOPPED": backstage.Stopped,
    "NOT_VIRTUAL": backstage.NotVirtual,
    "SYSTEM": backstage.SystemFailure,
}


def test_every_status_of_the_header_has_its_class() -> None:
    text = HEADER.read_text(encoding="utf-8")
    statuses = text[text.index("BACKSTAGE_OK = 0") : text.index("BACKSTAGE_USER_STATUS = ")]
    found = {
        name: int(number) for name, number in re.findall(r"BACKSTAGE_(\w+) = (-\d+)", statuses)
    }
    assert found == {name: cls.status for name, cls in CLASSES.items()}
    for name, status in found.items():
        error = errors.error_of(status)
        assert type(error) is CLASSES[name]
        assert error.status == status
        assert str(error)


@pytest.mark.parametrize("status", [-24, -900, -1000, -1001, -(2**31)])
def test_any_other_status_is_a_user_s(status: int) -> None:
    error = errors.error_of(status)
    assert type(error) is UserStatus
    assert error.status == status
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("cls", "other"),
    [
        (backstage.InvalidArgument, ValueError),
        (backstage.InvalidId, ValueError),
        (backstage.InvalidTopic, ValueError),
        (backstage.InvalidSignal, ValueError),
        (backstage.BadDescriptor, ValueError),
        (backstage.PayloadTooLarge, ValueError),
        (backstage.NotFound, LookupError),
        (backstage.NotSubscribed, LookupError),
        (backstage.NotMonitored, LookupError),
        (backstage.NoMemory, MemoryError),
        (backstage.WrongThread, RuntimeError),
        (backstage.OtherEngine, RuntimeError),
        (backstage.InCallback, RuntimeError),
        (backstage.NotVirtual, RuntimeError),
        (backstage.Closed, RuntimeError),
        (backstage.Timeout, TimeoutError),
        (backstage.SystemFailure, OSError),
    ],
)
def test_what_else_they_are(cls: type[BackstageError], other: type[Exception]) -> None:
    error = cls()
    assert isinstance(error, BackstageError)
    assert isinstance(error, other)
    assert str(error) == cls.reason
    assert str(cls("another text")) == "another text"


@pytest.mark.parametrize("cls", [*CLASSES.values(), backstage.Closed, backstage.Cancelled])
def test_each_can_be_pickled_and_shown(cls: type[BackstageError]) -> None:
    error = cls("text")
    again: BackstageError = pickle.loads(pickle.dumps(error))
    assert type(again) is cls
    assert (str(again), again.status) == ("text", cls.status)
    assert repr(error) == f"{cls.__name__}('text')"


def test_a_user_s_status_can_be_pickled() -> None:
    error = UserStatus(-1234, "text")
    again: UserStatus = pickle.loads(pickle.dumps(error))
    assert (again.status, str(again)) == (-1234, "text")


def test_the_documentation_names_every_class() -> None:
    for cls in CLASSES.values():
        assert cls.__doc__
        assert cls.__name__ in backstage.__all__
        assert getattr(backstage, cls.__name__) is cls


def test_a_class_of_one_s_own() -> None:
    class Own(BackstageError):
        status = -5001
        reason = "my own"

    assert str(Own()) == "my own"
    assert type(errors.error_of(-5001)) is Own

    class Thief(BackstageError):
        status = _abi.INBOX_FULL

    assert type(errors.error_of(_abi.INBOX_FULL)) is backstage.InboxFull
    assert Thief().status == _abi.INBOX_FULL


def test_what_is_only_for_the_engine_s_clock(engine: Engine) -> None:
    with pytest.raises(backstage.InvalidArgument):
        engine.advance(-1.0)
    with pytest.raises(backstage.InvalidArgument):
        engine.advance(float("nan"))
    with Engine() as real, pytest.raises(backstage.NotVirtual):
        real.advance(1.0)


def test_what_the_system_has_said() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        with pytest.raises(backstage.SystemFailure) as error:
            Engine()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert error.value.errno == errno.EMFILE
    assert os.strerror(errno.EMFILE) in str(error.value)


def test_without_descriptors_an_engine_runs_nevertheless(engine: Engine) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    server = engine.spawn(echo)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        assert server.ask(b"x") == b"x"
        assert engine.run(0.0) is False
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_bad_descriptors_and_signals(engine: Engine) -> None:
    context = engine.context(engine.spawn(ignore))
    for fd in (-1, 999_999):
        with pytest.raises(backstage.BadDescriptor):
            context.watch_fd(fd)
        with pytest.raises(backstage.BadDescriptor):
            engine.watch_fd(fd, backstage.Events.READABLE, print)
    for number in (0, -1, 9, 19, 11, 12345):
        with pytest.raises(backstage.InvalidSignal):
            context.watch_signal(number)


@pytest.mark.parametrize("use", ["run", "run_until_idle", "run_once", "run_no_wait"])
def test_an_engine_does_not_run_inside_its_callbacks(engine: Engine, use: str) -> None:
    seen: list[bool] = []

    def receive(context: Any, message: Any) -> None:
        with pytest.raises(backstage.InCallback):
            getattr(engine, use)()
        with pytest.raises(backstage.InCallback):
            engine.adopt()
        with pytest.raises(backstage.InCallback):
            engine.start()
        seen.append(True)

    engine.spawn(receive).tell_many([b"", b""])
    engine.run_until_idle()
    assert seen == [True, True]
