"""Starts servers for the tests, and talks to them."""

import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile

SKIPPED = 77
SECONDS = 60  # a guard against a hang, no measure of anything


def need(*programs):
    """Skips the test where a program is missing."""
    for program in programs:
        if shutil.which(program) is None:
            print(f"skipped: there is no {program}")
            sys.exit(SKIPPED)


def end_with_parent():
    """In a child process: ends it when this one is killed."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


class Running:
    """A server, from here to the end of a `with`."""

    def __init__(self, command, is_ready, prepare=end_with_parent):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors,
            text=True, preexec_fn=prepare,
        )
        self.first_line = self.read_line(is_ready)
        if self.first_line is None:
            self.process.kill()
            raise AssertionError(f"{command} did not start: {self.read_errors()}")

    def read_line(self, pattern):
        """The first line of its output that matches, and how; None if there is none."""
        matches = (re.search(pattern, line) for line in self.process.stdout)
        return next(filter(None, matches), None)

    def read_errors(self):
        """What it has written to standard error, once it has ended."""
        self.process.wait(SECONDS)
        self.errors.seek(0)
        return self.errors.read()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        try:
            self.process.send_signal(signal.SIGTERM)
            output, _ = self.process.communicate(timeout=SECONDS)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        errors = self.read_errors()
        if kind is None:
            self.check(output, errors)
        else:
            print(output, errors, file=sys.stderr)

    @contextlib.contextmanager
    def held(self):
        """Stops the process meanwhile, so that all that is sent is there when it goes on."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def check(self, output, errors):
        pass


class Server(Running):
    """The server under test. At its end it must have kept its books, and have said nothing to
    standard error but lines that match `complaint`."""

    def __init__(self, *options, complaint=None, prepare=end_with_parent):
        command = [sys.argv[1], "--port", "0", *options]
        super().__init__(command, r"^listening on 127\.0\.0\.1:(\d+)$", prepare)
        self.port = int(self.first_line[1])
        self.complaint = complaint

    def check(self, output, errors):
        assert self.process.returncode == 0, (self.process.returncode, output, errors)
        assert re.search(r"^connections: \d+ accepted, 0 left$", output, re.M), output
        assert re.search(r"^ledger: .*: balanced$", output, re.M), output
        self.complaints = 0
        for line in errors.splitlines():
            assert self.complaint and re.search(self.complaint, line), errors
            self.complaints += 1
        self.output = output


def redis_program(folder):
    """Redis, or a link to its checker, which is the same program under another name: so that
    redis-tools is enough, whose package starts no server of its own."""
    program = shutil.which("redis-server")
    if program is None:
        program = os.path.join(folder, "redis-server")
        os.symlink(shutil.which("redis-check-rdb"), program)
    return program


class Redis(Running):
    """Redis itself, with nothing saved."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly",
                   "no", "--dir", self.folder.name]
        program = redis_program(self.folder.name)
        super().__init__([program, *options], "Ready to accept connections")

    @staticmethod
    def start():
        """Tries again where somebody else took the port meanwhile."""
        for _ in range(5):
            try:
                return Redis()
            except AssertionError as error:
                last = error
        raise last


def connect(port, receive_buffer=None):
    """A connection; its waits end when the guard does."""
    sock = socket.socket()
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(SECONDS)
    sock.connect(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def request(*words):
    """A request, as an array of bulk strings."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    bulks = (b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"*%d\r\n" % len(parts) + b"".join(bulks)


def message(channel, text):
    """A publication, as a subscriber gets it."""
    return request("message", channel, text)


def confirmation(kind, channel, count):
    return request(kind, channel).replace(b"*2", b"*3", 1) + b":%d\r\n" % count


def receive(sock, size):
    """So many bytes, exactly."""
    parts = []
    while size > 0:
        part = sock.recv(min(size, 1 << 20))
        assert part, "the connection ended early"
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def expect(sock, expected):
    """Reads what is expected, and no more."""
    got = receive(sock, len(expected))
    if got == expected:
        return
    first = next(place for place in range(len(got)) if got[place] != expected[place])
    shown = slice(max(0, first - 100), first + 200)
    raise AssertionError(f"from byte {first} on: expected {expected[shown]!r}, got {got[shown]!r}")


def receive_all(sock):
    """All up to the end, and whether that was an orderly one."""
    parts = []
    while True:
        try:
            part = sock.recv(1 << 20)
        except ConnectionResetError:
            return b"".join(parts), False
        if not part:
            return b"".join(parts), True
        parts.append(part)


def answer(port, data):
    """All that a server answers to these bytes, sent and ended at one stroke."""
    with connect(port) as sock:
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError, OSError):
            pass  # it closed already: it need not read what follows an error
        return receive_all(sock)[0]


def subscriber(server, *channels, **options):
    sock = connect(server.port, **options)
    sock.sendall(request("SUBSCRIBE", *channels))
    for count, channel in enumerate(channels, 1):
        expect(sock, confirmation("subscribe", channel, count))
    return sock


def ping(sock, reply=b"+PONG\r\n"):
    sock.sendall(b"PING\r\n")
    expect(sock, reply)


def publish(sock, channel, text, receivers):
    sock.sendall(request("PUBLISH", channel, text))
    expect(sock, b":%d\r\n" % receivers)


def reset(sock):
    """Ends a connection abruptly."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def run_tests(tests):
    """Runs functions, each with a server of its own, unless its name is given."""
    only = sys.argv[2:]
    for test in tests:
        if not only or test.__name__ in only:
            test()
            print(f"{test.__name__}: passed", flush=True)
