"""Testing actors on a virtual clock, without sleeps and without threads.

    from backstage.testing import Stage

    with Stage() as stage:
        probe = stage.probe("printer")
        stage.spawn(Greeter).tell(b"world")
        probe.expect(b"hello, world")

With pytest, the fixture `backstage_stage` is such a stage: see `backstage.pytest_plugin`.
"""

from ._probe import ANYTHING, Probe
from ._stage import Stage
from ._trouble import Failure

__all__ = [
    "ANYTHING",
    "Failure",
    "Probe",
    "Stage",
]
