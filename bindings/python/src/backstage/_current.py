"""Which actor a coroutine belongs to, where asyncio runs it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._cell import Cell
    from ._core import Core

coroutine_of: ContextVar[Cell | None] = ContextVar("backstage_coroutine_of", default=None)


def acting_cell(core: Core) -> Cell | None:
    """The actor that acts now on this thread, if it is one of this engine's."""
    if not core.is_here:
        return None
    if core.acting is not None:
        return core.acting
    cell = coroutine_of.get()
    return cell if cell is not None and cell.core is core and cell.started else None
