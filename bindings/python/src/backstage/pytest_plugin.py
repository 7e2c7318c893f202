"""Fixtures for pytest: an engine on a virtual clock, probes, and failures put in.

    def test_greets(backstage_stage):
        probe = backstage_stage.probe("printer")
        backstage_stage.spawn(Greeter).tell(b"world")
        probe.expect(b"hello, world")

pytest finds this plugin by itself where the package is installed. The stage is a
`backstage.testing.Stage`; `@pytest.mark.backstage(seed=7)` gives it options, and so do the ini
options `backstage_seed` and `backstage_step`.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from .testing import Stage

__all__ = ["backstage_make_stage", "backstage_stage"]

_stages: pytest.StashKey[list[Stage]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares the ini options."""
    parser.addini("backstage_seed", "the seed of backstage_stage's engine", default="0")
    parser.addini(
        "backstage_step", "seconds that backstage_stage advances at a stroke", default="0.01"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    config.addinivalue_line(
        "markers",
        "backstage(seed, step, messages_max, actors_max, payload_bytes_max, memory_bytes_max, "
        "remote_capacity): options of backstage_stage",
    )


@pytest.fixture
def backstage_make_stage(request: pytest.FixtureRequest) -> Iterator[Callable[..., Stage]]:
    """Makes stages, for tests that need several: `backstage_make_stage(seed=7)`.

    They are checked when the test has passed, and closed after that.
    """
    from .testing import Stage

    options: dict[str, Any] = {
        "seed": int(request.config.getini("backstage_seed")),
        "step": float(request.config.getini("backstage_step")),
    }
    for marker in reversed(list(request.node.iter_markers("backstage"))):
        options.update(marker.kwargs)
    stages = request.node.stash[_stages] = []
    with ExitStack() as stack:

        def make(**more: Any) -> Stage:
            stage = Stage(**{**options, **more})
            stages.append(stage)
            stack.callback(stage.check)  # for what the end brings about: after it
            stack.callback(stage.close)
            return stage

        yield make


@pytest.fixture
def backstage_stage(backstage_make_stage: Callable[..., Stage]) -> Stage:
    """An engine on a virtual clock that runs only when the test says so: see
    `backstage.testing.Stage`."""
    return backstage_make_stage()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fails a test whose actors have failed, or whose messages were lost, unexpectedly."""
    try:
        result = yield
    except BaseException:
        for stage in _stages_of(item):
            if told := stage._trouble.describe():
                item.add_report_section("call", "backstage", told.lstrip())
        raise
    else:
        for stage in _stages_of(item):
            stage.check()
    finally:
        for stage in _stages_of(item):
            stage._trouble.clear()
    return result


def _stages_of(item: pytest.Item) -> list[Stage]:
    return item.stash.get(_stages, [])
