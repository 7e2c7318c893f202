"""Making actors."""

from __future__ import annotations

from ctypes import byref, c_uint64, pointer, sizeof
from typing import TYPE_CHECKING, Any

from . import _abi, _callbacks
from ._actor import Actor
from ._cell import Cell
from ._context import Context
from ._core import Core, cells, next_key
from ._native import check, library, name, unsigned
from ._supervision import Supervision

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._ref import Ref

#: Options of `spawn` that an actor's class may hold as well.
OPTIONS = (
    "kind", "capacity", "overflow", "budget", "sees_subscriptions", "supervision", "restart",
    "codec",
)  # fmt: skip


def spawn(
    core: Core,
    function: Any,
    by: Any,
    actor: type[Actor] | Callable[..., Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
) -> Ref:
    """Spawns by one of C's functions. Options that are None are the class's; others are for its
    constructor."""
    core.require_here()
    id = options.pop("id", None)
    chosen = {key: options.pop(key, None) for key in OPTIONS}
    for key in OPTIONS:
        if chosen[key] is None:
            chosen[key] = getattr(actor, key, None) if isinstance(actor, type) else None
    cell = _make_cell(core, actor, args, options, chosen["codec"])
    cell.name = id if isinstance(id, str) else ""
    settings = _settings(cell, id, chosen)
    number = c_uint64()
    core.settle()
    cells[cell.key] = cell
    try:
        check(function(by, byref(settings), byref(number)))
    finally:  # Ctrl-C may come in between
        if number.value:
            cell.number = number.value
            core.cells[cell.number] = cell
        else:
            del cells[cell.key]
            cell.forget()
    if core.held:
        core.let_go()
    return cell.ref


def _make_cell(
    core: Core, actor: Any, args: tuple[Any, ...], kwargs: dict[str, Any], codec: Any
) -> Cell:
    cell = Cell(core, next_key(), codec)
    cell.context = Context(core, cell)
    if isinstance(actor, type):
        if not issubclass(actor, Actor):
            raise TypeError(f"{actor.__qualname__} is no subclass of backstage.Actor")
        cell.maker = actor
        cell.args = args
        cell.kwargs = kwargs
        cell.make()
        return cell
    if not callable(actor):
        raise TypeError(
            f"an actor is a class or a function of (context, message), not {actor!r}; a class is "
            "given as it is, so that a restart can make a new object of it"
        )
    if args or kwargs:
        raise TypeError("arguments are for the constructor of a class: a function takes none")
    cell.instance = actor
    cell.become(None)
    return cell


def _settings(cell: Cell, id: str | bytes | None, chosen: dict[str, Any]) -> _abi.ActorOptions:
    settings = _abi.ActorOptions()
    settings.size = sizeof(settings)
    if id is not None:
        settings.id = name(id)
    if chosen["kind"] is not None:
        settings.kind = name(chosen["kind"])
    settings.init = _callbacks.init
    settings.receive_batch = _callbacks.many_at_once
    settings.deinit = _callbacks.deinit
    settings.state = cell.key
    for number in ("capacity", "overflow", "budget", "restart"):
        setattr(settings, number, unsigned(number, chosen[number] or 0))
    settings.sees_subscriptions = bool(chosen["sees_subscriptions"])
    decides = hasattr(cell.instance, "decide") and isinstance(cell.instance, Actor)
    supervision = chosen["supervision"] or (Supervision() if decides else None)
    if supervision is not None:
        if not isinstance(supervision, Supervision):
            raise TypeError(f"supervision is a backstage.Supervision, not {supervision!r}")
        own = supervision.for_c(_callbacks.decide if decides else None)
        settings.supervision = pointer(own)
    return settings


def spawn_gateway(core: Core) -> None:
    """Makes the actor that asks for those outside."""
    from ._requests import do_commands

    ref = spawn(
        core, library.backstage_engine_spawn, core.handle, do_commands, (),
        {"capacity": _abi.CAPACITY_MAX, "budget": _abi.BUDGET_MAX},
    )  # fmt: skip
    core.gateway = core.cells[ref.value]
    core.gateways += 1
    core.gateway.bind()
