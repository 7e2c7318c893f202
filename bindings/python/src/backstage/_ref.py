"""Refs: what an actor is known and sent to by."""

from __future__ import annotations

import os
from _thread import get_ident
from array import array
from ctypes import byref, c_char_p, c_uint32
from typing import TYPE_CHECKING, Any

from . import _abi
from ._core import engines
from ._current import acting_cell
from ._native import Number, check, library, nanoseconds, send, send_many
from ._payloads import check_sent, encode
from ._requests import act, ask
from .codecs import Reference
from .errors import Closed, InvalidArgument

if TYPE_CHECKING:
    from ._cell import Cell
    from ._core import Core
    from ._proxy import Proxy
    from .codecs import Codec

#: Messages set aside for one receiver at most, and how large one may be.
_TOGETHER = 255
SHORT = 4096


class Ref:
    """Names one actor, for ever: once that has ended, sends to it raise `NotFound`.

    Any thread may use it, but for `id` and `is_alive`. Two refs are equal if they name the same
    actor.
    """

    __slots__ = (
        "__weakref__", "_argument", "_codec", "_core", "_queue", "_room", "_thread", "_value",
    )  # fmt: skip

    def __init__(self, core: Core, value: int, codec: Codec | None = None) -> None:
        self._core = core
        self._value = value
        self._codec = codec
        # Until the callback in hand returns nobody else sends to the actor. So once it is known how
        # many messages its inbox takes, so many sends cannot fail, and are handed over together.
        self._room = 0
        self._argument: Number | None = None

    @property
    def value(self) -> int:
        """The number that C knows the actor by."""
        return self._value

    @property
    def id(self) -> str:
        """The actor's id; "" if it has none. Raises `NotFound`. Engine's thread."""
        text = c_char_p()
        check(library.backstage_engine_actor_id(self._core.handle, self._value, byref(text)))
        return (text.value or b"").decode(errors="surrogateescape")

    def is_alive(self) -> bool:
        """Whether the actor lives. Engine's thread."""
        text = c_char_p()
        status = library.backstage_engine_actor_id(self._core.handle, self._value, byref(text))
        if status == _abi.NOT_FOUND:
            return False
        check(status)
        return True

    def using(self, codec: Codec | None) -> Ref:
        """The same actor, with payloads sent and answers read by this codec. Raises
        `InvalidArgument` for `codecs.Reference`, unless it is the actor's own, who lives."""
        if codec is Reference:
            cell = self._core.cells.get(self._value)
            if cell is None or cell.codec is not Reference:
                raise InvalidArgument("objects travel by reference to actors whose codec that is")
        return make_ref(self._core, self._value, codec)

    # ---- Sending

    def tell(self, payload: Any) -> None:
        """Sends a message. Any thread.

        Inside a callback the actor whose callback that is sends it, else nobody: `sender` is None.
        Raises `NotFound`, `Ending`, `InboxFull`, `PayloadTooLarge`, `NoMemory`; from other threads
        `QueueFull`; TypeError for a payload that is not bytes-like if there is no codec.
        """
        plain = type(payload) is bytes
        room = self._room
        if room and plain and len(payload) <= SHORT and self._thread == get_ident():
            self._room = room - 1
            self._queue.append(payload)
            return
        core = self._core
        acting = core.acting
        if acting is None or core.last is not None or not plain or core.thread != get_ident():
            self._tell(payload)
            return
        core.last = self
        argument = self._argument
        if argument is None:
            argument = self._prepare()
        status = send(acting.argument, argument, payload, len(payload))
        if status:
            self._refused(status, payload)

    def _tell(self, payload: Any) -> None:
        data = self._encode(payload)
        core = self._core
        acting = core.acting
        if acting is None or core.thread != get_ident():
            self._tell_from_outside(data)
            return
        if self._room and len(data) <= SHORT:
            self._room -= 1
            self._queue.append(data)
            return
        argument = self._argument or self._prepare()
        former = core.touched.get(self._value)
        if former is not None:
            former._settle()
        status = send(acting.argument, argument, data, len(data))
        if status:
            self._refused(status, data)
        if former is self or core.last is self:
            self._find_room(acting)
        core.touched[self._value] = core.last = self
        if core.held:
            core.let_go()

    def _prepare(self) -> Number:
        self._queue: list[bytes] = []
        self._argument = Number(self._value)
        return self._argument

    def _tell_from_outside(self, data: bytes) -> None:
        core = self._core
        acting = acting_cell(core)
        if acting is not None:
            argument = self._argument or self._prepare()
            status = send(acting.argument, argument, data, len(data))
        else:
            status = core.from_anywhere(library.backstage_engine_send, self._value, data, len(data))
        if status:
            self._refused(status, data)

    def _refused(self, status: int, data: bytes) -> None:
        core = self._core
        if status == _abi.IN_CALLBACK:
            # Of a dead letter or the log: who acts cannot send now, but anybody else can.
            status = library.backstage_engine_send(core.engine, self._value, data, len(data))
            if status == _abi.OK:
                return
        check_sent(status, data)

    def _find_room(self, acting: Cell) -> None:
        if not self._core.sets_aside:
            return
        room = c_uint32()
        if library.backstage_room(acting.argument, self._value, byref(room)) == _abi.OK:
            self._thread = self._core.thread
            self._room = min(room.value, _TOGETHER)

    def _settle(self) -> None:
        """Hands over what was set aside."""
        self._room = 0
        queue = self._queue
        if queue:
            acting = self._core.acting
            data = b"".join(queue)
            sizes = array("I", map(len, queue)).tobytes()
            count = len(queue)
            queue.clear()
            if acting is not None:
                check(send_many(acting.argument, self._argument, data, sizes, count, None))

    def tell_many(self, payloads: Any, size: int | None = None) -> int:
        """Sends many messages at once, in order, which costs far less than as many `tell`.

        `payloads` is an iterable of payloads; or, with `size`, one bytes-like object of records of
        `size` bytes each (an `array`, a NumPy array, a `bytes`), which become a message each.
        Returns how many were sent. Raises as `tell` does; the exception's `accepted` tells how many
        were sent before the one that was refused. Any thread.
        """
        from ._many import tell_many

        return tell_many(self, payloads, size)

    def ask(self, payload: Any, timeout: float | None = None, *, block: bool = True) -> Any:
        """Sends a request, and returns its reply.

        On the engine's thread it runs the engine until the reply is there; on another thread it
        waits while the engine runs. With `block=False`, and wherever an asyncio loop runs, it
        returns a `Future` instead: `await ref.ask(...)`. Raises `Timeout`; `NotFound`; `Stopped`
        when the actor ended or failed on the request (what it raised is the `__cause__`);
        `InboxFull`; `InCallback` for a blocking ask inside a callback of the engine. Any thread.
        """
        return ask(self, payload, timeout, block)

    def proxy(self) -> Proxy:
        """An object whose attributes and methods are the actor's, each answered by a `Future`."""
        from ._proxy import Proxy

        return Proxy(self)

    # ---- Ending. Any thread: from others it is done as soon as the engine looks.

    def stop(self) -> None:
        """Ends the actor, its children first, at its next turn. Raises `NotFound`."""
        act(self, lambda context: library.backstage_stop(context, self._value))

    def poison(self) -> None:
        """Ends the actor once it has handled what is queued now. Raises `NotFound`."""
        act(self, lambda context: library.backstage_poison(context, self._value))

    def drain(self, timeout: float | None = None) -> None:
        """Ends the actor and all below it gracefully; what has not ended in time is killed.

        Raises `NotFound`, `NoMemory`.
        """
        limit = nanoseconds(timeout)
        act(self, lambda context: library.backstage_drain(context, self._value, limit))

    # ---- Values

    def _encode(self, payload: Any) -> bytes:
        return encode(self._codec, payload)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ref):
            return NotImplemented
        return self._value == other._value and self._core is other._core

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Ref:
        return self

    def __deepcopy__(self, memo: object) -> Ref:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the ref, for this process: another has other engines."""
        return _unpickle, (_process(), self._core.key, self._value)

    def __repr__(self) -> str:
        return f"<Ref {self._value:#x}>"


# Of those that were forked, too.
_mark = os.urandom(8)


def _process() -> tuple[bytes, int]:
    return _mark, os.getpid()


def _unpickle(process: tuple[bytes, int], key: int, value: int) -> Ref:
    core = engines.get(key)
    if process != _process() or core is None:
        raise Closed("the ref was pickled in another process, or its engine is closed")
    return find_ref(core, value)


class CodedRef(Ref):
    """The ref of an actor that has a codec."""

    __slots__ = ()

    def tell(self, payload: Any) -> None:
        self._tell(payload)


def make_ref(core: Core, value: int, codec: Codec | None = None) -> Ref:
    """A ref; that of an actor written in Python knows its codec."""
    if codec is not None:
        return CodedRef(core, value, codec)
    return Ref(core, value)


def find_sender(core: Core, value: int) -> Ref | None:
    """The ref of who has sent something; None from outside, for which the gateway asks, too."""
    gateway = core.gateway
    if not value or (gateway is not None and value == gateway.number):
        return None
    return find_ref(core, value)


def find_ref(core: Core, value: int) -> Ref:
    """The ref of an actor that may be one of ours."""
    cell = core.cells.get(value)
    return cell.ref if cell is not None else Ref(core, value)
