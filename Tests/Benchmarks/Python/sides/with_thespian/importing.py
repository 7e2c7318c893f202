"""The time that `import thespian.actors` takes."""

from __future__ import annotations

from bench.importing import import_ms


def run(count: int) -> list[float]:
    return [import_ms("thespian.actors", count)]
