"""What the tests of objects by reference share."""

from __future__ import annotations

from backstage import (
    Context,
    Engine,
    Ref,
    codecs,
)

from .support import Keeper, ignore


class Thing:
    """Something that cannot be encoded."""


class ByReference(Keeper):
    """Keeps the objects themselves."""

    codec = codecs.Reference


def travelling() -> int:
    """How many objects are on their way."""
    return len(codecs._travelling)


def publisher(engine: Engine) -> tuple[Ref, Context]:
    """Somebody whom others subscribe to, and as whom to publish."""
    ref = engine.spawn(ignore, id="publisher", codec=codecs.Reference)
    return ref, engine.context(ref)
