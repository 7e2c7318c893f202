"""Nothing that C may call is ever collected, however often the collector looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Finished

Run = Callable[..., Finished]

PLAY = """
    class Child(Actor):
        def receive(self, context, message):
            raise ValueError("as it should")
        def deinit(self, context, reason):
            gc.collect()

    class Busy(Actor):
        kind = "busy"
        supervision = Supervision(restarts_max=4000)
        def init(self, context):
            gc.collect()
            context.after(0.001, self.remind)
            context.every(0.001, lambda context, message: gc.collect())
            context.subscribe("publisher")
            context.receive_timeout(0.001)
            self.child = context.spawn_child(Child)
        def remind(self, context, message):
            gc.collect()
            self.child.tell(b"")
        def receive(self, context, message):
            gc.collect()
            if message.type is MessageType.REQUEST:
                return message.payload
        def decide(self, context, child, error, restarts):
            gc.collect()
            return Directive.RESTART
        def deinit(self, context, reason):
            gc.collect()

    class Gathering(Actor):
        def receive_batch(self, context, messages):
            gc.collect()
            messages.payloads

    class Ended(Actor):
        def init(self, context):
            context.monitor(context.spawn(ignore))
            context.shutdown()
        def receive(self, context, message):
            gc.collect()

    async def waits(context, message):
        await context.sleep(0.001)
        return await asked.ask(message.payload)

    def dead(letter):
        gc.collect()

    def play(engine):
        global asked
        asked = engine.spawn(Busy)
        publisher = engine.spawn(ignore, id="publisher")
        for number in range(3):
            engine.spawn(Busy)
        gathering = engine.spawn(Gathering)
        waiting = engine.spawn(waits)
        engine.spawn(Ended)
        ends = os.pipe()
        watch = engine.watch_fd(ends[0], Events.READABLE, lambda fd, events: os.read(fd, 1))
        for round in range(rounds):
            asked.tell(bytes(round * 50))
            gathering.tell_many([b"1", b"2", bytes(100)])
            engine.broadcast("busy", b"")
            engine.publish(publisher, b"")
            os.write(ends[1], b"x")
            lost = engine.spawn(ignore)
            lost.tell(b"")
            lost.stop()
            assert waiting.ask(b"%d" % round) == b"%d" % round
            engine.actors()
            engine.run(0.002)
        watch.cancel()
        for end in ends:
            os.close(end)
        return asked

    logging.disable()
"""


@pytest.mark.parametrize("threshold", [1, 10])
def test_it_looks_at_each_allocation(run_program: Run, threshold: int) -> None:
    finished = run_program(
        PLAY,
        f"""
        rounds = 10
        gc.set_threshold({threshold}, 1, 1)
        with Engine(dead_letter=dead) as engine:
            play(engine)
        gc.set_threshold(700)
        gc.collect()
        print(len(backstage._core.cells), len(backstage._core.engines), len(gc.garbage))
        """,
    )
    assert finished.out == ["0 0 0"]


def test_the_engine_is_dropped_while_its_actors_live(run_program: Run) -> None:
    finished = run_program(
        PLAY,
        """
        rounds = 2
        warnings.simplefilter("ignore")
        refs = []
        for _ in range(10):
            refs.append(play(Engine(dead_letter=dead)))
            gc.collect()
        def in_a_circle():
            engine = Engine(dead_letter=dead)
            engine.itself = engine
            return play(engine)
        for _ in range(10):
            refs.append(in_a_circle())
        # The collector finds it where the package is in the middle of telling one of its actors.
        gc.set_threshold(1, 1, 1)
        for ref in refs:
            for _ in range(100):
                try:
                    ref.tell(b"")
                except (Closed, InboxFull):
                    pass
                try:
                    ref.is_alive()
                    ref.id
                except (Closed, NotFound):
                    pass
        gc.set_threshold(700)
        gc.collect()
        with Engine():
            pass
        print(len(backstage._core.cells), len(backstage._core.engines), len(gc.garbage))
        """,
    )
    assert finished.out == ["0 0 0"]


def test_what_users_hold_of_actors_is_dropped(run_program: Run) -> None:
    finished = run_program(
        """
        dropped = []
        class Ends(Actor):
            def init(self, context):
                context.after(0.0, self.remind)
            def remind(self, context, message):
                dropped.append("reminded")
            def receive(self, context, message):
                dropped.append(message.payload)
            def deinit(self, context, reason):
                dropped.append(reason.name)
        engine = Engine()
        ref = engine.spawn(Ends)
        ref.tell(b"told")
        del ref, Ends
        gc.collect()
        engine.run_until_idle()
        gc.collect()
        engine.close()
        print(*sorted(map(str, dropped)))
        """,
    )
    assert finished.out == ["ENGINE_ENDED b'told' reminded"]
