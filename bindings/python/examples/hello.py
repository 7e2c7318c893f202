"""Hello: one actor, one message."""

from backstage import Actor, Context, Engine, Message


class Greeter(Actor):
    """Greets whom a message names."""

    def receive(self, context: Context, message: Message) -> None:
        print(f"Hello, {message.payload.decode()}!")


with Engine() as engine:
    greeter = engine.spawn(Greeter, id="greeter")
    greeter.tell(b"world")
    engine.run_until_idle()
