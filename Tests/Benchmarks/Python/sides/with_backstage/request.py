"""One actor asks another, by callbacks."""

from __future__ import annotations

from backstage import Actor, Context, Engine, Message, Ref

from harness.clock import microseconds_each
from harness.work import PAYLOAD, Tally, timed

from .ask import Answerer
from .ledger import check_ledger


class Asker(Actor):
    def __init__(self, answerer: Ref, tally: Tally) -> None:
        self.answerer = answerer
        self.tally = tally

    def receive(self, context: Context, message: Message) -> None:
        context.request(self.answerer, PAYLOAD, then=self.answered)

    def answered(self, context: Context, message: Message) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message.payload[0]
        if tally.count < tally.limit:
            context.request(self.answerer, PAYLOAD, then=self.answered)


def run(count: int) -> list[float]:
    tally = Tally()
    with Engine() as engine:
        asker = engine.spawn(Asker, engine.spawn(Answerer), tally)

        def asks(number: int) -> None:
            tally.reset(number)
            asker.tell(b"begin")
            engine.run_until_idle()
            tally.check(number, number * PAYLOAD[0])

        took = timed(asks, count)
        check_ledger(engine)
    return [microseconds_each(count, took)]
