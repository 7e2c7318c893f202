"""The hot path: from an engine's callback to the actors written in Python.

Crossing from C to Python costs more than what an actor does with a small message. So C hands over
what an actor has queued, as much as its budget allows, also where it takes messages one by one; and
what can be done once for many of them is.
"""

from __future__ import annotations

from ctypes import addressof, c_size_t
from operator import length_hint
from sys import getrefcount
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from . import _abi
from ._batch import deliver_batch
from ._core import NotBegun, cells, is_leaving
from ._coroutines import begin, reply
from ._failures import failed
from ._memory import (
    ENVELOPE_BYTES,
    INLINE_AT,
    INLINE_BYTES,
    memory,
    store_size,
    unpack_kind,
    unpack_short,
    unpack_uniform,
    unpack_whole,
)
from ._message import PlainMessage, Publication, ReferenceMessage, WholeMessage
from ._native import keep_for_ever
from ._proxy import Call
from ._requests import answered
from ._views import take_back
from .codecs import REFERENCE_BYTES, Reference, forget, is_travelling, peek

if TYPE_CHECKING:
    from ._cell import Cell

_OK = _abi.OK
_PENDING = _abi.PENDING
_YIELD = _abi.YIELD
_SEND = _abi.SEND
_PUBLISH = _abi.PUBLISH
_REQUEST = _abi.REQUEST
_REPLY = _abi.REPLY
_FAILURE = _abi.FAILURE

# What bytes of so many envelopes must be, one below the other.
_SENDS = [bytes((_SEND,)) * count for count in range(_abi.BUDGET_MAX + 1)]
_ZEROS = [bytes(count) for count in range(_abi.BUDGET_MAX + 1)]
# How long an actor's messages may take in one go, before others have their turn.
_QUICK_NS = 100_000
_SLOW_NS = 400_000


def _references() -> int:
    """What `getrefcount` says of a message that nobody else holds."""
    message = PlainMessage()
    return getrefcount(message)


_ALONE = _references()
# The same of one that is to be used again: its cell holds it; or that is in hand as well.
_SPARE = _ALONE + 1
_UP_TO = [slice(size) for size in range(INLINE_BYTES + 1)]


def receive(context: int, envelopes: int, count: int, handled: int, key: int) -> int:
    """What C calls with the messages of an actor, or with one event."""
    try:
        cell = cells[key]
        core = cell.core
        core.acting = cell
        core.last = None
        cell.envelopes = envelopes
        if count == 1:
            sender, size, kind, inline = unpack_short(memory, envelopes)
            if kind == _SEND and size <= INLINE_BYTES and cell.is_simple:
                message = cell.message
                if getrefcount(message) > _SPARE:
                    message = cell.message = PlainMessage()
                    message._cell = cell
                cell.current = message
                message._sender = sender
                message._bytes = inline[_UP_TO[size]]
                # Of a handler, just now: users' code may take for ever.
                if core.error is not None and is_leaving(cell):
                    raise NotBegun
                cell.receive(cell.context, message)
                cell.current = None
                status = _OK
            elif cell.is_batch:
                status = deliver_batch(cell, envelopes, 1, handled)
            elif kind == _SEND and size == REFERENCE_BYTES and cell.is_by_reference:
                one = iter(((sender, inline[_UP_TO[size]]),))
                status = _OK if _deliver_references(cell, one, 1) == 1 else _PENDING
            else:
                status = deliver_one(cell, envelopes)
        elif cell.is_batch:
            status = deliver_batch(cell, envelopes, count, handled)
        else:
            status = _deliver_each(cell, envelopes, count, handled)
        if core.touched:
            core.settle()
        core.acting = None
        return status
    except BaseException as error:
        return failed(key, error, envelopes, handled)


def _receive_one(context: int, envelope: int, key: int) -> int:
    return receive(context, envelope, 1, _nowhere, key)


#: What C calls, and what it calls instead with one message at a time.
many_at_once = _abi.ReceiveBatchCallback(receive)
one_by_one = _abi.ReceiveCallback(_receive_one)

keep_for_ever(many_at_once, one_by_one)

_handled = c_size_t()
_nowhere = addressof(_handled)


