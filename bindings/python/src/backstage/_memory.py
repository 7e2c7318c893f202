"""Reading what the library hands out: borrowed memory, without a call for each look."""

import ctypes
import struct
import sys
from collections.abc import Callable
from typing import Any

# All memory as one array. Only addresses that the library has just handed out are looked at, and
# only until the callback that was given them returns.
memory: Any = (ctypes.c_char * sys.maxsize).from_address(0)

ENVELOPE_BYTES = 64
INLINE_BYTES = 32
INLINE_AT = 32

#: token, type
unpack_kind: Callable[..., tuple[int, int]] = struct.Struct("<16xQ4xH").unpack_from
#: sender, size, type, the inline bytes. The type is none that there is, if the envelope carries
#: anything: also a short payload may lie elsewhere, as of what another thread has sent by id.
unpack_short: Callable[..., tuple[int, int, int, bytes]] = struct.Struct("<Q16xII32s").unpack_from
#: sender, payload's address, token, size, type, the inline bytes
unpack_whole: Callable[..., tuple[int, int, int, int, int, bytes]] = struct.Struct(
    "<QQQIH2x32s"
).unpack_from
#: By size: iterators over (sender, payload) of envelopes with inline payloads of that size.
unpack_uniform = [
    struct.Struct(f"<Q24x{size}s{INLINE_BYTES - size}x").iter_unpack
    for size in range(INLINE_BYTES + 1)
]
store_size: Callable[[Any, int, int], None] = struct.Struct("<Q").pack_into
