"""The head of the table."""

from __future__ import annotations

from bench.table import ROW

from .machine import Machine
from .options import Options
from .registry import LIBRARIES


def print_head(options: Options, machine: Machine) -> None:
    pinned = f"; pinned to CPU {options.cpu}" if options.cpu >= 0 else ""
    work = ", a tenth of the work" if options.quick else ""
    clock = "CPU time" if options.cpu_time else "wall time"
    print(f"Backstage {machine.backstage}; {machine.swift}; C by {machine.c_compiler}")
    print(f"{machine.cpu}, {machine.cpus} CPUs{pinned}")
    print(
        f"{options.rounds} rounds after a warm-up{work}, each run in a process of its own,", end=""
    )
    print(f" {clock}; median (min-max)")
    print("ratio: how many times as good the typed actors are, in the same round\n")
    for library, what in LIBRARIES.items():
        print(f"    {library:<12}{what}")
    print()
    print(ROW.format("workload", "unit", "side", "figure", "ratio", "goal").rstrip(), flush=True)
