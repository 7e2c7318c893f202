"""An actor written in Python, as the package knows it."""

from __future__ import annotations

from ctypes import byref, c_void_p
from operator import length_hint
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from ._actor import Actor
from ._memory import ENVELOPE_BYTES
from ._native import check, library
from .codecs import Reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._context import Context
    from ._core import Core
    from ._ref import Ref
    from .codecs import Codec

_CO_COROUTINE = 0x80

#: Messages that an actor is given at first, before it is known how long it takes.
FIRST_SLICE = 8


class Cell:
    """What callbacks need of an actor, found by its key."""

    __slots__ = (
        "_ref",
        "args",
        "argument",
        "codec",
        "context",
        "core",
        "count",
        "current",
        "envelopes",
        "failure",
        "handlers",
        "initialize",
        "instance",
        "is_batch",
        "is_by_reference",
        "is_narrow",
        "is_simple",
        "iterator",
        "key",
        "kwargs",
        "maker",
        "message",
        "name",
        "number",
        "pending",
        "receive",
        "requests",
        "slice",
        "started",
        "task",
    )

    def __init__(self, core: Core, key: int, codec: Codec | None) -> None:
        self.core = core
        self.key = key
        self.number = 0
        self.name = ""
        self.codec = codec
        self.context: Context = None  # type: ignore[assignment]  # set when it is spawned
        #: The context for C, on the hot path.
        self.argument: Any = None
        self._ref: Ref | None = None

        #: Makes the actor's object, at first and at each restart; None for a function.
        self.maker: Callable[..., Any] | None = None
        self.args: tuple[Any, ...] = ()
        self.kwargs: dict[str, Any] = {}
        self.instance: Any = None
        self.initialize: Callable[..., Any] | None = None
        self.started = False
        self.receive: Callable[..., Any] = None  # type: ignore[assignment]
        self.is_batch = False
        #: Takes messages one by one, as they are, in a plain function.
        self.is_simple = False
        self.is_by_reference = False
        #: C hands over one message at a time, until it restarts.
        self.is_narrow = False
        #: The coroutine that pends, and its message.
        self.task: Any = None
        self.pending: Any = None

        #: By token of a timer or watcher.
        self.handlers: dict[int, Callable[..., Any]] = {}
        #: By token of a request: the codec of its answer, and who gets that.
        self.requests: dict[int, Any] = {}
        self.failure: BaseException | None = None

        #: Messages it is given at once: as many as it handles in a fraction of a millisecond.
        self.slice = FIRST_SLICE
        # Of the messages in hand: from where on the iterator goes through so many, and the one that
        # is handled.
        self.envelopes = 0
        self.iterator: Any = None
        self.count = 0
        self.current: Any = None
        #: One for the next message, unless somebody keeps it.
        self.message: Any = None

    def make(self) -> None:
        """Makes the actor's object."""
        if self.maker is not None:
            self.instance = self.maker(*self.args, **self.kwargs)
            own = type(self.instance).init is not Actor.init
            self.initialize = self.instance.init if own else None
        self.become(None)

    def become(self, receive: Callable[..., Any] | None) -> None:
        """Receives by another function; None: by the first."""
        if receive is None:
            instance = self.instance
            if isinstance(instance, Actor):
                receive = getattr(instance, "receive_batch", None)
                self.is_batch = receive is not None
                code = getattr(receive, "__code__", None)
                if self.is_batch and code is not None and code.co_flags & _CO_COROUTINE:
                    raise TypeError("receive_batch cannot be `async def`: receive can")
                receive = receive or instance.receive
            else:
                self.is_batch = False
                receive = instance
        else:
            self.is_batch = False
        self.receive = receive
        code = getattr(receive, "__code__", None)
        self.is_simple = (
            self.codec is None
            and not self.is_batch
            and not self.core.is_spreading
            and code is not None
            and not code.co_flags & _CO_COROUTINE
        )
        self.is_by_reference = self.codec is Reference and not self.is_batch

    def take_one_by_one(self) -> None:
        """From now on C hands over one message at a time: what a callback has stashed it cannot
        take back, and what it takes back comes behind all that it has in hand."""
        self.core.interrupted = True
        if not self.is_batch and not self.is_narrow:
            from ._deliver import one_by_one

            check(library.backstage_become(self.argument, one_by_one))
            self.is_narrow = True

    def is_coroutine(self, result: Any) -> bool:
        """Whether what a method has returned is still to run."""
        return isinstance(result, CoroutineType)

    def bind(self) -> Any:
        """The actor's context, for C, also before its first turn."""
        context = c_void_p()
        check(library.backstage_engine_context(self.core.handle, self.number, byref(context)))
        self.argument = context
        return context

    def forget(self) -> None:
        """The actor has ended: breaks the circles that it is part of. Its context may be another's
        by and by."""
        self.argument = None
        self.context = self.instance = self.receive = None  # type: ignore[assignment]
        self.initialize = self.current = self.message = self.failure = None
        self.requests.clear()

    @property
    def ref(self) -> Ref:
        ref = self._ref
        if ref is None:
            from ._ref import make_ref

            ref = self._ref = make_ref(self.core, self.number, self.codec)
        return ref

    def index(self, first: int) -> int:
        """Which of the messages in hand is handled now, if the first of them is there."""
        return (self.envelopes - first) // ENVELOPE_BYTES + self._passed()

    def place(self) -> int:
        """Where its envelope is."""
        return self.envelopes + self._passed() * ENVELOPE_BYTES

    def _passed(self) -> int:
        iterator = self.iterator
        return self.count - length_hint(iterator) - 1 if iterator is not None else 0
