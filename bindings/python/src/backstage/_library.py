"""Finds libbackstage.so, loads it, and sees that it fits.

The library inside this package comes first; without one, that which the environment variable
BACKSTAGE_LIBRARY names; and then the system's.
"""

from __future__ import annotations

import ctypes
import os

from . import _abi

_NAME = "libbackstage.so"
_SONAME = f"{_NAME}.{_abi.VERSION_MAJOR}"
_VARIABLE = "BACKSTAGE_LIBRARY"
_ADVICE = f"""\
Install a wheel of backstage, which has the library inside, or build one with \
`pip install ./bindings/python`; or let {_VARIABLE} name a {_NAME}, or install that system-wide."""


class _SymbolInfo(ctypes.Structure):
    """Dl_info of <dlfcn.h>."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("symbol", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    )


def _load() -> tuple[ctypes.PyDLL, str]:
    """Loads the first that is there.

    If that one does not load, it is an error: another in its place would surprise.
    """
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), _NAME)
    if os.path.exists(own):
        return _open("the package's own", own, []), own
    tried = [f"the package's own, {own}: there is none"]
    if named := os.environ.get(_VARIABLE):
        library = _open(f"by {_VARIABLE}", named, tried)
    else:
        tried.append(f"by {_VARIABLE}: it is not set")
        library = _open("the system's", _SONAME, tried)
    return library, _file_of(library)


def _open(whose: str, path: str, tried: list[str]) -> ctypes.PyDLL:
    try:
        library = ctypes.PyDLL(path)
    except OSError as error:
        lines = "".join(f"\n  - {line}" for line in [*tried, f"{whose}, {path}: {error}"])
        raise ImportError(
            f"backstage cannot load its library. Tried:{lines}\n{_ADVICE}",
            name=__package__,
            path=path,
        ) from None
    if complaint := _complaint(library):
        raise ImportError(f"{path} {complaint}\n{_ADVICE}", name=__package__, path=path)
    return library


def _complaint(library: ctypes.PyDLL) -> str | None:
    """Declares the library's functions, or tells why it cannot be used.

    Its major and minor version must be those that this package was made for.
    """
    needed = f"{_abi.VERSION_MAJOR}.{_abi.VERSION_MINOR}"
    try:
        library.backstage_version.restype = ctypes.c_uint32
        version = library.backstage_version()
        if version >> 8 != _abi.VERSION >> 8:
            found = f"{version >> 16}.{version >> 8 & 255}.{version & 255}"
            return f"is version {found} of libbackstage; this backstage needs {needed}"
        _abi.declare(library)
    except AttributeError as error:
        return f"lacks a function that this backstage needs of libbackstage {needed}: {error}"
    return None


def _file_of(library: ctypes.PyDLL) -> str:
    """Tells which file the loader chose for a plain name."""
    dladdr = ctypes.CDLL(None).dladdr
    dladdr.argtypes = (ctypes.c_void_p, ctypes.POINTER(_SymbolInfo))
    info = _SymbolInfo()
    if not dladdr(ctypes.cast(library.backstage_version, ctypes.c_void_p), ctypes.byref(info)):
        return _SONAME
    return os.path.realpath(os.fsdecode(info.file))


_locked, path = _load()
_unlocked: ctypes.CDLL | None = None


def load_locked() -> ctypes.PyDLL:
    """Returns the library for calls that keep the interpreter's lock: they take least time."""
    return _locked


def load_unlocked() -> ctypes.CDLL:
    """Returns the library for calls that give the interpreter's lock up: they may block."""
    global _unlocked
    if _unlocked is None:
        library = ctypes.CDLL(path)
        _abi.declare(library)
        _unlocked = library
    return _unlocked