def _deliver_each(cell: Cell, envelopes: int, count: int, handled: int) -> int:
    """Hands an actor messages one by one; no more of them than take a moment."""
    share = cell.slice
    some = count if count <= share else share
    now = cell.core.now
    began = now()
    done = _deliver_some(cell, envelopes, some)
    took = now() - began
    if took < _QUICK_NS:
        if share <= some and share < _abi.BUDGET_MAX:
            cell.slice = min(share * 2, _abi.BUDGET_MAX)
    elif took > _SLOW_NS:
        cell.slice = max(done * _QUICK_NS // took, 1)
    if done < 0:
        store_size(memory, handled, -1 - done)
        return _PENDING
    if done == count:
        return _OK
    store_size(memory, handled, done)
    return _YIELD


def _deliver_some(cell: Cell, envelopes: int, count: int) -> int:
    """How many were handled; if one pends, less than 0: -1 less those before it."""
    if cell.is_simple or cell.is_by_reference:
        raw = memory[envelopes : envelopes + count * ENVELOPE_BYTES]
        size = raw[24]
        if (
            size <= INLINE_BYTES
            and raw[28::64] == _SENDS[count]
            and raw[24::64] == raw[24:25] * count
            and raw[25::64] == raw[26::64] == raw[27::64] == raw[30::64] == _ZEROS[count]
        ):
            fields = unpack_uniform[size](raw)
            if cell.is_simple:
                return _deliver_uniform(cell, fields, count)
            if size == REFERENCE_BYTES:
                return _deliver_references(cell, fields, count)
    core = cell.core
    core.interrupted = False
    for index in range(count):
        if deliver_one(cell, envelopes + index * ENVELOPE_BYTES) == _PENDING:
            return -1 - index
        if core.interrupted:
            return index + 1
    return count


def _deliver_uniform(cell: Cell, fields: Any, count: int) -> int:
    """The messages of a flood: SENDs with payloads of one size."""
    core = cell.core
    core.interrupted = False
    context = cell.context
    receive = cell.receive
    cell.iterator = fields
    cell.count = count
    message = cell.current = PlainMessage()
    message._cell = cell
    if core.error is not None and is_leaving(cell):
        raise NotBegun
    for message._sender, message._bytes in fields:
        if core.interrupted:
            count -= length_hint(fields) + 1
            break
        receive(context, message)
        if getrefcount(message) > _SPARE:
            message = cell.current = PlainMessage()
            message._cell = cell
    cell.iterator = cell.current = None
    return count


def _deliver_references(cell: Cell, fields: Any, count: int) -> int:
    """A flood of objects by reference."""
    core = cell.core
    core.interrupted = False
    cell.iterator = fields
    cell.count = count
    done = 0
    for sender, data in fields:
        message = cell.current = ReferenceMessage()
        message._cell = cell
        message._sender = sender
        message._bytes = data
        message._value = Reference.decode(data)
        message._is_stashed = False
        if core.error is not None and is_leaving(cell):
            raise NotBegun
        result = cell.receive(cell.context, message)
        if isinstance(result, CoroutineType) and begin(cell, result, message) == _PENDING:
            cell.iterator = cell.current = None
            return -1 - done
        done += 1
        if not message._is_stashed:
            forget(data)
        if core.interrupted:
            break
    cell.iterator = cell.current = None
    return done


def _deliver_publication(cell: Cell, envelope: int, sender: int, payload: bytes) -> int:
    message = cell.current = Publication()
    message._cell = cell
    message._sender = sender
    message._bytes = payload
    message._envelope = envelope
    message._topic = None
    if cell.core.error is not None and is_leaving(cell):
        raise NotBegun
    cell.receive(cell.context, message)
    cell.current = None
    is_kept = getrefcount(message) > _ALONE
    if is_kept:
        _ = message.topic
    message._envelope = 0
    return _OK


def deliver_one(cell: Cell, envelope: int) -> int:
    """Hands an actor any message or event. OK or PENDING."""
    cell.envelopes = envelope
    token, kind = unpack_kind(memory, envelope)
    if kind == _PUBLISH and cell.is_simple:
        sender, address, _, size, _, inline = unpack_whole(memory, envelope)
        if size <= INLINE_BYTES and address == envelope + INLINE_AT:
            return _deliver_publication(cell, envelope, sender, inline[_UP_TO[size]])
    receive = cell.receive
    codec = cell.codec
    cause = None
    if kind >= _REPLY:
        if kind <= _FAILURE:
            receive, codec, cause = answered(cell, kind, token)
        else:
            codec = None
            receive = cell.handlers.get(token) or receive
    message = cell.current = WholeMessage(cell, envelope, codec)
    message._cause = cause
    if kind == _REQUEST and message._size == REFERENCE_BYTES and is_travelling() and isinstance(
        call := peek(message._data()), Call
    ):  # fmt: skip
        message._codec = Reference
        message._value = call
        result = call.run(cell)
    else:
        if cell.core.error is not None and kind < _REPLY and is_leaving(cell):
            raise NotBegun
        result = receive(cell.context, message)
    status = _OK
    if result is not None:
        status = _conclude(cell, message, result)
    cell.current = None
    if cell.core.views:
        take_back(cell.core)
    is_kept = getrefcount(message) > _ALONE
    message.expire(is_kept, status == _OK)
    return status


def _conclude(cell: Cell, message: WholeMessage, result: Any) -> int:
    """What a receiver has returned is a reply, or a coroutine that gives one."""
    if isinstance(result, CoroutineType):
        return begin(cell, result, message)
    reply(message, result)
    return _OK
