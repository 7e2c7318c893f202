"""The parts of hostwatch that stand alone: parsers, readings, words."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from host.describe import describe, fraction_of
from host.disks import Disk, parse_disks
from host.processes import Process, parse_process, read_processes
from host.readings import (
    Alarm,
    Busiest,
    Failed,
    Load,
    ProcessCount,
    Reading,
    Share,
    Traffic,
    Unavailable,
    pack,
    unpack,
)
from host.source import Source

RECORDING = Path(__file__).parents[2] / "Examples/proc"

STAT = b"%s %s S 1 1 1 0 -1 0 0 0 0 0 %d %d 0 0 20 0 1 0 %d 0 0\n"


@pytest.mark.parametrize(
    ("line", "process"),
    [
        (STAT % (b"7", b"(sh)", 2, 3, 90), Process(7, b"sh", b"S", 5, 90)),
        (STAT % (b"8", b"(a) b (c)", 0, 0, 1), Process(8, b"a) b (c", b"S", 0, 1)),
        (STAT % (b"9", b"(0123456789abcdef)", 1, 0, 1), Process(9, b"0123456789abcde", b"S", 1, 1)),
    ],
)
def test_a_process(line: bytes, process: Process) -> None:
    assert parse_process(line) == process


@pytest.mark.parametrize("line", [b"", b"7 (sh", b"7 sh S 1", b"7 (sh) S 1 2 3", b"x (sh) S"])
def test_no_process(line: bytes) -> None:
    assert parse_process(line) is None


def test_processes_of_a_directory() -> None:
    processes = {process.pid: process.name for process in read_processes(RECORDING / "tick-2")}
    assert processes[301] == b"link ) ("
    assert 300 not in processes  # it has a directory, but no stat: it is gone
    assert 43 in processes


def test_a_strange_process_is_skipped() -> None:
    pids = [process.pid for process in read_processes(RECORDING / "tick-3")]
    assert sorted(pids) == [1, 20, 301]  # but not 42, whose line has no end


def test_whole_disks_that_were_used() -> None:
    text = (Path(__file__).parent / "proc/tick-0/diskstats").read_text()
    assert parse_disks(text) == {
        "sda": Disk(2048 * 512, 4096 * 512),
        "odd.name": Disk(4096, 0),
        "nvme0n1": Disk(4096, 0),
    }


def test_a_partition_alone_counts_as_a_disk() -> None:
    """In a container it may be all that there is to see."""
    assert parse_disks("8 1 sda1 1 0 2 0 1 0 4 0 0 0 0") == {"sda1": Disk(1024, 2048)}


def test_no_disks() -> None:
    assert parse_disks("") == {}
    with pytest.raises(ValueError, match="not a line"):
        parse_disks("8 0 sda")


@pytest.mark.parametrize(
    ("topic", "reading", "size", "text"),
    [
        ("cpu.total", Share(0.25, 0, 0), 24, " 25.0 %"),
        ("memory.used", Share(0.5, 1024, 2048), 24, " 50.0 %  1.0 KiB of 2.0 KiB"),
        ("network.lo", Traffic(1023, 1.5 * 1024**3), 16, "in     1023 B/s  out    1.5 GiB/s"),
        ("disks.sda", Traffic(0, 2048 * 1024**5), 16, "in        0 B/s  out 2048.0 PiB/s"),
        ("load.average", Load(1.234), 8, "1.23"),
        ("processes.count", ProcessCount(4, 3, 2, 1), 16, "4: 3 running, 2 blocked, 1 zombies"),
        ("processes.busiest", Busiest(1.5, 7, b"a\x1b[b"), 32, "150.0 %  7 a?[b"),
        ("unavailable.cpu", Unavailable(2), 4, "No such file or directory"),
        ("unavailable.cpu", Unavailable(0), 4, "nothing of use there"),
        ("alarm.cpu.total", Alarm(0.9, 1), 16, "ALARM: at or above 90 %"),
        ("alarm.cpu.total", Alarm(0.9, 0), 16, "over: well below 90 % again"),
        ("failed.machine", Failed(2, b"why"), 84, "why (failures: 2)"),
    ],
)
def test_readings(topic: str, reading: Reading, size: int, text: str) -> None:
    payload = pack(reading)
    assert len(payload) == size  # of C's struct, where there is one
    again = unpack(topic, payload)
    assert type(again) is type(reading)
    assert describe(again) == text == describe(reading)


def test_unknown_readings() -> None:
    with pytest.raises(LookupError):
        unpack("weather.today", b"")
    with pytest.raises(struct.error):
        unpack("cpu.total", b"short")


def test_bars() -> None:
    assert fraction_of(Share(0.25, 0, 0)) == 0.25
    assert fraction_of(Busiest(1.5, 7, b"")) == 1.5
    assert fraction_of(Load(1.0)) is None


def test_a_recording_begins_anew() -> None:
    source = Source(RECORDING)
    assert source.ticks == 4
    assert source.at(5) == RECORDING / "tick-1"


def test_a_directory_is_no_recording() -> None:
    source = Source(RECORDING / "tick-0")
    assert source.ticks == 0
    assert source.at(5) == RECORDING / "tick-0"
