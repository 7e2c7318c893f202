"""What is installed beside the modules."""

from __future__ import annotations

import importlib.metadata
import subprocess
from collections.abc import Callable
from pathlib import Path

import backstage
from backstage import _abi, _library

PLUGIN = """
#include <backstage.h>
backstage_plugin_spawn_function backstage_plugin_spawn;

static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state)
{
    (void)state;
    return backstage_reply(context, envelope, envelope->payload, envelope->size);
}

backstage_status backstage_plugin_spawn(backstage_engine *engine, const void *argument, size_t size,
                                        backstage_ref *actor)
{
    backstage_actor_options options = {.size = sizeof options, .receive = echo};
    (void)argument;
    (void)size;
    return backstage_engine_spawn(engine, &options, actor);
}
"""


def test_the_library_is_the_packages_own(package: Path) -> None:
    assert Path(_library.path) == package / "libbackstage.so"
    assert (package / "py.typed").exists()


def test_the_version_is_that_of_the_library() -> None:
    version = f"{_abi.VERSION_MAJOR}.{_abi.VERSION_MINOR}.{_abi.VERSION_PATCH}"
    assert importlib.metadata.version("backstage") == version
    assert backstage.__version__ == version


def test_the_library_is_stripped_and_has_its_own_name(package: Path) -> None:
    command = ["readelf", "--wide", "--sections", "--dynamic", str(package / "libbackstage.so")]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert f"soname: [libbackstage.so.{_abi.VERSION_MAJOR}]" in shown
    assert ".symtab" not in shown
    assert ".debug" not in shown


def test_the_header_comes_along(package: Path, header: Path) -> None:
    assert (package / "include" / "backstage.h").read_bytes() == header.read_bytes()


def test_a_plug_in_can_be_built_against_the_package(
    package: Path, compile_c: Callable[..., Path], tmp_path: Path
) -> None:
    include, library = package / "include", package / "libbackstage.so"
    plugin = compile_c(PLUGIN, tmp_path / "echo.so", "-shared", "-fPIC", "-I", include, library)
    with backstage.Engine() as engine:
        echo = engine.load(plugin)
        assert echo.ask(b"hello") == b"hello"
