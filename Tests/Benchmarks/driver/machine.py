"""What it ran on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    cpu: str
    cpus: int
    hypervisor: bool
    memory_mib: int
    kernel: str
    libc: str
    governor: str | None
    load: float  # of the last minute, when the run began
    versions: Mapping[str, str]  # by side

    @classmethod
    def of(cls, cpu: int, versions: Mapping[str, str]) -> Machine:
        return cls(
            cpu=cpu_field("model name") or platform.machine(),
            cpus=os.cpu_count() or 1,
            hypervisor="hypervisor" in (cpu_field("flags") or "").split(),
            memory_mib=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20,
            kernel=f"{platform.system()} {platform.release()}",
            libc=" ".join(platform.libc_ver()),
            governor=governor_of(max(cpu, 0)),
            load=os.getloadavg()[0],
            versions=versions,
        )

    def lines(self) -> list[str]:
        where = ", in a virtual machine" if self.hypervisor else ""
        governor = f"; governor {self.governor}" if self.governor else ""
        return [
            f"{self.cpu}, {self.cpus} CPUs, {self.memory_mib} MiB{where}{governor}",
            f"{self.kernel}, {self.libc}; load {self.load:.2f}",
        ]


def cpu_field(name: str) -> str | None:
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith(name):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return None


def free_memory_mib() -> int:
    """What programs could have now."""
    with open("/proc/meminfo") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) >> 10
    return 0


def governor_of(cpu: int) -> str | None:
    path = Path(f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor")
    try:
        return path.read_text().strip()
    except OSError:
        return None
