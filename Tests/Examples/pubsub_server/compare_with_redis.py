"""Feeds the same bytes to the server and to Redis, and compares what they answer.

    compare_with_redis.py SERVER
"""

import random
import re
import sys

from support import Redis, Server, answer, confirmation, connect, expect, need, request

CASES = [
    # Whole requests, of both sorts.
    b"PING\r\n",
    b"PING\n",
    b"ping\r\n\r\n\n  \r\nPiNg hello\r\n",
    b"PING a b\r\n",
    b"PING \"a b\" \r\n",
    b"ECHO \"\\x41\\x4a\\n\\r\\t\\a\\b\\q\\\"\"\r\n",
    b"ECHO 'it\\'s \\n'\r\n",
    b"ECHO a\"b c\"\r\n",
    b"ECHO \"\\x4\"\r\n",
    b"ECHO \"\\xzz\"\r\n",
    b"ECHO \"\"\r\n",
    b"ECHO ''\r\n",
    b"ECHO a\vb\r\n",
    b"\v\fPING\r\n",
    b"ECHO",
    b"ECHO a\rb\r\n",
    b"\tECHO\t\ta\t\r\n",
    request("ECHO", b"\0\r\n\xff"),
    request("ECHO", ""),
    request("ECHO", b"x" * 100000),
    request("PING") * 1000,
    request("PING", "hello") + request("PING", "a", "b"),
    b"*0\r\n*-1\r\n*-5\r\nPING\r\n",
    b"*1\r\n$4\r\nPINGxxPING\r\n",  # what stands where CR LF should is not looked at
    b"*1\rx$4\rxPING\r\n",
    # Requests that are broken.
    b"*x\r\n",
    b"*\r\n",
    b"*+1\r\n",
    b"*01\r\n",
    b"*1 \r\n",
    b"*--1\r\n",
    b"*2147483648\r\n",
    b"*2147483647\r\n",
    b"*9223372036854775808\r\n",
    b"*-9223372036854775808\r\nPING\r\n",
    b"*-9223372036854775809\r\n",
    b"*99999999999999999999999\r\n",
    b"*1\r\nx4\r\nPING\r\n",
    b"*1\r\n:4\r\n",
    b"*1\r\n\r\n",
    b"*1\r\n\n\r\n",
    b"*1\r\n\xff\r\n",
    b"*1\r\n\0\r\n",
    b"*1\r\nPING\r\n",
    b"*1\r\n$\r\n",
    b"*1\r\n$-1\r\n",
    b"*1\r\n$x\r\n",
    b"*1\r\n$04\r\nPING\r\n",
    b"*1\r\n$536870913\r\n",
    b"*1\r\n$99999999999999999999\r\n",
    b"*2\r\n$4\r\nPING\r\n$1\r\n",
    b"*2\r\n$4\r\nECHO\r\n*1\r\n",
    b"*1\r\n$4\r\nPING",
    b"*1\r\n$4\r",
    b"*1\r",
    b"*",
    b"$4\r\nPING\r\n",
    b"+OK\r\n:1\r\n",
    b"\"\r\n",
    b"'PING\r\n",
    b"\"PING\"x\r\n",
    b"PING 'a'b\r\n",
    b"PING\0\r\nPING\r\n",
    b"\0\r\nPING\r\n",
    b"*1\0\r\n",
    b"*1\r\n$4\0\r\nPING\r\n",
    b"PING\r\n*1\r\n$x\r\nPING\r\n",
    b"x" * 65536,
    b"x" * 65537,
    b"x" * 65535 + b"\r\n",
    b"PING " + b"x" * 65000 + b"\r\n",
    b"*" + b"1" * 65536,
    b"*1\r\n$" + b"1" * 65536,
    b"FETCH / HTTP/1.1\r\n",
    # Commands that are not right.
    b"nothing\r\n",
    request("nothing", "a", "b c", ""),
    request("nothing", b"\r\n", b"a\0b", b"\xff"),
    request("x" * 200, "y" * 200, "z"),
    request("nothing", *["0123456789"] * 20),
    request(""),
    request(b"\0"),
    request(b"PING\0"),
    request(b"PIN"),
    request("ECHO"),
    request("ECHO", "a", "b"),
    request("PUBLISH", "a"),
    request("PUBLISH", "a", "b", "c"),
    request("SUBSCRIBE"),
    request("PSUBSCRIBE"),
    request("PUBSUB"),
    request("PUBSUB", "nothing"),
    request("pubsub", b"n\r\n\0x", "y"),
    request("PUBSUB", "x" * 200),
    request("PUBSUB", "NUMPAT", "x"),
    request("PUBSUB", "CHANNELS", "x", "y"),
    request("PUBSUB", "NUMSUB"),
    request("PUBSUB", "NUMPAT"),
    request("PUBSUB", "CHANNELS"),
    request("PUBSUB", "CHANNELS", "*"),
    request("PUBSUB", "numsub", "a", "a", ""),
    request("SELECT", 0) + request("SELECT", 15) + request("SELECT", 16) + request("SELECT", -1),
    request("SELECT", "x") + request("SELECT", "1 ") + request("SELECT", 2147483648),
    request("SELECT") + request("SELECT", 1, 2),
    request("CLIENT"),
    request("CLIENT", "nothing"),
    request("CLIENT", "GETNAME"),
    request("CLIENT", "SETNAME", "a b") + request("CLIENT", "GETNAME"),
    request("CLIENT", "SETNAME", "ab") + request("client", "getname"),
    request("CLIENT", "SETNAME", "a") + request("CLIENT", "SETNAME", "") + b"CLIENT GETNAME\r\n",
    request("CLIENT", "SETNAME"),
    request("CLIENT", "ID", "x"),
    request("CONFIG"),
    request("CONFIG", "GET"),
    request("CONFIG", "GET", "save"),
    request("CONFIG", "GET", "nothing"),
    request("CONFIG", "GET", "sav[d-f]"),
    request("HELLO", "x"),
    request("HELLO", "4"),
    request("HELLO", "1"),
    request("HELLO", "2", "nothing"),
    request("HELLO", "2", "SETNAME"),
    request("COMMAND", "nothing"),
    request("COMMAND", "COUNT", "x"),
    request("RESET", "x"),
    request("RESET"),
    request("QUIT") + request("PING"),
    request("QUIT", "now"),
    b"quit\r\nPING\r\n",
    # Subscriptions.
    request("SUBSCRIBE", "a", "b", "a") + request("UNSUBSCRIBE", "b", "c") + request("UNSUBSCRIBE"),
    request("PSUBSCRIBE", "a*", "b", "a*") + request("PUNSUBSCRIBE", "b", "c", "a*"),
    request("SUBSCRIBE", "a") + request("PSUBSCRIBE", "a") + request("PUNSUBSCRIBE"),
    request("UNSUBSCRIBE") + request("PUNSUBSCRIBE") + request("UNSUBSCRIBE", "a"),
    request("SUBSCRIBE", b"a\0\r\n", ""),
    request("SUBSCRIBE", "a.*.>") + request("UNSUBSCRIBE"),
    request("SUBSCRIBE", "x" * 1000),
    request("SUBSCRIBE", "a") + request("PING") + request("PING", "x") + request("PING", "x", "y"),
    request("SUBSCRIBE", "a") + request("PUBLISH", "a", "x") + request("ECHO", "x"),
    request("SUBSCRIBE", "a") + request("PUBSUB", "NUMPAT") + request("CLIENT", "ID"),
    request("SUBSCRIBE", "a") + request("PUBSUB") + request("PUBSUB", "nothing"),
    request("SUBSCRIBE", "a") + request("nothing") + request("PUBLISH"),
    request("SUBSCRIBE", "a") + request("QUIT") + request("PING"),
    request("SUBSCRIBE", "a") + request("RESET") + request("PUBLISH", "a", "x"),
    request("SUBSCRIBE", "a") + b"*1\r\n$x\r\n",
    request("SUBSCRIBE", "a") + request("UNSUBSCRIBE", "a") + request("PUBLISH", "a", "x"),
    request("PSUBSCRIBE", "a") + request("HELLO", "2") + request("SELECT", "0"),
]

