"""Codecs: how objects become payloads, and payloads objects again.

A codec is any object with `encode(value) -> bytes` and `decode(data) -> value`. A class of actors names
its own, and who sends to it by its ref uses that too:

    class Orders(Actor):
        codec = codecs.JSON

For protobuf, a codec for one type of message takes two lines:

    class OrderCodec:
        encode = staticmethod(Order.SerializeToString)
        decode = staticmethod(Order.FromString)
"""

from __future__ import annotations

import os
import struct
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from .errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["JSON", "Codec", "Json", "Msgspec", "Pickle", "Reference"]


class Codec(Protocol):
    """What makes payloads of objects, and objects of payloads."""

    def encode(self, value: Any, /) -> bytes:
        """The payload for a value. What it raises, the sender gets."""

    def decode(self, data: bytes, /) -> Any:
        """The value of a payload. What it raises is the receiver's failure."""


class Json:
    """JSON by the standard library, in UTF-8."""

    def encode(self, value: Any, /) -> bytes:
        import json

        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

    def decode(self, data: bytes, /) -> Any:
        import json

        return json.loads(data)


class _Pickle:
    """Pickle: any object of Python's, for actors of Python in processes that trust each other."""

    def encode(self, value: Any, /) -> bytes:
        import pickle

        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)

    def decode(self, data: bytes, /) -> Any:
        import pickle

        return pickle.loads(data)


class Msgspec:
    """msgspec, which must be installed: JSON or MessagePack, checked against a type if one is given.

        codec = codecs.Msgspec(Order)          # a msgspec.Struct
        codec = codecs.Msgspec(format="json")
    """

    def __init__(self, type: Any = Any, format: str = "msgpack") -> None:
        import msgspec

        modules = {"json": msgspec.json, "msgpack": msgspec.msgpack}
        if format not in modules:
            raise InvalidArgument(f"the format is 'json' or 'msgpack', not {format!r}")
        module: Any = modules[format]
        self.encode: Callable[[Any], bytes] = module.Encoder().encode
        self.decode: Callable[[bytes], Any] = module.Decoder(type).decode


# ---- By reference

_mark = os.urandom(8)
_pack = struct.Struct("<8sQ").pack
_unpack = struct.Struct("<8sQ").unpack
_numbers = count(1).__next__

#: What travels by reference: by number, the value and how many messages carry it.
_travelling: dict[int, list[Any]] = {}

_MANY = 1 << 60


class _Reference:
    """Hands objects themselves over, between Python actors of one process: nothing is encoded, and
    both have the same object. What is bytes-like from others, such as actors in C, stays bytes."""

    def encode(self, value: Any, /) -> bytes:
        number = _numbers()
        _travelling[number] = [value, 1]
        return _pack(_mark, number)

    def decode(self, data: bytes, /) -> Any:
        if len(data) != 16 or not data.startswith(_mark):
            return data
        return _take(_unpack(data)[1])


def _take(number: int) -> Any:
    entry = _travelling[number]
    entry[1] -= 1
    if entry[1] == 0:
        del _travelling[number]
    return entry[0]


def is_travelling() -> bool:
    """Whether anything travels by reference."""
    return bool(_travelling)


def peek(data: bytes) -> Any:
    """What a payload refers to, if it does; it stays there."""
    if data.startswith(_mark):
        entry = _travelling.get(_unpack(data)[1])
        return entry[0] if entry is not None else None
    return None


def forget(data: bytes) -> None:
    """A payload will be read by nobody."""
    if len(data) == 16 and data.startswith(_mark):
        number = _unpack(data)[1]
        if number in _travelling:
            _take(number)


def spread(codec: Any, data: bytes, send: Callable[[], int]) -> int:
    """Sends a payload to several: an object by reference is theirs until the last has it."""
    if codec is not Reference:
        return send()
    entry = _travelling[_unpack(data)[1]]
    entry[1] = _MANY
    receivers = 0
    try:
        receivers = send()
    finally:
        entry[1] = receivers + 1
        forget(data)
    return receivers


JSON = Json()
Pickle = _Pickle()
Reference = _Reference()
