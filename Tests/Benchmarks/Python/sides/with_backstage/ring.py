"""A ring of actors, and one token that goes round."""

from __future__ import annotations

from backstage import Actor, Context, Engine, Message, Ref

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed

from .ledger import check_ledger


class Member(Actor):
    def __init__(self, tally: Tally, following: Ref | None) -> None:
        self.tally = tally
        self.following = following

    def receive(self, context: Context, message: Message) -> None:
        token = message.payload
        tally = self.tally
        tally.count += 1
        tally.sum += token[0]
        if tally.count < tally.limit and self.following is not None:
            self.following.tell(token)


class Last(Member):
    """The first member is the one whose id is "first"."""

    def receive(self, context: Context, message: Message) -> None:
        if self.following is None:
            self.following = context.engine.find("first")
        super().receive(context, message)


def run(count: int, size: int) -> list[float]:
    tallies = [Tally() for _ in range(size)]
    with Engine() as engine:
        following = engine.spawn(Last, tallies[-1], None)
        for tally in reversed(tallies[1:-1]):
            following = engine.spawn(Member, tally, following)
        first = engine.spawn(Member, tallies[0], following, id="first")

        def rounds(number: int) -> None:
            reset_all(tallies, number)
            first.tell(PAYLOAD)
            engine.run_until_idle()
            check_all(tallies, number)

        took = timed(rounds, count)
        check_ledger(engine)
    return [millions_a_second(count * size, took)]
