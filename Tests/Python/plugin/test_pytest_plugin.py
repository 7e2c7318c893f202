"""The plugin, as pytest runs it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

import pytest

pytest_plugins = "pytester"

Run = Callable[..., pytest.RunResult]

ACTORS = """
import pytest
from backstage import Actor

class Greeter(Actor):
    def receive(self, context, message):
        if message.payload == b"":
            raise ValueError("nobody to greet")
        context.tell("printer", b"hello, " + message.payload)
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Runs a module of tests, with pytest's options."""
    installed = any(point.name == "backstage" for point in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "backstage.pytest_plugin")

    def run_tests(body: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(ACTORS + body)
        return pytester.runpytest_inprocess(*plugin, "--strict-markers", *options)

    return run_tests


def test_a_stage_is_a_fixture(run: Run) -> None:
    result = run("""
def test_greets(backstage_stage):
    probe = backstage_stage.probe("printer")
    backstage_stage.spawn(Greeter).tell(b"world")
    probe.expect(b"hello, world")
""")
    result.assert_outcomes(passed=1)


def test_each_test_has_a_stage_of_its_own(run: Run) -> None:
    result = run("""
@pytest.mark.parametrize("number", [1, 2])
def test_ids(backstage_stage, number):
    backstage_stage.probe("printer")
    assert len(backstage_stage.actors()) == 1
""")
    result.assert_outcomes(passed=2)


def test_an_unexpected_failure_fails_the_test_itself(run: Run) -> None:
    result = run("""
def test_greets(backstage_stage):
    backstage_stage.spawn(Greeter, id="greeter").tell(b"")
    backstage_stage.run_until_idle()

def test_goes_on(backstage_stage):
    pass
""")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines([
        "*ValueError: nobody to greet",
        "*The above exception was the direct cause of the following exception*",
        "*AssertionError: Unexpected failures:*",
        "*\"greeter\" in receive: ValueError('nobody to greet')*",
    ])  # fmt: skip


def test_an_unexpected_dead_letter_fails_the_test_itself(run: Run) -> None:
    result = run("""
def test_greets(backstage_stage):
    greeter = backstage_stage.spawn(Greeter, id="greeter")
    greeter.tell(b"world")
    greeter.stop()
    backstage_stage.run_until_idle()
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Unexpected dead letters:", "*SEND b'world' for *, ENDED"])


def test_a_failing_test_tells_what_went_wrong_in_its_actors(run: Run) -> None:
    result = run("""
def test_greets(backstage_stage):
    backstage_stage.spawn(Greeter, id="greeter").tell(b"")
    backstage_stage.run_until_idle()
    assert 1 + 1 == 3
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "*assert ?1 + 1? == 3",
        "*- Captured backstage call -*",
        "Unexpected failures:",
        "  \"greeter\" in receive: ValueError('nobody to greet')",
    ])  # fmt: skip


