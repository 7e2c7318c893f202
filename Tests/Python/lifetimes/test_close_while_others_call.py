"""Other threads call an engine all the time while it is closed: each call gets through, or is
refused; none touches an engine that is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Finished

Run = Callable[..., Finished]

CALLS = {
    "tell": "ref.tell(b'')",
    "tell, long": "ref.tell(bytes(5000))",
    "tell_many": "ref.tell_many([b''] * 10)",
    "tell by id": "engine.tell('ref', b'')",
    "ask": "ref.ask(b'')",
    "ask without waiting": "ref.ask(b'', block=False).add_done_callback(print_nothing)",
    "cancel": "ref.ask(b'', block=False).cancel()",
    "publish": "engine.publish(ref, b'')",
    "broadcast": "engine.broadcast('kind', b'')",
    "stop": "ref.stop()",
    "poison": "ref.poison()",
    "drain": "ref.drain(1)",
    "a proxy": "proxy.name.get()",
    "the engine's stop": "engine.stop()",
}


@pytest.mark.parametrize("call", CALLS)
def test_of(run_program: Run, call: str) -> None:
    run_program(
        f"""
        logging.disable()
        sys.setswitchinterval(1e-6)
        print_nothing = lambda future: None
        class Named(Actor):
            kind = "kind"
            name = "named"
            def receive(self, context, message):
                return b""
        refused = collections.Counter()
        def play(engine, ref, proxy, begun):
            while True:
                try:
                    {CALLS[call]}
                except (QueueFull, InboxFull, NotFound, Stopped, Ending) as error:
                    refused[type(error)] += 1
                except Closed:
                    return
                except WrongThread:
                    raise SystemExit("it was taken for the engine's")
                finally:
                    begun.set()
        for round in range(25):
            engine = Engine()
            ref = engine.spawn(Named, id="ref")
            begun = threading.Event()
            arguments = (engine, ref, ref.proxy(), begun)
            engine.start()
            threads = [threading.Thread(target=play, args=arguments) for _ in range(2)]
            for thread in threads:
                thread.start()
            begun.wait()
            engine.close()
            for thread in threads:
                thread.join()
            assert not backstage._core.cells and not backstage._core.engines
            assert not engine._core.commands
        """
    )


def test_two_close_it_at_once(run_program: Run) -> None:
    run_program(
        """
        sys.setswitchinterval(1e-6)
        def close(engine, barrier, came_to):
            barrier.wait()
            try:
                engine.close()
                came_to.append("closed")
            except (WrongThread, Closed, InCallback) as error:
                came_to.append(type(error).__name__)
        for started in (True, False):
            for round in range(200):
                engine = Engine()
                for _ in range(5):
                    engine.spawn(ignore)
                if started:
                    engine.start()
                barrier = threading.Barrier(3)
                came_to = []
                threads = [threading.Thread(target=close, args=(engine, barrier, came_to))
                           for _ in range(2)]
                for thread in threads:
                    thread.start()
                close(engine, barrier, came_to)
                for thread in threads:
                    thread.join()
                if not engine.closed:
                    engine.adopt()
                    engine.close()
                assert engine.closed
                assert not backstage._core.cells and not backstage._core.engines
        """
    )
