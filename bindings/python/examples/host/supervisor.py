"""The parent of all."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from backstage import (
    Actor,
    Context,
    Directive,
    Message,
    MessageType,
    Reason,
    Ref,
    Supervision,
    Termination,
)

from .alarm import AlarmBell
from .board import Board
from .disks import Disks
from .processes import Processes
from .readings import Failed, pack
from .source import Source
from .view import View

MACHINE = "machine"  # the C sampler's id
LOADS_MAX = 4
DRAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    source: Source
    interval_ms: int
    sampler: str | None  # the C plug-in
    fail_at: int  # the line that it fails on; 0: none
    view: View


@dataclass
class Outcome:
    """How it all ended, for who runs the engine."""

    in_order: bool = False


class Supervisor(Actor):
    """Starts all, is told when one fails, and ends them in good order."""

    supervision = Supervision(backoff=0.1)

    def __init__(self, options: Options, outcome: Outcome) -> None:
        self.options = options
        self.outcome = outcome
        self.loads = 0
        self.is_ending = False

    def init(self, context: Context) -> None:
        """Those who listen come first, so that they miss nothing."""
        options, interval = self.options, self.options.interval_ms / 1000
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            context.watch_signal(number, self.end)
        publishers = (MACHINE, "processes", "disks", "alarm", context.id)
        context.spawn_child(Board, publishers, options.view, id="board")
        context.spawn_child(AlarmBell, MACHINE, id="alarm")
        context.spawn_child(Processes, options.source, interval, id="processes")
        context.spawn_child(Disks, options.source, interval, id="disks")
        if options.sampler is not None:
            self.load(context, options.sampler)

    def load(self, context: Context, sampler: str) -> None:
        """The actors of a plug-in have no parent: who wants to know of their end monitors them."""
        options = self.options
        settings = (
            f"id={MACHINE},interval_ms={options.interval_ms},"
            f"proc={options.source.directory},fail_at={options.fail_at}"
        )
        context.monitor(context.engine.load(sampler, settings.encode()))
        self.loads += 1

    def receive(self, context: Context, message: Message) -> None:
        if message.type is not MessageType.TERMINATED:
            self.end(context, message)
        elif isinstance(message.event, Termination) and message.event.reason is Reason.FAILED:
            self.restart_sampler(context, message.event.status)

    def restart_sampler(self, context: Context, status: int) -> None:
        self.tell_of_failure(context, MACHINE, self.loads, f"status {status}")
        if self.options.sampler and self.loads < LOADS_MAX and not self.is_ending:
            self.load(context, self.options.sampler)

    def decide(
        self, context: Context, child: Ref, error: BaseException, restarts: int
    ) -> Directive:
        """Without a board there is no use in going on."""
        if child.id == "board":
            return Directive.ESCALATE
        self.tell_of_failure(context, child.id, restarts + 1, f"{type(error).__name__}: {error}")
        return Directive.RESTART

    def tell_of_failure(self, context: Context, id: str, failures: int, what: str) -> None:
        context.publish(pack(Failed(failures, what.encode()[:80])), f"failed.{id}")

    def end(self, context: Context, message: Message) -> None:
        """All handle what they have queued, and end, the last born first; then the run is over."""
        if not self.is_ending:
            self.is_ending = True
            context.engine.drain(DRAIN_SECONDS)

    def deinit(self, context: Context, reason: Reason) -> None:
        self.outcome.in_order = reason is Reason.STOPPED
        context.engine.stop()  # if it failed, there is no drain that ends the run
