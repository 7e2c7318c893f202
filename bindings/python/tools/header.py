"""Reads the C header: its constants, structs, callback types and functions, in its own order."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pycparser import c_ast, c_parser

# What the header takes from <stddef.h> and <stdint.h>. How C defines these is none of our concern:
# ctypes knows them by name.
STANDARD_TYPES = (
    *("size_t", "int32_t", "int64_t", "uint16_t", "uint32_t", "uint64_t"),
    *("int8_t", "int16_t", "uint8_t", "uintptr_t", "intptr_t"),
)
SECTION = re.compile(r"^/\* ---- (.+?) -+(?: \*/)?$")
MACRO = re.compile(r"^#define (BACKSTAGE_\w+)(?: +\S| *\\$)")


@dataclass(frozen=True)
class Type:
    """A type: a name of a standard, scalar, struct or callback type, or a pointer or array."""

    name: str = ""
    to: Type | None = None
    const: bool = False
    count: int = 0


@dataclass(frozen=True)
class Prototype:
    """What a function takes and returns; `result` is None for void."""

    result: Type | None
    parameters: tuple[Type, ...]


@dataclass(frozen=True)
class Constant:
    name: str
    value: int | str


@dataclass(frozen=True)
class Struct:
    name: str
    fields: tuple[tuple[str, Type], ...]


@dataclass(frozen=True)
class Callback:
    name: str
    prototype: Prototype


@dataclass(frozen=True)
class Function:
    name: str
    prototype: Prototype


@dataclass(frozen=True)
class Section:
    """Where the header puts a heading."""

    title: str


@dataclass(frozen=True)
class Group:
    """Where the header begins another enum, or run of macros."""


Item = Constant | Struct | Callback | Function | Section | Group


def read_header(path: Path) -> list[Item]:
    """Everything that the header defines, with its headings."""
    lines = path.read_text(encoding="utf-8").splitlines()
    sections = {n: Section(m[1]) for n, line in enumerate(lines, 1) if (m := SECTION.match(line))}
    macros = {n: m[1] for n, line in enumerate(lines, 1) if (m := MACRO.match(line))}
    tree = c_parser.CParser().parse(_preprocess(path, macros), str(path))
    reader = _Reader(macros)
    placed: list[tuple[int, Item]] = [*sections.items()]
    for node in tree.ext:
        placed += reader.read(node)
    placed.sort(key=lambda place: place[0])
    return [item for _, item in placed]


def _preprocess(path: Path, macros: dict[int, str]) -> str:
    """The header with the preprocessor done, and each macro's value as a variable behind it."""
    with tempfile.TemporaryDirectory() as directory:
        types = "".join(f"typedef int {name};\n" for name in STANDARD_TYPES)
        Path(directory, "stdint.h").write_text(types, encoding="utf-8")
        Path(directory, "stddef.h").write_text("", encoding="utf-8")
        values = "".join(f"int value_of_line_{line} = {name};\n" for line, name in macros.items())
        compiler = os.environ.get("CC", "cc").split()
        return subprocess.run(
            [*compiler, "-E", "-nostdinc", "-I", directory, "-I", str(path.parent), "-"],
            input=f'#include "{path.name}"\n{values}',
            capture_output=True,
            text=True,
            check=True,
        ).stdout


class _Reader:
    """Makes items of the nodes of a syntax tree, each with its line in the header."""

    def __init__(self, macros: dict[int, str]) -> None:
        self.macros = macros
        self.constants: dict[str, int | str] = {}
        self.scalars: dict[str, Type] = {}
        self.line_of_last_macro = 0

    def read(self, node: c_ast.Node) -> Iterator[tuple[int, Item]]:
        match node:
            case c_ast.Typedef(name=name) if name in STANDARD_TYPES:
                pass
            case c_ast.Typedef():
                yield from self.read_typedef(node)
            case c_ast.Decl(type=c_ast.Enum() as enum):
                yield node.coord.line, Group()
                yield from self.read_enum(enum)
            case c_ast.Decl(type=c_ast.FuncDecl()):
                yield node.coord.line, Function(node.name, self.prototype(node.type))
            case c_ast.Decl(name=str() as name) if name.startswith("value_of_line_"):
                yield from self.read_macro(int(name.rpartition("_")[2]), node.init)
            case c_ast.Decl(type=c_ast.Struct(decls=None)):
                pass  # an incomplete type is an address
            case _:
                raise NotImplementedError(f"{node.coord}: {type(node).__name__}")

    def read_typedef(self, node: c_ast.Typedef) -> Iterator[tuple[int, Item]]:
        line = node.coord.line
        match node.type:
            case c_ast.TypeDecl(type=c_ast.Struct(decls=None)):
                pass
            case c_ast.TypeDecl(type=c_ast.Struct() as struct):
                fields = tuple((field.name, self.type(field.type)) for field in struct.decls)
                yield line, Struct(node.name, fields)
            case c_ast.PtrDecl(type=c_ast.FuncDecl() as function) | (c_ast.FuncDecl() as function):
                yield line, Callback(node.name, self.prototype(function))
            case _:
                self.scalars[node.name] = self.type(node.type)

    def read_enum(self, enum: c_ast.Enum) -> Iterator[tuple[int, Item]]:
        following: int = 0
        for enumerator in enum.values.enumerators:
            if enumerator.value is not None:
                following = int(self.value(enumerator.value))
            self.constants[enumerator.name] = following
            yield enumerator.coord.line, Constant(enumerator.name, following)
            following += 1

    def read_macro(self, line: int, value: c_ast.Node) -> Iterator[tuple[int, Item]]:
        if line > self.line_of_last_macro + 3:
            yield line, Group()
        self.line_of_last_macro = line
        yield line, Constant(self.macros[line], self.value(value))

    def prototype(self, node: c_ast.FuncDecl) -> Prototype:
        parameters = tuple(self.type(parameter.type) for parameter in node.args.params)
        if parameters == (Type("void"),):
            parameters = ()
        result = self.type(node.type)
        return Prototype(None if result == Type("void") else result, parameters)

    def type(self, node: c_ast.Node) -> Type:
        match node:
            case c_ast.PtrDecl(type=target):
                return Type(to=self.type(target))
            case c_ast.ArrayDecl(type=item, dim=dimension):
                return Type(to=self.type(item), count=int(self.value(dimension)))
            case c_ast.TypeDecl(type=c_ast.IdentifierType(names=[name])):
                scalar = self.scalars.get(name)
                return Type(scalar.name if scalar else name, const="const" in node.quals)
            case c_ast.TypeDecl(type=c_ast.Struct(name=name)):
                return Type(name, const="const" in node.quals)
        raise NotImplementedError(f"{node.coord}: {type(node).__name__}")

    def value(self, node: c_ast.Node) -> int | str:
        match node:
            case c_ast.Constant(type="string", value=text):
                return str(text[1:-1])
            case c_ast.Constant(value=text):
                return int(text.rstrip("uUlL"), 0)
            case c_ast.ID(name=name):
                return self.constants[name]
            case c_ast.Cast(expr=inner):
                return self.value(inner)
            case c_ast.UnaryOp(op="-", expr=inner):
                return -int(self.value(inner))
            case c_ast.BinaryOp(op="<<", left=left, right=right):
                return int(self.value(left)) << int(self.value(right))
            case c_ast.BinaryOp(op="|", left=left, right=right):
                return int(self.value(left)) | int(self.value(right))
        raise NotImplementedError(f"{node.coord}: a value that is written in a new way")
