"""What an actor acts with."""

from __future__ import annotations

from ctypes import byref, c_uint32, c_uint64
from functools import partial
from typing import TYPE_CHECKING, Any

from . import _abi
from ._enums import Events
from ._future import Asked, Handler
from ._native import check, library, limit_of, name, nanoseconds, topic_name
from ._payloads import check_sent, encode
from ._ref import Ref, find_ref
from ._requests import on_engine
from ._sources import Timer, Watcher, once
from .codecs import Reference, spread
from .errors import Closed, NotFound, fail

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._actor import Actor
    from ._cell import Cell
    from ._core import Core
    from ._engine import Engine
    from ._message import Message


class Context:
    """An actor's view of its engine. It is handed to every callback of the actor, and may be used
    as long as the actor lives; engine's thread.

    Errors of all methods: `WrongThread`; `NotFound` when the actor has ended; `Ending` when it is
    ending and the method starts something new.
    """

    __slots__ = ("__weakref__", "_cell", "_core")

    def __init__(self, core: Core, cell: Cell) -> None:
        self._core = core
        self._cell = cell

    def _argument(self) -> Any:
        cell = self._cell
        core = self._core
        if core.touched:
            core.settle_here()
        if core.held:
            core.let_go()
        if core.engine is None:
            raise Closed(core.why_closed)
        return cell.argument or cell.bind()

    # ---- Who this is

    @property
    def ref(self) -> Ref:
        """This actor."""
        return self._cell.ref

    @property
    def engine(self) -> Engine:
        """The engine. Raises `Closed` if nobody holds it any more."""
        engine = self._core.owner() if self._core.owner is not None else None
        if engine is None:
            raise Closed
        return engine

    @property
    def parent(self) -> Ref | None:
        """The parent; None if there is none."""
        parent = library.backstage_context_parent(self._argument())
        return find_ref(self._core, parent) if parent else None

    @property
    def id(self) -> str:
        """This actor's id; "" if it has none."""
        text: bytes = library.backstage_context_id(self._argument())
        return text.decode(errors="surrogateescape")

    # ---- Actors

    def spawn(self, actor: type[Actor] | Callable[..., Any], *args: Any, **options: Any) -> Ref:
        """Spawns an actor that is no child of this one: as `Engine.spawn`."""
        return self._spawn(library.backstage_spawn, actor, args, options)

    def spawn_child(
        self, actor: type[Actor] | Callable[..., Any], *args: Any, **options: Any
    ) -> Ref:
        """Spawns a child: it ends when this actor does, which answers for its failures. As
        `Engine.spawn`."""
        return self._spawn(library.backstage_spawn_child, actor, args, options)

    def _spawn(self, function: Any, actor: Any, args: tuple[Any, ...], options: Any) -> Ref:
        from ._spawn import spawn

        return spawn(self._core, function, self._argument(), actor, args, options)

    def stop(self, actor: Ref) -> None:
        """Ends an actor, its children first, at its next turn. Raises `NotFound`."""
        argument = self._argument()
        self._core.interrupted = True
        check(library.backstage_stop(argument, self._core.number_of(actor)))

    def shutdown(self) -> None:
        """Ends this actor, once the callback in hand has returned. One that is PERMANENT, and has a
        supervisor, starts again."""
        argument = self._argument()
        self._core.interrupted = True
        check(library.backstage_shutdown(argument))

    def poison(self, actor: Ref) -> None:
        """Ends an actor once it has handled what is queued now. Raises `NotFound`."""
        check(library.backstage_poison(self._argument(), self._core.number_of(actor)))

    def drain(self, actor: Ref, timeout: float | None = None) -> None:
        """Ends an actor and all below it gracefully: they handle what they have, and what that
        takes; what has not ended after `timeout` seconds is killed. Raises `NotFound`,
        `NoMemory`."""
        argument = self._argument()
        core = self._core
        core.interrupted = True
        check(library.backstage_drain(argument, core.number_of(actor), nanoseconds(timeout)))

    def become(self, receive: Handler | None) -> None:
        """Receives by another function of (context, message), from the next message on; None: as at
        first. A restart takes it back."""
        if receive is not None and not callable(receive):
            raise TypeError(f"an actor becomes a function of (context, message), not {receive!r}")
        self._core.require_here()
        self._argument()
        self._core.interrupted = True
        self._cell.become(receive)

    # ---- Messages

    def tell(self, receiver: Ref | str, payload: Any) -> None:
        """Sends to an actor, by its ref or its id: as `Ref.tell`. A ref costs less."""
        core = self._core
        if not isinstance(receiver, Ref):
            argument = self._argument()
            data = encode(codec_of(core, receiver), payload)
            status = library.backstage_send_to_id(argument, name(receiver), data, len(data))
        elif core.acting is self._cell or receiver._core is not core:
            return receiver.tell(payload)
        else:
            argument = self._argument()
            data = receiver._encode(payload)
            status = library.backstage_send(argument, receiver._value, data, len(data))
        check_sent(status, data)

    def broadcast(self, kind: str, payload: Any) -> int:
        """Sends to every living actor of a kind, bytes-like or as this actor's codec has it.
        Returns how many accepted it."""
        argument = self._argument()
        known = name(kind)
        data = self._encode_for_many(payload)
        receivers = c_uint32()

        def send() -> int:
            check(library.backstage_broadcast(argument, known, data, len(data), byref(receivers)))
            return receivers.value

        return spread(self._cell.codec, data, send)

    def publish(self, payload: Any, topic: str | None = None) -> int:
        """Publishes on this actor's default topic, or a named one, bytes-like or as its codec has
        it. Returns how many accepted it. Raises `InvalidTopic`, `PayloadTooLarge`, `NoMemory`."""
        argument = self._argument()
        known = None if topic is None else topic_name(topic)
        data = self._encode_for_many(payload)
        receivers = c_uint32()

        def send() -> int:
            if known is None:
                status = library.backstage_publish(argument, data, len(data), byref(receivers))
            else:
                status = library.backstage_publish_to_topic(
                    argument, known, data, len(data), byref(receivers)
                )
            check(status)
            return receivers.value

        return spread(self._cell.codec, data, send)

    def _encode_for_many(self, payload: Any) -> bytes:
        codec = self._cell.codec
        if codec is Reference:
            self._core.note_spreading()
        return encode(codec, payload)

    def subscribe(self, publisher: str, topic: str | None = None) -> bool:
        """Subscribes to the default topic of whoever has an id, now or later, or to a topic or
        pattern of theirs: "cpu.*.load", "net.>". False if it is subscribed already: a restart keeps
        subscriptions, so `init` may subscribe. Raises `InvalidId`, `InvalidTopic`."""
        argument = self._argument()
        if topic is None:
            status = library.backstage_subscribe(argument, name(publisher))
        else:
            status = library.backstage_subscribe_to_topic(
                argument, name(publisher), topic_name(topic)
            )
        return _is_new(status)

    def unsubscribe(self, publisher: str, topic: str | None = None) -> None:
        """Takes that back. Raises `NotSubscribed`."""
        argument = self._argument()
        if topic is None:
            check(library.backstage_unsubscribe(argument, name(publisher)))
        else:
            pattern = topic_name(topic)
            check(library.backstage_unsubscribe_from_topic(argument, name(publisher), pattern))

    def monitor(self, actor: Ref | str) -> Ref | None:
        """Asks for a TERMINATED event when an actor ends, at once if it has; one event, also if it
        is monitored already, as after a restart. By id, returns who that is; None if nobody has it.
        Raises `InvalidArgument` for this actor itself."""
        argument = self._argument()
        if isinstance(actor, Ref):
            _is_new(library.backstage_monitor(argument, self._core.number_of(actor)))
            return actor
        number = c_uint64()
        if _is_new(library.backstage_monitor_id(argument, name(actor), byref(number))):
            return find_ref(self._core, number.value) if number.value else None
        check(library.backstage_engine_find(self._core.handle, name(actor), byref(number)))
        return find_ref(self._core, number.value)

    def unmonitor(self, actor: Ref) -> None:
        """Takes that back. Raises `NotMonitored`."""
        check(library.backstage_unmonitor(self._argument(), self._core.number_of(actor)))

    # ---- Requests

    def request(
        self,
        receiver: Ref | str,
        payload: Any,
        timeout: float | None = None,
        then: Handler | None = None,
        failed: Handler | None = None,
    ) -> int:
        """Sends a request, and returns its token. Exactly one REPLY or FAILURE with that token
        follows: to `then(context, message)` or `failed(context, message)`, or else to `receive`;
        after a restart, to the methods of the new object.

        An async actor can await `ref.ask(...)` instead. Raises as `Ref.tell`.
        """
        argument = self._argument()
        limit = limit_of(timeout)
        token = c_uint64()
        if isinstance(receiver, Ref):
            number = self._core.number_of(receiver)
            codec = receiver._codec
            data = encode(codec, payload)
            status = library.backstage_request(
                argument, number, data, len(data), limit, byref(token)
            )
        else:
            id = name(receiver)
            codec = codec_of(self._core, receiver)
            data = encode(codec, payload)
            status = library.backstage_request_to_id(
                argument, id, data, len(data), limit, byref(token)
            )
        check_sent(status, data)
        self._cell.requests[token.value] = Asked(codec, then, failed)
        return token.value

    def cancel_request(self, token: int) -> None:
        """Gives a request up: no FAILURE follows. Raises `NotWaiting` if it has been answered."""
        argument = self._argument()
        check(library.backstage_request_cancel(argument, token))
        self._cell.requests.pop(token, None)

    # ---- Setting aside

    def stash(self, message: Message) -> None:
        """Sets the message in hand aside: as `Message.stash`."""
        message.stash()

    def unstash(self) -> int:
        """Takes back all that is stashed, to be handled next. Returns how many."""
        argument = self._argument()
        self._cell.take_one_by_one()
        count = c_uint32()
        check(library.backstage_unstash(argument, byref(count)))
        return count.value

    # ---- Time, descriptors, signals

    def after(self, delay: float, handler: Handler | None = None) -> Timer:
        """Starts a timer that is due once, after `delay` seconds. Its TIMER event goes to
        `handler(context, message)`, or else to `receive`."""
        return self._timer(delay, 0, handler)

    def every(
        self, interval: float, handler: Handler | None = None, *, first: float | None = None
    ) -> Timer:
        """Starts a timer that is due every `interval` seconds, at first after `first`."""
        if nanoseconds(interval) <= 0:
            fail(_abi.INVALID_ARGUMENT, f"an interval is longer than 0 seconds, not {interval!r}")
        return self._timer(interval if first is None else first, interval, handler)

    def _timer(self, delay: float, interval: float, handler: Handler | None) -> Timer:
        argument = self._argument()
        token = c_uint64()
        check(
            library.backstage_timer_start(
                argument, nanoseconds(delay), nanoseconds(interval), byref(token)
            )
        )
        if handler is not None:
            handlers = self._cell.handlers
            handlers[token.value] = (
                handler if interval else partial(once, handlers, token.value, handler)
            )
        return Timer(self._cell, token.value, library.backstage_timer_cancel)

    def watch_fd(
        self, fd: int, events: Events = Events.READABLE, handler: Handler | None = None
    ) -> Watcher:
        """Watches a descriptor, which stays yours: cancel before you close it. Its IO events go to
        `handler(context, message)`, or else to `receive`. Raises `BadDescriptor`."""
        argument = self._argument()
        token = c_uint64()
        check(library.backstage_watch_fd(argument, fd, events, byref(token)))
        return self._watcher(token.value, handler)

    def watch_signal(self, signal: int, handler: Handler | None = None) -> Watcher:
        """Watches a signal; its disposition is the engine's meanwhile, and Python's own handler
        sees nothing of it. Raises `InvalidSignal`."""
        argument = self._argument()
        token = c_uint64()
        check(library.backstage_watch_signal(argument, signal, byref(token)))
        return self._watcher(token.value, handler)

    def _watcher(self, token: int, handler: Handler | None) -> Watcher:
        if handler is not None:
            self._cell.handlers[token] = handler
        return Watcher(self._cell, token, library.backstage_unwatch)

    def receive_timeout(self, seconds: float | None) -> None:
        """Asks for a RECEIVE_TIMEOUT event whenever nothing has come for so long; None takes that
        back."""
        argument = self._argument()
        check(library.backstage_receive_timeout(argument, limit_of(seconds) if seconds else 0))

    def sleep(self, seconds: float) -> Any:
        """Waits, on the engine's clock: `await context.sleep(1)`, in an `async def`."""
        from ._requests import sleep

        return sleep(self._core, seconds)

    def __repr__(self) -> str:
        return f"<Context of {self._cell.number:#x}>"


def _is_new(status: int) -> bool:
    """Raises the exception for an error; but what exists already is none."""
    if status == _abi.EXISTS:
        return False
    check(status)
    return True


def publish_by_reference(core: Core, number: int, payload: Any, topic: str | None) -> None:
    """Publishes for an actor of Python's, on the engine's thread: there it is known who gets it."""

    def publish() -> None:
        core.handle  # noqa: B018  # raises if the engine is closed
        cell = core.cells.get(number)
        if cell is None:
            raise NotFound
        cell.context.publish(payload, topic)

    on_engine(core, publish)


def codec_of(core: Core, id: str) -> Any:
    """The codec of who has an id, if that is one of ours."""
    if not core.is_here:
        return None
    number = c_uint64()
    if library.backstage_engine_find(core.handle, name(id), byref(number)) != _abi.OK:
        return None
    cell = core.cells.get(number.value)
    return cell.codec if cell is not None else None
