"""Children: whose they are, and how a family ends."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, DeadLetter, Engine, Message, Reason, Ref

from .support import Keeper, fail, ignore


class Node(Actor):
    """Has children, and notes its end."""

    def __init__(self, name: str, notes: list[str], *children: tuple[Any, ...]) -> None:
        self.name = name
        self.notes = notes
        self.children = children

    def init(self, context: Context) -> None:
        self.notes.append(f"+{self.name}")
        for name, *below in self.children:
            context.spawn_child(Node, name, self.notes, *below, id=name)

    def receive(self, context: Context, message: Message) -> None:
        self.notes.append(f"{self.name}: {message.type.name}")

    def deinit(self, context: Context, reason: Reason) -> None:
        self.notes.append(f"-{self.name} {reason.name}")


FAMILY = ("top", ("a", ("a1",), ("a2",)), ("b", ("b1",)))


def spawn_family(engine: Engine, notes: list[str]) -> Ref:
    top = engine.spawn(Node, FAMILY[0], notes, *FAMILY[1:], id="top")
    engine.run_until_idle()
    return top


def test_parents(engine: Engine) -> None:
    top = spawn_family(engine, [])
    parents = {
        name: engine.context(engine.find(name)).parent for name in ("a", "a1", "a2", "b", "b1")
    }
    a, b = engine.find("a"), engine.find("b")
    assert parents == {"a": top, "b": top, "a1": a, "a2": a, "b1": b}
    assert engine.context(top).parent is None


@pytest.mark.parametrize(
    "end", [Ref.stop, Ref.poison, Ref.drain, lambda ref: ref.drain(10.0)], ids=range(4)
)
def test_children_end_before_their_parent_the_last_born_first(engine: Engine, end: Any) -> None:
    notes: list[str] = []
    top = spawn_family(engine, notes)
    assert notes == ["+top", "+a", "+b", "+a1", "+a2", "+b1"]
    notes.clear()
    end(top)
    engine.run_until_idle()
    names = ["b1", "b", "a2", "a1", "a", "top"]
    assert notes == [f"-{name} STOPPED" for name in names]
    assert engine.actors() == []


def test_a_closed_engine_ends_all(engine: Engine) -> None:
    notes: list[str] = []
    spawn_family(engine, notes)
    notes.clear()
    engine.close()
    names = ["b1", "b", "a2", "a1", "a", "top"]
    assert notes == [f"-{name} ENGINE_ENDED" for name in names]


def test_a_part_of_the_family_ends(engine: Engine) -> None:
    notes: list[str] = []
    top = spawn_family(engine, notes)
    notes.clear()
    engine.find("a").stop()
    engine.run_until_idle()
    assert notes == ["-a2 STOPPED", "-a1 STOPPED", "-a STOPPED"]
    assert top.is_alive()
    assert engine.find("b1").is_alive()


def test_shutdown_is_one_s_own_doing(engine: Engine, letters: list[DeadLetter]) -> None:
    notes: list[str] = []

    class Brief(Node):
        def receive(self, context: Context, message: Message) -> None:
            notes.append("received")
            context.shutdown()
            notes.append("goes on")

    ref = engine.spawn(Brief, "brief", notes, ("child",))
    ref.tell_many([b"", b"", b""])
    engine.run_until_idle()
    assert notes == [
        "+brief", "received", "goes on", "-child STOPPED", "-brief NORMAL",
    ] or notes == [
        "+brief", "received", "goes on", "+child", "-child STOPPED", "-brief NORMAL",
    ]  # fmt: skip
    assert len(letters) == 2


def test_a_parent_hears_of_a_child_that_fails(engine: Engine, logged: Any) -> None:
    heard: list[Any] = []

    class Parent(Actor):
        def init(self, context: Context) -> None:
            self.child = context.spawn_child(fail)

        def receive(self, context: Context, message: Message) -> None:
            if message.sender == self.child:
                heard.append((message.type.name, message.event.reason, message.event.status))
            else:
                self.child.tell(b"")

    engine.spawn(Parent).tell(b"")
    engine.run_until_idle()
    assert heard == [("TERMINATED", Reason.FAILED, backstage.UserStatus(-1000).status)]
    assert len(logged.errors()) == 1


def test_a_child_that_ends_well_is_no_event(engine: Engine) -> None:
    heard: list[str] = []

    class Parent(Actor):
        def init(self, context: Context) -> None:
            context.spawn_child(lambda context, message: context.shutdown(), id="child")

        def receive(self, context: Context, message: Message) -> None:
            heard.append(message.type.name)

    engine.spawn(Parent)
    engine.run_until_idle()
    engine.find("child").tell(b"")
    engine.run_until_idle()
    assert heard == []
    with pytest.raises(backstage.NotFound):
        engine.find("child")


def test_a_child_can_be_spawned_from_outside_by_a_context(engine: Engine) -> None:
    top = engine.spawn(ignore)
    child = engine.context(top).spawn_child(Keeper, [])
    assert engine.context(child).parent == top
    top.stop()
    with pytest.raises(backstage.Ending):
        engine.context(top).spawn_child(ignore)
    engine.run_until_idle()
    assert not child.is_alive()


def test_deinit_may_still_send_and_publish_but_start_nothing(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    engine.context(keeper).subscribe("ending")
    refused: list[type[Exception]] = []

    class Last(Actor):
        def deinit(self, context: Context, reason: Reason) -> None:
            keeper.tell(b"told")
            assert context.publish(b"published") == 1
            for start in (
                lambda: context.spawn(ignore),
                lambda: context.spawn_child(ignore),
                lambda: context.subscribe("x"),
                lambda: context.monitor(keeper),
                lambda: context.request(keeper, b""),
                lambda: context.after(1.0),
                lambda: context.every(1.0),
                lambda: context.watch_fd(0),
                lambda: context.receive_timeout(1.0),
            ):
                with pytest.raises(backstage.Ending) as error:
                    start()
                refused.append(type(error.value))

    engine.spawn(Last, id="ending").stop()
    engine.run_until_idle()
    assert kept == [b"told", b"published"]
    assert refused == [backstage.Ending] * 9


def test_a_context_acts_for_nobody_once_its_actor_has_ended(engine: Engine) -> None:
    context = engine.context(engine.spawn(ignore))
    timer = context.after(1.0)
    context.ref.stop()
    engine.run_until_idle()
    # Their places may be given to others, who must not be taken for the former.
    others = [engine.spawn(ignore) for _ in range(50)]
    engine.run_until_idle()
    target = engine.spawn(Keeper, [])
    for act in (
        context.shutdown,
        lambda: context.stop(target),
        lambda: context.poison(target),
        lambda: context.drain(target),
        lambda: context.spawn(ignore),
        lambda: context.spawn_child(ignore),
        lambda: context.tell(target, b""),
        lambda: context.publish(b""),
        lambda: context.broadcast("kind", b""),
        lambda: context.subscribe("x"),
        lambda: context.unsubscribe("x"),
        lambda: context.monitor(target),
        lambda: context.monitor("x"),
        lambda: context.unmonitor(target),
        lambda: context.request(target, b""),
        lambda: context.cancel_request(1),
        lambda: context.after(1.0),
        lambda: context.watch_fd(0),
        lambda: context.watch_signal(10),
        lambda: context.receive_timeout(1.0),
        lambda: context.become(ignore),
        context.unstash,
        timer.cancel,
        lambda: context.id,
        lambda: context.parent,
    ):
        with pytest.raises(backstage.NotFound):
            act()
    engine.run_until_idle()
    assert all(other.is_alive() for other in others)
    assert target.is_alive()
    assert engine.statistics().accepted == 0
    assert not context.ref.is_alive()
