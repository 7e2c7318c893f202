"""The time that `import asyncio` takes."""

from __future__ import annotations

from harness.importing import import_ms


def run(count: int) -> list[float]:
    return [import_ms("asyncio", count)]
