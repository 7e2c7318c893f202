"""What programs of actors do together: from the Savina suite."""

from __future__ import annotations

from ..model import Workload
from .terms import SMALL, both, peers, rate

PATTERNS = (
    Workload(
        "fork-join create",
        rate(),
        both(5_000_000) | peers(caf=100_000, erlang=300_000),
        payload=SMALL,
    ),
    Workload(
        "fork-join throughput",
        rate(),
        both(20_000_000)
        | peers(caf=2_000_000, zeromq=2_000_000, glib=10_000_000, erlang=2_000_000),
        payload=SMALL,
    ),
    Workload(
        "chameneos", rate(), both(5_000_000) | peers(caf=300_000, erlang=400_000), payload=SMALL
    ),
    Workload(
        "big", rate(), both(20_000_000) | peers(caf=1_000_000, erlang=1_000_000), payload=SMALL
    ),
    Workload(
        "concurrent dictionary",
        rate(),
        both(10_000_000) | peers(caf=500_000, erlang=400_000),
        payload=SMALL,
    ),
    Workload("bounded buffer, reject", rate(), both(20_000_000), payload=SMALL),
    Workload("bounded buffer, drop newest", rate(), both(20_000_000), payload=SMALL),
    Workload("bounded buffer, drop oldest", rate(), both(20_000_000), payload=SMALL),
)
