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
    made = cell.maker or cell.instance
    name = getattr(made, "__qualname__", None) or type(made).__qualname__
    try:
        logger().error(
            "actor %s (%s) failed in %s: %s", cell.name or hex(cell.number), name, where,
            _text(error), exc_info=error,
        )  # fmt: skip
    except Exception:  # a filter or handler of the user's: the failure is a failure nevertheless
        pass


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__qualname__}, which cannot be shown>"


def log_trouble(what: str, error: BaseException) -> None:
    """Logs what users' code has raised where nobody else would see it."""
    try:
        logger().error(what, exc_info=error)
    except Exception:  # as above
        pass


def log_line(level: int, message: str) -> None:
    """Logs a line of the engine's own."""
    levels = {_abi.LOG_ERROR: 40, _abi.LOG_WARNING: 30}
    logger().log(levels.get(level, 20), "%s", message)