def test_the_traceback_ends_in_the_test(run: Run) -> None:
    result = run("""
def test_greets(backstage_stage):
    backstage_stage.probe("printer").expect(b"hello")
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        ">  *expect(b\"hello\")",
        "E  *AssertionError: probe \"printer\" expected b'hello', but nothing came*",
        "test_the_traceback_ends_in_the_test.py:*: AssertionError",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*_probe.py*")


def test_a_failure_at_the_very_end_is_an_error(run: Run) -> None:
    result = run("""
class BadEnd(Actor):
    def deinit(self, context, reason):
        raise ValueError("bad end")

def test_ends(backstage_stage):
    backstage_stage.spawn(BadEnd)
    backstage_stage.run_until_idle()
""")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_ends*", "*bad end*"])


def test_an_assertion_in_an_actor_fails_the_test(run: Run) -> None:
    result = run("""
def test_asserts(backstage_stage):
    def check(context, message):
        assert message.payload == b"expected"

    backstage_stage.spawn(check, id="check").tell(b"other")
    backstage_stage.run_until_idle()
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: assert b'other' == b'expected'*"])


def test_outcomes_leave_an_actor_at_once(run: Run) -> None:
    result = run("""
@pytest.mark.parametrize("outcome", [pytest.fail, pytest.skip])
def test_ends(backstage_stage, outcome):
    backstage_stage.spawn(lambda context, message: outcome("enough")).tell(b"")
    backstage_stage.run_until_idle()
    raise KeyError("not reached")
""")
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(["*Failed: enough"])
    result.stdout.no_fnmatch_line("*KeyError*not reached*")


def test_markers_give_options_from_the_outside_in(run: Run) -> None:
    result = run("""
from backstage import PayloadTooLarge

pytestmark = pytest.mark.backstage(payload_bytes_max=10, step=0.5)

@pytest.mark.backstage(payload_bytes_max=20)
class TestLimits:
    def test_that_of_the_class(self, backstage_stage):
        self.check(backstage_stage, 20)

    @pytest.mark.backstage(payload_bytes_max=30)
    def test_its_own(self, backstage_stage):
        self.check(backstage_stage, 30)

    def check(self, stage, limit):
        probe = stage.probe()
        probe.ref.tell(bytes(limit))
        with pytest.raises(PayloadTooLarge):
            probe.ref.tell(bytes(limit + 1))
        probe.expect()
        ticks = []
        actor = stage.spawn(lambda context, message: None)
        stage.run_until_idle()
        stage.context(actor).every(0.1, lambda context, message: ticks.append(message.event))
        stage.advance(1.0)
        assert [tick.expirations for tick in ticks] == [5, 5]
""")
    result.assert_outcomes(passed=2)


def test_a_marker_with_an_unknown_option_is_an_error(run: Run) -> None:
    result = run("""
@pytest.mark.backstage(colour="red")
def test_any(backstage_stage):
    pass
""")
    assert result.ret is pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*ERROR at setup of test_any*", "*TypeError*colour*"])


def test_ini_options_hold_for_all(run: Run, pytester: pytest.Pytester) -> None:
    body = """
from backstage import Supervision

class Parent(Actor):
    supervision = Supervision(backoff=10.0, jitter_percent=100)

    def init(self, context):
        context.spawn_child(Greeter, id="child")

def test_jitter(backstage_stage):
    probe = backstage_stage.probe("printer")
    backstage_stage.spawn(Parent)
    backstage_stage.run_until_idle()
    backstage_stage.fail_next(backstage_stage.find("child"), RuntimeError)
    backstage_stage.tell("child", b"fails")
    backstage_stage.tell("child", b"waits")
    probe.expect(b"hello, waits", within=10.0)
    print("waited", backstage_stage.now())
"""

    def play(*options: str) -> list[str]:
        result = run(body, "-s", *options)
        result.assert_outcomes(passed=1)
        return [line for line in result.outlines if "waited" in line]

    pytester.makeini("[pytest]\nbackstage_seed = 3\nbackstage_step = 0.001")
    first = play()
    assert first == play()
    assert first != play("-o", "backstage_seed=4")


def test_several_stages_are_all_checked(run: Run) -> None:
    result = run("""
def test_two(backstage_make_stage, backstage_stage):
    first, second = backstage_make_stage(seed=1), backstage_make_stage()
    assert first is not second and second is not backstage_stage
    first.spawn(Greeter).tell(b"")
    first.run_until_idle()
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: Unexpected failures:*"])


def test_another_fixture_may_use_the_stage_to_the_end(run: Run) -> None:
    result = run("""
@pytest.fixture
def probe(backstage_stage):
    probe = backstage_stage.probe("printer")
    yield probe
    backstage_stage.advance(1.0)
    probe.expect(b"hello, late")

def test_ends(probe, backstage_stage):
    backstage_stage.spawn(Greeter).tell(b"late")
""")
    result.assert_outcomes(passed=1)


def test_engines_are_closed(run: Run) -> None:
    result = run(
        """
stages = []

def test_passes(backstage_stage):
    stages.append(backstage_stage)

def test_fails(backstage_make_stage):
    stages.append(backstage_make_stage())
    assert False

def test_closes_itself(backstage_stage):
    backstage_stage.close()

def test_all_are_closed():
    assert [stage.closed for stage in stages] == [True, True]
""",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=3, failed=1)


def test_fixtures_and_options_are_shown(run: Run) -> None:
    run("", "--markers").stdout.fnmatch_lines(["@pytest.mark.backstage(seed, step, *"])
    run("", "--help").stdout.fnmatch_lines(["  backstage_seed *"])
    run("", "--fixtures").stdout.fnmatch_lines(["backstage_stage*", "*virtual clock*"])
