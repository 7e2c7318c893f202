"""A million actors are spawned and end, and nothing is left of them."""

from __future__ import annotations

import gc

import backstage
from backstage import Context, Engine, Message

from .test_leaks import PAGES_MAX, ignore, resident

ROUNDS = 10
FAMILIES = 10
CHILDREN = 10_000


def beget(context: Context, message: Message) -> None:
    for _ in range(CHILDREN):
        context.spawn_child(ignore)


def test_a_million_actors() -> None:
    pages = []
    gc.disable()  # nothing is left to it: circles are broken where actors end
    with Engine() as engine:
        for _ in range(ROUNDS):
            for _ in range(FAMILIES):
                parent = engine.spawn(beget)
                parent.tell(b"")
                engine.run_until_idle()
                parent.stop()
                engine.run_until_idle()
            assert gc.collect() < 100
            pages.append(resident())
            assert len(backstage._core.cells) == 1  # the gateway
            cells = [each for each in gc.get_objects() if type(each) is backstage._cell.Cell]
            assert len(cells) == 1
        assert engine.statistics().spawned >= 1_000_000
    gc.enable()
    assert max(pages[2:]) <= pages[1] + PAGES_MAX, pages
