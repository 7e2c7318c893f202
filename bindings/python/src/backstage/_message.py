"""Messages, as their receivers see them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from ._enums import MessageType
from ._events import event_of
from ._memory import INLINE_AT, INLINE_BYTES, memory, unpack_whole
from ._native import check, library, reply_later
from ._payloads import check_sent, encode
from ._ref import Ref, find_sender
from ._requests import gateway_of
from ._views import lend
from .codecs import REFERENCE_BYTES, Reference, forget, is_travelling, repeat, travels
from .errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._cell import Cell
    from .codecs import Codec

_handle = struct.Struct("<QQ").pack
_TYPES = (MessageType.SEND, *MessageType)
_SUBSCRIPTIONS = (MessageType.SUBSCRIBE, MessageType.UNSUBSCRIBE)


class ReplyHandle:
    """What it takes to answer a request later than in its callback. Any actor may, once."""

    __slots__ = ("_cell", "_codec", "_handle")

    def __init__(self, cell: Cell, codec: Codec | None, handle: bytes) -> None:
        self._cell = cell
        self._codec = codec
        self._handle = handle

    def reply(self, payload: Any) -> None:
        """Answers. Raises `NotWaiting` if nobody waits any more, `InboxFull` if the asker's inbox
        is full: try again later. Engine's thread."""
        core = self._cell.core
        core.handle  # noqa: B018  # raises if the engine is closed
        acting = core.acting or self._cell
        argument = acting.argument or gateway_of(core).argument
        data = encode(self._codec, payload)
        core.settle_here()
        check_sent(reply_later(argument, self._handle, data, len(data)), data)


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
        """The payload: bytes, or what the actor's codec makes of those of a SEND, PUBLISH or
        REQUEST, and of a REPLY the codec of who was asked."""
        return self._bytes

    @property
    def size(self) -> int:
        """The payload's size in bytes."""
        return len(self._bytes)

    @property
    def sender(self) -> Ref | None:
        """Who sent it; None from outside, or from the engine itself."""
        return find_sender(self._cell.core, self._sender)

    @property
    def topic(self) -> str | None:
        """The topic of a PUBLISH, SUBSCRIBE or UNSUBSCRIBE, "" for the default topic; None for
        other types."""
        return None

    @property
    def event(self) -> Any:
        """A `TimerEvent`, `IOEvent`, `SignalEvent`, `Termination` or `FailureEvent`, by type; None
        for other types."""
        return None

    def view(self) -> memoryview:
        """The payload's bytes, read-only, and long ones without a copy. To be used until the
        callback returns: after that a view of a long payload raises ValueError."""
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
        """Sends this message on as it is, so that a reply goes to who asked. Only inside the
        callback that was given it. Raises as `Ref.tell`."""
        cell, address = self._in_hand()
        core = cell.core
        core.settle_here()
        check(library.backstage_forward(cell.argument, address, core.number_of(receiver)))

    def stash(self) -> None:
        """Sets this message aside until `Context.unstash`. Only inside the callback that was given
        it. Raises `Exists`, `InboxFull`, `NoMemory`; `InvalidArgument` for an event."""
        cell, address = self._in_hand()
        core = cell.core
        core.settle_here()
        check(library.backstage_stash(cell.argument, address))
        cell.take_one_by_one()

    def _in_hand(self) -> tuple[Cell, int]:
        cell = self._cell
        cell.core.handle  # noqa: B018  # raises if the engine is closed
        if cell.current is not self or cell.core.acting is not cell:
            raise InvalidArgument("only inside the callback that was given the message")
        return cell, cell.place()

    def __repr__(self) -> str:
        return f"<Message {self.type.name}, {self.size} bytes>"


class PlainMessage(Message):
    """A SEND with a short payload, for an actor without a codec: most are."""

    __slots__ = ()

    payload = Message._bytes  # type: ignore[misc]


