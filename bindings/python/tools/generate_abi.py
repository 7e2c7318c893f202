"""Writes backstage/_abi.py: the C header in terms of ctypes.

    generate_abi.py HEADER OUTPUT

Pointers become what is cheapest to pass. In callbacks all but strings are plain addresses. To
functions, an options struct or a place for a result is passed as a pointer to its type; all else
is an address, for which ctypes takes an integer, bytes, an array, byref() or None.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from header import (
    Callback,
    Constant,
    Function,
    Group,
    Item,
    Prototype,
    Section,
    Struct,
    Type,
    read_header,
)
from layout import Tree, lay_out, tuple_of

PREAMBLE = '''\
"""The C ABI of libbackstage: constants, structs, callback types and signatures.

Generated from backstage.h by tools/generate_abi.py: change that, not this.
"""

from __future__ import annotations

{imports}
TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ctypes import CFuncPtr, _Pointer
    from typing import Any
'''
DECLARE = '''\
def declare(library: CDLL) -> None:
    """Tells ctypes the signatures. AttributeError: the library lacks a function."""
    for name, (result, parameters) in SIGNATURES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = parameters
'''


def camel(name: str) -> str:
    """backstage_engine_options: EngineOptions."""
    return "".join(word.capitalize() for word in name.split("_")[1:])


def sort_key(name: str) -> tuple[bool, bool, str]:
    """Sorts imported names as ruff does: CONSTANTS, Classes, functions."""
    return not name.isupper(), not name[0].isupper(), name


class Renderer:
    """Renders items as Python, and remembers which names of ctypes that needs."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.structs = {item.name: item for item in items if isinstance(item, Struct)}
        self.callbacks = {item.name for item in items if isinstance(item, Callback)}
        self.names = {"CDLL"}

    def render(self) -> str:
        chunks = [*self.definitions(), self.signatures(), DECLARE]
        names: list[Tree] = [*sorted(self.names, key=sort_key)]
        text = PREAMBLE.format(imports=lay_out(("from ctypes import (", names, ")")))
        before = ""
        for chunk in chunks:
            stands_apart = chunk.startswith(("class", "def")) or before.startswith("class")
            text += ("\n\n" if stands_apart else "\n") + chunk
            before = chunk
        return text

    # -- Definitions

    def definitions(self) -> Iterator[str]:
        """Constants, a group at a time, and types; each section that has any with its title."""
        title = ""
        constants = ""
        for item in [*self.items, Group()]:
            if not isinstance(item, Constant) and constants:
                yield constants
                constants = ""
            match item:
                case Section():
                    title = f"# ---- {item.title}\n"
                    continue
                case Group() | Function():
                    continue
                case _:
                    if title:
                        yield title
                        title = ""
            match item:
                case Constant():
                    constants += self.constant(item)
                case Struct():
                    yield self.struct(item)
                case Callback():
                    yield self.callback(item)

    def constant(self, item: Constant) -> str:
        value = f'"{item.value}"' if isinstance(item.value, str) else str(item.value)
        return f"{item.name.removeprefix('BACKSTAGE_')} = {value}\n"

    def struct(self, item: Struct) -> str:
        text = f'class {camel(item.name)}(Structure):\n    """{item.name}."""\n\n'
        self.names.add("Structure")
        for name, type in item.fields:
            text += f"    {name}: {self.annotation(type)}\n"
        fields: list[Tree] = [
            tuple_of([f'"{name}"', self.in_struct(type)]) for name, type in item.fields
        ]
        return text + "\n" + lay_out(tuple_of(fields, "_fields_ = "), indent=4)

    def callback(self, item: Callback) -> str:
        self.names.add("CFUNCTYPE")
        prototype = item.prototype
        types = [self.result(prototype), *map(self.in_callback, prototype.parameters)]
        return lay_out((f"{camel(item.name)} = CFUNCTYPE(", [*types], ")"))

    def signatures(self) -> str:
        text = "SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {\n"
        title = ""
        for item in self.items:
            match item:
                case Section():
                    title = f"    # {item.title}\n"
                case Function():
                    parameters = tuple_of([*map(self.to_function, item.prototype.parameters)])
                    parts: list[Tree] = [self.result(item.prototype), parameters]
                    line = tuple_of(parts, f'"{item.name}": ')
                    text += title + lay_out(line, ",", indent=4)
                    title = ""
        return text + "}\n"

    # -- Types

    def name(self, name: str) -> str:
        self.names.add(name)
        return name

    def plain(self, type: Type) -> str:
        """A type that is the same wherever it stands; the address of anything not known here."""
        if type.to is not None:
            is_string = type.to == Type("char", const=True)
            return self.name("c_char_p" if is_string else "c_void_p")
        if type.name in self.callbacks or type.name in self.structs:
            return camel(type.name)
        return self.name("c_" + type.name.removesuffix("_t").replace("size", "size_t"))

    def pointer(self, target: str) -> str:
        return f"{self.name('POINTER')}({target})"

    def result(self, prototype: Prototype) -> str:
        return "None" if prototype.result is None else self.plain(prototype.result)

    in_callback = plain

    def to_function(self, type: Type) -> str:
        target = type.to
        if target is None or target in (Type("char", const=True), Type("void")):
            return self.plain(type)
        struct = self.structs.get(target.name)
        if struct and struct.fields[0][0] == "size":
            return self.pointer(camel(struct.name))
        is_opaque = target.to is None and target.name.startswith("backstage_") and struct is None
        if target.const or is_opaque or target.name == "ev_loop":
            return self.plain(type)
        return self.pointer(self.plain(target))

    def in_struct(self, type: Type) -> str:
        if type.count and type.to:
            return f"{self.plain(type.to)} * {type.count}"
        if type.to and type.to.name in self.structs:
            return self.pointer(camel(type.to.name))
        return self.plain(type)

    def annotation(self, type: Type) -> str:
        """What mypy is told of a field."""
        if type.count and type.to:
            return f"{self.name('Array')}[{self.plain(type.to)}]"
        if type.to and type.to.name in self.structs:
            return f"_Pointer[{camel(type.to.name)}]"
        if type.name in self.callbacks:
            return "CFuncPtr"
        kind = self.plain(type)
        return {"c_void_p": "int | None", "c_char_p": "bytes | None"}.get(kind, "int")


def main(header: str, output: str) -> None:
    text = Renderer(read_header(Path(header))).render()
    Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
