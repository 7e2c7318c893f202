"""Ping-pong: two actors hand a number back and forth until it is 0.

Then the engine's ledger shows that every message was handled.

    python ping_pong.py [ROUNDS]
"""

import struct
import sys

from backstage import Actor, Context, Engine, Message

ball = struct.Struct("<Q")


class Player(Actor):
    """Counts the balls that it gets."""

    def __init__(self) -> None:
        self.balls = 0

    def receive(self, context: Context, message: Message) -> None:
        self.balls += 1
        (left,) = ball.unpack(message.payload)
        if left and message.sender:
            message.sender.tell(ball.pack(left - 1))


class Server(Player):
    """The player who serves. A round is two messages."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds

    def init(self, context: Context) -> None:
        context.tell("pong", ball.pack(self.rounds * 2 - 1))

    def deinit(self, context: Context, reason: object) -> None:
        print(f"ping got {self.balls}")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with Engine() as engine:
        engine.spawn(Player, id="pong")
        engine.spawn(Server, rounds, id="ping")
        engine.run_until_idle()
        ledger = engine.statistics()
    print(
        f"accepted {ledger.accepted} = "
        f"handled {ledger.handled} + dead {ledger.dead} + queued {ledger.queued}"
    )


if __name__ == "__main__":
    main()
