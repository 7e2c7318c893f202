"""Runs the snippets of a page: `python snippets.py page.md`.

The page's blocks of Python run from top to bottom in one namespace, in the current folder. What a
block prints must be what the next block shows, if that is one of `text`, and nothing otherwise.

A comment before a block is for the reader of the source, and for this runner:

    <!-- needs: msgspec -->     skips the block, and its text, where that module is not installed
    <!-- builds: sampler.so --> compiles the block, of C, to a plug-in of that name
"""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

_FENCE = re.compile(r"```(\w*)$")
_COMMENT = re.compile(r"<!-- (needs|builds): (\S+) -->$")


class Block(NamedTuple):
    """A fenced block: where its first line is in the page, its language and its text."""

    line: int
    language: str
    text: str
    needs: str | None = None
    builds: str | None = None


def blocks_of(page: Path) -> Iterator[Block]:
    """All fenced blocks of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    start, language = 0, None
    notes: dict[str, str] = {}
    for number, line in enumerate(lines):
        if language is not None:
            if line == "```":
                text = "".join(f"{each}\n" for each in lines[start:number])
                yield Block(start + 1, language, text, notes.get("needs"), notes.get("builds"))
                language, notes = None, {}
        elif fence := _FENCE.match(line):
            start, language = number + 1, fence[1]
        elif comment := _COMMENT.match(line):
            notes[comment[1]] = comment[2]
        elif line:
            notes = {}
    if language is not None:
        raise SyntaxError(f"{page}:{start}: the block has no end")


def snippets_of(page: Path) -> Iterator[tuple[Block, str]]:
    """The blocks to run, and what they are to print."""
    blocks = list(blocks_of(page))
    for index, block in enumerate(blocks):
        after = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.language == "python":
            yield block, after.text if after is not None and after.language == "text" else ""
        elif block.builds is not None:
            yield block, ""
        elif block.language == "text" and (index == 0 or blocks[index - 1].language != "python"):
            raise SyntaxError(f"{page}:{block.line}: output, but of what?")


def is_runnable(block: Block) -> bool:
    """Whether all that a block needs is there."""
    if block.needs is None:
        return True
    try:
        return importlib.util.find_spec(block.needs) is not None
    except ModuleNotFoundError:
        return False


def run_page(page: Path) -> None:
    """Runs a page's snippets. What a snippet raises leaves it, with the page's own lines."""
    module = ModuleType("__main__")
    main = sys.modules["__main__"]
    sys.modules["__main__"] = module  # where pickle and typing look for what a snippet defines
    try:
        for block, expected in snippets_of(page):
            if is_runnable(block):
                _run(page, block, expected, module.__dict__)
    finally:
        sys.modules["__main__"] = main


def _run(page: Path, block: Block, expected: str, names: dict[str, object]) -> None:
    if block.builds is not None:
        _build(block, block.builds)
        return
    source = "\n" * (block.line - 1) + block.text
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, str(page), "exec", dont_inherit=True), names)
    _compare(f"{page}:{block.line}", expected, printed.getvalue())


def _compare(where: str, expected: str, printed: str) -> None:
    if expected != printed:
        difference = difflib.unified_diff(
            expected.splitlines(), printed.splitlines(), "shown", "printed", lineterm=""
        )
        raise AssertionError(f"{where}: " + "\n".join(difference))


def _build(block: Block, output: str) -> None:
    import backstage

    include = Path(backstage.__file__ or "").parent / "include"
    if not include.exists():  # in the source tree
        include = Path(__file__).resolve().parents[3] / "include"
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f"-I{include}"]
    source = Path(output).with_suffix(".c")
    source.write_text(block.text, encoding="utf-8")
    command = [*os.environ.get("CC", "cc").split(), *flags, str(source), backstage.path]
    subprocess.run([*command, "-o", output], check=True)


if __name__ == "__main__":
    run_page(Path(sys.argv[1]))
