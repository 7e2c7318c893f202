"""Requests, and a proxy.

A request has one answer, a reply or a failure. The methods of a proxy are its actor's.
"""

from backstage import Actor, Context, Engine, Message, NotFound, Stopped, Timeout


class Desk(Actor):
    """What `receive` returns is the reply."""

    def receive(self, context: Context, message: Message) -> bytes | None:
        match message.payload:
            case b"the time":
                return b"noon"
            case b"to go":
                context.shutdown()
        return None


class Account(Actor):
    """Used through a proxy, it needs no `receive`."""

    def __init__(self, balance: int) -> None:
        self.balance = balance

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError("a deposit is more than nothing")
        self.balance += amount
        return self.balance


class Clerk(Actor):
    """An actor never blocks: it is told of the answer later."""

    def receive(self, context: Context, message: Message) -> None:
        context.request("desk", b"the time", timeout=1.0, then=self.write_down)

    def write_down(self, context: Context, reply: Message) -> None:
        print(f"the clerk writes down: {reply.payload.decode()}")


with Engine() as engine:
    desk = engine.spawn(Desk, id="desk")
    engine.spawn(Clerk).tell(b"what time is it?")
    engine.run_until_idle()
    for question in (b"the time", b"a riddle", b"to go", b"the time"):
        try:
            print(f"{question.decode()}? {desk.ask(question, timeout=0.05).decode()}")
        except (Timeout, Stopped, NotFound) as error:
            print(f"{question.decode()}? {type(error).__name__}")

    account = engine.spawn(Account, 100).proxy()
    print("deposit 20:", account.deposit(20).get())
    print("balance:", account.balance.get())
    try:
        account.deposit(-5).get()
    except ValueError as error:
        print("deposit -5:", error)
