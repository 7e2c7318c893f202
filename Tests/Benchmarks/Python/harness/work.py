"""What the workloads of all libraries share: the payloads, the tally, the stretch that is timed."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable, Sequence

from .clock import check_equal, seconds, warm_up

CHUNK = 500  # messages that a producer sends before it waits for word from the consumer
RECORD = "<QQ"
RECORD_BYTES = struct.calcsize(RECORD)
PAYLOADS = [struct.pack(RECORD, number, number * number) for number in range(CHUNK)]
PAYLOAD = PAYLOADS[7]
NEVER = 1 << 62


class Tally:
    """What an actor has got: how many messages, and the sum of something in each."""

    __slots__ = ("count", "limit", "sum")

    def __init__(self) -> None:
        self.count = 0
        self.sum = 0
        self.limit = NEVER  # how many there are to be

    def reset(self, limit: int = NEVER) -> None:
        self.count = self.sum = 0
        self.limit = limit

    def check(self, count: int, total: int) -> None:
        check_equal((self.count, self.sum), (count, total), "messages and their sum")


def chunks_of(count: int) -> int:
    """So many chunks are at least `count` messages."""
    return -(-count // CHUNK)


def sum_of_first_bytes(chunks: int) -> int:
    return chunks * sum(payload[0] for payload in PAYLOADS)


def timed(do: Callable[[int], object], count: int) -> float:
    """Seconds that `count` takes, once warm."""
    do(warm_up(count))
    start = seconds()
    do(count)
    return seconds() - start


async def timed_await(do: Callable[[int], Awaitable[object]], count: int) -> float:
    await do(warm_up(count))
    start = seconds()
    await do(count)
    return seconds() - start


def reset_all(tallies: Sequence[Tally], limit: int = NEVER) -> None:
    """The last one learns how many there are to be: it is the one that ends the round."""
    for tally in tallies:
        tally.reset()
    tallies[-1].limit = limit


def check_all(tallies: Sequence[Tally], count: int) -> None:
    for tally in tallies:
        tally.check(count, count * PAYLOAD[0])
