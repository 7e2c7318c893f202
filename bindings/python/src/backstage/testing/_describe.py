"""What assertions say: what was expected, and what came instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._enums import MessageType
from ..errors import BackstageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._callbacks import DeadLetter
    from .._message import Message
    from .._ref import Ref

_SHOWN = 5


def ref(actor: Ref | str | None) -> str:
    """An actor, by its id if it has one and lives."""
    if actor is None:
        return "somebody"
    if isinstance(actor, str):
        return f'"{actor}"'
    try:
        id = actor.id
    except BackstageError:
        id = ""
    return f'"{id}"' if id else f"actor {actor.value:#x}"


def content(message: Message) -> Any:
    """What a message says: an event's data, or the payload."""
    event = message.event
    return message.payload if event is None else event


def message(message: Message) -> str:
    """A message: its type, what it says, and who sent it."""
    topic = f" on topic {message.topic!r}" if message.topic else ""
    sender = f" from {ref(message.sender)}" if message.sender is not None else ""
    return f"{message.type.name} {content(message)!r}{topic}{sender}"


def what(expected: Any) -> str:
    """What was expected: a payload, a type or a predicate."""
    if isinstance(expected, MessageType):
        return f"a {expected.name}"
    if isinstance(expected, type):
        return f"a {expected.__qualname__}"
    if callable(expected):
        return f"a message for which {getattr(expected, '__qualname__', repr(expected))} holds"
    return repr(expected)


def dead_letter(letter: DeadLetter) -> str:
    """A dead letter: what it was, for whom, and why nobody handled it."""
    sender = f" from {ref(letter.sender)}" if letter.sender is not None else ""
    said = f"{letter.type.name} {letter.payload!r}{sender}"
    return f"{said} for {ref(letter.receiver)}, {letter.reason.name}"


def several(title: str, items: Sequence[Any], show: Callable[[Any], str]) -> str:
    """A list under a title, each on a line of its own; nothing if there are none."""
    if not items:
        return ""
    lines = [f"\n  {show(item)}" for item in items[:_SHOWN]]
    if len(items) > _SHOWN:
        lines.append(f"\n  and {len(items) - _SHOWN} more")
    return f"\n{title}:{''.join(lines)}"
