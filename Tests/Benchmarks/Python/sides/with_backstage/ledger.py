"""What holds at the end of every workload."""

from __future__ import annotations

from backstage import Engine

from harness.clock import check_equal


def check_ledger(engine: Engine) -> None:
    """Every message accepted was handled."""
    ledger = engine.statistics()
    accounted = ledger.handled + ledger.dead + ledger.queued
    check_equal(accounted, ledger.accepted, "handled, dead and queued messages")
    check_equal((ledger.dead, ledger.queued), (0, 0), "dead and queued messages")
    check_equal(ledger.failures, 0, "failures")
