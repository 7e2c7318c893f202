"""backstage._abi says what backstage.h and the library say."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backstage import _abi, _library

STRUCTS = {
    "_".join(["backstage", *re.findall("[A-Z][a-z]*", name)]).lower(): value
    for name, value in vars(_abi).items()
    if isinstance(value, type) and issubclass(value, ctypes.Structure) and name != "Structure"
}
CONSTANTS = {
    name: value
    for name, value in vars(_abi).items()
    if name.isupper() and isinstance(value, int) and name != "TYPE_CHECKING"
}


def test_is_what_the_generator_writes(root: Path, header: Path, tmp_path: Path) -> None:
    tool = root / "bindings" / "python" / "tools" / "generate_abi.py"
    generated = tmp_path / "_abi.py"
    subprocess.run([sys.executable, tool, header, generated], check=True)
    kept = root / "bindings" / "python" / "src" / "backstage" / "_abi.py"
    assert kept.read_bytes() == generated.read_bytes(), "run `make abi`"
    assert Path(_abi.__file__).read_bytes() == kept.read_bytes(), "another one is installed"


def test_values_are_those_of_c(show_by_c: Callable[[dict[str, str]], dict[str, int]]) -> None:
    expressions = {name: f"(long long)BACKSTAGE_{name}" for name in CONSTANTS}
    assert show_by_c(expressions) == CONSTANTS


def test_layouts_are_those_of_c(show_by_c: Callable[[dict[str, str]], dict[str, int]]) -> None:
    expressions = {}
    expected = {}
    for name, struct in STRUCTS.items():
        expressions[name] = f"sizeof({name})"
        expected[name] = ctypes.sizeof(struct)
        for field, *_ in struct._fields_:
            place, size = f"{name}.{field} at", f"{name}.{field} size"
            expressions[place] = f"offsetof({name}, {field})"
            expressions[size] = f"sizeof((({name} *)0)->{field})"
            expected[place] = getattr(struct, field).offset
            expected[size] = getattr(struct, field).size
    assert show_by_c(expressions) == expected


def without_comments(header: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_no_struct_and_no_field_is_missing(header: Path) -> None:
    code = without_comments(header)
    bodies = re.findall(r"typedef struct (\w+) \{(.*?)\}", code, re.DOTALL)
    assert {name for name, _ in bodies} == STRUCTS.keys()
    for name, body in bodies:
        fields = re.findall(r"(\w+)(?:\[\d+\])?;", body)
        assert [field for field, *_ in STRUCTS[name]._fields_] == fields


def test_no_constant_is_missing(header: Path) -> None:
    code = without_comments(header)
    enums = re.findall(r"\benum \{(.*?)\}", code, re.DOTALL)
    names = {name for body in enums for name in re.findall(r"BACKSTAGE_(\w+)", body)}
    values = re.findall(r"#define BACKSTAGE_(\w+)\s+\\?\s*[\d(]", code)
    assert names | set(values) == CONSTANTS.keys()
    assert f'#define BACKSTAGE_PLUGIN_ENTRY "{_abi.PLUGIN_ENTRY}"' in code


def test_the_library_exports_the_functions_declared_and_no_more() -> None:
    command = ["nm", "-D", "--defined-only", "--format=just-symbols", _library.path]
    symbols = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert sorted(symbols) == sorted(_abi.SIGNATURES)


@pytest.mark.parametrize("library", [_library.load_locked(), _library.load_unlocked()])
def test_every_function_is_declared(library: ctypes.CDLL) -> None:
    for name, (result, parameters) in _abi.SIGNATURES.items():
        function = getattr(library, name)
        assert function.restype is result
        assert function.argtypes == parameters
