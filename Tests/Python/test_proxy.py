"""Proxies: calling an actor's methods, and reading and setting its attributes, from outside."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, Engine, Message, Ref, Supervision, codecs

from .support import Failing, ignore, inside


class Account(Actor):
    """What the proxies of the tests stand for."""

    bank = "The Bank"

    def __init__(self, balance: int = 0) -> None:
        self.balance = balance
        self.callback: Any = lambda: "called"
        self._secret = "secret"
        self.received: list[Any] = []

    def receive(self, context: Context, message: Message) -> Any:
        self.received.append(message.payload)
        return message.payload

    def deposit(self, amount: int, *, twice: bool = False) -> int:
        if amount < 0:
            raise ValueError("a deposit is not negative")
        self.balance += amount * (2 if twice else 1)
        return self.balance

    def nothing(self) -> None:
        pass

    @property
    def double(self) -> int:
        return self.balance * 2

    @double.setter
    def double(self, value: int) -> None:
        if value < 0:
            raise ValueError("no")
        self.balance = value // 2

    @staticmethod
    def fixed() -> str:
        return "fixed"

    @classmethod
    def named(cls) -> str:
        return cls.__name__

    async def slowly(self, other: Ref) -> Any:
        return await other.ask(b"x")

    async def badly(self) -> None:
        raise Failing

    def leave(self) -> None:
        raise SystemExit(3)


def test_methods(engine: Engine) -> None:
    proxy = engine.spawn(Account).proxy()
    assert proxy.deposit(5).get() == 5
    assert proxy.deposit(1, twice=True).get() == 7
    assert proxy.deposit(amount=1).result() == 8
    assert proxy.nothing().get() is None
    assert proxy.fixed().get() == "fixed"
    assert proxy.named().get() == "Account"


def test_attributes(engine: Engine) -> None:
    proxy = engine.spawn(Account, 3).proxy()
    assert proxy.balance.get() == 3
    assert proxy.double.get() == 6
    assert proxy.bank.get() == "The Bank"
    proxy.balance = 10
    assert proxy.balance.get() == 10
    proxy.double = 8
    assert proxy.balance.get() == 4
    assert proxy.callback.get()() == "called"


def test_calls_are_made_in_the_order_asked_for(engine: Engine) -> None:
    ref = engine.spawn(Account)
    proxy = ref.proxy()
    futures = [proxy.deposit(1) for _ in range(20)]
    proxy.balance = 100
    last = proxy.deposit(1)
    assert [future.get() for future in futures] == list(range(1, 21))
    assert last.get() == 101


def test_it_is_the_object_itself_that_is_handed_over(engine: Engine) -> None:
    ref = engine.spawn(Account)
    received = ref.proxy().received.get()
    ref.tell(b"x")
    engine.run_until_idle()
    assert received == [b"x"]


def test_what_a_method_raises_is_the_caller_s(engine: Engine) -> None:
    ref = engine.spawn(Account)
    proxy = ref.proxy()
    with pytest.raises(ValueError, match="not negative"):
        proxy.deposit(-1).get()
    with pytest.raises(TypeError):
        proxy.deposit().get()
    with pytest.raises(AttributeError):
        proxy.unknown.get()
    assert ref.is_alive()
    assert proxy.deposit(1).get() == 1


def test_what_nobody_waits_for_is_the_actor_s_failure(engine: Engine, logged: Any) -> None:
    boss = engine.spawn(ignore, supervision=Supervision())
    ref = engine.context(boss).spawn_child(Account, 5)
    proxy = ref.proxy()
    assert proxy.deposit.defer(1) is None
    assert proxy.balance.get() == 6
    proxy.deposit.defer(-1)
    engine.run_until_idle()
    assert [type(error) for error in logged.errors()] == [ValueError]
    assert proxy.balance.get() == 5
    proxy.double = -1
    engine.run_until_idle()
    assert [type(error) for error in logged.errors()] == [ValueError]


def test_coroutines(engine: Engine) -> None:
    server = engine.spawn(lambda context, message: b"reply")
    proxy = engine.spawn(Account).proxy()
    assert proxy.slowly(server).get() == b"reply"
    with pytest.raises(Failing):
        proxy.badly().get()


def test_coroutines_that_nobody_waits_for(engine: Engine, logged: Any) -> None:
    ref = engine.spawn(Account)
    ref.proxy().badly.defer()
    engine.run_until_idle()
    assert [type(error) for error in logged.errors()] == [Failing]
    assert not ref.is_alive()


def test_private_names_are_the_actor_s_own(engine: Engine) -> None:
    proxy = engine.spawn(Account).proxy()
    with pytest.raises(AttributeError):
        _ = proxy._secret
    with pytest.raises(AttributeError):
        proxy._secret = "known"
    with pytest.raises(AttributeError):
        proxy.__deepcopy__  # noqa: B018


def test_it_tells_whom_it_stands_for(engine: Engine) -> None:
    ref = engine.spawn(Account)
    assert ref.proxy().ref == ref
    assert "Account" in repr(ref.proxy())


def test_the_actor_s_codec_does_not_matter(engine: Engine) -> None:
    for codec in (codecs.JSON, codecs.Reference, codecs.Pickle):
        ref = engine.spawn(Account, codec=codec)
        ref.tell({"a": 1})
        assert ref.proxy().deposit(5).get() == 5
        assert ref.proxy().received.get() == [{"a": 1}]
        assert ref.ask([1]) == [1]


def test_calls_and_messages_keep_their_order(engine: Engine) -> None:
    ref = engine.spawn(Account)
    proxy = ref.proxy()

    def act(context: Context) -> Any:
        ref.tell(b"a")
        ref.tell(b"b")
        ref.tell(b"c")
        future = proxy.received
        ref.tell(b"d")
        return future

    before = inside(engine, act)
    assert before.get() == [b"a", b"b", b"c", b"d"]
    counts = engine.actor_statistics(ref)
    assert counts.handled == 5


def test_who_has_no_proxy(engine: Engine) -> None:
    class Batches(Actor):
        def receive_batch(self, context: Context, messages: Any) -> None: ...

    for ref in (engine.spawn(ignore), engine.spawn(Batches)):
        with pytest.raises(backstage.InvalidArgument):
            ref.proxy()
    ended = engine.spawn(Account)
    ended.stop()
    engine.run_until_idle()
    with pytest.raises((backstage.InvalidArgument, backstage.NotFound)):
        ended.proxy()


def test_of_who_has_ended_meanwhile(engine: Engine) -> None:
    ref = engine.spawn(Account)
    proxy = ref.proxy()
    future = proxy.deposit(1)
    ref.stop()
    with pytest.raises(backstage.Stopped):
        future.get()
    with pytest.raises(backstage.NotFound):
        proxy.deposit(1).get()
    with pytest.raises(backstage.NotFound):
        proxy.balance.get()
    with pytest.raises(backstage.NotFound):
        proxy.balance = 1
    with pytest.raises(backstage.NotFound):
        proxy.deposit.defer(1)


def test_of_who_is_full(engine: Engine) -> None:
    ref = engine.spawn(Account, capacity=1)
    proxy = ref.proxy()
    first, second = proxy.deposit(1), proxy.deposit(1)
    with pytest.raises(backstage.InboxFull):
        second.get()
    assert first.get() == 1


def test_of_a_closed_engine(engine: Engine) -> None:
    proxy = engine.spawn(Account).proxy()
    engine.close()
    with pytest.raises(backstage.Closed):
        proxy.deposit(1)
    with pytest.raises(backstage.Closed):
        _ = proxy.balance
    with pytest.raises(backstage.Closed):
        proxy.balance = 1
    with pytest.raises(backstage.Closed):
        proxy.deposit.defer(1)


def test_after_a_restart_it_stands_for_the_new_object(engine: Engine, logged: Any) -> None:
    class Fragile(Account):
        def receive(self, context: Context, message: Message) -> Any:
            raise Failing

    boss = engine.spawn(ignore, supervision=Supervision())
    ref = engine.context(boss).spawn_child(Fragile, 5)
    proxy = ref.proxy()
    assert proxy.deposit(5).get() == 10
    ref.tell(b"")
    engine.run_until_idle()
    assert proxy.balance.get() == 5
    assert len(logged.errors()) == 1


def test_one_who_became_another_has_the_same_object(engine: Engine) -> None:
    ref = engine.spawn(Account)
    engine.context(ref).become(lambda context, message: None)
    assert ref.proxy().deposit(1).get() == 1


def test_an_exit_in_a_method_leaves_the_run(engine: Engine) -> None:
    ref = engine.spawn(Account)
    with pytest.raises(SystemExit):
        ref.proxy().leave().get()
    assert ref.proxy().deposit(1).get() == 1


def test_an_actor_uses_the_proxy_of_another(engine: Engine) -> None:
    seen: list[Any] = []
    proxy = engine.spawn(Account).proxy()

    async def receive(context: Context, message: Message) -> None:
        seen.append(await proxy.deposit(3))
        proxy.balance = 10
        seen.append(await proxy.balance)
        with pytest.raises(ValueError, match="negative"):
            await proxy.deposit(-1)

    engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    assert seen == [3, 10]
