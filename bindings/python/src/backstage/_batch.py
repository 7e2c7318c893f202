"""Many messages at once, for actors that take them so."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, overload

from . import _abi
from ._core import NotBegun, is_leaving
from ._coroutines import begin
from ._memory import ENVELOPE_BYTES, INLINE_BYTES, memory, store_size, unpack_kind, unpack_whole
from ._message import Message, WholeMessage
from ._requests import answered
from ._views import take_back
from .codecs import forget, is_travelling
from .errors import InvalidArgument

if TYPE_CHECKING:
    from ._cell import Cell
    from .codecs import Codec


class Batch(Sequence[Message]):
    """The messages handed to `receive_batch`, in order. It may be used until that returns; messages
    taken out of it may be kept.

    `payloads` and `unpack` are the fast ways to what they hold. If `receive_batch` raises, all are
    taken to be handled before the one that `failed_at` tells, 0 unless set.
    """

    __slots__ = ("_cell", "_codec", "_count", "_envelopes", "_failed_at", "_messages")

    def __init__(self, cell: Cell, envelopes: int, count: int, codec: Codec | None) -> None:
        self._cell = cell
        self._codec = codec
        self._envelopes = envelopes
        self._count = count
        self._messages: dict[int, WholeMessage] = {}
        self._failed_at = 0

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | list[Message]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        if index < 0:
            index += self._count
        if not 0 <= index < self._count:
            raise IndexError("there are not so many messages")
        message = self._messages.get(index)
        if message is None:
            message = WholeMessage(self._cell, self._place(index), self._codec)
            self._messages[index] = message
        return message

    def __iter__(self) -> Iterator[Message]:
        for index in range(self._count):
            yield self[index]

    @property
    def payloads(self) -> list[Any]:
        """All payloads: bytes, or what the actor's codec makes of them."""
        if self._codec is not None:
            return [message.payload for message in self]
        raw = self._raw()
        size = raw[24]
        if size <= INLINE_BYTES and _have_size(raw, size) and _are_inline(raw):
            return list(_columns(size, self._count)(raw))
        return [_payload(raw, at) for at in range(0, len(raw), ENVELOPE_BYTES)]

    @property
    def senders(self) -> list[int]:
        """The senders, as numbers (see `Ref.value`); 0 for none."""
        senders = [sender for (sender,) in _SENDER.iter_unpack(self._raw())]
        gateway = self._cell.core.gateway
        if gateway is not None and gateway.number in senders:
            senders = [0 if sender == gateway.number else sender for sender in senders]
        return senders

    def unpack(self, format: str) -> Iterator[tuple[Any, ...]]:
        """The payloads as records of the `struct` module: of one format of at most 32 bytes, which
        all must have. Raises ValueError where one has another size. Copies nothing but the
        values."""
        record, payload = _record(format)
        raw = self._raw()
        if not _have_size(raw, payload.size):
            raise ValueError(f"not all payloads have the {payload.size} bytes of {format!r}")
        if _are_inline(raw):
            return record.iter_unpack(raw)
        payloads = (_payload(raw, at) for at in range(0, len(raw), ENVELOPE_BYTES))
        return payload.iter_unpack(b"".join(payloads))

    def _raw(self) -> bytes:
        if not self._envelopes:
            raise InvalidArgument("a batch may be used until receive_batch returns")
        raw: bytes = memory[self._envelopes : self._envelopes + self._count * ENVELOPE_BYTES]
        return raw

    def _place(self, index: int) -> int:
        if not self._envelopes:
            raise InvalidArgument("a batch may be used until receive_batch returns")
        return self._envelopes + index * ENVELOPE_BYTES

    @property
    def failed_at(self) -> int:
        """The message that `receive_batch` fails on, if it raises."""
        return self._failed_at

    @failed_at.setter
    def failed_at(self, index: int) -> None:
        if not 0 <= index < self._count:
            raise IndexError("there are not so many messages")
        self._failed_at = index

    def expire(self, handled: int) -> None:
        """The callback returns, and so many messages have been handled."""
        messages = self._messages.values()
        for message in messages:
            message.keep()
        if is_travelling():
            raw = self._raw()
            for index in range(handled):
                self._give_up(index, raw)
        for message in messages:
            message.expire(False, False)
        self._envelopes = 0

    def _give_up(self, index: int, raw: bytes) -> None:
        message = self._messages.get(index)
        if not (message is not None and message._is_stashed):
            forget(_payload(raw, index * ENVELOPE_BYTES))


