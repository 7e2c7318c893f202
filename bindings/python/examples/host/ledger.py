"""What became of all messages."""

from __future__ import annotations

from collections import Counter

from backstage import DeadLetter, DeadReason, Statistics


class Ledger:
    """Counts dead letters, and compares them with what the engine counted."""

    def __init__(self) -> None:
        self.dead: Counter[DeadReason] = Counter()

    def dead_letter(self, letter: DeadLetter) -> None:
        """To be told of each by the engine."""
        self.dead[letter.reason] += 1

    def print(self, statistics: Statistics) -> bool:
        """True if it balances, agrees with the dead letters seen, and nobody is left."""
        accepted, handled = statistics.accepted, statistics.handled
        dead, queued = statistics.dead, statistics.queued
        is_balanced = accepted == handled + dead + queued
        print(
            f"ledger: accepted {accepted} = handled {handled} + dead {dead} + queued {queued}: "
            f"{'balanced' if is_balanced else 'NOT balanced'}"
        )
        reasons = (
            f"{count} {reason.name.lower().replace('_', ' ')}"
            for reason, count in sorted(self.dead.items())
        )
        print(f"dead letters: {', '.join(reasons) or 'none'}")
        print(
            f"actors: {statistics.spawned} spawned, {statistics.failures} failed, "
            f"{statistics.actors} left"
        )
        is_told_of_all = self.dead.total() == dead
        return is_balanced and is_told_of_all and queued == 0 and statistics.actors == 0
