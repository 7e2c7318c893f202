#!/usr/bin/env python3
"""Measures pubsub_server beside redis-server, by turns, in one run.

    bench_server.py --server PATH --fanout PATH [--rounds N] [--only ROW] [--json FILE]

Both servers run on one CPU and their clients on another, each server alone at its turn. A figure
is the median of all rounds, with the spread from the least to the most; `ratio` is the median of
the ratios of each round. `CPU` is what a server spent, by the scheduler's account: it says more
than the rate where the client, or another program on this machine, is what limits that.
"""

import argparse
import csv
import ctypes
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile

SECONDS = 60  # a guard against a hang
SERVER_CPU, CLIENT_CPU = "0", "1"


def fail(text):
    sys.exit(f"bench_server: {text}")


def on_cpu(cpu, command):
    """Pinned, if this machine has a CPU for either side."""
    return ["taskset", "-c", cpu, *command] if os.cpu_count() > 1 else command


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_with_parent():
    """In a child process: ends it when this one is killed."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


class Server:
    """A server that runs until the end of a `with`."""

    def __init__(self, name, command, is_ready, port):
        self.name = name
        self.process = subprocess.Popen(
            on_cpu(SERVER_CPU, command), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
            text=True, preexec_fn=end_with_parent,
        )
        for line in self.process.stdout:
            if is_ready in line:
                self.port = port or int(line.rsplit(":", 1)[1])
                return
        fail(f"{name} did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.communicate(timeout=SECONDS)
        finally:
            self.process.kill()

    def cpu_ns(self):
        """What it has spent so far."""
        with open(f"/proc/{self.process.pid}/schedstat") as file:
            return int(file.read().split()[0])


def pubsub_server(arguments):
    return Server("pubsub_server", [arguments.server, "--port", "0"], "listening on", None)


def redis_program(folder):
    """Redis, or a link to its checker, which is the same program under another name: so that
    redis-tools is enough, whose package starts no server of its own."""
    program = shutil.which("redis-server")
    if program is None:
        program = os.path.join(folder, "redis-server")
        os.symlink(shutil.which("redis-check-rdb"), program)
    return program


def redis_server(folder):
    port = free_port()
    command = [redis_program(folder), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
               "--appendonly", "no", "--dir", folder]
    return Server("redis-server", command, "Ready to accept connections", port)


def run(command):
    done = subprocess.run(on_cpu(CLIENT_CPU, command), capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"{command[0]} failed: {done.stderr or done.stdout}")
    return done.stdout


def ping(test, clients, pipeline, requests):
    """A test of redis-benchmark: requests a second, and how many."""

    def measure(server):
        output = run(["redis-benchmark", "-p", str(server.port), "-t", test, "-n", str(requests),
                      "-c", str(clients), "-P", str(pipeline), "--csv"])
        (row,) = [row for row in csv.reader(output.splitlines()) if row[0] != "test"]
        return float(row[1]), requests

    return measure


def fanout(arguments, window, messages, size):
    """Publications to 50 subscribers: deliveries a second, and how many."""

    def measure(server):
        output = run([arguments.fanout, "--port", str(server.port), "--subscribers", "50",
                      "--messages", str(messages), "--window", str(window), "--size", str(size)])
        result = json.loads(output)
        return result["deliveries_per_second"], result["deliveries"]

    return measure


def rows_of(arguments):
    many = arguments.scale
    return {
        "PING_INLINE": ping("ping_inline", 50, 1, 100000 * many),
        "PING_MBULK": ping("ping_mbulk", 50, 1, 100000 * many),
        "PING_INLINE -P 16": ping("ping_inline", 50, 16, 1000000 * many),
        "PING_MBULK -P 16": ping("ping_mbulk", 50, 16, 1000000 * many),
        "PUBLISH to 50, pipelined": fanout(arguments, 1000, 100000 * many, 16),
        "PUBLISH to 50, pipelined, 1 KiB": fanout(arguments, 1000, 20000 * many, 1024),
        "PUBLISH to 50, one by one": fanout(arguments, 1, 4000 * many, 16),
    }


def measure_all(rows, servers, rounds):
    """By row and server, a list of (a second, CPU nanoseconds for each)."""
    results = {row: {server.name: [] for server in servers} for row in rows}
    for number in range(rounds):
        for row, measure in rows.items():
            # Who goes first changes with each round.
            for server in servers if number % 2 == 0 else reversed(servers):
                before = server.cpu_ns()
                rate, count = measure(server)
                spent = (server.cpu_ns() - before) / count
                results[row][server.name].append((rate, spent))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return results


def summary(ours, theirs):
    def figures(samples):
        rates = [rate for rate, _ in samples]
        return {"median": statistics.median(rates), "least": min(rates), "most": max(rates),
                "cpu_ns": statistics.median(cpu for _, cpu in samples)}

    return {
        "pubsub_server": figures(ours),
        "redis-server": figures(theirs),
        "ratio": statistics.median(a[0] / b[0] for a, b in zip(ours, theirs)),
        "cpu_ratio": statistics.median(a[1] / b[1] for a, b in zip(ours, theirs)),
    }


def print_table(summaries):
    def rate(figures):
        return (f"{figures['median'] / 1e3:9.0f} ({figures['least'] / 1e3:.0f} to "
                f"{figures['most'] / 1e3:.0f})").ljust(26)

    print(f"{'thousands a second':32} {'pubsub_server':>15}            {'redis-server':>15}"
          f"             ratio   CPU ns each")
    for row, each in summaries.items():
        ours, theirs = each["pubsub_server"], each["redis-server"]
        print(f"{row:32} {rate(ours)} {rate(theirs)} {each['ratio']:6.2f} "
              f"{ours['cpu_ns']:7.0f} / {theirs['cpu_ns']:.0f} ({each['cpu_ratio']:.2f})")


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True, help="pubsub_server")
    parser.add_argument("--fanout", required=True, help="the load generator")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=int, default=1, help="so many times as many requests")
    parser.add_argument("--only", help="rows whose name has this in it")
    parser.add_argument("--json", metavar="FILE", help="write all figures there too")
    return parser.parse_args()


def main():
    arguments = read_arguments()
    for program in ("redis-check-rdb", "redis-benchmark", "taskset"):
        if shutil.which(program) is None:
            fail(f"there is no {program}")
    rows = {row: measure for row, measure in rows_of(arguments).items()
            if not arguments.only or arguments.only in row}
    with tempfile.TemporaryDirectory() as folder:
        with pubsub_server(arguments) as ours, redis_server(folder) as theirs:
            results = measure_all(rows, (ours, theirs), arguments.rounds)
    summaries = {row: summary(by["pubsub_server"], by["redis-server"])
                 for row, by in results.items()}
    print_table(summaries)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"rounds": arguments.rounds, "rows": summaries}, file, indent=2)


if __name__ == "__main__":
    main()
