"""Sends the server requests in pieces and in floods, large ones and broken ones.

    test_requests.py SERVER [TEST...]
"""

import socket

from support import (
    Server, answer, confirmation, connect, expect, message, ping, publish, receive_all, request,
    run_tests, subscriber
)


def test_byte_by_byte():
    with Server() as server, subscriber(server, "a") as reader, connect(server.port) as sock:
        for byte in request("PUBLISH", "a", "hello") + b"PING\r\n" + request("ECHO", b"\r\n"):
            sock.sendall(bytes([byte]))
        expect(sock, b":1\r\n+PONG\r\n$2\r\n\r\n\r\n")
        expect(reader, message("a", "hello"))


def test_pieces():
    """Cut where an answer shows that the server has read what came before."""
    parts = [b"*2\r\n$4\r\nEC", b"HO\r\n$3\r", b"\nabc", b"\r", b"\n"]
    with Server() as server, connect(server.port) as sock:
        for cut in range(len(parts)):
            sock.sendall(b"PING\r\n" + b"".join(parts[:cut]))
            expect(sock, b"+PONG\r\n")
            sock.sendall(b"".join(parts[cut:]))
            expect(sock, b"$3\r\nabc\r\n")


def test_pipelining():
    with Server() as server, connect(server.port) as sock:
        sock.sendall(request("PING") * 10000)
        expect(sock, b"+PONG\r\n" * 10000)
        sock.sendall(b"".join(request("ECHO", number) for number in range(10000)))
        expect(sock, b"".join(b"$%d\r\n%d\r\n" % (len(str(n)), n) for n in range(10000)))


def test_large_values():
    """Larger than any buffer, both ways."""
    text = bytes(range(256)) * 40000
    with Server() as server, subscriber(server, "a") as reader, connect(server.port) as sock:
        sock.sendall(request("ECHO", text))
        expect(sock, b"$%d\r\n%s\r\n" % (len(text), text))
        publish(sock, "a", text, 1)
        expect(reader, message("a", text))
        publish(sock, "a", "small", 1)
        expect(reader, message("a", "small"))


def test_many_arguments():
    names = [f"channel {number}" for number in range(20000)]
    with Server() as server, connect(server.port) as sock:
        sock.sendall(request("SUBSCRIBE", *names))
        expect(sock, b"".join(confirmation("subscribe", name, number + 1)
                              for number, name in enumerate(names)))
        sock.sendall(request("UNSUBSCRIBE", *names))
        expect(sock, b"".join(confirmation("unsubscribe", name, len(names) - number - 1)
                              for number, name in enumerate(names)))


def test_half_closed():
    """Who has shut down its writing side is answered first."""
    with Server() as server:
        assert answer(server.port, request("PING") * 10000) == b"+PONG\r\n" * 10000
        text = b"x" * 3000000
        assert answer(server.port, request("ECHO", text)) == b"$3000000\r\n" + text + b"\r\n"
        reader = subscriber(server, "a")
        reader.shutdown(socket.SHUT_WR)
        assert receive_all(reader) == (b"", True)
        with connect(server.port) as sock:
            publish(sock, "a", "x", 0)


def test_broken_requests():
    """Answered with an error, and closed; nobody else notices."""
    broken = [
        b"*1\r\n$x\r\n", b"*x\r\n", b"'\r\n", b"*1\r\nx\r\n", b"*1\r\n$-1\r\n", b"\xff" * 65537,
    ]
    with Server() as server, connect(server.port) as witness:
        for data in broken:
            with connect(server.port) as sock:
                sock.sendall(request("PING") + data)
                expect(sock, b"+PONG\r\n-ERR Protocol error: ")
                assert receive_all(sock)[0].endswith(b"\r\n")
            ping(witness)


def test_quit():
    with Server() as server, connect(server.port) as sock:
        sock.sendall(b"PING\r\nQUIT\r\n")
        assert receive_all(sock) == (b"+PONG\r\n+OK\r\n", True)


if __name__ == "__main__":
    run_tests([
        test_byte_by_byte,
        test_pieces,
        test_pipelining,
        test_large_values,
        test_many_arguments,
        test_half_closed,
        test_broken_requests,
        test_quit,
    ])
