"""Opens as many connections as may be, and more.

    test_connections.py SERVER [TEST...]
"""

import resource
import signal

from support import (
    SECONDS, Server, confirmation, connect, expect, message, ping, publish, receive, receive_all,
    reset, run_tests, subscriber
)


def test_connections_max():
    with Server("--connections-max", "2") as server:
        with connect(server.port) as one, connect(server.port) as other:
            ping(one)
            ping(other)
            with connect(server.port) as third:
                assert receive_all(third)[0] == b"-ERR max number of clients reached\r\n"
            ping(one)
        # Once the server has seen that they are gone there is room again.
        while True:
            with connect(server.port) as sock:
                sock.sendall(b"PING\r\n")
                if receive(sock, 1) == b"+":
                    break


def test_descriptors_run_out():
    """Who cannot be let in waits until somebody has left."""
    shortage = r"^pubsub_server: cannot accept: Too many open files$"
    most = (40, 40)
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, most)
    with Server(complaint=shortage, prepare=few) as server:
        clients = [connect(server.port) for _ in range(100)]
        ping(clients[0])
        for client in clients:
            ping(client)
            client.close()
    assert server.complaints >= 1


def test_signals():
    """Either ends it in good order, with clients there."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with Server() as server:
            clients = [subscriber(server, "a") for _ in range(10)]
            with connect(server.port) as sender:
                publish(sender, "a", "x", 10)
                server.process.send_signal(number)
                for client in clients:
                    assert receive_all(client) == (message("a", "x"), True)
            server.process.wait(SECONDS)


def test_ten_thousand():
    """As many at once, all subscribed; each gets what is published."""
    count, others = 10000, 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count + others:
        count = hard - others
        print(f"only {count} connections: this machine allows no more descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + others), hard))
    with Server() as server:
        confirmed = confirmation("subscribe", "all", 1)
        readers = [connect(server.port) for _ in range(count)]
        for reader in readers:
            reader.sendall(b"SUBSCRIBE all\r\n")
        for reader in readers:
            expect(reader, confirmed)
        with connect(server.port) as sock:
            for number in range(3):
                publish(sock, "all", number, count)
            everything = b"".join(message("all", number) for number in range(3))
            for reader in readers:
                expect(reader, everything)
            for reader in readers[::2]:
                reader.close()
            for reader in readers[1::2]:
                reset(reader)
            ping(sock)


if __name__ == "__main__":
    run_tests([
        test_connections_max,
        test_descriptors_run_out,
        test_signals,
        test_ten_thousand,
    ])
