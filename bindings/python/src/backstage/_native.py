"""The library, as the rest of the package calls it."""

from __future__ import annotations

from ctypes import PyDLL, c_uint64, c_void_p
from typing import Any

from . import _abi, _library
from .errors import fail

#: Every function with its signature. Calls keep Python's lock: the engine gives it up itself while
#: it sleeps.
library: Any = _library.load_locked()

# The functions of the hot path, without declared signatures, which would double what a call costs.
# Arguments must be made for C: c_void_p and c_uint64 objects, bytes, and ints below 2**31.
_undeclared: Any = PyDLL(_library.path)
send = _undeclared.backstage_send
send_many = _undeclared.backstage_send_many
reply_later = _undeclared.backstage_reply_later

Pointer = c_void_p
Number = c_uint64

NANOSECONDS = 1_000_000_000
FOREVER = -1


def check(status: int) -> None:
    """Raises the exception for an error."""
    if status < 0:
        fail(status)


def nanoseconds(seconds: float | None) -> int:
    """A time for C; None is for ever."""
    if seconds is None:
        return FOREVER
    if not seconds >= 0:  # also when it is not a number
        fail(_abi.INVALID_ARGUMENT, f"a time is a number of seconds from 0 on, not {seconds!r}")
    return min(int(seconds * NANOSECONDS + 0.5), 2**63 - 1)


def name(text: str | bytes) -> bytes:
    """An id, kind or topic for C."""
    data = text.encode() if isinstance(text, str) else bytes(text)
    if 0 in data:
        fail(_abi.INVALID_ID, f"{text!r} holds a zero byte")
    return data
