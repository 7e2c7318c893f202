"""Payloads lent without a copy, as memoryviews."""

from __future__ import annotations

import weakref
from ctypes import byref, c_ubyte, c_void_p
from typing import TYPE_CHECKING, Any

from ._native import library

if TYPE_CHECKING:
    from ._cell import Cell
    from ._core import Core

_exporters: dict[int, Any] = {}


class _Reference:
    """Holds a payload for as long as it lives."""

    __slots__ = ("_payload",)

    def __init__(self, payload: int) -> None:
        self._payload = payload

    def __del__(self, release: Any = library.backstage_payload_release) -> None:
        release(self._payload)  # when the interpreter exits the module may be empty by now


def _exporter(size: int) -> Any:
    # One type for all sizes of as many bits, for ctypes never forgets a type of array. Nobody sees
    # more of it than a slice.
    bits = size.bit_length()
    made = _exporters.get(bits)
    if made is None:
        made = _exporters[bits] = type("PayloadMemory", (c_ubyte * (1 << bits),), {})
    return made


def lend(cell: Cell, envelope: int, address: int, size: int) -> memoryview:
    """The bytes of a payload, until the callback returns."""
    exporter = _exporter(size).from_address(address)
    view = memoryview(exporter).cast("B").toreadonly()[:size]
    cell.core.views.append((exporter, view, cell, envelope))
    return view


def take_back(core: Core) -> None:
    """Ends what was lent. Where a slice or an array still looks into it, the payload is kept."""
    views, core.views = core.views, []
    while views:
        exporter, view, cell, envelope = views.pop()
        try:
            view.release()
        except BufferError:  # an array of it is left
            pass
        del view
        probe = weakref.ref(exporter)
        del exporter
        kept: Any = probe()
        if kept is not None:
            payload = c_void_p()
            library.backstage_envelope_payload(cell.argument, envelope, byref(payload))
            kept.owner = _Reference(payload.value or 0)
