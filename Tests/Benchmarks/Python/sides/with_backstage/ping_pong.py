"""Two actors: one knows the other, which sends back to who the ball came from."""

from __future__ import annotations

from backstage import Actor, Context, Engine, Message, Ref

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed

from .ledger import check_ledger


class Player(Actor):
    def __init__(self, tally: Tally, opponent: Ref | None = None) -> None:
        self.tally = tally
        self.opponent = opponent

    def receive(self, context: Context, message: Message) -> None:
        ball = message.payload
        tally = self.tally
        tally.count += 1
        tally.sum += ball[0]
        if self.opponent is None:
            self.opponent = message.sender
        if tally.count < tally.limit and self.opponent is not None:
            self.opponent.tell(ball)


def run(count: int) -> list[float]:
    tallies = [Tally(), Tally()]
    with Engine() as engine:
        right = engine.spawn(Player, tallies[1])
        left = engine.spawn(Player, tallies[0], right)

        def rally(balls: int) -> None:
            reset_all(tallies, balls // 2)
            left.tell(PAYLOAD)
            engine.run_until_idle()
            check_all(tallies, balls // 2)

        took = timed(rally, count)
        check_ledger(engine)
    return [millions_a_second(count, took)]
