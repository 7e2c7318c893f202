"""Codecs: how objects become payloads, and payloads objects again.

A codec is any object with `encode(value) -> bytes` and `decode(data) -> value`. A class of actors
names its own, and who sends to it by its ref uses that too:

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
        """Makes the payload of a value. What it raises, the sender gets."""

    def decode(self, data: bytes, /) -> Any:
        """Makes the value of a payload. What it raises is the receiver's failure."""


class Json:
    """JSON by the standard library, in UTF-8."""

    def encode(self, value: Any, /) -> bytes:
        """Makes JSON of a value."""
        self._prepare()
        return self.encode(value)

    def decode(self, data: bytes, /) -> Any:
        """Makes a value of JSON."""
        self._prepare()
        return self.decode(data)

    def _prepare(self) -> None:
        # Not before it is needed; and one encoder for all, which takes a third of the time.
        import json

        text_of = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
        value_of = json.JSONDecoder().decode

        def encode(value: Any, /) -> bytes:
            return text_of(value).encode()

        def decode(data: bytes, /) -> Any:
            return value_of(data.decode())

        self.encode = encode  # type: ignore[method-assign]
        self.decode = decode  # type: ignore[method-assign]


class _Pickle:
    """Pickle: any object of Python's, for actors of Python in processes that trust each other."""

    def encode(self, value: Any, /) -> bytes:
        import pickle

        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)

    def decode(self, data: bytes, /) -> Any:
        import pickle

        return pickle.loads(data)


class Msgspec:
    """msgspec, which must be installed: JSON or MessagePack, checked against a type if one is
    given.

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

REFERENCE_BYTES = 16
# What is in use outlives a reload of this module.
_former = globals()
_mark: bytes = _former.get("_mark", os.urandom(8))
_pack = struct.Struct("<8sQ").pack
_numbers: Callable[[], int] = _former.get("_numbers", count(1).__next__)

#: What travels by reference, by its payload, until the message has been handled or is a dead
#: letter; and how many messages have the payload, where more than one has.
_travelling: dict[bytes, Any] = _former.get("_travelling", {})
_shares: dict[bytes, int] = _former.get("_shares", {})

_NOTHING: Any = object()
_SPREADING = 1 << 60


class _Reference:
    """Hands objects themselves over, between Python actors of one process: nothing is encoded, and
    both have the same object. What is bytes-like from others, such as actors in C, stays bytes.

    Do not publish or broadcast by it to actors in C: to them it is 16 bytes without a meaning, and
    what they are sent is kept for ever."""

    def encode(self, value: Any, /) -> bytes:
        data = _pack(_mark, _numbers())
        _travelling[data] = value
        return data

    def decode(self, data: bytes, /) -> Any:
        value = _travelling.get(data, _NOTHING)
        if value is not _NOTHING:
            return value
        if len(data) == REFERENCE_BYTES and data.startswith(_mark):
            raise InvalidArgument("the message that brought this object has been handled")
        return data


def is_travelling() -> bool:
    """Whether anything travels by reference."""
    return bool(_travelling)


def travels(data: bytes) -> bool:
    """Whether a payload refers to an object that is on its way."""
    return data in _travelling


def peek(data: bytes) -> Any:
    """What a payload refers to, if it does."""
    return _travelling.get(data)


def repeat(data: bytes) -> None:
    """A payload is in one message more."""
    if data in _travelling:
        _shares[data] = _shares.get(data, 1) + 1


def forget(data: bytes) -> None:
    """A message with this payload is no more."""
    if data in _shares:
        _share(data, _shares[data] - 1)
    else:
        _travelling.pop(data, None)


def bury(data: bytes, was_accepted: bool) -> None:
    """A message with this payload is a dead letter. One that was not accepted is among the
    receivers of a broadcast, as long as that is under way, who are not counted."""
    if was_accepted or _shares.get(data, 1) < _SPREADING // 2:
        forget(data)


def spread(codec: Any, data: bytes, send: Callable[[], int]) -> int:
    """Sends a payload to several: an object by reference is theirs until the last has it."""
    if codec is not Reference:
        return send()
    _shares[data] = _SPREADING
    receivers = 0
    try:
        receivers = send()
    finally:
        _share(data, _shares[data] - _SPREADING + receivers)
    return receivers


def _share(data: bytes, messages: int) -> None:
    if messages > 1:
        _shares[data] = messages
        return
    del _shares[data]
    if messages == 0:
        del _travelling[data]


JSON = Json()
Pickle = _Pickle()
Reference: _Reference = _former.get("Reference", _Reference())
