"""The engine's log, as `logging` takes it: the logger is "backstage"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _abi

if TYPE_CHECKING:
    from logging import Logger

    from ._cell import Cell


def logger() -> Logger:
    import logging  # not before it is needed: it takes a third of the time of all imports

    return logging.getLogger("backstage")


def log_failure(cell: Cell, error: BaseException, where: str) -> None:
    """Logs an actor's failure with its traceback."""
    name = getattr(cell.instance, "__qualname__", None) or type(cell.instance).__qualname__
    logger().error(
        "actor %s (%s) failed in %s: %s", cell.name or hex(cell.number), name, where, error,
        exc_info=error,
    )  # fmt: skip


def log_line(level: int, message: str) -> None:
    """Logs a line of the engine's own."""
    levels = {_abi.LOG_ERROR: 40, _abi.LOG_WARNING: 30}
    logger().log(levels.get(level, 20), "%s", message)
