"""Counters."""

from __future__ import annotations

from ctypes import byref, sizeof
from typing import TYPE_CHECKING, NamedTuple

from . import _abi
from ._native import check, library

if TYPE_CHECKING:
    from ._core import Core


class Statistics(NamedTuple):
    """An engine's ledger: `accepted == handled + dead + queued`, always. The engine's own gateway
    is no part of `actors` and `spawned`, but the messages it asks with are."""

    accepted: int
    handled: int
    dead: int
    queued: int
    events: int
    actors: int
    spawned: int
    failures: int
    restarts: int
    polls: int
    memory_bytes: int


class ActorStatistics(NamedTuple):
    """An actor's: messages in its inbox (and the most there ever were, and those set aside),
    handled and dead; its restarts; and what its inbox holds."""

    queued: int
    handled: int
    dead: int
    restarts: int
    queued_max: int
    memory_bytes: int
    stashed: int


def engine_statistics(core: Core) -> Statistics:
    """See `Engine.statistics`."""
    raw = _abi.Statistics()
    raw.size = sizeof(raw)
    check(library.backstage_engine_statistics(core.handle, byref(raw)))
    values = {name: getattr(raw, name) for name in Statistics._fields}
    values["actors"] -= core.gateway is not None
    values["spawned"] -= core.gateways
    return Statistics(**values)


def actor_statistics(core: Core, actor: int) -> ActorStatistics:
    """See `Engine.actor_statistics`."""
    raw = _abi.ActorStatistics()
    raw.size = sizeof(raw)
    check(library.backstage_engine_actor_statistics(core.handle, actor, byref(raw)))
    return ActorStatistics(*(getattr(raw, name) for name in ActorStatistics._fields))
