"""Functions and callbacks pass and return in ctypes what they do in C, by a reading of the header
that has nothing in common with the generator's."""

from __future__ import annotations

import ctypes
import re
from _ctypes import CFuncPtr, _Pointer
from collections.abc import Callable
from pathlib import Path

import pytest

from backstage import _abi

FUNCTION = re.compile(r"^(?!typedef)([\w ]+?)(\**)\b(backstage_\w+)\(([^()]*)\);", re.MULTILINE)
CALLBACK = re.compile(r"^typedef ([\w ]+?)(\**)\(\*(\w+)\)\(([^()]*)\);", re.MULTILINE)
ENTRY = re.compile(r"^typedef ([\w ]+?)(\**)(backstage_\w+)\(([^()]*)\);", re.MULTILINE)
# How a value is passed: as a pointer, a string, or a number of so many bytes, signed or not.
Kind = str
Kinds = dict[str, tuple[Kind, ...]]


def kind_of_ctype(type_: type[ctypes._CDataType] | None) -> Kind:
    if type_ is None:
        return "void"
    if type_ is ctypes.c_char_p:
        return "string"
    if type_ is ctypes.c_void_p or issubclass(type_, _Pointer | CFuncPtr):
        return "pointer"
    sign = "signed" if type_(-1).value < 0 else "unsigned"
    return f"{sign} {ctypes.sizeof(type_)}"


@pytest.fixture
def code(header: Path) -> str:
    text = header.read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.fixture
def numbers(code: str, show_by_c: Callable[[dict[str, str]], dict[str, int]]) -> dict[str, Kind]:
    """The kinds of all types that are numbers, from the compiler."""
    names = {"int", "size_t", "int32_t", "int64_t", "uint16_t", "uint32_t", "uint64_t"}
    names |= {*re.findall(r"^typedef u?int\d+_t (\w+);", code, re.MULTILINE)}
    expressions = {}
    for name in names:
        expressions[f"{name} size"] = f"sizeof({name})"
        expressions[f"{name} is signed"] = f"!(({name})-1 > 0)"
    shown = show_by_c(expressions)
    signs = {name: "signed" if shown[f"{name} is signed"] else "unsigned" for name in names}
    return {name: f"{signs[name]} {shown[f'{name} size']}" for name in names}


def kinds_in(code: str, pattern: re.Pattern[str], numbers: dict[str, Kind]) -> Kinds:
    def kind(declaration: str) -> Kind:
        words = declaration.replace("*", " * ").split()
        if "*" in words:
            is_string = words[:3] == ["const", "char", "*"] and words.count("*") == 1
            return "string" if is_string else "pointer"
        if words[0].endswith("_callback"):
            return "pointer"
        return words[0] if words[0] == "void" else numbers[words[0]]

    found = {}
    for result, stars, name, parameters in pattern.findall(code):
        declarations = [] if parameters == "void" else parameters.split(",")
        found[name] = (kind(result + stars), *map(kind, declarations))
    return found


def test_functions(code: str, numbers: dict[str, Kind]) -> None:
    declared = {
        name: tuple(kind_of_ctype(type_) for type_ in (result, *parameters))
        for name, (result, parameters) in _abi.SIGNATURES.items()
    }
    assert kinds_in(code, FUNCTION, numbers) == declared


def test_callbacks(code: str, numbers: dict[str, Kind]) -> None:
    found = kinds_in(code, CALLBACK, numbers) | kinds_in(code, ENTRY, numbers)
    assert len(found) > 10
    declared = {}
    for name in found:
        python_name = "".join(word.capitalize() for word in name.split("_")[1:])
        type_ = getattr(_abi, python_name)
        declared[name] = tuple(map(kind_of_ctype, (type_._restype_, *type_._argtypes_)))
    assert found == declared
    of_ctypes = [name for name in vars(_abi) if name.endswith(("Callback", "Function"))]
    assert len(of_ctypes) == len(found)
