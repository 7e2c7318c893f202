"""Proxies: an actor's attributes and methods, called from outside it."""

from __future__ import annotations

from types import CoroutineType
from typing import TYPE_CHECKING, Any

from ._actor import Actor
from ._future import Future
from ._requests import begin
from .codecs import Reference
from .errors import InvalidArgument

if TYPE_CHECKING:
    from ._cell import Cell
    from ._ref import Ref


class Call:
    """Something to do with an actor's object."""

    __slots__ = ("arguments", "is_waited_for", "keywords", "name", "verb")

    def __init__(
        self,
        verb: str,
        name: str,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        is_waited_for: bool = True,
    ) -> None:
        self.verb = verb
        self.name = name
        self.arguments = arguments
        self.keywords = keywords
        self.is_waited_for = is_waited_for

    def run(self, cell: Cell) -> Any:
        """Does it. What it raises is for the caller, if one waits; else it is the actor's
        failure."""
        try:
            instance = cell.instance
            if self.verb == "get":
                return Answer(getattr(instance, self.name))
            if self.verb == "set":
                setattr(instance, self.name, *self.arguments)
                return Answer(None)
            value = getattr(instance, self.name)(*self.arguments, **self.keywords)
            return self._later(value) if isinstance(value, CoroutineType) else Answer(value)
        except Exception as error:
            if not self.is_waited_for:
                raise
            return Answer(error=error)

    async def _later(self, coroutine: Any) -> Answer:
        try:
            return Answer(await coroutine)
        except Exception as error:
            if not self.is_waited_for:
                raise
            return Answer(error=error)


class Answer:
    """What came of it."""

    __slots__ = ("error", "value")

    def __init__(self, value: Any = None, error: Exception | None = None) -> None:
        self.value = value
        self.error = error


class _Codec:
    """Of a call's answer."""

    def encode(self, value: Any, /) -> bytes:
        return Reference.encode(value)

    def decode(self, data: bytes, /) -> Any:
        answer = Reference.decode(data)
        if answer.error is not None:
            raise answer.error
        return answer.value


_codec = _Codec()


class Method:
    """A method of an actor's: calling it sends a request, and returns a `Future`."""

    __slots__ = ("_name", "_ref")

    def __init__(self, ref: Ref, name: str) -> None:
        self._ref = ref
        self._name = name

    def __call__(self, *arguments: Any, **keywords: Any) -> Future:
        return _ask(self._ref, Call("call", self._name, arguments, keywords))

    def defer(self, *arguments: Any, **keywords: Any) -> None:
        """Calls it, and forgets what it returns; what it raises is the actor's failure. Raises as
        `Ref.tell`."""
        _tell(self._ref, Call("call", self._name, arguments, keywords, False))


class Proxy:
    """Stands for an actor's object: `proxy.name` is a `Future` of an attribute, `proxy.method(...)`
    one of what the method returns, or of what it raises; `proxy.name = value` sets an attribute,
    and `proxy.method.defer(...)` calls a method, which nobody waits for.

    Only for actors written in Python that are classes with `receive`. Names that begin with an
    underscore are the actor's own.
    """

    __slots__ = ("_class", "_ref")

    def __init__(self, ref: Ref) -> None:
        cell = ref._core.cells.get(ref.value)
        if cell is None or not isinstance(cell.instance, Actor) or cell.is_batch:
            raise InvalidArgument("a proxy stands for a living actor of a class with `receive`")
        object.__setattr__(self, "_ref", ref)
        object.__setattr__(self, "_class", type(cell.instance))

    @property
    def ref(self) -> Ref:
        """The actor's ref."""
        ref: Ref = self._ref
        return ref

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{name!r} is the actor's own")
        if callable(getattr(self._class, name, None)):
            return Method(self._ref, name)
        return _ask(self._ref, Call("get", name, (), {}))

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            raise AttributeError(f"{name!r} is the actor's own")
        _tell(self._ref, Call("set", name, (value,), {}, False))

    def __repr__(self) -> str:
        return f"<Proxy of {self._class.__qualname__} {self._ref.value:#x}>"


def _tell(ref: Ref, call: Call) -> None:
    future = _ask(ref, call)
    if future.done():
        future.get()


def _ask(ref: Ref, call: Call) -> Future:
    future = Future(ref._core, _codec)
    begin(future, ref, Reference.encode(call), None)
    return future
