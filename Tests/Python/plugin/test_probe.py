"""Probes: what they record, and what they say when something else came."""

from __future__ import annotations

import pytest

from backstage import (
    Actor,
    Context,
    FailureEvent,
    InboxFull,
    Message,
    MessageType,
    NotFound,
    Reason,
    Termination,
    codecs,
)
from backstage.testing import Stage

from .actors import Clock, Echo


def test_a_probe_expects_messages_in_their_order() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        probe.ref.tell(b"one")
        probe.ref.tell(b"two")
        message = probe.expect(b"one")
        assert message.type is MessageType.SEND
        assert message.sender is None
        assert probe.expect().payload == b"two"
        probe.expect_none()


def test_what_is_expected_may_be_a_type_or_a_predicate() -> None:
    with Stage() as stage:
        probe = stage.probe(codec=codecs.JSON)
        for value in ({"x": 1}, [1, 2], "word", 7):
            probe.ref.tell(value)
        probe.expect(dict)
        probe.expect(lambda message: len(message.payload) == 2)
        probe.expect(MessageType.SEND)
        probe.expect(7)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (b"pong", "expected b'pong', but next came SEND b'ping'"),
        (int, "expected a int, but next came"),
        (MessageType.REQUEST, "expected a REQUEST, but next came"),
        (lambda message: False, "expected a message for which .*lambda.* holds, but next came"),
    ],
)
def test_another_message_fails_the_test_and_is_shown(what: object, said: str) -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        probe.ref.tell(b"ping")
        probe.ref.tell(b"pang")
        with pytest.raises(AssertionError, match=said) as caught:
            probe.expect(what)
        assert str(caught.value).startswith('probe "log" ')
        assert str(caught.value).endswith("and after it:\n  SEND b'pang'")
        assert len(probe.messages) == 2, "what was not expected stays"


def test_what_does_not_come_fails_the_test() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        said = r'probe "log" expected b"it\'s", but nothing came; the engine is idle at 3 s'
        with pytest.raises(AssertionError, match=said):
            probe.expect(b"it's", within=3.0)


def test_what_went_wrong_is_told_with_what_did_not_come() -> None:
    def fail(context: Context, message: Message) -> None:
        raise ValueError("no idea")

    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(fail, id="failing").tell(b"x")
        with pytest.raises(AssertionError, match="nothing came") as caught:
            probe.expect(b"y")
        assert "Unexpected failures:\n  \"failing\" in receive: ValueError('no idea')" in str(
            caught.value
        )
        stage.expect_failure(ValueError, "failing")


def test_expect_advances_the_clock_no_further_than_it_must() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Clock, "log")
        probe.expect(b"1", within=5.0)
        assert stage.now() == pytest.approx(1.0)


def test_expect_none_waits_for_its_time() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Clock, "log")
        probe.expect_none(within=0.5)
        with pytest.raises(AssertionError, match="expected nothing, but came:\n  SEND b'1'"):
            probe.expect_none(within=2.0)


def test_the_sender_must_be_who_is_expected() -> None:
    with Stage() as stage:
        probe = stage.probe("log")
        echo = stage.spawn(Echo, id="echo")
        probe.tell(echo, b"a")
        probe.tell("echo", b"b")
        probe.expect(b"a", sender=echo)
        with pytest.raises(
            AssertionError,
            match="expected b'b' from \"log\", but next came SEND b'b' from \"echo\"",
        ):
            probe.expect(b"b", sender=probe.ref)


def test_a_probe_sends_as_others_do() -> None:
    with Stage() as stage:
        probe = stage.probe()
        full = stage.spawn(Echo, capacity=1)
        probe.tell(full, b"1")
        with pytest.raises(InboxFull):
            probe.tell(full, b"2")
        full.stop()
        stage.run_until_idle()
        with pytest.raises(NotFound):
            probe.tell(full, b"3")
        stage.expect_dead_letter(b"1")


