"""Messages, as their receivers see them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from ._enums import Events, MessageType, Reason
from ._memory import INLINE_BYTES, memory, unpack_whole
from ._native import check, library, reply_later
from ._ref import Ref, encode, find_ref
from ._views import lend
from .codecs import Reference
from .errors import BackstageError, InvalidArgument, error_of

if TYPE_CHECKING:
    from ._cell import Cell
    from .codecs import Codec

_handle = struct.Struct("<QQ").pack
_TYPES = (MessageType.SEND, *MessageType)


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
    count: int


class FailureEvent(NamedTuple):
    """A request will get no answer."""

    error: BackstageError


class Termination(NamedTuple):
    """Why an actor ended, and with whom that began, for what reason."""

    reason: Reason
    status: int
    origin: Ref | None
    origin_reason: Reason | None


class ReplyHandle:
    """What it takes to answer a request later than in its callback. Any actor may, once."""

    __slots__ = ("_cell", "_codec", "_handle")

    def __init__(self, cell: Cell, codec: Codec | None, handle: bytes) -> None:
        self._cell = cell
        self._codec = codec
        self._handle = handle

    def reply(self, payload: Any) -> None:
        """Answers. Raises `NotWaiting` if nobody waits any more, `InboxFull` if the asker's inbox is
        full: try again later. Engine's thread."""
        cell = self._cell
        core = cell.core
        acting = core.acting or cell
        core.settle()
        data = encode(self._codec, payload)
        check(reply_later(acting.argument, self._handle, data, len(data)))


class Message:
    """A message. It may be kept: what it holds is copied when its callback returns."""

    __slots__ = ("__weakref__", "_bytes", "_cell", "_sender")

    _bytes: Any
    _cell: Cell
    _codec: Codec | None = None
    _sender: int

    type: MessageType = MessageType.SEND
    """What the message is."""
    token: int = 0
    """Of a REPLY or FAILURE the request's, of an event its timer's or watcher's."""

    @property
    def payload(self) -> Any:
        """The payload: bytes, or what the actor's codec makes of them."""
        return self._bytes

    @property
    def size(self) -> int:
        """The payload's size in bytes."""
        return len(self._bytes)

    @property
    def sender(self) -> Ref | None:
        """Who sent it; None from outside, or from the engine itself."""
        sender = self._sender
        return find_ref(self._cell.core, sender) if sender else None

    @property
    def topic(self) -> str | None:
        """The topic of a PUBLISH, "" for the default topic; None for other types."""
        return None

    @property
    def event(self) -> Any:
        """A `TimerEvent`, `IOEvent`, `SignalEvent`, `Termination` or `FailureEvent`, by type; None
        for other types."""
        return None

    def view(self) -> memoryview:
        """The payload's bytes without a copy, read-only, until the callback returns: after that it
        raises ValueError."""
        return memoryview(self._bytes)

    def reply(self, payload: Any) -> None:
        """Answers a REQUEST; as `ReplyHandle.reply`."""
        self.reply_handle().reply(payload)

    def reply_handle(self) -> ReplyHandle:
        """Keeps a REQUEST to be answered later. Raises `InvalidArgument` for other types."""
        if self.type is not MessageType.REQUEST:
            raise InvalidArgument(f"a reply answers a REQUEST, not a {self.type.name}")
        return ReplyHandle(self._cell, self._codec, _handle(self._sender, self.token))

    def forward(self, receiver: Ref) -> None:
        """Sends this message on as it is, so that a reply goes to who asked. Only inside the callback
        that was given it. Raises as `Ref.tell`."""
        cell, address = self._in_hand()
        cell.core.settle()
        check(library.backstage_forward(cell.argument, address, receiver.value))

    def stash(self) -> None:
        """Sets this message aside until `Context.unstash`. Only inside the callback that was given
        it. Raises `Exists`, `InboxFull`, `NoMemory`; `InvalidArgument` for an event."""
        cell, address = self._in_hand()
        cell.core.settle()
        check(library.backstage_stash(cell.argument, address))

    def _in_hand(self) -> tuple[Cell, int]:
        cell = self._cell
        if cell.current is not self or cell.core.acting is not cell:
            raise InvalidArgument("only inside the callback that was given the message")
        return cell, cell.place()

    def __repr__(self) -> str:
        return f"<Message {self.type.name}, {self.size} bytes>"


class PlainMessage(Message):
    """A SEND with a short payload, for an actor without a codec: most are."""

    __slots__ = ()

    payload = Message._bytes


class WholeMessage(Message):
    """Any other message: what its fields are is found out when they are asked for."""

    __slots__ = ("_address", "_cause", "_codec", "_envelope", "_size", "_topic", "_value", "token", "type")

    type: MessageType
    token: int
    _envelope: int
    _address: int
    _size: int
    _codec: Codec | None
    #: Of a FAILURE: what the actor asked has raised.
    _cause: BaseException | None

    def __init__(self, cell: Cell, envelope: int, codec: Codec | None) -> None:
        self._cell = cell
        self._envelope = envelope
        self._sender, self._address, self.token, size, kind, inline = unpack_whole(memory, envelope)
        self._size = size
        self.type = _TYPES[kind]
        self._codec = codec
        self._cause = None
        self._bytes = inline[:size] if size <= INLINE_BYTES else None

    @property
    def size(self) -> int:
        return self._size

    @property
    def payload(self) -> Any:
        try:
            return self._value
        except AttributeError:
            pass
        value: Any = self._data()
        codec = self._codec
        if codec is not None:
            value = codec.decode(value)
        self._value = value
        return value

    def _data(self) -> bytes:
        data: bytes | None = self._bytes
        if data is None:
            if not self._address:
                raise InvalidArgument("the payload was not read before the callback returned")
            data = self._bytes = memory[self._address : self._address + self._size]
        return data

    def view(self) -> memoryview:
        if self._bytes is not None or not self._address:
            return memoryview(self._data())
        return lend(self._cell, self._envelope, self._address, self._size)

    @property
    def topic(self) -> str | None:
        if self.type is not MessageType.PUBLISH:
            return None
        try:
            return self._topic  # type: ignore[no-any-return]
        except AttributeError:
            pass
        if not self._envelope:
            raise InvalidArgument("the topic was not read before the callback returned")
        name = library.backstage_envelope_topic(self._envelope) or b""
        self._topic = name.decode(errors="surrogateescape")
        return self._topic

    @property
    def event(self) -> Any:
        make = _EVENTS.get(self.type)
        return make(self, self._data()) if make else None

    def expire(self, is_kept: bool) -> None:
        """The callback returns: what the message only borrows is copied if somebody keeps it."""
        if is_kept:
            self._data()
            _ = self.topic
        if self._codec is Reference:
            _ = self.payload  # nobody else will take it
        self._address = self._envelope = 0


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
