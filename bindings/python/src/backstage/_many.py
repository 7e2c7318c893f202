"""Many messages in one call."""

from __future__ import annotations

from array import array
from ctypes import byref, c_size_t
from typing import TYPE_CHECKING, Any

from ._current import acting_cell
from ._native import library
from ._payloads import encode, to_bytes
from .codecs import REFERENCE_BYTES, Reference, forget
from .errors import error_of

if TYPE_CHECKING:
    from ._ref import Ref


def tell_many(ref: Ref, payloads: Any, size: int | None) -> int:
    """See `Ref.tell_many`."""
    if size is not None:
        data = to_bytes(payloads)
        if size <= 0 or len(data) % size:
            raise ValueError(f"{len(data)} bytes are no whole number of records of {size}")
        return _send_uniform(ref, data, size, len(data) // size)
    codec = ref._codec
    items = payloads if isinstance(payloads, (list, tuple)) else list(payloads)
    if codec is None and items and type(items[0]) is bytes:
        lengths = list(map(len, items))
        size = lengths[0]
        if lengths.count(size) == len(items):
            try:
                data = b"".join(items)
            except TypeError:  # what that is about is said below
                data = b""
            if len(data) == size * len(items):
                return _send_uniform(ref, data, size, len(items))
    if codec is not None or set(map(type, items)) != {bytes}:
        items = [encode(codec, item) for item in items]
    return _send_all(ref, b"".join(items), array("I", map(len, items)), len(items))


def _send_uniform(ref: Ref, data: bytes, size: int, count: int) -> int:
    return _send_all(ref, data, array("I", (size,)) * count, count)


def _send_all(ref: Ref, data: bytes, sizes: array[int], count: int) -> int:
    core = ref._core
    acting = acting_cell(core)
    accepted = c_size_t()
    many = (ref.value, data, sizes.tobytes(), count, byref(accepted))
    if acting is None:
        status = core.from_anywhere(library.backstage_engine_send_many, *many)
    else:
        core.settle()
        status = library.backstage_send_many(acting.argument, *many)
    if status:
        error = error_of(status)
        error.accepted = accepted.value
        if ref._codec is Reference:
            for at in range(REFERENCE_BYTES * error.accepted, len(data), REFERENCE_BYTES):
                forget(data[at : at + REFERENCE_BYTES])
        raise error
    return count
