"""Checks what the machine's speed and its other work cannot change, against thresholds in a file:
allocations, wake-ups, instructions for each message, sizes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .check_allocations import allocation_checks
from .check_instructions import CALLGRIND, PERF, choose_counter, instruction_checks
from .check_model import CheckFailed, Measured, Thresholds, Verdict
from .check_programs import Built, taken_with
from .check_sizes import size_checks

FILE = Path(__file__).parent.parent / "thresholds.json"
Outcome = list[Measured] | CheckFailed


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.py check", description=__doc__)
    add = parser.add_argument
    text = "where CMake has put the programs (default: %(default)s)"
    add("--build", type=Path, default=Path("build/release"), metavar="DIR", help=text)
    text = "where SwiftPM has put them; unless told, they are left out"
    add("--swift", type=Path, metavar="DIR", help=text)
    add("--thresholds", type=Path, default=FILE, metavar="FILE", help="the file of thresholds")
    text = "what counts instructions (default: the processor, if it lets itself be read)"
    add("--counter", choices=[CALLGRIND, PERF], help=text)
    text = "write thresholds anew, some way above what is measured now"
    add("--update", action="store_true", help=text)
    return parser.parse_args(arguments)


def complain(text: str) -> None:
    print(f"bench.py check: {text}", file=sys.stderr, flush=True)


def outcome(check: Callable[[], list[Measured]]) -> Outcome:
    try:
        return check()
    except CheckFailed as failed:
        return failed


def run_checks(built: Built, counter: str) -> list[Outcome]:
    checks = [*size_checks(built), *allocation_checks(built)]
    checks += instruction_checks(built, counter)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(outcome, checks))


def number(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace(",", " ")


def print_verdict(verdict: Verdict) -> None:
    measured, threshold = verdict.measured, verdict.threshold
    value = number(measured.value, measured.decimals)
    bound = "" if threshold is None else number(threshold, measured.decimals)
    print(f"  {measured.name:42} {value:>12} {bound:>12}  {verdict.text}")


def print_table(verdicts: Sequence[Verdict]) -> None:
    print(f"{'':44} {'value':>12} {'at most':>12}")
    group = ""
    for verdict in verdicts:
        if verdict.measured.group != group:
            group = verdict.measured.group
            print(group)
        print_verdict(verdict)


def print_notes(verdicts: Sequence[Verdict], stored: Thresholds, now: dict[str, str]) -> None:
    for what, version in stored.taken_with.items():
        if now.get(what) != version:
            print(f"note: thresholds were taken with {what} {version}; now it is {now.get(what)}")
    if stored.taken_with.get("counter") != now["counter"]:
        return
    for verdict in verdicts:
        if verdict.can_be_lowered:
            measured = verdict.measured
            lower = number(measured.new_threshold, measured.decimals)
            print(f"note: {measured.group}, {measured.name}: the threshold can be {lower}")


def update(path: Path, now: dict[str, str], measured: Sequence[Measured]) -> Thresholds:
    """Groups of which nothing was measured stay as they are: without Swift's program, its own."""
    stored = Thresholds.read(path).values if path.exists() else {}
    groups = {each.group for each in measured}
    kept = {group: values for group, values in stored.items() if group not in groups}
    thresholds = Thresholds(now, kept)
    for each in measured:
        thresholds.put(each)
    thresholds.write(path)
    return thresholds


def main(arguments: Sequence[str] | None = None) -> int:
    options = read_options(arguments)
    built = Built(options.build.resolve(), options.swift and options.swift.resolve())
    counter = options.counter or choose_counter()
    if built.missing:
        complain(f"there is no {built.missing[0]}")
        return 1
    try:
        now = taken_with(built, counter)
        thresholds = Thresholds() if options.update else Thresholds.read(options.thresholds)
    except (CheckFailed, OSError, KeyError, ValueError) as error:
        complain(str(error))
        return 1
    outcomes = run_checks(built, counter)
    failures = [each for each in outcomes if isinstance(each, CheckFailed)]
    measured = [each for some in outcomes if isinstance(some, list) for each in some]
    if options.update and not failures:
        thresholds = update(options.thresholds, now, measured)
    verdicts = [Verdict(each, thresholds.of(each)) for each in measured]
    print_table(verdicts)
    print_notes(verdicts, thresholds, now)
    for failure in failures:
        complain(f"FAILED: {failure}")
    failed = len(failures) + sum(not verdict.passed for verdict in verdicts)
    print(f"{sum(verdict.passed for verdict in verdicts)} passed, {failed} failed", flush=True)
    return 1 if failed else 0