_SENDER = struct.Struct("<Q56x")
_records: dict[str, tuple[struct.Struct, struct.Struct]] = {}


def _record(format: str) -> tuple[struct.Struct, struct.Struct]:
    """Of an envelope with such a payload, and of the payload."""
    record = _records.get(format)
    if record is None:
        has_order = format.startswith(("=", "<", ">", "!"))
        order, body = (format[0], format[1:]) if has_order else ("<", format)
        size = struct.calcsize(order + body)
        if not 0 < size <= INLINE_BYTES:
            raise ValueError(f"{format!r} has {size} bytes: a record has 1 to {INLINE_BYTES}")
        envelope = struct.Struct(f"{order}32x{body}{INLINE_BYTES - size}x")
        record = envelope, struct.Struct(order + body)
        _records[format] = record
    return record


@lru_cache(1024)
def _columns(size: int, count: int) -> Callable[[bytes], tuple[bytes, ...]]:
    """What takes the payloads of so many envelopes, all of that size."""
    return struct.Struct("<" + f"32x{size}s{INLINE_BYTES - size}x" * count).unpack


def _have_size(raw: bytes, size: int) -> bool:
    """Whether all payloads of these envelopes have this size, of less than 256."""
    sizes = raw[24::64]
    zeros = bytes(len(sizes))
    same = bytes((size,)) * len(sizes)
    return sizes == same and raw[25::64] == raw[26::64] == raw[27::64] == zeros


def _are_inline(raw: bytes) -> bool:
    """Whether these envelopes carry nothing, not even a short payload that lies elsewhere."""
    return raw[30::64] == bytes(len(raw) // ENVELOPE_BYTES)


def _payload(raw: bytes, at: int) -> bytes:
    _, address, _, size, _, _ = unpack_whole(raw, at)
    payload: bytes = memory[address : address + size]
    return payload


def deliver_batch(cell: Cell, envelopes: int, count: int, handled: int) -> int:
    """Hands an actor its messages together, but answers and events one by one: they may have a
    handler. OK, YIELD or PENDING."""
    core = cell.core
    core.interrupted = False
    types = memory[envelopes + 28 : envelopes + count * ENVELOPE_BYTES : ENVELOPE_BYTES]
    at = 0
    while at < count:
        end = at
        while end < count and types[end] < _abi.REPLY:
            end += 1
        place = cell.envelopes = envelopes + at * ENVELOPE_BYTES
        if end > at:
            _deliver_together(cell, Batch(cell, place, end - at, cell.codec))
            at = end
        elif _deliver_apart(cell, place, types[at]) == _abi.PENDING:
            store_size(memory, handled, at)
            return _abi.PENDING
        else:
            at += 1
        if core.interrupted:
            break
    store_size(memory, handled, at)
    return _abi.OK if at == count else _abi.YIELD


def _deliver_together(cell: Cell, batch: Batch) -> None:
    cell.current = batch
    if cell.core.error is not None and not batch._messages and is_leaving(cell):  # no event
        raise NotBegun
    cell.receive(cell.context, batch)
    cell.current = None
    batch.expire(len(batch))
    if cell.core.views:
        take_back(cell.core)


def _deliver_apart(cell: Cell, envelope: int, kind: int) -> int:
    token, _ = unpack_kind(memory, envelope)
    receive = by_default = cell.receive
    codec, cause = None, None
    if kind <= _abi.FAILURE:
        receive, codec, cause = answered(cell, kind, token)
    else:
        receive = cell.handlers.get(token) or by_default
    message = WholeMessage(cell, envelope, codec)
    message._cause = cause
    if receive is by_default:
        batch = Batch(cell, envelope, 1, codec)
        batch._messages[0] = message
        _deliver_together(cell, batch)
        return _abi.OK
    cell.current = message
    result = receive(cell.context, message)
    status = begin(cell, result, message) if cell.is_coroutine(result) else _abi.OK
    cell.current = None
    if cell.core.views:
        take_back(cell.core)
    message.expire(True, status == _abi.OK)
    return status
