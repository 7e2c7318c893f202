"""The time that `import thespian.actors` takes."""

from __future__ import annotations

from harness.importing import import_ms


def run(count: int) -> list[float]:
    return [import_ms("thespian.actors", count)]
