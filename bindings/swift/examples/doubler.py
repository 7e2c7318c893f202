"""Python and Swift in one engine: asks the actor of a plug-in, and hears what it publishes.

BACKSTAGE_LIBRARY names the plug-in, for that is the engine's library too:

    swift build --package-path bindings/swift/examples --product Doubler
    BACKSTAGE_LIBRARY=bindings/swift/examples/.build/debug/libDoubler.so python3 doubler.py
"""

from __future__ import annotations

import backstage
from backstage import Actor, Context, Engine, Message


class Listener(Actor):
    def __init__(self, heard: list[bytes]) -> None:
        self.heard = heard

    def init(self, context: Context) -> None:
        context.subscribe("doubler")

    def receive(self, context: Context, message: Message) -> None:
        self.heard.append(bytes(message.payload))


def main() -> None:
    heard: list[bytes] = []
    with Engine() as engine:
        doubler = engine.load(str(backstage.path))
        engine.spawn(Listener, heard)
        engine.run_until_idle()
        print("21 doubled is", doubler.ask(b"21", timeout=60).decode())
        for number in range(1, 4):
            doubler.tell(str(number).encode())
        doubler.tell(b"no number")
        engine.run_until_idle()
        counts = engine.statistics()
    print("heard", b" ".join(heard).decode())
    print(f"ledger: accepted {counts.accepted} = handled {counts.handled} + dead {counts.dead}")
    if heard != [b"42", b"2", b"4", b"6"] or counts.accepted != counts.handled:
        raise SystemExit("that is wrong")


main()
