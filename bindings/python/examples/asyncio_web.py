"""A web server whose handlers ask actors: aiohttp and actors share one thread, and one event loop.

Run `pip install aiohttp` and `python asyncio_web.py [PORT]`, then `curl localhost:8080/visits/ann`.
"""

import asyncio
import sys
from contextlib import suppress

from aiohttp import web

from backstage import Actor, Context, Engine, Message, Ref, Timeout, aio, codecs


class Visits(Actor):
    """Counts visits by name, one at a time."""

    codec = codecs.JSON

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    async def receive(self, context: Context, message: Message) -> int:
        name = message.payload
        await asyncio.sleep(0.01)  # a database, say: other actors and handlers go on
        self.counts[name] = self.counts.get(name, 0) + 1
        return self.counts[name]


def make_application(visits: Ref) -> web.Application:
    async def visit(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        try:
            count = await visits.ask(name, timeout=5.0)
        except Timeout:
            raise web.HTTPServiceUnavailable from None
        return web.json_response({"name": name, "visits": count})

    application = web.Application()
    application.add_routes([web.get("/visits/{name}", visit)])
    return application


async def main(engine: Engine) -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    runner = web.AppRunner(make_application(engine.spawn(Visits)))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        print(f"http://127.0.0.1:{runner.addresses[0][1]}/visits/you", flush=True)
        await asyncio.Event().wait()  # until Ctrl-C
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        aio.run(main)