WORDS = [
    b"PING", b"ECHO", b"a", b"subscribe", b"UNSUBSCRIBE", b"PSUBSCRIBE", b"b*", b"PUBLISH", b"nothing",
    b"*1", b"*2", b"*3", b"$1", b"$4", b"$0", b"$", b"*", b":", b"+", b"-1", b"0", b"7", b" ",
    b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\"", b"'", b"\\", b"\\x4", b"\0", b"\xff",
]


def garbage(seed, count):
    """Requests cut and mixed, the same each time."""
    source = random.Random(seed)
    whole = [request("PING"), request("ECHO", "a"), request("SUBSCRIBE", "a", "b"), b"PING a\r\n",
             request("PUBLISH", "a", "x"), request("UNSUBSCRIBE", "a")]
    for _ in range(count):
        parts = []
        for _ in range(source.randint(1, 8)):
            part = source.choice(whole)
            cut = source.randint(0, len(part))
            parts.append(source.choice([part, part[:cut], part[cut:], source.choice(WORDS)]))
            parts += source.choices(WORDS, k=source.randint(0, 3))
        yield b"".join(parts)


def patterns(seed, count):
    """Patterns and names, to be compared by what a pattern lists of the channels in use."""
    source = random.Random(seed)
    for _ in range(count):
        yield "".join(source.choices("ab*?[]^-\\c", k=source.randint(0, 8)))


