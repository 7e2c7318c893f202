"""Drives the server with Redis's own programs, as they come.

    test_redis_tools.py SERVER [TEST...]
"""

import subprocess

from support import SECONDS, Server, need, run_tests


class Subscriber:
    """A redis-cli that is subscribed, and writes a line for each thing it is told."""

    def __init__(self, server, *command):
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", "redis-cli", "-p", str(server.port), *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def expect(self, *lines):
        for line in lines:
            got = self.process.stdout.readline().rstrip("\n")
            assert got == line, f"expected {line!r}, got {got!r}"

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate(timeout=SECONDS)


def cli(server, *words, given=None):
    """What redis-cli writes about a command, or about those it is given."""
    done = subprocess.run(["redis-cli", "-p", str(server.port), *words], input=given, text=True,
                          capture_output=True, timeout=SECONDS)
    assert not done.stderr, done.stderr
    return done.stdout.splitlines()


def test_commands():
    with Server() as server:
        assert cli(server, "ping") == ["PONG"]
        assert cli(server, "ping", "hello there") == ["hello there"]
        assert cli(server, "echo", "x") == ["x"]
        assert cli(server, "-n", "3", "ping") == ["PONG"]
        assert cli(server, "--no-raw", "select", "0") == ["OK"]
        assert cli(server, "quit") == ["OK"]
        assert cli(server, "publish", "nobody", "x") == ["0"]
        assert cli(server, "hello")[:2] == ["server", "backstage"]
        assert cli(server, "-2", "ping") == ["PONG"]
        assert cli(server, "command", "count") == [str(len(cli(server, "command", "list")))]
        assert cli(server, "nothing", "a")[0].startswith("ERR unknown command 'nothing'")
        assert cli(server, given="ping\nclient id\nping x\n")[::2] == ["PONG", "x"]


def test_publications_between_two():
    with Server() as server, Subscriber(server, "subscribe", "news", "weather") as reader:
        reader.expect("subscribe", "news", "1", "subscribe", "weather", "2")
        assert cli(server, "publish", "news", "first") == ["1"]
        assert cli(server, "publish", "sport", "unheard") == ["0"]
        assert cli(server, "publish", "weather", "rain and wind") == ["1"]
        reader.expect("message", "news", "first", "message", "weather", "rain and wind")
        with Subscriber(server, "subscribe", "news") as other:
            other.expect("subscribe", "news", "1")
            assert cli(server, "publish", "news", "second") == ["2"]
            reader.expect("message", "news", "second")
            other.expect("message", "news", "second")


def test_patterns():
    with Server() as server, Subscriber(server, "psubscribe", "n?ws.*", "*.uk") as reader:
        reader.expect("psubscribe", "n?ws.*", "1", "psubscribe", "*.uk", "2")
        assert cli(server, "publish", "news.fr", "a") == ["1"]
        assert cli(server, "publish", "news.uk", "b") == ["2"]
        assert cli(server, "publish", "uk", "c") == ["0"]
        reader.expect("pmessage", "n?ws.*", "news.fr", "a")
        reader.expect("pmessage", "n?ws.*", "news.uk", "b", "pmessage", "*.uk", "news.uk", "b")
        assert cli(server, "pubsub", "numpat") == ["2"]


def test_what_is_in_use():
    with Server() as server:
        assert cli(server, "pubsub", "channels") == [""]
        with Subscriber(server, "subscribe", "a", "b", "ab") as one:
            one.expect("subscribe", "a", "1", "subscribe", "b", "2", "subscribe", "ab", "3")
            with Subscriber(server, "subscribe", "a") as other:
                other.expect("subscribe", "a", "1")
                assert sorted(cli(server, "pubsub", "channels")) == ["a", "ab", "b"]
                assert sorted(cli(server, "pubsub", "channels", "a*")) == ["a", "ab"]
                counts = cli(server, "pubsub", "numsub", "a", "b", "c")
                assert counts == ["a", "2", "b", "1", "c", "0"], counts
                assert cli(server, "pubsub", "numpat") == ["0"]


def benchmark(server, *options):
    done = subprocess.run(["redis-benchmark", "-p", str(server.port), "--csv", *options], text=True,
                          capture_output=True, timeout=SECONDS)
    assert done.returncode == 0 and not done.stderr, (done.stdout, done.stderr)
    return [line.split(",")[0].strip('"') for line in done.stdout.splitlines()[1:]]


def test_benchmark():
    with Server() as server:
        both = ["PING_INLINE", "PING_MBULK"]
        assert benchmark(server, "-t", "ping", "-n", "2000") == both
        assert benchmark(server, "-t", "ping", "-n", "20000", "-P", "16", "-q") is not None
        assert benchmark(server, "-t", "ping", "-n", "20000", "-P", "500", "-c", "200") == both
        assert benchmark(server, "-n", "2000", "publish", "a", "b") == ["publish a b"]


if __name__ == "__main__":
    need("redis-cli", "redis-benchmark", "stdbuf")
    run_tests([test_commands, test_publications_between_two, test_patterns, test_what_is_in_use,
               test_benchmark])
