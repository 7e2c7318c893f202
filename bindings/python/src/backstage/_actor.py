"""What actors are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ._enums import Directive, MessageType, Overflow, Reason, Restart

if TYPE_CHECKING:
    from ._batch import Batch
    from ._context import Context
    from ._message import Message
    from ._ref import Ref
    from ._supervision import Supervision
    from .codecs import Codec


class Actor:
    """An actor's class: `engine.spawn(Greeter)` makes one, and makes it anew at each restart.

        class Greeter(Actor):
            def receive(self, context, message):
                print(message.payload)

    Define `receive`, or `receive_batch(context, messages)` to take many at once. An exception that
    leaves a method is the actor's failure: it is logged, and its supervisor decides what follows.
    `init` and `receive` may be `async def`.
    """

    kind: ClassVar[str | None] = None
    """What a broadcast reaches the actor by."""
    capacity: ClassVar[int | None] = None
    """Of the inbox, in messages; None: 1024."""
    overflow: ClassVar[Overflow] = Overflow.REJECT
    """What becomes of a message for a full inbox."""
    budget: ClassVar[int | None] = None
    """Messages that it handles in a turn, before others have theirs; None: 64."""
    sees_subscriptions: ClassVar[bool] = False
    """Whether it gets SUBSCRIBE and UNSUBSCRIBE messages."""
    supervision: ClassVar[Supervision | None] = None
    """How it supervises its children; None: those that fail stop."""
    restart: ClassVar[Restart] = Restart.PERMANENT
    """When its supervisor starts it again."""
    codec: ClassVar[Codec | None] = None
    """Makes payloads of objects, and back; None: bytes-like as they are."""

    def init(self, context: Context) -> Any:
        """Runs before the first message, and again after each restart, on a new object."""

    def receive(self, context: Context, message: Message) -> Any:
        """Handles one message or event. What it returns for a REQUEST, unless None, is the
        reply."""
        if message.type is not MessageType.TERMINATED:  # which a supervisor may leave at that
            raise NotImplementedError(f"{type(self).__qualname__} defines no receive")

    if TYPE_CHECKING:

        def receive_batch(self, context: Context, messages: Batch) -> None:
            """Handles many messages at once, in place of `receive`."""

        def decide(
            self, context: Context, child: Ref, error: BaseException, restarts: int
        ) -> Directive:
            """Decides on a child's failure, of a child restarted so often before."""

    def deinit(self, context: Context, reason: Reason) -> Any:
        """Runs once at the end, after the children's, also where `init` has failed or never ran;
        and before each restart, with RESTARTED."""
