"""The actor system that runs on the calling thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from thespian.actors import ActorSystem


@contextmanager
def actor_system() -> Iterator[ActorSystem]:
    """A `tell` to it returns once no message is left."""
    system = ActorSystem("simpleSystemBase", logDefs=False)
    try:
        yield system
    finally:
        system.shutdown()
