"""How a parent supervises its children."""

from __future__ import annotations

from ctypes import sizeof
from typing import Any, NamedTuple

from . import _abi
from ._enums import Directive, Strategy
from ._native import nanoseconds, unsigned
from .errors import fail


class Supervision(NamedTuple):
    """What follows when a child fails: an attribute of the parent's class, or an option of `spawn`.

        class Market(Actor):
            supervision = Supervision(Strategy.ONE_FOR_ONE, restarts_max=5, window=60.0)

    An actor that defines `decide(context, child, error, restarts)` chooses the directive itself.
    """

    strategy: Strategy = Strategy.ONE_FOR_ONE
    directive: Directive = Directive.RESTART
    restarts_max: int = 3
    """Restarts within the window. One more, and the supervisor itself fails."""
    window: float = 5.0
    """In seconds."""
    backoff: float = 0.0
    """Seconds before a child's first restart; each further one waits twice as long."""
    backoff_max: float | None = None
    """At most so many seconds; None: 64 times `backoff`."""
    jitter_percent: int = 0
    """Up to so much of each wait is taken off at random, by the engine's seed."""

    def for_c(self, decide: Any = None) -> _abi.Supervision:
        """The struct that C takes, where zero is a default."""
        if self.restarts_max == 0:
            fail(_abi.INVALID_ARGUMENT, "to allow no restart, the directive is STOP or ESCALATE")
        options = _abi.Supervision()
        options.size = sizeof(options)
        options.strategy = unsigned("strategy", self.strategy)
        options.directive = unsigned("directive", self.directive)
        if decide is not None:
            options.decide = decide
        options.restarts_max = unsigned("restarts_max", self.restarts_max)
        options.jitter_percent = unsigned("jitter_percent", self.jitter_percent)
        options.window_ns = nanoseconds(self.window) or 1
        options.backoff_ns = nanoseconds(self.backoff)
        if self.backoff_max is not None:
            options.backoff_max_ns = nanoseconds(self.backoff_max) or 1
        return options
