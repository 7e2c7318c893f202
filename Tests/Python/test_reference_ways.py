"""Objects by reference on longer ways: forwarded, stashed, asked for, and awaited."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Batch, Context, Engine, Message, Supervision, codecs

from .support import Failing, ignore, tell_all
from .support_reference import ByReference, Thing, travelling


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("times", [1, 2])
def test_forward(engine: Engine, reads: bool, times: int) -> None:
    kept: list[Any] = []
    last = engine.spawn(ByReference, kept)

    def forward(context: Context, message: Message) -> None:
        if reads:
            assert isinstance(message.payload, Thing)
        for _ in range(times):
            message.forward(last)

    first = engine.spawn(forward, codec=codecs.Reference)
    things = [Thing() for _ in range(3)]
    for batch in ([things[0]], things[1:]):
        tell_all(first, batch)
        engine.run_until_idle()
    assert kept == [thing for thing in things for _ in range(times)]
    assert travelling() == 0


def test_forward_that_is_refused(engine: Engine) -> None:
    ended = engine.spawn(ByReference, [])
    ended.stop()
    engine.run_until_idle()

    def forward(context: Context, message: Message) -> None:
        with pytest.raises(backstage.NotFound):
            message.forward(ended)

    ref = engine.spawn(forward, codec=codecs.Reference)
    tell_all(ref, [Thing(), Thing()])
    engine.run_until_idle()
    assert ref.is_alive()
    assert travelling() == 0


def test_forward_to_one_that_drops(engine: Engine) -> None:
    full = engine.spawn(ByReference, [], capacity=1, overflow=backstage.Overflow.DROP_NEWEST)

    def forward(context: Context, message: Message) -> None:
        for _ in range(3):
            message.forward(full)
        assert isinstance(message.payload, Thing)

    ref = engine.spawn(forward, codec=codecs.Reference)
    ref.tell(Thing())
    engine.run_until_idle()
    assert ref.is_alive()
    assert travelling() == 0


@pytest.mark.parametrize("reads", [True, False])
def test_stash(engine: Engine, reads: bool) -> None:
    kept: list[Any] = []

    class Stashes(Actor):
        codec = codecs.Reference

        def receive(self, context: Context, message: Message) -> None:
            if reads:
                assert message.payload is not None
            message.stash()
            if len(kept) == 0 and message.payload == "last":
                context.become(self.keep)
                context.unstash()

        def keep(self, context: Context, message: Message) -> None:
            kept.append(message.payload)
            if kept[-1] == "last":
                context.unstash()

    ref = engine.spawn(Stashes)
    things = [Thing() for _ in range(3)]
    tell_all(ref, things)
    engine.run_until_idle()
    assert travelling() == 3
    ref.tell("last")
    engine.run_until_idle()
    engine.context(ref).unstash()
    engine.run_until_idle()
    assert kept == [*things, "last"]
    assert travelling() == 0


def test_stash_that_is_never_taken_back(engine: Engine) -> None:
    ref = engine.spawn(lambda context, message: message.stash(), codec=codecs.Reference)
    tell_all(ref, [Thing(), Thing()])
    engine.run_until_idle()
    assert travelling() == 2
    ref.stop()
    engine.run_until_idle()
    assert travelling() == 0


def test_stash_in_a_batch(engine: Engine) -> None:
    kept: list[Any] = []

    class Batches(Actor):
        codec = codecs.Reference

        def receive_batch(self, context: Context, messages: Batch) -> None:
            for message in messages:
                if isinstance(message.payload, Thing) and not kept:
                    message.stash()
                else:
                    kept.append(message.payload)

    ref = engine.spawn(Batches)
    things = [Thing(), "go", Thing()]
    tell_all(ref, things[:1])
    engine.run_until_idle()
    assert travelling() == 1
    tell_all(ref, things[1:])
    engine.run_until_idle()
    engine.context(ref).unstash()
    engine.run_until_idle()
    assert kept == ["go", things[2], things[0]]
    assert travelling() == 0


def test_requests_and_replies(engine: Engine) -> None:
    server = engine.spawn(lambda context, message: [message.payload], codec=codecs.Reference)
    thing = Thing()
    assert server.ask(thing) == [thing]
    replies: list[Any] = []

    def receive(context: Context, message: Message) -> None:
        if message.payload == b"go":
            context.request(server, thing)
            context.request(server, thing, then=receive)
        else:
            replies.append(message.payload)

    engine.spawn(receive).tell(b"go")
    engine.run_until_idle()
    assert replies == [[thing], [thing]]
    assert travelling() == 0


def test_replies_that_nobody_reads_or_waits_for(engine: Engine) -> None:
    handles: list[Any] = []
    server = engine.spawn(
        lambda context, message: handles.append(message.reply_handle()), codec=codecs.Reference
    )
    context = engine.context(engine.spawn(ignore))
    context.request(server, Thing())
    cancelled = context.request(server, Thing())
    server.ask(Thing(), block=False).cancel()
    with pytest.raises(backstage.Timeout):
        server.ask(Thing(), timeout=0.0)
    unread = server.ask(Thing(), block=False)
    engine.run_until_idle()
    context.cancel_request(cancelled)
    assert travelling() == 0
    for handle in handles:
        for _ in range(2):
            try:
                handle.reply(Thing())
            except backstage.NotWaiting:
                pass
    engine.run_until_idle()
    assert unread.done()
    del unread
    assert travelling() == 0


def test_a_reply_that_the_asker_has_no_room_for(engine: Engine) -> None:
    handles: list[Any] = []
    server = engine.spawn(
        lambda context, message: handles.append(message.reply_handle()), codec=codecs.Reference
    )
    asker = engine.spawn(ignore, capacity=1)
    engine.context(asker).request(server, Thing())
    engine.run_until_idle()
    asker.tell(b"in the way")
    with pytest.raises(backstage.InboxFull):
        handles[0].reply(Thing())
    assert travelling() == 0


def test_coroutines(engine: Engine, logged: Any) -> None:
    kept: list[Any] = []
    server = engine.spawn(lambda context, message: message.payload, codec=codecs.Reference)

    async def receive(context: Context, message: Message) -> None:
        await server.ask(Thing())
        kept.append(message.payload)
        if message.payload == "fail":
            raise Failing

    boss = engine.spawn(ignore, supervision=Supervision(directive=backstage.Directive.RESUME))
    ref = engine.context(boss).spawn_child(receive, codec=codecs.Reference)
    things = [Thing(), Thing(), "fail", Thing()]
    tell_all(ref, things)
    engine.run_until_idle()
    assert kept == things
    assert travelling() == 0
    assert len(logged.errors()) == 1


def test_a_coroutine_that_is_cut_off(engine: Engine) -> None:
    silent = engine.spawn(ignore)

    async def receive(context: Context, message: Message) -> None:
        await silent.ask(b"")

    ref = engine.spawn(receive, codec=codecs.Reference)
    tell_all(ref, [Thing(), Thing()])
    engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()
    assert travelling() == 0


def test_proxies(engine: Engine) -> None:
    class Things(Actor):
        codec = codecs.Reference

        def receive(self, context: Context, message: Message) -> None: ...

        def pair(self, one: Any) -> Any:
            return one, Thing()

        async def later(self, one: Any) -> Any:
            await server.ask(one)
            return one

    server = engine.spawn(lambda context, message: message.payload, codec=codecs.Reference)
    ref = engine.spawn(Things)
    proxy = ref.proxy()
    thing = Thing()
    assert proxy.pair(thing).get()[0] is thing
    assert proxy.later(thing).get() is thing
    unread = proxy.pair(thing)
    cancelled = proxy.later(thing)
    cancelled.cancel()
    engine.run_until_idle()
    assert unread.done()
    ref.stop()
    engine.run_until_idle()
    with pytest.raises(backstage.NotFound):
        proxy.pair(thing).get()
    with pytest.raises(backstage.NotFound):
        proxy.pair.defer(thing)
    assert travelling() == 0
