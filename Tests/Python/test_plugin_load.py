"""Actors compiled from C, loaded into an engine beside those of Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Batch,
    Context,
    DeadLetter,
    Directive,
    Engine,
    Message,
    MessageType,
    Reason,
    Ref,
    Supervision,
    codecs,
)
from backstage._library import path as library

from .support import BatchKeeper, Keeper, ignore

INCLUDE = Path(__file__).resolve().parents[2] / "include"

SOURCE = """
#include <backstage.h>
#include <string.h>

/* Answers what it is asked, sends on what it is sent to "python", and fails if told so. */
static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state)
{
    const char *text = envelope->payload;
    backstage_payload *payload;
    backstage_ref python;
    (void)state;
    if (envelope->size == 4 && memcmp(text, "fail", 4) == 0) return -4711;
    if (envelope->type == BACKSTAGE_REQUEST)
        return backstage_reply(context, envelope, text, envelope->size);
    if (envelope->type != BACKSTAGE_SEND) return BACKSTAGE_OK;
    if (backstage_engine_find(backstage_context_engine(context), "python", &python)) return 0;
    /* As they are, however short: by a payload, and the sender's own. */
    if (backstage_envelope_payload(context, envelope, &payload)) return BACKSTAGE_NO_MEMORY;
    if (backstage_send_payload(context, python, payload)) backstage_payload_release(payload);
    return backstage_send(context, python, text, envelope->size);
}

/* Sends a short payload that lies in memory of its own. */
static backstage_status start(backstage_context *context, void *state)
{
    void *data;
    backstage_payload *payload;
    backstage_engine *engine = backstage_context_engine(context);
    backstage_ref python;
    (void)state;
    if (backstage_engine_find(engine, "python", &python)) return BACKSTAGE_OK;
    if (backstage_payload_create(engine, 5, &payload, &data)) return BACKSTAGE_NO_MEMORY;
    memcpy(data, "hello", 5);
    if (backstage_send_payload(context, python, payload)) backstage_payload_release(payload);
    if (backstage_payload_create(engine, 5, &payload, &data)) return BACKSTAGE_NO_MEMORY;
    memcpy(data, "topic", 5);
    if (backstage_publish_payload(context, NULL, payload, NULL)) backstage_payload_release(payload);
    return BACKSTAGE_OK;
}

