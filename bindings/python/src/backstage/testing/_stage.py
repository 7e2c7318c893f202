"""The stage: an engine for tests, on a virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._engine import Engine
from .._enums import Clock
from .._native import NANOSECONDS, nanoseconds
from . import _describe, _injection
from ._probe import ANYTHING, Probe
from ._trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from .._actor import Actor
    from .._callbacks import DeadLetter
    from .._enums import DeadReason
    from .._future import Future
    from .._ref import Ref
    from ._trouble import Failure


class Stage(Engine):
    """An engine for tests: its clock is virtual, and it takes note of all that goes wrong.

        with Stage() as stage:
            probe = stage.probe("printer")
            stage.spawn(Greeter).tell(b"world")
            probe.expect(b"hello, world")

    Failures of actors, and dead letters, that no `expect_failure` or `expect_dead_letter` has taken
    fail the test in the end, at the latest when the `with` block is left: see `check`.

    `seed` and the limits are an `Engine`'s. `advance` goes in steps of `step` seconds;
    `run_until_idle` raises an AssertionError when more than `messages_max` messages and events have
    been handled and there still are some.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        step: float = 0.01,
        messages_max: int = 1_000_000,
        actors_max: int = 0,
        payload_bytes_max: int = 0,
        memory_bytes_max: int = 0,
        remote_capacity: int = 0,
    ) -> None:
        self._step = step
        self._messages_max = messages_max
        self._trouble = Trouble()
        self._undo: list[Callable[[], None]] = []
        super().__init__(
            clock=Clock.VIRTUAL,
            seed=seed,
            actors_max=actors_max,
            payload_bytes_max=payload_bytes_max,
            memory_bytes_max=memory_bytes_max,
            remote_capacity=remote_capacity,
            dead_letter=self._trouble.note_dead_letter,
        )
        self._core.on_failure = self._trouble.note_failure

    def probe(self, id: str | None = None, **options: Any) -> Probe:
        """Spawns an actor that records its messages, for the test to look at: see `Probe`. Options
        are those of `spawn`."""
        return Probe(self, id, options)

    # ---- Running

    def step(self) -> None:
        """Gives each ready actor a turn."""
        self.run_no_wait()

    def run_until_idle(self, timeout: float | None = None) -> bool:
        """Runs until no message is queued and nothing is due, or until stopped. Raises what was
        escalated past the top; AssertionError when it has no end. A timeout has no meaning on a
        virtual clock."""
        __tracebackhide__ = True
        began = self._handled()
        while not super().run_until_idle(0.0):
            if self._handled() - began > self._messages_max:
                raise AssertionError(
                    f"the engine is not idle after {self._messages_max} messages and events: "
                    "its actors keep each other busy; use step(), or raise messages_max"
                )
        return True

    def _handled(self) -> int:
        now = self.statistics()
        return now.handled + now.dead + now.events

    def advance(self, seconds: float, step: float | None = None) -> None:
        """Runs until idle, and then moves the clock forward by small steps, running until idle
        after each: what is due is handled in order of time, and its consequences before what is due
        later."""
        __tracebackhide__ = True
        self.run_until(lambda: False, within=seconds, step=step)

    def run_until(
        self, condition: Callable[[], bool], *, within: float = 0.0, step: float | None = None
    ) -> bool:
        """Runs until idle, and then as `advance`, for up to `within` seconds, but no longer than
        until the condition holds. Whether it holds."""
        __tracebackhide__ = True
        left = nanoseconds(within)
        most = nanoseconds(self._step if step is None else step)
        if most <= 0:
            raise ValueError("a step is a time above 0")
        while not condition():
            self.run_until_idle()
            if condition():
                break
            if left <= 0:
                return False
            by = min(left, most)
            left -= by
            super().advance(by / NANOSECONDS)
        return True

    def get(self, future: Future, *, within: float = 0.0) -> Any:
        """What a `Future` of a request or a proxy comes to. Raises what went wrong; AssertionError
        when it is still not done once the engine is idle and `within` seconds are over."""
        __tracebackhide__ = True
        if not self.run_until(future.done, within=within):
            future.cancel()
            raise AssertionError(f"no reply has come{self.state()}")
        return future.get()

    def ask(self, receiver: Ref, payload: Any, *, within: float = 0.0) -> Any:
        """Sends a request, and returns its reply; as `get`. `Ref.ask` would wait for ever for what
        needs time, for only the test moves the clock."""
        __tracebackhide__ = True
        return self.get(receiver.ask(payload, block=False), within=within)

    # ---- What goes wrong on purpose

    def fail_next(self, actor: Ref, error: Exception | type[Exception]) -> None:
        """Lets an actor fail with this exception on the next message or event that it is given, in
        place of handling it. A restart before that takes it back. Raises `NotFound` unless it is a
        living actor written in Python."""
        undo = _injection.fail_next(self.context(actor), self._trouble.plan(error))
        self._undo.append(undo)

    def fail_init(self, actor: Ref | type[Actor], error: Exception | type[Exception]) -> None:
        """Lets the next `init` of an actor fail with this exception: its first, if it has not had a
        turn yet, or that of a restart. Of a class: the next `init` of any of its actors."""
        target = actor if isinstance(actor, type) else self.context(actor)
        self._undo.append(_injection.fail_init(target, self._trouble.plan(error)))

    # ---- What goes wrong

    @property
    def failures(self) -> list[Failure]:
        """Failures of actors that were not expected so far. `clear()` forgives them."""
        return self._trouble.failures

    @property
    def dead_letters(self) -> list[DeadLetter]:
        """Dead letters that were not expected so far. `clear()` forgives them."""
        return self._trouble.dead_letters

    def expect_failure(
        self,
        error: type[BaseException] = Exception,
        actor: Ref | str | None = None,
        *,
        within: float = 0.0,
    ) -> Failure:
        """Takes the first failure that has happened, or happens until the engine is idle and
        `within` seconds are over: with an exception of this class, and of this actor, if given by
        ref or id. It fails the test no longer. An AssertionError tells which failures there were
        instead."""
        __tracebackhide__ = True

        def find() -> Failure | None:
            self._trouble.note_others(self.statistics())
            return self._trouble.find_failure(error, actor)

        self.run_until(lambda: find() is not None, within=within)
        failure = find()
        if failure is None:
            of = "" if actor is None else f" of {_describe.ref(actor)}"
            raise AssertionError(
                f"expected a failure{of} with {error.__qualname__}, but there was none"
                f"{self.state()}"
            )
        self._trouble.forget_failure(failure)
        return failure

    def expect_dead_letter(
        self,
        payload: Any = ANYTHING,
        reason: DeadReason | None = None,
        *,
        receiver: Ref | None = None,
        within: float = 0.0,
    ) -> DeadLetter:
        """Takes the first dead letter that there is, or will be until the engine is idle and
        `within` seconds are over: with this payload, as bytes, this reason and this receiver, if
        given. It fails the test no longer. An AssertionError tells which there were instead."""
        __tracebackhide__ = True

        def matches(letter: DeadLetter) -> bool:
            return (
                (payload is ANYTHING or letter.payload == payload)
                and (reason is None or letter.reason is reason)
                and (receiver is None or letter.receiver == receiver)
            )

        def find() -> DeadLetter | None:
            return self._trouble.find_dead_letter(matches)

        self.run_until(lambda: find() is not None, within=within)
        letter = find()
        if letter is None:
            said = "" if payload is ANYTHING else f" {payload!r}"
            why = "" if reason is None else f" ({reason.name})"
            raise AssertionError(
                f"expected a dead letter{said}{why}, but there was none{self.state()}"
            )
        self._trouble.forget_dead_letter(letter)
        return letter

    def check(self) -> None:
        """Raises AssertionError if an actor has failed, or a message has become a dead letter, and
        no test expected that; if what `fail_next` or `fail_init` planned has not happened; or if
        the engine's ledger is wrong. What they planned, when it happens, is expected, and so are
        the messages that actors failed on: the failure tells of them."""
        __tracebackhide__ = True
        if not self.closed:
            now = self.statistics()
            self._trouble.check_ledger(now)
            self._trouble.note_others(now)
        self._trouble.check()

    def state(self) -> str:
        """Where the test stands, and what has gone wrong so far: for an assertion's text."""
        return f"; the engine is idle at {self.now():g} s{self._trouble.describe()}"

    # ---- Its end

    def close(self) -> None:
        """As `Engine.close`; takes back what was planned. What is still queued then is nothing that
        `check` tells of, but failures of `deinit` are."""
        while self._undo:
            self._undo.pop()()
        self._trouble.is_closing = True
        super().close()

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        try:
            if error is None:
                self.check()
                self._trouble.clear()
        finally:
            self.close()
        if error is None:
            self.check()
