"""Statuses of the engine as exceptions, a class each."""

from __future__ import annotations

import ctypes
import os
from typing import Any, NoReturn

from . import _abi

_classes: dict[int, type[BackstageError]] = {}

# Where C's errno is, as the last call has left it.
_errno_location = ctypes.PyDLL(None).__errno_location
_errno_location.restype = ctypes.POINTER(ctypes.c_int)


class BackstageError(Exception):
    """What went wrong in the engine.

    Raised in a callback, it is the failure's status: a supervisor, and those who monitor the
    actor, are told of it.
    """

    status: int = _abi.USER_STATUS
    """The status that C knows it by: negative."""
    reason: str = "the actor failed"
    accepted: int = 0
    """How many messages were sent before the one that was refused: see `Ref.tell_many`."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.reason)

    def __init_subclass__(cls) -> None:
        status = cls.__dict__.get("status")
        if status is not None:
            _classes.setdefault(status, cls)


class InvalidArgument(BackstageError, ValueError):
    """A value is out of range, or not allowed here."""

    status = _abi.INVALID_ARGUMENT
    reason = "a value is out of range, or not allowed here"


class InvalidId(BackstageError, ValueError):
    """An id or kind is empty, longer than 255 bytes, or holds a zero byte."""

    status = _abi.INVALID_ID
    reason = "an id or kind has 1 to 255 bytes, none of them zero"


class InvalidTopic(BackstageError, ValueError):
    """A topic that is empty, too long, or has empty or misplaced tokens."""

    status = _abi.INVALID_TOPIC
    reason = "a topic has 1 to 16 tokens between dots, '*' for one and a last '>' for the rest"


class InvalidSignal(BackstageError, ValueError):
    """No such signal, or one that cannot be caught."""

    status = _abi.INVALID_SIGNAL
    reason = "no such signal, or one that cannot be watched"


class BadDescriptor(BackstageError, ValueError):
    """The descriptor is not open."""

    status = _abi.BAD_DESCRIPTOR
    reason = "the descriptor is not open"


class NotFound(BackstageError, LookupError):
    """There is no such living actor, timer or watcher."""

    status = _abi.NOT_FOUND
    reason = "there is no such living actor, timer or watcher"


class Ending(BackstageError):
    """The actor, or the engine, is ending and takes nothing new."""

    status = _abi.ENDING
    reason = "the actor, or the engine, is ending and takes nothing new"


class Exists(BackstageError):
    """The id is taken; or this is subscribed to, monitored or stashed already."""

    status = _abi.EXISTS
    reason = "the id is taken; or this is subscribed to, monitored or stashed already"


class NotSubscribed(BackstageError, LookupError):
    """There is no such subscription."""

    status = _abi.NOT_SUBSCRIBED
    reason = "there is no such subscription"


class NotMonitored(BackstageError, LookupError):
    """There is no such monitor."""

    status = _abi.NOT_MONITORED
    reason = "there is no such monitor"


class NotWaiting(BackstageError):
    """No request waits for this (any more)."""

    status = _abi.NOT_WAITING
    reason = "no request waits for this reply (any more)"


class InboxFull(BackstageError):
    """The receiver's inbox is full."""

    status = _abi.INBOX_FULL
    reason = "the receiver's inbox is full: try later, or give it a larger capacity"


class QueueFull(BackstageError):
    """Too much waits from other threads."""

    status = _abi.QUEUE_FULL
    reason = "too much waits from other threads: try later, or raise remote_capacity"


class PayloadTooLarge(BackstageError, ValueError):
    """The payload is larger than the engine's limit."""

    status = _abi.PAYLOAD_TOO_LARGE
    reason = "the payload is larger than the engine's payload_bytes_max"


class Limit(BackstageError):
    """A count has reached its limit."""

    status = _abi.LIMIT
    reason = "a count has reached its limit: of actors, or of restarts within the window"


class NoMemory(BackstageError, MemoryError):
    """The allocator, or the engine's memory_bytes_max, said no."""

    status = _abi.NO_MEMORY
    reason = "the allocator, or the engine's memory_bytes_max, said no"


class WrongThread(BackstageError, RuntimeError):
    """The engine belongs to another thread."""

    status = _abi.WRONG_THREAD
    reason = (
        "the engine belongs to another thread: from here tell, ask and publish, or call adopt()"
    )


class OtherEngine(BackstageError, RuntimeError):
    """Another engine's callback or actor."""

    status = _abi.OTHER_ENGINE
    reason = "this belongs to another engine, or to a callback of another engine"


class InCallback(BackstageError, RuntimeError):
    """Not allowed inside a callback."""

    status = _abi.IN_CALLBACK
    reason = "not allowed inside a callback: return from it first"


class Timeout(BackstageError, TimeoutError):
    """The time given was over first."""

    status = _abi.TIMEOUT
    reason = "the time given was over first"


class Stopped(BackstageError):
    """The actor asked ended, or failed, before it answered."""

    status = _abi.STOPPED
    reason = "the actor asked ended, or failed, before it answered"


class NotVirtual(BackstageError, RuntimeError):
    """Only a virtual clock can be advanced by hand."""

    status = _abi.NOT_VIRTUAL
    reason = "only a virtual clock can be advanced: Engine(clock=Clock.VIRTUAL)"


class SystemFailure(BackstageError, OSError):
    """The operating system said no."""

    status = _abi.SYSTEM
    reason = "the operating system said no"


class Closed(BackstageError, RuntimeError):
    """The engine was closed, or belongs to the process that this one was forked from."""

    status = -999  # none of the library's
    reason = "the engine is closed"


class UserStatus(BackstageError):
    """A failure with a status of its own, such as an actor written in C returns."""

    def __init__(self, status: int, detail: str | None = None) -> None:
        super().__init__(detail or f"the actor failed with status {status}")
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.status, str(self))


def error_of(status: int, detail: str | None = None) -> BackstageError:
    """The exception for a status."""
    cls = _classes.get(status)
    if cls is SystemFailure:
        code = _errno_location()[0]
        failure = SystemFailure(detail)
        if code:
            failure.errno, failure.strerror = code, os.strerror(code)
        return failure
    if cls is not None:
        try:
            return cls(detail)
        except TypeError:  # a class of the user's that is made of something else
            pass
    return UserStatus(status, detail)


def fail(status: int, detail: str | None = None) -> NoReturn:
    """Raises the exception for a status."""
    raise error_of(status, detail)
