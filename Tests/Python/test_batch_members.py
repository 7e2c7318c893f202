"""Batches: failures in their midst, and events, answers and calls on single messages among them."""

from __future__ import annotations

from typing import Any

import pytest

from backstage import (
    Actor,
    Batch,
    Context,
    DeadLetter,
    Engine,
    Message,
    MessageType,
    Ref,
    Supervision,
    codecs,
)

from .support import BatchKeeper, Failing, Taker, ignore, inside


@pytest.mark.parametrize("at", [None, 0, 2, 4])
def test_those_before_the_one_it_fails_at_are_handled(
    engine: Engine, logged: Any, letters: list[DeadLetter], at: int | None
) -> None:
    batches: list[list[bytes]] = []

    class Sick(Actor):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            batches.append(messages.payloads)
            if b"2" in batches[-1] and len(batches) == 1:
                if at is not None:
                    messages.failed_at = at
                raise Failing

    class Parent(Actor):
        supervision = Supervision()

        def init(self, context: Context) -> None:
            self.child = context.spawn_child(Sick)

        def receive(self, context: Context, message: Message) -> None:
            self.child.tell_many(b"01234", size=1)

    engine.spawn(Parent).tell(b"")
    engine.run_until_idle()
    failed = at or 0
    assert [letter.payload for letter in letters] == [b"%d" % failed]
    rest = [b"%d" % number for number in range(failed + 1, 5)]
    assert batches == [[b"0", b"1", b"2", b"3", b"4"]] + ([rest] if rest else [])
    assert len(logged.errors()) == 1


@pytest.mark.parametrize("at", [5, -1, 1 << 70])
def test_it_cannot_fail_at_a_message_that_is_not_there(engine: Engine, at: int) -> None:
    seen: list[bool] = []

    def take(context: Context, messages: Batch) -> None:
        with pytest.raises(IndexError):
            messages.failed_at = at
        seen.append(True)

    engine.spawn(Taker, take).tell_many(b"01234", size=1)
    engine.run_until_idle()
    assert seen


def test_messages_of_a_batch_can_be_replied_to_forwarded_and_stashed(engine: Engine) -> None:
    kept: list[list[bytes]] = []
    keeper = engine.spawn(BatchKeeper, kept)
    seen: list[list[bytes]] = []

    def take(context: Context, messages: Batch) -> None:
        seen.append(messages.payloads)
        if len(seen) > 1:
            return
        for message in messages:
            if message.type is MessageType.REQUEST:
                message.reply(message.payload * 2)
            elif message.payload == b"stash":
                message.stash()
            else:
                message.forward(keeper)
        context.unstash()

    ref = engine.spawn(Taker, take)
    future = ref.ask(b"ask", block=False)
    ref.tell_many([b"one", b"stash", b"two"])
    engine.run_until_idle()
    assert future.get() == b"askask"
    assert kept == [[b"one", b"two"]]
    assert seen == [[b"ask", b"one", b"stash", b"two"]]

    inside(engine, lambda context: engine.context(ref).unstash())
    engine.run_until_idle()
    assert seen[1:] == [[b"stash"]]


def test_events_come_one_by_one_and_to_their_handlers(engine: Engine) -> None:
    seen: list[Any] = []

    class Mixed(Actor):
        def init(self, context: Context) -> None:
            context.after(1.0)
            context.after(2.0, lambda context, message: seen.append(("handler", message.type)))

        def receive_batch(self, context: Context, messages: Batch) -> None:
            seen.append([message.type for message in messages])

    ref = engine.spawn(Mixed)
    ref.tell_many(b"ab", size=1)
    engine.run_until_idle()
    engine.advance(1.0)
    engine.run_until_idle()
    engine.advance(1.0)
    engine.run_until_idle()
    send = MessageType.SEND
    assert seen == [[send, send], [MessageType.TIMER], ("handler", MessageType.TIMER)]


