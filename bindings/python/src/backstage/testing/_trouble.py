"""What goes wrong on a stage, and whether the test expects that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._enums import DeadReason
from .._ref import Ref
from ..errors import BackstageError
from . import _describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._callbacks import DeadLetter
    from .._cell import Cell
    from .._statistics import Statistics


class Failure(NamedTuple):
    """An actor's failure: who failed (None if it is not written in Python) and its id, what it
    raised, and in which of its methods: "init", "receive", "deinit" or "decide"."""

    actor: Ref | None
    id: str
    error: BaseException
    where: str


class Trouble:
    """Failures and dead letters that no test has expected so far."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []
        self.dead_letters: list[DeadLetter] = []
        self.is_closing = False
        self._dead = 0
        self._failed = 0
        #: Put in by the test: what is still to happen, and what has.
        self._planned: list[Exception] = []
        self._happened: list[Failure] = []

    def plan(self, error: Exception | type[Exception]) -> Exception:
        """A failure that the test puts in: it is expected."""
        made = error() if isinstance(error, type) else error
        self._planned.append(made)
        return made

    # ---- Noting

    def note_dead_letter(self, letter: DeadLetter) -> None:
        """The engine's handler of dead letters. Those that its end makes are nothing to tell of."""
        self._dead += 1
        if not self.is_closing:
            self.dead_letters.append(letter)

    def note_failure(self, cell: Cell, error: BaseException, where: str) -> None:
        """An actor written in Python has failed."""
        self._failed += 1
        failure = Failure(cell.ref, cell.name, error, where)
        for index, planned in enumerate(self._planned):
            if planned is error:
                del self._planned[index]
                self._happened.append(failure)
                return
        self.failures.append(failure)

    def note_others(self, now: Statistics) -> None:
        """Actors that are not written in Python have failed: they are only counted."""
        for _ in range(now.failures - self._failed):
            error = BackstageError("an actor that is not written in Python failed: see the log")
            self.failures.append(Failure(None, "", error, "receive"))
        self._failed = now.failures

    # ---- Expecting

    def find_failure(self, error: type[BaseException], actor: Ref | str | None) -> Failure | None:
        """The first that is such, also of those that the test has put in."""
        for failure in (*self._happened, *self.failures):
            if isinstance(failure.error, error) and _is_of(failure, actor):
                return failure
        return None

    def forget_failure(self, failure: Failure) -> None:
        """It was expected."""
        _remove(self._happened, failure)
        _remove(self.failures, failure)

    def find_dead_letter(self, matches: Callable[[DeadLetter], bool]) -> DeadLetter | None:
        """The first that is such."""
        return next(filter(matches, self.dead_letters), None)

    def forget_dead_letter(self, letter: DeadLetter) -> None:
        """It was expected."""
        _remove(self.dead_letters, letter)

    # ---- Telling

    def describe(self) -> str:
        """What was not expected. A message that an actor failed on is part of its failure."""
        letters = [each for each in self.dead_letters if each.reason is not DeadReason.FAILED]
        return _describe.several(
            "Unexpected failures", self.failures, _describe_failure
        ) + _describe.several("Unexpected dead letters", letters, _describe.dead_letter)

    def check(self) -> None:
        """Raises AssertionError if there is any, or if what was planned has not happened."""
        __tracebackhide__ = True
        text = self.describe() + _describe.several(
            "Planned failures that have not happened", self._planned, repr
        )
        if text:
            first = self.failures[0].error if self.failures else None
            raise AssertionError(text.lstrip()) from first

    def check_ledger(self, now: Statistics) -> None:
        """Raises AssertionError unless every message is accounted for."""
        __tracebackhide__ = True
        if now.accepted != now.handled + now.dead + now.queued:
            raise AssertionError(f"accepted = handled + dead + queued does not hold: {now}")
        if now.dead != self._dead:
            raise AssertionError(f"of {now.dead} dead letters {self._dead} were seen: {now}")

    def clear(self) -> None:
        """All is told, or forgiven."""
        self.failures.clear()
        self.dead_letters.clear()
        self._planned.clear()


def _is_of(failure: Failure, actor: Ref | str | None) -> bool:
    if actor is None:
        return True
    return failure.actor == actor if isinstance(actor, Ref) else failure.id == actor


def _describe_failure(failure: Failure) -> str:
    name = f'"{failure.id}"' if failure.id else _describe.ref(failure.actor)
    return f"{name} in {failure.where}: {failure.error!r}"


def _remove(items: list[Any], item: Any) -> None:
    for index, each in enumerate(items):
        if each is item:
            del items[index]
            return
