"""Plug-ins: actors that a shared library brings."""

from __future__ import annotations

import os
from ctypes import PyDLL, byref, c_uint64
from typing import TYPE_CHECKING

from . import _abi
from ._native import check, library
from ._ref import find_ref
from .errors import InvalidArgument

if TYPE_CHECKING:
    from ._core import Core
    from ._ref import Ref


def load(core: Core, path: str | os.PathLike[str], argument: bytes) -> Ref:
    """See `Engine.load`."""
    handle = core.handle
    check(library.backstage_engine_now(handle, byref(c_uint64())))  # raises on another thread
    plugin = PyDLL(os.fspath(path))
    try:
        function = _abi.PluginSpawnFunction((_abi.PLUGIN_ENTRY, plugin))
    except AttributeError:
        raise InvalidArgument(
            f"{os.fspath(path)} is no plug-in: it exports no {_abi.PLUGIN_ENTRY}"
        ) from None
    core.keep.append(plugin)
    core.settle()
    number = c_uint64()
    check(function(handle, argument, len(argument), byref(number)))
    return find_ref(core, number.value)
