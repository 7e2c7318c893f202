"""Events: what their payloads say."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from ._enums import Events, MessageType, Reason
from ._ref import Ref, find_ref
from .errors import BackstageError, error_of

if TYPE_CHECKING:
    from ._message import WholeMessage


class TimerEvent(NamedTuple):
    """A timer is due: when it was, on the engine's clock, and how often since the last time."""

    due: float
    expirations: int


class IOEvent(NamedTuple):
    """A descriptor is ready."""

    fd: int
    events: Events


class SignalEvent(NamedTuple):
    """A signal came, so often since the last time."""

    signal: int
    count: int  # type: ignore[assignment]  # not the method of tuples


class FailureEvent(NamedTuple):
    """A request will get no answer."""

    error: BackstageError


class Termination(NamedTuple):
    """Why an actor ended, and with whom that began, for what reason."""

    reason: Reason
    status: int
    origin: Ref | None
    origin_reason: Reason | None


def event_of(message: WholeMessage) -> Any:
    """The event that a message tells of, if it does."""
    make = _EVENTS.get(message.type)
    return make(message, message._data()) if make else None


def _timer_event(message: WholeMessage, data: bytes) -> TimerEvent:
    due, expirations = struct.unpack("<QQ", data)
    return TimerEvent(due / 1e9, expirations)


def _io_event(message: WholeMessage, data: bytes) -> IOEvent:
    fd, events = struct.unpack("<iI", data)
    return IOEvent(fd, Events(events))


def _signal_event(message: WholeMessage, data: bytes) -> SignalEvent:
    return SignalEvent(*struct.unpack("<iI", data))


def _failure_event(message: WholeMessage, data: bytes) -> FailureEvent:
    error = error_of(struct.unpack("<i", data)[0])
    error.__cause__ = message._cause
    return FailureEvent(error)


def _termination(message: WholeMessage, data: bytes) -> Termination:
    reason, status, origin, origin_reason = struct.unpack("<IiQI4x", data)
    return Termination(
        Reason(reason),
        status,
        find_ref(message._cell.core, origin) if origin else None,
        Reason(origin_reason) if origin_reason else None,
    )


_EVENTS = {
    MessageType.FAILURE: _failure_event,
    MessageType.TIMER: _timer_event,
    MessageType.RECEIVE_TIMEOUT: _timer_event,
    MessageType.IO: _io_event,
    MessageType.SIGNAL: _signal_event,
    MessageType.TERMINATED: _termination,
}