NAMES = ["", "a", "b", "ab", "ba", "abc", "a-c", "a*", "[a]", "a\\b", "^", "-", "]", "aab", "cabac"]


UNSUBSCRIBED = (
    rb"(\*3\r\n\$1[12]\r\np?unsubscribe\r\n)"
    rb"(\$\d+\r\n(?s:.*?)\r\n)"
    rb"(:\d+\r\n)"
)


def in_one_order(reply):
    """Who takes back all subscriptions is told of each, in no promised order: sorts the names."""

    def sort(run):
        parts = re.findall(UNSUBSCRIBED, run[0])
        names = sorted(name for _, name, _ in parts)
        return b"".join(head + name + count for (head, _, count), name in zip(parts, names))

    return re.sub(rb"(?:" + UNSUBSCRIBED + rb"){2,}", sort, reply)


def compare(server, redis, data):
    ours, theirs = answer(server.port, data), answer(redis.port, data)
    if in_one_order(ours) == in_one_order(theirs):
        return 0
    print(f"to {data[:300]!r}\n  we answer     {ours[:300]!r}\n  Redis answers {theirs[:300]!r}")
    return 1


def compare_patterns(server, redis):
    """With one client subscribed to every name; the order of a listing is anybody's."""
    different = count = 0
    clients = [connect(server.port), connect(redis.port)]
    for client in clients:
        client.sendall(request("SUBSCRIBE", *NAMES))
        for number, name in enumerate(NAMES):
            expect(client, confirmation("subscribe", name, number + 1))
    for pattern in patterns(2, 1500):
        data = request("PUBSUB", "CHANNELS", pattern)
        ours, theirs = (sorted(answer(each.port, data).split(b"\r\n")) for each in (server, redis))
        count += 1
        if ours != theirs:
            print(f"pattern {pattern!r}: we list {ours}, Redis lists {theirs}")
            different += 1
    for client in clients:
        client.close()
    return different, count


def main():
    need("redis-check-rdb")
    with Server() as server, Redis.start() as redis:
        cases = CASES + list(garbage(1, 1500))
        different = sum(compare(server, redis, data) for data in cases)
        wrong, count = compare_patterns(server, redis)
    print(f"{len(cases)} inputs, {different} answered differently")
    print(f"{count} patterns, {wrong} matched differently")
    return 1 if different or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
