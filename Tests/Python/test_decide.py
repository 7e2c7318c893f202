"""Supervisors that decide themselves what follows a failure."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, Directive, Engine, Message, Ref, Strategy, Supervision

from .support import Failing, Handler, fail, ignore


class Judge(Actor):
    """Decides by a function."""

    def __init__(self, judge: Any, child: Any = fail) -> None:
        self.judge = judge
        self.child = child

    def init(self, context: Context) -> None:
        self.ref = context.spawn_child(self.child, id="child")

    def receive(self, context: Context, message: Message) -> None:
        pass

    def decide(
        self, context: Context, child: Ref, error: BaseException, restarts: int
    ) -> Directive:
        return self.judge(context, child, error, restarts)  # type: ignore[no-any-return]


def spawn_judge(engine: Engine, judge: Any, child: Any = fail, **options: Any) -> Ref:
    ref = engine.spawn(Judge, judge, child, **options)
    engine.run_until_idle()
    return ref


def test_it_is_told_of_whom_with_what_and_how_often(engine: Engine, logged: Any) -> None:
    told: list[Any] = []

    def judge(context: Context, child: Ref, error: BaseException, restarts: int) -> Directive:
        told.append((context.ref, child, type(error), error.args, restarts))
        return Directive.RESTART

    ref = spawn_judge(engine, judge)
    child = engine.find("child")
    child.tell_many([b"0", b"1"])
    engine.run_until_idle()
    assert told == [(ref, child, Failing, (b"%d" % n,), n) for n in range(2)]
    assert len(logged.errors()) == 2


@pytest.mark.parametrize("directive", [Directive.RESUME, Directive.RESTART, Directive.STOP])
def test_what_it_decides_follows(engine: Engine, logged: Any, directive: Directive) -> None:
    spawn_judge(engine, lambda *_: directive)
    child = engine.find("child")
    child.tell(b"")
    engine.run_until_idle()
    assert child.is_alive() == (directive is not Directive.STOP)
    assert engine.statistics().restarts == (directive is Directive.RESTART)
    assert len(logged.errors()) == 1


def test_it_may_depend_on_the_error(engine: Engine, logged: Any) -> None:
    handlers: dict[bytes, Exception] = {b"key": KeyError("k"), b"value": ValueError("v")}

    def child(context: Context, message: Message) -> None:
        raise handlers[message.payload]

    def judge(context: Context, child: Ref, error: BaseException, restarts: int) -> Directive:
        return Directive.RESUME if isinstance(error, KeyError) else Directive.STOP

    spawn_judge(engine, judge, child)
    ref = engine.find("child")
    for payload, alive in ((b"key", True), (b"key", True), (b"value", False)):
        ref.tell(payload)
        engine.run_until_idle()
        assert ref.is_alive() == alive
    assert [type(error) for error in logged.errors()] == [KeyError, KeyError, ValueError]


@pytest.mark.parametrize("decision", [None, "restart", 4, -1, object()])
def test_what_is_no_directive_is_a_failure_of_decide_and_a_stop(
    engine: Engine, logged: Any, decision: Any
) -> None:
    judge = spawn_judge(engine, lambda *_: decision)
    child = engine.find("child")
    child.tell(b"")
    engine.run_until_idle()
    assert not child.is_alive()
    assert judge.is_alive()
    records = logged.take()
    assert ["receive" in records[0].getMessage(), "decide" in records[1].getMessage()] == [True] * 2
    assert len(records) == 2


def test_what_decide_raises_is_logged_and_a_stop(engine: Engine, logged: Any) -> None:
    def judge(*_: Any) -> Directive:
        raise LookupError

    ref = spawn_judge(engine, judge)
    child = engine.find("child")
    child.tell(b"")
    engine.run_until_idle()
    assert not child.is_alive()
    assert ref.is_alive()
    assert [type(error) for error in logged.errors()] == [Failing, LookupError]


def test_decide_cannot_be_async(engine: Engine, logged: Any) -> None:
    class Async(Judge):
        async def decide(  # type: ignore[override]
            self, context: Context, child: Ref, error: BaseException, restarts: int
        ) -> Directive:
            return Directive.RESUME

    engine.spawn(Async, None)
    engine.run_until_idle()
    child = engine.find("child")
    child.tell(b"")
    engine.run_until_idle()
    assert not child.is_alive()
    assert [type(error) for error in logged.errors()] == [Failing, TypeError]


def test_it_may_do_what_any_callback_may(engine: Engine, logged: Any) -> None:
    heard: list[bytes] = []

    def hear(context: Context, message: Message) -> None:
        heard.append(message.payload)

    listener = engine.spawn(hear)

    def judge(context: Context, child: Ref, error: BaseException, restarts: int) -> Directive:
        listener.tell(b"decided")
        context.spawn_child(ignore, id="another")
        context.stop(child)
        with pytest.raises(backstage.InCallback):
            engine.run_until_idle()
        return Directive.RESUME

    spawn_judge(engine, judge)
    engine.find("child").tell(b"")
    engine.run_until_idle()
    assert heard == [b"decided"]
    assert engine.find("another").is_alive()
    with pytest.raises(backstage.NotFound):
        engine.find("child")
    assert len(logged.errors()) == 1


def test_the_rest_of_supervision_holds(engine: Engine, logged: Any) -> None:
    starts: list[str] = []

    class Child(Actor):
        def __init__(self, name: str) -> None:
            self.name = name

        def init(self, context: Context) -> None:
            starts.append(self.name)

        def receive(self, context: Context, message: Message) -> None:
            raise Failing

    class Both(Actor):
        supervision = Supervision(Strategy.ONE_FOR_ALL, Directive.STOP, restarts_max=1)

        def init(self, context: Context) -> None:
            for name in "ab":
                context.spawn_child(Child, name, id=name)

        def receive(self, context: Context, message: Message) -> None: ...

        def decide(self, *_: Any) -> Directive:
            return Directive.RESTART

    ref = engine.spawn(Both)
    engine.run_until_idle()
    engine.find("a").tell(b"")
    engine.run_until_idle()
    assert starts == ["a", "b", "a", "b"]
    engine.find("b").tell(b"")
    with pytest.raises(backstage.UserStatus):
        engine.run_until_idle()
    engine.run_until_idle()
    assert not ref.is_alive()
    assert len(logged.take()) == 3


def test_a_function_has_no_decide(engine: Engine, logged: Any) -> None:
    class Odd:
        def decide(self, *_: Any) -> Directive:
            raise AssertionError

        def __call__(self, context: Context, message: Message) -> None:
            pass

    handler: Handler = Odd()
    parent = engine.spawn(handler, supervision=Supervision(directive=Directive.RESUME))
    child = engine.context(parent).spawn_child(fail)
    child.tell(b"")
    engine.run_until_idle()
    assert child.is_alive()
    assert len(logged.errors()) == 1


def test_a_failure_with_a_status_of_its_own(engine: Engine, logged: Any) -> None:
    told: list[BaseException] = []

    class OutOfStock(backstage.BackstageError):
        status = -1234

    def child(context: Context, message: Message) -> None:
        raise OutOfStock("none left")

    def judge(context: Context, child: Ref, error: BaseException, restarts: int) -> Directive:
        told.append(error)
        return Directive.STOP

    heard: list[int] = []
    spawn_judge(engine, judge, child)
    ref = engine.find("child")
    listener = engine.spawn(lambda context, message: heard.append(message.event.status))
    engine.context(listener).monitor(ref)
    ref.tell(b"")
    engine.run_until_idle()
    assert [str(error) for error in told] == ["none left"]
    assert heard == [-1234]
    assert len(logged.errors()) == 1
