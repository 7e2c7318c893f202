"""Publishes much at a time, to clients that come, go, and do not read.

    test_publications.py SERVER [TEST...]
"""

from support import (
    Server, confirmation, connect, expect, message, ping, publish, receive, receive_all, request,
    reset, run_tests, subscriber
)

TOO_SLOW = r"^pubsub_server: connection \d+ is closed: it reads too slowly: "
PAST_LIMIT = TOO_SLOW + "the output limit is passed$"
OVERRUN = TOO_SLOW + "its inbox was full$"
FAILED = r"^backstage: error: actor \d+ failed: status -1\d\d\d \(USER\)$"


def test_pipelined_publications():
    """To others, who get all of them in order."""
    count = 10000
    with Server() as server, connect(server.port) as sock:
        readers = [subscriber(server, "a") for _ in range(5)]
        sock.sendall(b"".join(request("PUBLISH", "a", number) for number in range(count)))
        expect(sock, b":5\r\n" * count)
        for reader in readers:
            expect(reader, b"".join(message("a", number) for number in range(count)))
            reader.close()


def test_more_than_may_be_under_way():
    """Publishers wait until subscribers were served: no inbox overflows, and nothing is lost."""
    count, publishers = 2000, 60
    with Server() as server:
        readers = [subscriber(server, "a", "b") for _ in range(5)]
        senders = [connect(server.port) for _ in range(publishers)]
        with server.held():
            for sender in senders:
                sender.sendall(b"PUBLISH a x\r\n" * count)
        for sender in senders:
            expect(sender, b":5\r\n" * count)
        for reader in readers:
            expect(reader, message("a", "x") * (count * publishers))
            ping(reader, request("pong", ""))
            reader.close()
        for sender in senders:
            sender.close()


def test_waiting_publishers_go_on():
    """Though all for whom they waited have gone, and some of themselves; in whatever order the
    server hears of all that."""
    count = 4000
    with Server() as server:
        readers = [subscriber(server, "a") for _ in range(50)]
        senders = [connect(server.port) for _ in range(10)]
        with server.held():
            for sender in senders[:5]:
                sender.sendall(b"PUBLISH a x\r\n" * count)
            for sock in readers + senders[1:5]:
                reset(sock)
            for sender in senders[5:]:
                sender.sendall(b"PUBLISH a x\r\n" * count)
        for sender in senders[:1] + senders[5:]:
            lines = 0
            while lines < count:
                lines += sender.recv(1 << 20).count(b"\n")
            ping(sender)
            sender.close()


def test_confirmed_in_order():
    """Who unsubscribes while publications are on their way hears of none after the confirmation,
    and misses none of those before it that counted them as a receiver."""
    count = 4000
    with Server() as server, connect(server.port) as sender:
        for _ in range(10):
            reader = subscriber(server, "a")
            with server.held():
                sender.sendall(b"PUBLISH a x\r\n" * count)
                reader.sendall(request("UNSUBSCRIBE", "a") + request("PING"))
            replies = receive(sender, 4 * count)
            heard = replies.count(b":1\r\n")
            assert replies == b":1\r\n" * heard + b":0\r\n" * (count - heard)
            expect(reader, message("a", "x") * heard + confirmation("unsubscribe", "a", 0))
            expect(reader, b"+PONG\r\n")
            reader.close()


def test_resets():
    """In the middle of a request, with replies unread, and with publications on their way."""
    with Server() as server, connect(server.port) as sender, subscriber(server, "a") as witness:
        for number in range(200):
            sock = subscriber(server, "a") if number % 2 else connect(server.port)
            sock.sendall(request("PING") * 100 + b"*2\r\n$4\r\nECHO\r\n$1000000\r\nabc")
            sender.sendall(request("PUBLISH", "a", number) * 10)
            reset(sock)
            expect(witness, message("a", number) * 10)
        assert receive(sender, 200 * 10 * 4).count(b"\r\n") == 2000
        ping(witness, request("pong", ""))


def test_slow_readers():
    """Those that never read are closed once their bound is passed; others get everything."""
    text, count, fast = b"x" * 10000, 2000, 3
    with Server("--output-limit", "1000000", complaint=f"{PAST_LIMIT}|{FAILED}") as server:
        slow = [subscriber(server, "a", receive_buffer=4096) for _ in range(6)]
        readers = [subscriber(server, "a") for _ in range(fast)]
        with connect(server.port) as sock:
            still = fast + len(slow)
            for _ in range(count):
                sock.sendall(request("PUBLISH", "a", text))
                now = int(receive(sock, 4)[1:2])
                assert fast <= now <= still, "a client is gone that should not be"
                still = now
                for reader in readers:
                    expect(reader, message("a", text))
            assert still == fast, "a slow reader is still there"
        for reader in slow:
            got, is_orderly = receive_all(reader)
            assert not is_orderly, "a slow reader cannot tell that it missed something"
            assert (message("a", text) * count).startswith(got)
        for reader in readers:
            ping(reader, request("pong", ""))
            reader.close()
    assert server.complaints == 2 * len(slow)


def test_unread_replies():
    """The bound holds for replies too."""
    with Server("--output-limit", "1000000", complaint=f"{PAST_LIMIT}|{FAILED}") as server:
        with connect(server.port, receive_buffer=4096) as sock, connect(server.port) as witness:
            try:
                for _ in range(1000):
                    sock.sendall(request("ECHO", b"x" * 100000))
                raise AssertionError("the client is still there")
            except (ConnectionResetError, BrokenPipeError):
                pass
            ping(witness)
    assert server.complaints == 2


def test_full_inbox():
    """A client with so many patterns that one publication overflows its inbox is closed."""
    with Server(complaint=f"{OVERRUN}|{FAILED}") as server, connect(server.port) as sender:
        greedy = connect(server.port)
        count = 0
        for first in range(1, 200):
            part = ["*" * first + "a" + "*" * last for last in range(1, 361)]
            greedy.sendall(request("PSUBSCRIBE", *part))
            for name in part:
                count += 1
                expect(greedy, confirmation("psubscribe", name, count))
        with subscriber(server, "a") as witness:
            sender.sendall(request("PUBLISH", "a", "x"))
            replies = b""
            while not replies.endswith(b"\r\n"):
                replies += sender.recv(100)
            assert 65536 < int(replies[1:]) < count + 1, replies
            assert not receive_all(greedy)[1]
            expect(witness, message("a", "x"))
            publish(sender, "a", "y", 1)
            expect(witness, message("a", "y"))
    assert server.complaints == 2


if __name__ == "__main__":
    run_tests([
        test_pipelined_publications,
        test_more_than_may_be_under_way,
        test_waiting_publishers_go_on,
        test_confirmed_in_order,
        test_resets,
        test_slow_readers,
        test_unread_replies,
        test_full_inbox,
    ])
