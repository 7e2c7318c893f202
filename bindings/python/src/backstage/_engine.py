"""The engine."""

from __future__ import annotations

import sys
import threading
import warnings
import weakref
from ctypes import byref, c_uint64, c_void_p, cast, pythonapi, sizeof
from typing import TYPE_CHECKING, Any

from . import _abi, _callbacks, _lifetimes
from ._context import Context, codec_of, publish_by_reference
from ._core import Core, engines
from ._current import acting_cell
from ._enums import Clock, Events
from ._native import check, library, name, nanoseconds, topic_name, unsigned
from ._payloads import check_sent, encode
from ._ref import SHORT, Ref, find_ref
from ._requests import give_up, on_engine
from ._run import run
from ._signals import do_whole
from ._spawn import spawn, spawn_gateway
from ._statistics import ActorStatistics, Statistics, actor_statistics, engine_statistics
from .codecs import Reference
from .errors import InCallback

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from types import TracebackType

    from ._actor import Actor
    from ._callbacks import DeadLetter

# While the engine sleeps, and only then, Python's other threads need not wait for it.
_sleep = cast(pythonapi.PyEval_SaveThread, _abi.SleepCallback)
_wake = cast(pythonapi.PyEval_RestoreThread, _abi.WakeCallback)


class Engine:
    """Runs actors, on the thread that made it.

        with Engine() as engine:
            greeter = engine.spawn(Greeter, id="greeter")
            greeter.tell(b"hello")
            engine.run_until_idle()

    `dead_letter` is called with a `DeadLetter` for every message that was accepted and not handled.
    A clock of `Clock.VIRTUAL` moves only by `advance`, and the same `seed` gives the same run. The
    limits are the engine's own where they are 0: see backstage.h. Times are in seconds.

    Errors of all methods: `WrongThread`, but for those marked "any thread"; `Closed`.
    """

    def __init__(
        self,
        *,
        clock: Clock = Clock.MONOTONIC,
        seed: int = 0,
        actors_max: int = 0,
        payload_bytes_max: int = 0,
        memory_bytes_max: int = 0,
        remote_capacity: int = 0,
        dead_letter: Callable[[DeadLetter], object] | None = None,
    ) -> None:
        core = self._core = Core()
        core.owner = weakref.ref(self)
        core.dead_letter = dead_letter
        core.sets_aside = not memory_bytes_max and not 0 < payload_bytes_max < SHORT
        if clock == Clock.VIRTUAL:
            core.now = int  # always 0
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._error: BaseException | None = None
        options = _abi.EngineOptions()
        options.size = sizeof(options)
        options.clock = unsigned("clock", clock)
        options.seed = unsigned("seed", seed, 64)
        options.actors_max = unsigned("actors_max", actors_max)
        if 0 < actors_max < _abi.ACTORS_MAX:
            options.actors_max += 1  # the gateway takes a place of its own
        options.payload_bytes_max = unsigned("payload_bytes_max", payload_bytes_max, 64)
        options.memory_bytes_max = unsigned("memory_bytes_max", memory_bytes_max, 64)
        options.remote_capacity = unsigned("remote_capacity", remote_capacity)
        options.dead_letter = _callbacks.dead_letter
        options.dead_letter_state = core.key
        options.log = _callbacks.log
        options.log_state = core.key
        options.sleep = _sleep
        options.wake = _wake
        engine = c_void_p()
        check(library.backstage_engine_create(byref(options), byref(engine)))
        core.engine = core.door = engine.value
        engines[core.key] = core
        try:
            spawn_gateway(core)
        except BaseException:
            _lifetimes.abandon(core)
            raise

    # ---- Its life

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends every actor, each with its `deinit`, makes dead letters of what is queued, and frees
        everything. What `start` began is stopped first. A closed engine may be closed again.

        What ended the run of `start`, and KeyboardInterrupt or SystemExit of a `deinit`, leave it
        when all is done. Raises `InCallback` inside a callback. Ctrl-C while it waits for `start`'s
        thread leaves it at once: the engine is still open then.
        """
        core = self._core
        if core.engine is None:
            return
        if core.is_here and (core.running or core.acting is not None):
            raise InCallback("an engine cannot be closed inside its callbacks: stop it first")
        if self._thread is None:
            _lifetimes.close(core)
            return
        core.stop()
        try:
            self.join()
        finally:
            if self._thread is None:
                _lifetimes.close(core)

    @property
    def closed(self) -> bool:
        """Whether it is closed. Any thread."""
        return self._core.engine is None

    def __del__(self) -> None:
        core: Core | None = getattr(self, "_core", None)
        if core is None or core.engine is None:
            return
        try:
            warnings.warn("an Engine was not closed", ResourceWarning, stacklevel=2, source=self)
        finally:
            _lifetimes.collect(core, sys._getframe(1))

    # ---- Running

    def run(self, timeout: float | None = None) -> bool:
        """Runs until `stop` is called, and sleeps while there is nothing to do.

        False if `timeout` seconds of the engine's clock were over first, or if a drain had to kill
        somebody. Ctrl-C leaves it as KeyboardInterrupt, and so do KeyboardInterrupt and SystemExit
        that an actor raises. Raises what was escalated past the top; `InCallback` inside a
        callback.
        """
        return run(self._core, _abi.RUN_UNTIL_STOPPED, timeout)

    def run_until_idle(self, timeout: float | None = None) -> bool:
        """Runs until no message is queued and nothing is due; as `run`."""
        return run(self._core, _abi.RUN_UNTIL_IDLE, timeout)

    def run_once(self, timeout: float | None = None) -> bool:
        """Sleeps until there is work, then gives each ready actor a turn; as `run`."""
        return run(self._core, _abi.RUN_ONCE, timeout)

    def run_no_wait(self) -> bool:
        """Gives each ready actor a turn, if any is; as `run`."""
        return run(self._core, _abi.RUN_NO_WAIT, 0.0)

    def stop(self) -> None:
        """Ends the run, or the next one at once. Actors and messages stay as they are. Any
        thread."""
        core = self._core
        core.handle  # noqa: B018
        core.stop()

    def start(self) -> None:
        """Runs on a thread of its own, until `stop` or `close`. Meanwhile only what is marked "any
        thread" may be called from here. Raises `InCallback` if it runs."""
        core = self._core
        core.handle  # noqa: B018
        if self._thread is not None or core.running:
            raise InCallback("the engine runs already")
        core.require_here()
        started = threading.Event()
        ended = threading.Event()
        thread = threading.Thread(target=self._run_there, args=(started, ended), name="backstage")
        self._thread = thread
        self._ended = ended
        self._error = None

        def start() -> None:
            try:
                thread.start()
            except BaseException:  # the system has no thread for us
                self._thread = None
                raise
            started.wait()

        do_whole(start)

    def _run_there(self, started: threading.Event, ended: threading.Event) -> None:
        try:
            self.adopt()
            started.set()
            self.run()
        except BaseException as error:
            self._error = error
            give_up(self._core, error)
        finally:
            started.set()
            ended.set()

    def join(self, timeout: float | None = None) -> bool:
        """Waits for the thread of `start` to end; then the engine belongs to this one. False if
        `timeout` seconds were over first. Raises what ended the run there.

        Ctrl-C here ends the run there too, as it would if that were here.
        """
        thread = self._thread
        if thread is None:
            return True
        if thread is threading.current_thread():
            raise InCallback("the engine's own thread cannot wait for its end")
        try:
            # Not `thread.join`: before Python 3.13, Ctrl-C makes it believe that the thread has
            # ended.
            if not self._ended.wait(timeout):
                return False
        except KeyboardInterrupt:
            self._core.stop()
            raise
        self._thread = None
        self.adopt()
        thread.join()
        error, self._error = self._error, None
        if error is not None:
            raise error
        return True

    def adopt(self) -> None:
        """Makes this the engine's thread; the former one must be done with it. Raises `InCallback`
        where the engine runs, and inside any callback."""
        _lifetimes.adopt(self._core)

    def drain(self, timeout: float | None = None) -> None:
        """Lets all actors handle what they have, then ends them and the run; what has not ended
        after `timeout` seconds is killed. Raises `NoMemory`. Any thread: from others it is done as
        soon as the engine looks."""
        core = self._core
        core.handle  # noqa: B018  # raises if the engine is closed
        limit = nanoseconds(timeout)

        def drain() -> None:
            core.settle()
            core.interrupted = True
            check(library.backstage_engine_drain(core.handle, limit))

        on_engine(core, drain)

    def advance(self, seconds: float) -> None:
        """Moves a virtual clock forward: what is due is handled when the engine runs next. Raises
        `NotVirtual`."""
        core = self._core
        check(library.backstage_engine_advance(core.handle, nanoseconds(seconds)))
        if core.loop is not None:
            core.loop.wake()

    def now(self) -> float:
        """The engine's clock, in seconds: since an arbitrary point, or of virtual time."""
        return self.now_ns() / 1e9

    def now_ns(self) -> int:
        """The same in nanoseconds."""
        now = c_uint64()
        check(library.backstage_engine_now(self._core.handle, byref(now)))
        return now.value

    # ---- Actors

    def spawn(self, actor: type[Actor] | Callable[..., Any], *args: Any, **options: Any) -> Ref:
        """Makes an actor without a parent, of a class or a function of (context, message).

        `id` names it. `kind`, `capacity`, `overflow`, `budget`, `sees_subscriptions`,
        `supervision`, `restart` and `codec` are as in `Actor`, and override the class. All other
        arguments are for the class, which is called with them now and at each restart. Raises
        `Exists`, `InvalidId`, `InvalidArgument`, `Limit`, `NoMemory`, `Ending`, and what the class
        raises.
        """
        core = self._core
        return spawn(core, library.backstage_engine_spawn, core.handle, actor, args, options)

    def find(self, id: str) -> Ref:
        """The living actor that has an id. Raises `NotFound`, `InvalidId`."""
        number = c_uint64()
        check(library.backstage_engine_find(self._core.handle, name(id), byref(number)))
        return find_ref(self._core, number.value)

    def ref(self, value: int) -> Ref:
        """The ref of a number, such as an actor in C sends. Any thread."""
        return find_ref(self._core, value)

    def actors(self) -> list[Ref]:
        """All living actors."""
        core = self._core
        found: list[int] = []

        def see(engine: int, actor: int, state: int) -> int:
            found.append(actor)
            return 0

        callback = _abi.ActorCallback(see)
        each_actor = library.backstage_engine_each_actor
        do_whole(lambda: check(each_actor(core.handle, callback, None)))
        gateway = core.gateway.number if core.gateway is not None else 0
        return [find_ref(core, number) for number in found if number != gateway]

    def context(self, actor: Ref) -> Context:
        """The context of a Python actor, to act as it from outside its callbacks. Raises
        `NotFound`."""
        cell = self._core.cells.get(self._core.number_of(actor))
        if cell is None:
            check(_abi.NOT_FOUND)
        assert cell is not None
        return cell.context

    def load(self, path: str | os.PathLike[str], argument: bytes = b"") -> Ref:
        """Loads a plug-in, a shared library with actors made in C or another language, and lets it
        spawn them: see "Plug-ins" in backstage.h. Returns the ref of its chief actor.
        Raises OSError if it cannot be loaded, and the status of its entry point."""
        from ._plugin import load

        return load(self._core, path, argument)

    # ---- Messages from outside. Any thread.

    def tell(self, receiver: Ref | str, payload: Any) -> None:
        """Sends to an actor by its ref, or by its id. From another thread an id that nobody has
        makes a dead letter. Raises as `Ref.tell`. Any thread."""
        if isinstance(receiver, Ref):
            receiver.tell(payload)
            return
        core = self._core
        id = name(receiver)
        acting = acting_cell(core)
        data = encode(codec_of(core, receiver), payload)
        if acting is not None:
            core.settle()
            status = library.backstage_send_to_id(acting.argument, id, data, len(data))
        else:
            send = library.backstage_engine_send_to_id
            status = core.from_anywhere(send, id, data, len(data))
        check_sent(status, data)

    def publish(self, publisher: Ref, payload: Any, topic: str | None = None) -> None:
        """Publishes for an actor, on its default topic or a named one. Raises as `Context.publish`,
        and `QueueFull`. Any thread."""
        core = self._core
        core.settle_here()
        number = core.number_of(publisher)
        if publisher._codec is Reference:
            return publish_by_reference(core, number, payload, topic)
        data = encode(publisher._codec, payload)
        known = None if topic is None else topic_name(topic)
        publish = library.backstage_engine_publish
        check(core.from_anywhere(publish, number, known, data, len(data)))

    def broadcast(self, kind: str, payload: Any) -> None:
        """Sends bytes to every living actor of a kind. Raises as `Context.broadcast`, and
        `QueueFull`. Any thread."""
        data = encode(None, payload)
        core = self._core
        core.settle_here()
        broadcast = library.backstage_engine_broadcast
        check(core.from_anywhere(broadcast, name(kind), data, len(data)))

    # ---- Looking

    def statistics(self) -> Statistics:
        """The ledger, in constant time."""
        self._core.settle_here()
        return engine_statistics(self._core)

    def actor_statistics(self, actor: Ref) -> ActorStatistics:
        """One actor's, in constant time. Raises `NotFound`."""
        core = self._core
        core.settle_here()
        return actor_statistics(core, core.number_of(actor))

    def watch_fd(self, fd: int, events: Events, callback: Callable[[int, Events], object]) -> Any:
        """Calls back with (fd, events) for as long as a descriptor is ready, outside any actor,
        until the watch returned is cancelled. Raises `BadDescriptor`, `NoMemory`."""
        from ._watch import watch

        return watch(self._core, fd, events, callback)

    def __repr__(self) -> str:
        state = "closed" if self.closed else "running" if self._core.running else "open"
        return f"<Engine, {state}>"
