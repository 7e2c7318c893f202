"""Watching descriptors outside any actor."""

from __future__ import annotations

from ctypes import byref, c_uint64
from typing import TYPE_CHECKING

from . import _abi
from ._core import Core, next_key, watches
from ._enums import Events
from ._log import log_trouble
from ._native import check, keep_for_ever, library

if TYPE_CHECKING:
    from collections.abc import Callable


class Watch:
    """A descriptor that is watched: `cancel` ends that."""

    __slots__ = ("_callback", "_core", "_key", "_number")

    def __init__(self, core: Core, callback: Callable[[int, Events], object]) -> None:
        self._core = core
        self._callback = callback
        self._key = next_key()
        self._number = 0

    def cancel(self) -> None:
        """Stops watching, before the descriptor is closed. Engine's thread."""
        core = self._core
        if core.engine is not None:
            core.require_here()
            if self._key in watches:  # NOT_FOUND: the descriptor could no longer be watched
                library.backstage_engine_unwatch_fd(core.engine, self._number)
        watches.pop(self._key, None)


@_abi.FdCallback  # type: ignore[untyped-decorator]
def _ready(engine: int, fd: int, events: int, key: int) -> None:
    watch: Watch | None = watches.get(key)
    try:
        if watch is not None:
            watch._callback(fd, Events(events))
    except Exception as error:
        log_trouble(f"the callback for descriptor {fd} failed", error)
    except BaseException as error:
        if watch is not None:
            watch._core.leave(error)


keep_for_ever(_ready)


def watch(core: Core, fd: int, events: Events, callback: Callable[[int, Events], object]) -> Watch:
    """See `Engine.watch_fd`."""
    made = Watch(core, callback)
    number = c_uint64()
    check(
        library.backstage_engine_watch_fd(core.handle, fd, events, _ready, made._key, byref(number))
    )
    made._number = number.value
    watches[made._key] = made
    return made