def test_objects_by_reference_are_not_left_behind() -> None:
    thing = object()
    with Stage() as stage:
        probe = stage.probe(codec=codecs.Reference)
        other = stage.probe(codec=codecs.Reference, capacity=1)
        probe.tell(other.ref, thing)
        with pytest.raises(InboxFull):
            probe.tell(other.ref, thing)
        assert other.expect().payload is thing
    assert not codecs.is_travelling()


def test_a_topic_must_be_what_is_expected() -> None:
    with Stage() as stage:
        feed, reader = stage.probe("feed"), stage.probe("reader")
        reader.context.subscribe("feed", "price.*")
        feed.context.publish(b"12", "price.gold")
        feed.context.publish(b"3", "price.tin")
        reader.expect(b"12", topic="price.gold")
        with pytest.raises(AssertionError, match=r"on topic 'price\.lead', but next came PUBLISH"):
            reader.expect(b"3", topic="price.lead")


def test_requests_are_answered_by_hand() -> None:
    with Stage() as stage:
        probe = stage.probe("desk")
        future = probe.ref.ask(b"how much?", block=False)
        probe.expect(MessageType.REQUEST).reply(b"12")
        assert stage.get(future) == b"12"


@pytest.mark.parametrize("reply", [b"12", lambda message: message.payload.upper()])
def test_requests_are_answered_by_themselves(reply: object) -> None:
    with Stage() as stage:
        probe = stage.probe("desk")
        probe.auto_reply(reply)
        assert stage.ask(probe.ref, b"much") == (b"12" if reply == b"12" else b"MUCH")
        probe.auto_reply(None)
        with pytest.raises(AssertionError, match="no reply has come"):
            stage.ask(probe.ref, b"much")
        assert len(probe.messages) == 2


def test_a_probe_asks() -> None:
    with Stage() as stage:
        probe = stage.probe()
        token = probe.context.request(stage.spawn(Echo), b"hello", timeout=1.0)
        reply = probe.expect(b"hello")
        assert (reply.type, reply.token) == (MessageType.REPLY, token)
        probe.context.request(stage.spawn(lambda context, message: None), b"hello", timeout=1.0)
        failure = probe.expect(FailureEvent, within=2.0)
        assert isinstance(failure.event.error, TimeoutError)


def test_the_end_of_an_actor_is_told_with_its_reason() -> None:
    with Stage() as stage:
        probe = stage.probe()
        first, second = stage.spawn(Echo), stage.spawn(Echo)
        probe.context.monitor(first)
        probe.context.monitor(second)
        probe.ref.tell(b"between")
        second.stop()
        end = probe.expect_terminated(second, Reason.STOPPED)
        assert end == Termination(Reason.STOPPED, 0, second, Reason.STOPPED)
        probe.expect(b"between")
        first.stop()
        with pytest.raises(AssertionError, match="to end with FAILED, but that ended with STOPPED"):
            probe.expect_terminated(first, Reason.FAILED)
        probe.expect(Termination)


def test_an_end_that_is_not_monitored_is_not_told() -> None:
    with Stage() as stage:
        probe, actor = stage.probe(), stage.spawn(Echo, id="unseen")
        actor.stop()
        with pytest.raises(AssertionError, match="not told of it: is it monitored"):
            probe.expect_terminated(actor)


def test_a_probe_has_the_options_of_any_actor() -> None:
    with Stage() as stage:
        probes = [stage.probe(kind="display"), stage.probe(kind="display")]
        stage.broadcast("display", b"off")
        for probe in probes:
            probe.expect(b"off")


def test_a_large_payload_is_kept() -> None:
    class Sender(Actor):
        def receive(self, context: Context, message: Message) -> None:
            for digit in b"123":
                context.tell("log", bytes([digit]) * 10_000)

    with Stage() as stage:
        probe = stage.probe("log")
        stage.spawn(Sender).tell(b"")
        stage.run_until_idle()
        assert [message.payload for message in probe.messages] == [
            bytes([digit]) * 10_000 for digit in b"123"
        ]
