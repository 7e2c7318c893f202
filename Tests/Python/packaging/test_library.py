"""Which library the package takes, and what it says when it can take none."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backstage import _abi, _library

LIBRARY = Path(_library.path)
SHOW = "import backstage._library as library; print(library.path)"
SONAME = f"libbackstage.so.{_abi.VERSION_MAJOR}"


class Place:
    """A copy of the package, without a library of its own, and where to put libraries."""

    def __init__(self, package: Path, directory: Path) -> None:
        self.directory = directory
        self.package = directory / "backstage"
        self.own = self.package / "libbackstage.so"
        self.named = directory / "named.so"
        self.system = directory / "system" / SONAME
        self.system.parent.mkdir()
        left_out = shutil.ignore_patterns("__pycache__", self.own.name)
        shutil.copytree(package, self.package, ignore=left_out)

    def run(self, named: Path | str | None = None) -> subprocess.CompletedProcess[str]:
        environment = {
            "PYTHONPATH": str(self.directory),
            "LD_LIBRARY_PATH": f"{self.system.parent}:{os.environ.get('LD_LIBRARY_PATH', '')}",
        }
        if named is not None:
            environment["BACKSTAGE_LIBRARY"] = str(named)
        return subprocess.run(
            [sys.executable, "-c", SHOW],
            env=environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )

    def path(self, named: Path | str | None = None) -> Path:
        """The library that is taken."""
        result = self.run(named)
        assert result.returncode == 0, result.stderr
        return Path(result.stdout.strip())

    def error(self, named: Path | str | None = None) -> str:
        """The message of the ImportError, when none is taken."""
        result = self.run(named)
        assert result.returncode == 1
        _, found, message = result.stderr.partition("\nImportError: ")
        assert found, result.stderr
        return message


@pytest.fixture
def place(package: Path, tmp_path: Path) -> Place:
    return Place(package, tmp_path)


def put_library(path: Path) -> None:
    """A link would not do: the loader knows a file that it has."""
    shutil.copy(LIBRARY, path)
    grafted = LIBRARY.parent.parent / "backstage.libs"
    if grafted.is_dir() and not (path.parent.parent / grafted.name).exists():
        shutil.copytree(grafted, path.parent.parent / grafted.name)


def test_its_own_comes_first(place: Place) -> None:
    for path in (place.own, place.named, place.system):
        put_library(path)
    assert place.path(place.named) == place.own


def test_then_the_one_named(place: Place) -> None:
    put_library(place.named)
    put_library(place.system)
    assert place.path(place.named) == place.named


def test_then_the_systems(place: Place) -> None:
    put_library(place.system)
    assert place.path() == place.system


def test_an_empty_name_is_none(place: Place) -> None:
    put_library(place.system)
    assert place.path("") == place.system


def test_without_any_the_error_tells_what_was_tried_and_what_to_do(place: Place) -> None:
    message = place.error()
    ways = ["the package's own", "BACKSTAGE_LIBRARY: it is not set", "the system's"]
    places = [message.index(way) for way in ways]
    assert places == sorted(places)
    assert str(place.own) in message
    assert f"{SONAME}: cannot open shared object file" in message
    assert "pip install ./bindings/python" in message


def test_one_that_does_not_load_is_not_passed_over(place: Place) -> None:
    put_library(place.system)
    place.named.write_text("not a library", encoding="utf-8")
    assert f"{place.named}: file too short" in place.error(place.named)
    absent = place.directory / "absent.so"
    assert f"{absent}: cannot open shared object file" in place.error(absent)
    place.own.touch()
    put_library(place.named)
    message = place.error(place.named)
    assert f"{place.own}: file too short" in message
    assert str(place.named) not in message


@pytest.mark.parametrize(
    "version",
    [
        (_abi.VERSION_MAJOR + 1, _abi.VERSION_MINOR, 0),
        (_abi.VERSION_MAJOR, _abi.VERSION_MINOR + 1, 7),
    ],
)
def test_of_another_version(
    place: Place, compile_c: Callable[..., Path], version: tuple[int, int, int]
) -> None:
    major, minor, patch = version
    number = major << 16 | minor << 8 | patch
    source = f"unsigned backstage_version(void) {{ return {number}; }}"
    compile_c(source, place.named, "-shared", "-fPIC")
    message = place.error(place.named)
    assert f"{place.named} is version {major}.{minor}.{patch}" in message
    assert f"needs {_abi.VERSION_MAJOR}.{_abi.VERSION_MINOR}\n" in message


def test_of_another_kind(place: Place, compile_c: Callable[..., Path]) -> None:
    compile_c("extern int nothing;", place.named, "-shared", "-fPIC")
    assert f"{place.named} lacks a function" in place.error(place.named)


def test_both_ways_of_calling_use_one_library() -> None:
    locked, unlocked = _library.load_locked(), _library.load_unlocked()
    assert locked is _library.load_locked()
    assert unlocked is _library.load_unlocked()
    assert locked._handle == unlocked._handle
    assert isinstance(locked, ctypes.PyDLL)
    assert not isinstance(unlocked, ctypes.PyDLL)
    assert locked.backstage_version() == unlocked.backstage_version() == _abi.VERSION
