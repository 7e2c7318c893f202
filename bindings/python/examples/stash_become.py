"""Stash and become.

A link that is not up yet sets aside what it is to send, within the bound of its inbox; once it is
up it receives in another way, and sends all in order.
"""

from backstage import Actor, Clock, Context, Engine, InboxFull, Message


class Link(Actor):
    """Sends lines, once it is connected."""

    capacity = 4

    def init(self, context: Context) -> None:
        """It takes a second to connect: here, a timer."""
        context.after(1.0, self.connected)

    def receive(self, context: Context, message: Message) -> None:
        message.stash()

    def connected(self, context: Context, message: Message) -> None:
        print("connected")
        context.become(self.receive_connected)
        context.unstash()

    def receive_connected(self, context: Context, message: Message) -> None:
        print(f"sent {message.payload.decode()}")


with Engine(clock=Clock.VIRTUAL) as engine:
    link = engine.spawn(Link)
    for word in ("one", "two", "three", "four", "five"):
        try:
            link.tell(word.encode())
            print(f"{word}: accepted")
        except InboxFull:
            print(f"{word}: the inbox is full")
        engine.run_until_idle()
    engine.advance(1.0)
    engine.run_until_idle()
    link.tell(b"six")
    engine.run_until_idle()
