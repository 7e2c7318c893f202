"""Uses an installed wheel, and tells which files of libev and Backstage the process has mapped."""

from __future__ import annotations

import sys
from pathlib import Path

import backstage

heard: list[object] = []


class Listener(backstage.Actor):
    """Keeps what it hears, and answers requests."""

    def receive(self, context: backstage.Context, message: backstage.Message) -> object:
        heard.append(message.payload)
        return b"heard" if message.type == backstage.MessageType.REQUEST else None


with backstage.Engine() as engine:
    listener = engine.spawn(Listener, id="listener")
    listener.tell(b"hello")
    engine.run_until_idle()
    assert heard == [b"hello"], heard
    assert listener.ask(b"well?", timeout=10) == b"heard"

prefix = Path(sys.prefix).resolve()
lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
files = {Path(line.split(maxsplit=5)[5]) for line in lines if ".so" in line}
ours = {file for file in files if file.name.startswith(("libbackstage", "libev"))}
assert len(ours) == 2, ours
assert all(file.is_relative_to(prefix) for file in ours), ours
assert Path(backstage.path).resolve() in ours, backstage.path
print(backstage.__version__, *sorted(file.relative_to(prefix) for file in ours))
