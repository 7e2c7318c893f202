"""Probes: actors that record what they get, for tests to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._enums import MessageType
from . import _describe

if TYPE_CHECKING:
    from .._context import Context
    from .._enums import Reason
    from .._events import Termination
    from .._message import Message
    from .._ref import Ref
    from ._stage import Stage


class _Anything:
    def __repr__(self) -> str:
        return "any message"


ANYTHING: Any = _Anything()
"""What every message is."""


class Probe:
    """An actor that records its messages, in the order in which they come: see `Stage.probe`.

        probe = stage.probe("printer")
        stage.spawn(Greeter).tell(b"world")
        probe.expect(b"hello, world")

    What is expected is a payload; or a class, of the payload or of an event's data; or a
    `MessageType`; or a function of the message that tells whether it is the one.
    """

    def __init__(self, stage: Stage, id: str | None, options: dict[str, Any]) -> None:
        self._stage = stage
        self._reply: Any = None
        self._label = f'probe "{id}"' if id is not None else "the probe"
        self.messages: list[Message] = []
        """What has come and was not expected so far, the oldest first."""
        self.ref: Ref = stage.spawn(self._receive, id=id, **options)
        """The probe, as other actors know it."""

    def _receive(self, context: Context, message: Message) -> None:
        self.messages.append(message)
        if self._reply is not None and message.type is MessageType.REQUEST:
            reply = self._reply
            message.reply(reply(message) if callable(reply) else reply)

    @property
    def context(self) -> Context:
        """To act as the probe: subscribe, monitor, request, publish."""
        return self._stage.context(self.ref)

    def tell(self, receiver: Ref | str, payload: Any) -> None:
        """Sends as the probe, which is the message's `sender` then. Raises as `Ref.tell`."""
        self.context.tell(receiver, payload)

    def auto_reply(self, reply: Any) -> None:
        """Answers each REQUEST from now on: with this, or, if it is a function, with what that
        makes of the message. None: answers no more; what `expect` returns can be answered by
        hand."""
        self._reply = reply

    # ---- What came

    def expect(
        self,
        what: Any = ANYTHING,
        *,
        sender: Ref | None = None,
        topic: str | None = None,
        within: float = 0.0,
    ) -> Message:
        """The next message, which must be what is expected; an AssertionError tells what it is
        instead.

        Runs the engine until it is idle, if nothing has come yet, and then advances its clock by up
        to `within` seconds. `sender` and `topic`, if given, must be the message's as well.
        """
        __tracebackhide__ = True
        expected = _describe.what(what)
        if sender is not None:
            expected += f" from {_describe.ref(sender)}"
        if topic is not None:
            expected += f" on topic {topic!r}"
        self._stage.run_until(lambda: bool(self.messages), within=within)
        if not self.messages:
            raise AssertionError(
                f"{self._label} expected {expected}, but nothing came{self._stage.state()}"
            )
        message = self.messages[0]
        if not (
            _is(message, what)
            and (sender is None or message.sender == sender)
            and (topic is None or message.topic == topic)
        ):
            later = _describe.several("and after it", self.messages[1:], _describe.message)
            raise AssertionError(
                f"{self._label} expected {expected}, but next came "
                f"{_describe.message(message)}{later}"
            )
        return self.messages.pop(0)

    def expect_none(self, *, within: float = 0.0) -> None:
        """Nothing has come, nor comes until the engine is idle, and `within` seconds are over."""
        __tracebackhide__ = True
        self._stage.run_until(lambda: bool(self.messages), within=within)
        if self.messages:
            came = _describe.several("came", self.messages, _describe.message).lstrip()
            raise AssertionError(f"{self._label} expected nothing, but {came}")

    def expect_terminated(
        self, actor: Ref, reason: Reason | None = None, *, within: float = 0.0
    ) -> Termination:
        """A TERMINATED event of an actor that `probe.context.monitor` was called for; other
        messages may have come before it, and stay."""
        __tracebackhide__ = True
        found: list[Message] = []

        def look() -> bool:
            found[:] = [message for message in self.messages if _is_end_of(message, actor)]
            return bool(found)

        if not self._stage.run_until(look, within=within):
            came = _describe.several("Instead there came", self.messages, _describe.message)
            raise AssertionError(
                f"{self._label} expected the end of {_describe.ref(actor)}, but was not told of "
                f"it: is it monitored?{came}{self._stage.state()}"
            )
        termination: Termination = found[0].event
        if reason is not None and termination.reason is not reason:
            raise AssertionError(
                f"{self._label} expected {_describe.ref(actor)} to end with {reason.name}, "
                f"but that ended with {termination.reason.name}: {termination}"
            )
        self.messages.remove(found[0])
        return termination

    def __repr__(self) -> str:
        return f"<Probe {self._label}, {len(self.messages)} messages>"


def _is_end_of(message: Message, actor: Ref) -> bool:
    return message.type is MessageType.TERMINATED and message.sender == actor


def _is(message: Message, what: Any) -> bool:
    if what is ANYTHING:
        return True
    if isinstance(what, MessageType):
        return message.type is what
    said = _describe.content(message)
    if isinstance(what, type):
        return isinstance(said, what)
    if callable(what):
        return bool(what(message))
    return bool(said == what)