class Publication(Message):
    """A PUBLISH with a short payload, for an actor without a codec."""

    __slots__ = ("_envelope", "_topic")

    type = MessageType.PUBLISH
    payload = Message._bytes  # type: ignore[misc]
    _envelope: int
    _topic: str | None

    @property
    def topic(self) -> str:
        topic = self._topic
        if topic is None:
            topic = self._topic = topic_of(self._envelope)
        return topic


class ReferenceMessage(Message):
    """A SEND of an object by reference."""

    __slots__ = ("_is_stashed", "_value")

    _is_stashed: bool
    _value: Any
    _codec = Reference

    def forward(self, receiver: Ref) -> None:
        forward_reference(super().forward, self._bytes, receiver)

    def stash(self) -> None:
        super().stash()
        self._is_stashed = True

    def give_up(self) -> None:
        """The message has been handled: what it brought is no longer on its way."""
        forget(self._bytes)


ReferenceMessage.payload = ReferenceMessage._value  # type: ignore[method-assign, misc]


def topic_of(envelope: int) -> str:
    """The topic of a PUBLISH in hand."""
    if not envelope:
        raise InvalidArgument("the topic was not read before the callback returned")
    name: bytes = library.backstage_envelope_topic(envelope) or b""
    return name.decode(errors="surrogateescape")


def forward_reference(forward: Callable[[Ref], None], data: bytes, receiver: Ref) -> None:
    """Forwards a message: what it brings by reference is on its way once more."""
    repeat(data)
    try:
        forward(receiver)
    except BaseException:
        forget(data)
        raise


_UNREAD: Any = object()


class WholeMessage(Message):
    """Any other message: what its fields are is found out when they are asked for."""

    __slots__ = (
        "_address", "_cause", "_codec", "_envelope", "_is_stashed", "_size", "_topic", "_value",
        "token", "type",
    )  # fmt: skip

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
        self._value = _UNREAD
        self.type = _TYPES[kind]
        self._codec = codec
        self._cause = None
        self._is_stashed = False
        self._topic: str | None = None
        is_inline = size <= INLINE_BYTES and self._address == envelope + INLINE_AT
        self._bytes = inline[:size] if is_inline else None

    @property
    def size(self) -> int:
        return self._size

    @property
    def payload(self) -> Any:
        value = self._value
        if value is not _UNREAD:
            return value
        value = self._data()
        codec = self._codec
        if codec is not None and self.type not in _SUBSCRIPTIONS:
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
        if self.type in _SUBSCRIPTIONS:
            return self._data().decode(errors="surrogateescape")
        if self.type is not MessageType.PUBLISH:
            return None
        topic = self._topic
        if topic is None:
            topic = self._topic = topic_of(self._envelope)
        return topic

    @property
    def event(self) -> Any:
        return event_of(self)

    def forward(self, receiver: Ref) -> None:
        if not is_travelling():
            return super().forward(receiver)
        forward_reference(super().forward, self._data(), receiver)

    def stash(self) -> None:
        super().stash()
        self._is_stashed = True

    def _in_hand(self) -> tuple[Cell, int]:
        cell = self._cell
        cell.core.handle  # noqa: B018  # as above
        if not self._envelope or cell.core.acting is not cell:
            raise InvalidArgument("only inside the callback that was given the message")
        return cell, self._envelope

    def expire(self, is_kept: bool, is_over: bool = True) -> None:
        """The callback returns. The message is over if it has been handled, and neither pends nor
        is a dead letter."""
        if is_kept:
            self.keep()
        if is_over and is_travelling() and not self._is_stashed:
            self.give_up()
        self._address = self._envelope = 0

    def keep(self) -> None:
        """Copies what the message only borrows."""
        data = self._data()
        _ = self.topic
        if is_travelling() and travels(data) and self._codec is not None:
            try:
                _ = self.payload
            except Exception:  # who reads it will see
                pass

    def give_up(self) -> None:
        """The message has been handled: what it brought by reference is no longer on its way."""
        if self._size == REFERENCE_BYTES:
            forget(self._data())
