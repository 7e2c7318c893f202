"""An aiohttp server and client on this machine, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, TCPConnector, web


@asynccontextmanager
async def serving(routes: dict[str, Any], **options: Any) -> AsyncIterator[str]:
    """Serves handlers by path, on a free port; gives the address to put before a path."""
    application = web.Application()
    application.add_routes([web.route("*", path, handler) for path, handler in routes.items()])
    runner = web.AppRunner(application, handler_cancellation=True, access_log=None, **options)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client(connections: int = 100) -> AsyncIterator[ClientSession]:
    """Makes requests, over so many connections at most."""
    async with ClientSession(connector=TCPConnector(limit=connections)) as session:
        yield session


async def fetch(session: ClientSession, address: str, **options: Any) -> bytes:
    """The body of an answer."""
    async with session.get(address, **options) as response:
        assert response.status == 200
        return await response.read()