def test_answers_go_to_their_handlers_in_order_with_the_rest(engine: Engine) -> None:
    seen: list[Any] = []
    server = engine.spawn(lambda context, message: {b"1": b"one", b"2": b"two"}[message.payload])

    class Asks(Actor):
        def init(self, context: Context) -> None:
            self.asked: Ref = server

        def receive_batch(self, context: Context, messages: Batch) -> None:
            seen.append([(message.type.name, message.payload) for message in messages])
            if messages[0].payload == b"go":
                context.request(server, b"1", then=self.answered)
                context.request(server, b"2")
                context.request(server, b"1", then=self.answered)

        def answered(self, context: Context, message: Message) -> None:
            seen.append(message.payload)

    engine.spawn(Asks).tell(b"go")
    engine.run_until_idle()
    assert seen == [[("SEND", b"go")], b"one", [("REPLY", b"two")], b"one"]


def test_an_answer_is_read_by_the_codec_of_who_was_asked(engine: Engine, logged: Any) -> None:
    seen: list[Any] = []

    def serve(context: Context, message: Message) -> Any:
        if message.payload == "fail":
            raise Failing
        return {"echo": message.payload}

    class Asks(Actor):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            for message in messages:
                if message.type is MessageType.FAILURE:
                    seen.append(type(message.event.error.__cause__))
                else:
                    seen.append(message.payload)

    asker = engine.spawn(Asks)
    server = engine.spawn(serve, codec=codecs.JSON)
    context = engine.context(asker)
    context.request(server, "a")
    context.request(server, "fail")
    engine.run_until_idle()
    assert len(seen) == 2
    assert {"echo": "a"} in seen
    assert Failing in seen
    assert len(logged.errors()) == 1


def test_stopping_itself_leaves_the_rest_of_what_is_queued(
    engine: Engine, letters: list[DeadLetter]
) -> None:
    batches: list[int] = []

    def take(context: Context, messages: Batch) -> None:
        batches.append(len(messages))
        context.shutdown()

    engine.spawn(Taker, take, budget=3).tell_many(bytes(8), size=1)
    engine.run_until_idle()
    assert batches == [3]
    assert len(letters) == 5


def test_it_cannot_be_async(engine: Engine) -> None:
    class Async(Actor):
        async def receive_batch(  # type: ignore[override]
            self, context: Context, messages: Batch
        ) -> None: ...

    with pytest.raises(TypeError, match="receive_batch"):
        engine.spawn(Async)


def test_a_handler_of_a_batch_actor_may_be_async(engine: Engine) -> None:
    seen: list[str] = []
    server = engine.spawn(lambda context, message: b"reply")

    class Mixed(Actor):
        def init(self, context: Context) -> None:
            context.after(1.0, self.due)

        async def due(self, context: Context, message: Message) -> None:
            seen.append("due")
            assert await server.ask(b"") == b"reply"
            seen.append("replied")

        def receive_batch(self, context: Context, messages: Batch) -> None:
            seen.append("batch")

    ref = engine.spawn(Mixed)
    engine.run_until_idle()
    engine.advance(1.0)
    engine.run_until_idle()
    ref.tell(b"")
    engine.run_until_idle()
    assert seen == ["due", "replied", "batch"]


def test_become_takes_messages_one_by_one_and_back(engine: Engine) -> None:
    seen: list[Any] = []

    def one(context: Context, message: Message) -> None:
        seen.append(message.payload)
        if message.payload == b"back":
            context.become(None)

    def take(context: Context, messages: Batch) -> None:
        seen.append(messages.payloads)
        context.become(one)

    ref = engine.spawn(Taker, take, budget=2)
    ref.tell_many([b"a", b"b", b"c", b"back", b"d"])
    engine.run_until_idle()
    assert seen == [[b"a", b"b"], b"c", b"back", [b"d"]]
    ref.stop()
    engine.spawn(ignore)
    engine.run_until_idle()
