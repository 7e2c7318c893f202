"""Lays out Python as `ruff format` would."""

from __future__ import annotations

from typing import TypeAlias

LINE_LENGTH = 100

# A text, or a head, the parts between brackets, and a tail.
Tree: TypeAlias = "str | tuple[str, list[Tree], str]"


def tuple_of(parts: list[Tree], before: str = "") -> Tree:
    """The tuple of some parts."""
    if len(parts) == 1:
        return (before + "(", parts, ",)")
    return (before + "(", parts, ")")


def lay_out(tree: Tree, after: str = "", indent: int = 0) -> str:
    """Lays a tree out: on one line if it fits, else with a line for each part; those of a call
    may share one."""
    line = " " * indent + _on_one_line(tree) + after
    if len(line) <= LINE_LENGTH or isinstance(tree, str):
        return line + "\n"
    head, parts, tail = tree
    inner = indent + 4
    body = " " * inner + ", ".join(map(_on_one_line, parts))
    is_call = head[-2].isalnum()
    if len(body) > LINE_LENGTH or not is_call:
        body = "".join(lay_out(part, ",", inner) for part in parts).rstrip("\n")
    return f"{' ' * indent}{head}\n{body}\n{' ' * indent}{tail.lstrip(',')}{after}\n"


def _on_one_line(tree: Tree) -> str:
    if isinstance(tree, str):
        return tree
    head, parts, tail = tree
    return head + ", ".join(map(_on_one_line, parts)) + tail
