"""What the tests of the package's packaging share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import backstage

SHOWS = """\
#include <stdio.h>
#include "%s"

static void show(const char *name, long long value) { printf("%%s %%lld\\n", name, value); }

int main(void)
{
    %s
    return 0;
}
"""


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the source tree."""
    return Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def header(root: Path) -> Path:
    return root / "include" / "backstage.h"


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder of the package under test."""
    assert backstage.__file__ is not None
    return Path(backstage.__file__).parent


@pytest.fixture(scope="session")
def compile_c() -> Callable[..., Path]:
    """Compiles a file, or a text, of C: `compile_c(source, output, *options)`."""
    compiler = os.environ.get("CC", "cc").split()
    assert shutil.which(compiler[0]), "a C compiler is needed"

    def compile_it(source: str | Path, output: Path, *options: str | Path) -> Path:
        if isinstance(source, str):
            text, source = source, output.with_suffix(".c")
            source.write_text(text, encoding="utf-8")
        flags = ("-std=c99", "-Wall", "-Wextra", "-Werror")
        subprocess.run([*compiler, *flags, "-o", output, source, *options], check=True)
        return output

    return compile_it


@pytest.fixture
def show_by_c(
    compile_c: Callable[..., Path], header: Path, tmp_path: Path
) -> Callable[[dict[str, str]], dict[str, int]]:
    """Has a C program evaluate expressions: their values by their names."""

    def show(expressions: dict[str, str]) -> dict[str, int]:
        lines = [f'show("{name}", {text});' for name, text in expressions.items()]
        program = SHOWS % (header, "\n    ".join(lines))
        executable = compile_c(program, tmp_path / "shows")
        shown = subprocess.run([executable], check=True, capture_output=True, text=True).stdout
        pairs = (line.rpartition(" ") for line in shown.splitlines())
        return {name: int(value) for name, _, value in pairs}

    return show
