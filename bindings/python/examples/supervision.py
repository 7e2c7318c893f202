"""Supervision: a feed goes on after a timeout, but restarts when cut off: three times in 5 s."""

import logging

from backstage import (
    Actor,
    BackstageError,
    Clock,
    Context,
    Directive,
    Engine,
    Message,
    Ref,
    Strategy,
    Supervision,
)


class Child(Actor):
    """Fails whenever it reads."""

    def init(self, context: Context) -> None:
        print(f"{context.engine.now():.1f} s: {context.id} starts")

    def receive(self, context: Context, message: Message) -> None:
        """The message tells how the next read goes."""
        if message.payload == b"slow":
            raise TimeoutError("nothing to read")
        raise ConnectionError("cut off")


class Desk(Actor):
    """Supervises a feed and its reader; it is sent nothing."""

    supervision = Supervision(Strategy.REST_FOR_ONE, restarts_max=3, window=5.0, backoff=0.1)

    def init(self, context: Context) -> None:
        context.spawn_child(Child, id="feed")
        context.spawn_child(Child, id="reader")  # born after the feed: it restarts with it

    def decide(
        self, context: Context, child: Ref, error: BaseException, restarts: int
    ) -> Directive:
        print(f"{child.id}: {error}, after {restarts} restarts")
        return Directive.RESUME if isinstance(error, TimeoutError) else Directive.RESTART


logging.disable()  # of the failures: here they are wanted
with Engine(clock=Clock.VIRTUAL) as engine:
    engine.spawn(Desk)
    try:
        for tenth in range(50):
            engine.run_until_idle()
            if tenth % 10 == 5:
                engine.tell("feed", b"slow" if tenth < 10 else b"dead")
                engine.run_until_idle()
            engine.advance(0.1)
    except BackstageError as error:
        print(f"the run ends: {error.__cause__}")
