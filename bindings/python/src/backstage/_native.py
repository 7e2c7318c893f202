"""The library, as the rest of the package calls it."""

from __future__ import annotations

from ctypes import PyDLL, c_uint64, c_void_p, py_object, pythonapi
from typing import Any

from . import _abi, _library
from .errors import fail

#: Every function with its signature. Calls keep Python's lock: the engine gives it up itself while
#: it sleeps.
library: Any = _library.load_locked()

# The functions of the hot path, without declared signatures, which would double what a call costs.
# Arguments must be made for C: c_void_p, c_uint64 and the like, bytes, and ints below 2**31.
_undeclared: Any = PyDLL(_library.path)
send = _undeclared.backstage_send
send_many = _undeclared.backstage_send_many
reply_later = _undeclared.backstage_reply_later
run = _undeclared.backstage_engine_run
request = _undeclared.backstage_request

Pointer = c_void_p
Number = c_uint64

NANOSECONDS = 1_000_000_000
FOREVER = -1
_LONGEST = 2**63 / NANOSECONDS


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
    return int(seconds * NANOSECONDS + 0.5) if seconds < _LONGEST else 2**63 - 1


def unsigned(what: str, value: int, bits: int = 32) -> int:
    """A number for C, which would take what is out of range for another."""
    if not 0 <= value < 1 << bits:
        fail(_abi.INVALID_ARGUMENT, f"{what} is out of range: {value!r}")
    return value


def limit_of(timeout: float | None) -> int:
    """A request's timeout for C, to which zero is for ever."""
    return nanoseconds(timeout) or 1


def name(text: str | bytes, invalid: int = _abi.INVALID_ID) -> bytes:
    """An id, kind or topic for C. Bytes that are no UTF-8 are as they came from there."""
    if isinstance(text, str):
        data = text.encode(errors="surrogateescape")
    elif isinstance(text, bytes):
        data = text
    else:
        raise TypeError(f"an id, kind or topic is a str or bytes, not {type(text).__name__}")
    if 0 in data:
        fail(invalid, f"{text!r} holds a zero byte")
    return data


def topic_name(topic: str | bytes) -> bytes:
    """A topic for C."""
    return name(topic, _abi.INVALID_TOPIC)


def keep_for_ever(*callbacks: Any) -> None:
    """Lets C keep pointers to these: they are never collected, not even when modules are
    reloaded."""
    for callback in callbacks:
        pythonapi.Py_IncRef(py_object(callback))
