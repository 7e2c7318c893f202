"""Threads: the engine runs on a thread of its own; workers feed an actor, and ask it.

What other threads send waits in a bounded queue; when it is full the send is refused.
"""

import struct
import threading
import time

from backstage import Actor, Batch, Context, Engine, MessageType, QueueFull, Ref

NUMBERS = 20_000
WORKERS = 2


class Adder(Actor):
    """Adds numbers, and tells the sum."""

    def __init__(self) -> None:
        self.total = 0
        self.count = 0

    def receive_batch(self, context: Context, messages: Batch) -> None:
        for message in messages:
            if message.type is MessageType.REQUEST:
                message.reply(f"added {self.count} numbers: {self.total}".encode())
            else:
                self.total += struct.unpack("<Q", message.payload)[0]
                self.count += 1


def work(adder: Ref, first: int) -> None:
    for number in range(first, NUMBERS + 1, WORKERS):
        while True:
            try:
                adder.tell(struct.pack("<Q", number))
                break
            except QueueFull:
                time.sleep(0.0005)  # the engine is behind: let it catch up


with Engine() as engine:
    adder = engine.spawn(Adder)
    engine.start()
    workers = [threading.Thread(target=work, args=(adder, i + 1)) for i in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(f"{WORKERS} workers have sent all their numbers")
    print(adder.ask(b"how much?").decode())
