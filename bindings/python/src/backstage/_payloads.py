"""Payloads on their way to C."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .codecs import forget
from .errors import fail

if TYPE_CHECKING:
    from .codecs import Codec


def to_bytes(payload: Any) -> bytes:
    """A payload for C, where no codec makes one."""
    if isinstance(payload, bytes):
        return payload
    if isinstance(payload, str):
        raise TypeError("a payload is bytes-like, not str: encode it, or use a codec")
    try:
        return bytes(memoryview(payload))
    except TypeError:
        raise TypeError(
            f"a payload is bytes-like, not {type(payload).__name__}: give the actor's class a "
            "codec, such as backstage.codecs.JSON, or use ref.using(codec)"
        ) from None


def encode(codec: Codec | None, payload: Any) -> bytes:
    """A payload for C, as a codec makes it."""
    if codec is not None:
        payload = codec.encode(payload)
    return payload if type(payload) is bytes else to_bytes(payload)


def check_sent(status: int, data: bytes) -> None:
    """Raises the exception for an error: nobody will get the payload."""
    if status < 0:
        forget(data)
        fail(status)