backstage_status backstage_plugin_spawn(backstage_engine *engine, const void *argument, size_t size,
                                        backstage_ref *actor)
{
    char id[64] = "";
    backstage_actor_options options = {.size = sizeof options, .init = start, .receive = receive};
    if (size >= sizeof id) return BACKSTAGE_INVALID_ARGUMENT;
    memcpy(id, argument, size);
    options.id = size ? id : NULL;
    options.kind = "c";
    return backstage_engine_spawn(engine, &options, actor);
}
"""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_plugin(tmp_path_factory.mktemp("plugin"), SOURCE)


def compile_plugin(directory: Path, source: str) -> Path:
    compiler = os.environ.get("CC", "cc").split()
    assert shutil.which(compiler[0]), "a C compiler is needed"
    text, output = directory / "plugin.c", directory / "plugin.so"
    text.write_text(source, encoding="utf-8")
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f"-I{INCLUDE}"]
    subprocess.run([*compiler, *flags, text, library, "-o", output], check=True)
    return output


def test_its_actor_is_asked_and_told(engine: Engine, plugin: Path) -> None:
    kept: list[bytes] = []
    python = engine.spawn(Keeper, kept, id="python")
    ref = engine.load(plugin, b"chief")
    assert isinstance(ref, Ref)
    assert ref.id == "chief"
    assert engine.find("chief") == ref
    assert ref.ask(b"question") == b"question"
    assert ref.ask(b"long" * 100) == b"long" * 100
    ref.tell(b"sent")
    engine.run_until_idle()
    assert kept == [b"hello", b"sent", b"sent"]
    assert python.is_alive()


@pytest.mark.parametrize("keeper", [Keeper, BatchKeeper])
@pytest.mark.parametrize("size", [1, 5, 16, 31, 32, 33, 5000])
def test_payloads_of_c_s_own_memory(
    engine: Engine, plugin: Path, keeper: type[Actor], size: int
) -> None:
    kept: list[Any] = []
    engine.spawn(keeper, kept, id="python")
    ref = engine.load(plugin)
    engine.run_until_idle()
    kept.clear()
    payloads = [bytes([number]) * size for number in range(10)]
    ref.tell_many(payloads)
    engine.run_until_idle()
    found = kept if keeper is Keeper else [payload for batch in kept for payload in batch]
    assert found == [payload for payload in payloads for _ in range(2)]


def test_batches_of_such_can_be_unpacked(engine: Engine, plugin: Path) -> None:
    seen: list[Any] = []

    class Unpacks(Actor):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            if messages.payloads != [b"hello"]:
                seen.extend(messages.unpack("<HH"))

    engine.spawn(Unpacks, id="python")
    ref = engine.load(plugin)
    engine.run_until_idle()
    ref.tell_many([b"\1\0\2\0", b"\3\0\4\0"])
    engine.run_until_idle()
    assert seen == [(1, 2), (1, 2), (3, 4), (3, 4)]


def test_a_publication_of_c_s_own_memory(engine: Engine, plugin: Path) -> None:
    seen: list[Any] = []

    class Subscriber(Actor):
        def init(self, context: Context) -> None:
            context.subscribe("chief")

        def receive(self, context: Context, message: Message) -> None:
            seen.append((message.type, message.payload, message.sender, bytes(message.view())))

    engine.spawn(Subscriber)
    engine.spawn(Subscriber, codec=codecs.Pickle).stop()
    engine.spawn(Keeper, [], id="python")
    engine.run_until_idle()
    ref = engine.load(plugin, b"chief")
    engine.run_until_idle()
    assert seen == [(MessageType.PUBLISH, b"topic", ref, b"topic")]


def test_dead_letters_of_c_s_own_memory(
    engine: Engine, plugin: Path, letters: list[DeadLetter]
) -> None:
    python = engine.spawn(Keeper, [], id="python", capacity=1)
    ref = engine.load(plugin)
    engine.context(engine.spawn(ignore)).tell(ref, b"x")
    python.stop()
    engine.run_until_idle()
    assert {letter.payload for letter in letters} <= {b"hello", b"x"}


def test_its_failures_are_supervised_by_python(engine: Engine, plugin: Path, logged: Any) -> None:
    heard: list[Any] = []
    ref = engine.load(plugin)
    watchman = engine.spawn(lambda context, message: heard.append(message.event))
    engine.context(watchman).monitor(ref)
    with pytest.raises(backstage.Stopped) as error:
        ref.ask(b"fail")
    assert error.value.__cause__ is None
    engine.run_until_idle()
    assert heard == [(Reason.FAILED, -4711, ref, Reason.FAILED)]
    (record,) = logged.take()
    assert "-4711" in record.getMessage()


def test_its_failures_are_logged_after_those_of_python(
    engine: Engine, plugin: Path, logged: Any
) -> None:
    class Judge(Actor):
        def init(self, context: Context) -> None:
            context.spawn_child(lambda context, message: 1 / 0, id="child")

        def receive(self, context: Context, message: Message) -> None: ...

        def decide(self, *arguments: Any) -> Directive:
            raise LookupError

    engine.spawn(Judge)
    engine.run_until_idle()
    engine.find("child").tell(b"")
    engine.run_until_idle()
    assert len(logged.take()) == 2
    for _ in range(2):
        engine.load(plugin).tell(b"fail")
        engine.run_until_idle()
        assert len(logged.take()) == 1


def test_a_python_actor_sees_a_status_of_c_s(engine: Engine, plugin: Path, logged: Any) -> None:
    """A supervisor is asked with an exception for a status that no exception of Python's had."""
    assert isinstance(backstage.errors.error_of(-4711), backstage.UserStatus)
    top = engine.spawn(ignore, supervision=Supervision(directive=Directive.ESCALATE))
    child = engine.context(top).spawn_child(raise_as_c)
    child.tell(b"")
    with pytest.raises(backstage.UserStatus) as error:
        engine.run_until_idle()
    assert error.value.status == -4711
    logged.take()


def raise_as_c(context: Context, message: Message) -> None:
    raise backstage.UserStatus(-4711)


def test_broadcasts_reach_it(engine: Engine, plugin: Path) -> None:
    kept: list[bytes] = []
    engine.spawn(Keeper, kept, id="python")
    refs = [engine.load(plugin) for _ in range(3)]
    engine.run_until_idle()
    kept.clear()
    engine.broadcast("c", b"all")
    engine.run_until_idle()
    assert kept == [b"all"] * 6
    assert len(set(refs)) == 3


def test_what_belongs_to_python_alone_is_refused(engine: Engine, plugin: Path) -> None:
    ref = engine.load(plugin)
    with pytest.raises(backstage.InvalidArgument):
        ref.using(codecs.Reference)
    with pytest.raises(backstage.InvalidArgument):
        ref.proxy()
    with pytest.raises(backstage.NotFound):
        engine.context(ref)


def test_what_is_no_plugin(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        engine.load(tmp_path / "nowhere.so")
    text = tmp_path / "text.so"
    text.write_text("no library")
    with pytest.raises(OSError, match="text"):
        engine.load(text)
    empty = compile_plugin(tmp_path, "int nothing_of_ours;")
    with pytest.raises(backstage.InvalidArgument, match="plug-in"):
        engine.load(empty)
    assert engine.actors() == []


def test_what_its_entry_point_answers(engine: Engine, plugin: Path) -> None:
    engine.load(plugin, b"taken")
    with pytest.raises(backstage.Exists):
        engine.load(plugin, b"taken")
    with pytest.raises(backstage.InvalidArgument):
        engine.load(plugin, bytes(100))
    assert len(engine.actors()) == 1


def test_one_in_several_engines(make_engine: Callable[..., Engine], plugin: Path) -> None:
    refs = [make_engine().load(plugin, b"chief") for _ in range(3)]
    for number, ref in enumerate(refs):
        assert ref.ask(b"%d" % number) == b"%d" % number


def test_from_inside_an_actor(engine: Engine, plugin: Path) -> None:
    answers: list[bytes] = []

    async def receive(context: Context, message: Message) -> None:
        ref = context.engine.load(plugin)
        answers.append(await ref.ask(b"inside"))

    engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    assert answers == [b"inside"]
