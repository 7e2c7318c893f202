"""The C ABI of libbackstage: constants, structs, callback types and signatures.

Generated from backstage.h by tools/generate_abi.py: change that, not this.
"""

from __future__ import annotations

from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Array,
    Structure,
    c_char_p,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ctypes import CFuncPtr, _Pointer
    from typing import Any

# ---- Limits

ID_BYTES_MAX = 255
TOPIC_BYTES_MAX = 255
TOPIC_TOKENS_MAX = 16
ACTORS_DEFAULT = 1048576
ACTORS_MAX = 16777215
PAYLOAD_BYTES_DEFAULT = 16777216
PAYLOAD_BYTES_MAX = 2147483647
CAPACITY_DEFAULT = 1024
CAPACITY_MAX = 16777216
BUDGET_DEFAULT = 64
BUDGET_MAX = 255
REMOTE_CAPACITY_DEFAULT = 8192
REMOTE_CAPACITY_MAX = 1048576
INLINE_BYTES = 32
RESTARTS_DEFAULT = 3
RESTARTS_MAX = 4096

# ---- Version and statuses

VERSION_MAJOR = 0
VERSION_MINOR = 1
VERSION_PATCH = 0
VERSION = 256

OK = 0
INVALID_ARGUMENT = -1
INVALID_ID = -2
INVALID_TOPIC = -3
INVALID_SIGNAL = -4
BAD_DESCRIPTOR = -5
NOT_FOUND = -6
ENDING = -7
EXISTS = -8
NOT_SUBSCRIBED = -9
NOT_MONITORED = -10
NOT_WAITING = -11
INBOX_FULL = -12
QUEUE_FULL = -13
PAYLOAD_TOO_LARGE = -14
LIMIT = -15
NO_MEMORY = -16
WRONG_THREAD = -17
OTHER_ENGINE = -18
IN_CALLBACK = -19
TIMEOUT = -20
STOPPED = -21
NOT_VIRTUAL = -22
SYSTEM = -23
USER_STATUS = -1000

PENDING = 1001
YIELD = 1002

# ---- Types

NONE = 0
FOREVER = -1

SEND = 1
PUBLISH = 2
SUBSCRIBE = 3
UNSUBSCRIBE = 4
REQUEST = 5
REPLY = 6
FAILURE = 7
TIMER = 8
IO = 9
SIGNAL = 10
TERMINATED = 11
RECEIVE_TIMEOUT = 12


class Envelope(Structure):
    """backstage_envelope."""

    sender: int
    payload: int | None
    token: int
    size: int
    type: int
    reserved: int
    inline_bytes: Array[c_uint64]

    _fields_ = (
        ("sender", c_uint64),
        ("payload", c_void_p),
        ("token", c_uint64),
        ("size", c_uint32),
        ("type", c_uint16),
        ("reserved", c_uint16),
        ("inline_bytes", c_uint64 * 4),
    )


REASON_NORMAL = 1
REASON_STOPPED = 2
REASON_FAILED = 3
REASON_KILLED = 4
REASON_ENGINE_ENDED = 5
REASON_NOT_FOUND = 6
REASON_RESTARTED = 7


class Failure(Structure):
    """backstage_failure."""

    status: int

    _fields_ = (("status", c_int32),)


class TimerEvent(Structure):
    """backstage_timer_event."""

    due_ns: int
    expirations: int

    _fields_ = (("due_ns", c_uint64), ("expirations", c_uint64))


class IoEvent(Structure):
    """backstage_io_event."""

    fd: int
    events: int

    _fields_ = (("fd", c_int32), ("events", c_uint32))


class SignalEvent(Structure):
    """backstage_signal_event."""

    signal: int
    count: int

    _fields_ = (("signal", c_int32), ("count", c_uint32))


class Termination(Structure):
    """backstage_termination."""

    reason: int
    status: int
    origin: int
    origin_reason: int
    reserved: int

    _fields_ = (
        ("reason", c_uint32),
        ("status", c_int32),
        ("origin", c_uint64),
        ("origin_reason", c_uint32),
        ("reserved", c_uint32),
    )


READABLE = 1
WRITABLE = 2
IO_ERROR = 4

# ---- Dead letters and log

DEAD_NOT_FOUND = 1
DEAD_ENDED = 2
DEAD_INBOX_FULL = 3
DEAD_DROPPED_NEWEST = 4
DEAD_DROPPED_OLDEST = 5
DEAD_FAILED = 6
DEAD_NOT_WAITING = 7
DEAD_NO_MEMORY = 8
DEAD_ENGINE_ENDED = 9

DeadLetterCallback = CFUNCTYPE(None, c_void_p, c_uint64, c_void_p, c_uint32, c_void_p)

LOG_ERROR = 1
LOG_WARNING = 2
LOG_INFO = 3

LogCallback = CFUNCTYPE(None, c_uint32, c_char_p, c_void_p)

# ---- Engine

CLOCK_MONOTONIC = 0
CLOCK_VIRTUAL = 1

SleepCallback = CFUNCTYPE(c_void_p)

WakeCallback = CFUNCTYPE(None, c_void_p)


class EngineOptions(Structure):
    """backstage_engine_options."""

    size: int
    loop: int | None
    clock: int
    actors_max: int
    seed: int
    payload_bytes_max: int
    memory_bytes_max: int
    remote_capacity: int
    reserved: int
    dead_letter: CFuncPtr
    dead_letter_state: int | None
    log: CFuncPtr
    log_state: int | None
    sleep: CFuncPtr
    wake: CFuncPtr

    _fields_ = (
        ("size", c_size_t),
        ("loop", c_void_p),
        ("clock", c_uint32),
        ("actors_max", c_uint32),
        ("seed", c_uint64),
        ("payload_bytes_max", c_size_t),
        ("memory_bytes_max", c_size_t),
        ("remote_capacity", c_uint32),
        ("reserved", c_uint32),
        ("dead_letter", DeadLetterCallback),
        ("dead_letter_state", c_void_p),
        ("log", LogCallback),
        ("log_state", c_void_p),
        ("sleep", SleepCallback),
        ("wake", WakeCallback),
    )


RUN_UNTIL_STOPPED = 0
RUN_UNTIL_IDLE = 1
RUN_ONCE = 2
RUN_NO_WAIT = 3


class Statistics(Structure):
    """backstage_statistics."""

    size: int
    accepted: int
    handled: int
    dead: int
    queued: int
    events: int
    actors: int
    spawned: int
    failures: int
    restarts: int
    polls: int
    memory_bytes: int

    _fields_ = (
        ("size", c_size_t),
        ("accepted", c_uint64),
        ("handled", c_uint64),
        ("dead", c_uint64),
        ("queued", c_uint64),
        ("events", c_uint64),
        ("actors", c_uint64),
        ("spawned", c_uint64),
        ("failures", c_uint64),
        ("restarts", c_uint64),
        ("polls", c_uint64),
        ("memory_bytes", c_uint64),
    )


class ActorStatistics(Structure):
    """backstage_actor_statistics."""

    size: int
    queued: int
    handled: int
    dead: int
    restarts: int
    queued_max: int
    memory_bytes: int
    stashed: int

    _fields_ = (
        ("size", c_size_t),
        ("queued", c_uint64),
        ("handled", c_uint64),
        ("dead", c_uint64),
        ("restarts", c_uint64),
        ("queued_max", c_uint64),
        ("memory_bytes", c_uint64),
        ("stashed", c_uint64),
    )


FdCallback = CFUNCTYPE(None, c_void_p, c_int, c_uint32, c_void_p)

# ---- Supervision

ONE_FOR_ONE = 0
ONE_FOR_ALL = 1
REST_FOR_ONE = 2

DIRECTIVE_RESTART = 0
DIRECTIVE_RESUME = 1
DIRECTIVE_STOP = 2
DIRECTIVE_ESCALATE = 3

RESTART_PERMANENT = 0
RESTART_TRANSIENT = 1
RESTART_TEMPORARY = 2

DecideCallback = CFUNCTYPE(c_uint32, c_void_p, c_uint64, c_int32, c_uint64, c_void_p)


class Supervision(Structure):
    """backstage_supervision."""

    size: int
    strategy: int
    directive: int
    decide: CFuncPtr
    restarts_max: int
    jitter_percent: int
    window_ns: int
    backoff_ns: int
    backoff_max_ns: int

    _fields_ = (
        ("size", c_size_t),
        ("strategy", c_uint32),
        ("directive", c_uint32),
        ("decide", DecideCallback),
        ("restarts_max", c_uint32),
        ("jitter_percent", c_uint32),
        ("window_ns", c_int64),
        ("backoff_ns", c_int64),
        ("backoff_max_ns", c_int64),
    )


# ---- Actors

InitCallback = CFUNCTYPE(c_int32, c_void_p, c_void_p)

ReceiveCallback = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_void_p)

ReceiveBatchCallback = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)

DeinitCallback = CFUNCTYPE(c_int32, c_void_p, c_uint32, c_void_p)

OVERFLOW_REJECT = 0
OVERFLOW_DROP_NEWEST = 1
OVERFLOW_DROP_OLDEST = 2


class ActorOptions(Structure):
    """backstage_actor_options."""

    size: int
    id: bytes | None
    kind: bytes | None
    init: CFuncPtr
    receive: CFuncPtr
    receive_batch: CFuncPtr
    deinit: CFuncPtr
    state: int | None
    capacity: int
    overflow: int
    budget: int
    sees_subscriptions: int
    supervision: _Pointer[Supervision]
    restart: int
    reserved: int

    _fields_ = (
        ("size", c_size_t),
        ("id", c_char_p),
        ("kind", c_char_p),
        ("init", InitCallback),
        ("receive", ReceiveCallback),
        ("receive_batch", ReceiveBatchCallback),
        ("deinit", DeinitCallback),
        ("state", c_void_p),
        ("capacity", c_uint32),
        ("overflow", c_uint32),
        ("budget", c_uint32),
        ("sees_subscriptions", c_uint32),
        ("supervision", POINTER(Supervision)),
        ("restart", c_uint32),
        ("reserved", c_uint32),
    )


ActorCallback = CFUNCTYPE(c_int32, c_void_p, c_uint64, c_void_p)

# ---- Payloads

FreeCallback = CFUNCTYPE(None, c_void_p, c_size_t, c_void_p)

# ---- Monitors and requests


class ReplyHandle(Structure):
    """backstage_reply_handle."""

    sender: int
    token: int

    _fields_ = (("sender", c_uint64), ("token", c_uint64))


# ---- Plug-ins

PLUGIN_ENTRY = "backstage_plugin_spawn"

PluginSpawnFunction = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t, c_void_p)

SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    # Version and statuses
    "backstage_version": (c_uint32, ()),
    "backstage_status_name": (c_char_p, (c_int32,)),
    # Dead letters and log
    "backstage_log_to_stderr": (None, (c_uint32, c_char_p, c_void_p)),
    # Engine
    "backstage_engine_create": (c_int32, (POINTER(EngineOptions), POINTER(c_void_p))),
    "backstage_engine_destroy": (c_int32, (c_void_p,)),
    "backstage_engine_adopt": (c_int32, (c_void_p,)),
    "backstage_engine_run": (c_int32, (c_void_p, c_uint32, c_int64)),
    "backstage_engine_stop": (c_int32, (c_void_p,)),
    "backstage_engine_drain": (c_int32, (c_void_p, c_int64)),
    "backstage_engine_advance": (c_int32, (c_void_p, c_uint64)),
    "backstage_engine_now": (c_int32, (c_void_p, POINTER(c_uint64))),
    "backstage_engine_statistics": (c_int32, (c_void_p, POINTER(Statistics))),
    "backstage_engine_actor_statistics": (c_int32, (c_void_p, c_uint64, POINTER(ActorStatistics))),
    "backstage_engine_watch_fd": (
        c_int32,
        (c_void_p, c_int, c_uint32, FdCallback, c_void_p, POINTER(c_uint64)),
    ),
    "backstage_engine_unwatch_fd": (c_int32, (c_void_p, c_uint64)),
    # Actors
    "backstage_engine_spawn": (c_int32, (c_void_p, POINTER(ActorOptions), POINTER(c_uint64))),
    "backstage_spawn": (c_int32, (c_void_p, POINTER(ActorOptions), POINTER(c_uint64))),
    "backstage_spawn_child": (c_int32, (c_void_p, POINTER(ActorOptions), POINTER(c_uint64))),
    "backstage_stop": (c_int32, (c_void_p, c_uint64)),
    "backstage_shutdown": (c_int32, (c_void_p,)),
    "backstage_poison": (c_int32, (c_void_p, c_uint64)),
    "backstage_drain": (c_int32, (c_void_p, c_uint64, c_int64)),
    "backstage_become": (c_int32, (c_void_p, ReceiveCallback)),
    "backstage_become_batch": (c_int32, (c_void_p, ReceiveBatchCallback)),
    "backstage_stash": (c_int32, (c_void_p, c_void_p)),
    "backstage_unstash": (c_int32, (c_void_p, POINTER(c_uint32))),
    "backstage_finish": (c_int32, (c_void_p, c_int32)),
    "backstage_receive_timeout": (c_int32, (c_void_p, c_int64)),
    "backstage_engine_find": (c_int32, (c_void_p, c_char_p, POINTER(c_uint64))),
    "backstage_engine_actor_id": (c_int32, (c_void_p, c_uint64, POINTER(c_char_p))),
    "backstage_engine_each_actor": (c_int32, (c_void_p, ActorCallback, c_void_p)),
    "backstage_engine_context": (c_int32, (c_void_p, c_uint64, POINTER(c_void_p))),
    "backstage_context_self": (c_uint64, (c_void_p,)),
    "backstage_context_engine": (c_void_p, (c_void_p,)),
    "backstage_context_parent": (c_uint64, (c_void_p,)),
    "backstage_context_id": (c_char_p, (c_void_p,)),
    # Messages
    "backstage_send": (c_int32, (c_void_p, c_uint64, c_void_p, c_size_t)),
    "backstage_send_to_id": (c_int32, (c_void_p, c_char_p, c_void_p, c_size_t)),
    "backstage_send_many": (
        c_int32,
        (c_void_p, c_uint64, c_void_p, c_void_p, c_size_t, POINTER(c_size_t)),
    ),
    "backstage_room": (c_int32, (c_void_p, c_uint64, POINTER(c_uint32))),
    "backstage_broadcast": (c_int32, (c_void_p, c_char_p, c_void_p, c_size_t, POINTER(c_uint32))),
    "backstage_forward": (c_int32, (c_void_p, c_void_p, c_uint64)),
    "backstage_engine_send": (c_int32, (c_void_p, c_uint64, c_void_p, c_size_t)),
    "backstage_engine_send_to_id": (c_int32, (c_void_p, c_char_p, c_void_p, c_size_t)),
    "backstage_engine_send_payload": (c_int32, (c_void_p, c_uint64, c_void_p)),
    "backstage_engine_send_many": (
        c_int32,
        (c_void_p, c_uint64, c_void_p, c_void_p, c_size_t, POINTER(c_size_t)),
    ),
    "backstage_engine_publish": (c_int32, (c_void_p, c_uint64, c_char_p, c_void_p, c_size_t)),
    "backstage_engine_broadcast": (c_int32, (c_void_p, c_char_p, c_void_p, c_size_t)),
    # Payloads
    "backstage_payload_create": (
        c_int32,
        (c_void_p, c_size_t, POINTER(c_void_p), POINTER(c_void_p)),
    ),
    "backstage_payload_wrap": (
        c_int32,
        (c_void_p, c_void_p, c_size_t, FreeCallback, c_void_p, POINTER(c_void_p)),
    ),
    "backstage_payload_retain": (c_int32, (c_void_p,)),
    "backstage_payload_release": (c_int32, (c_void_p,)),
    "backstage_payload_data": (c_void_p, (c_void_p,)),
    "backstage_payload_size": (c_size_t, (c_void_p,)),
    "backstage_send_payload": (c_int32, (c_void_p, c_uint64, c_void_p)),
    "backstage_envelope_payload": (c_int32, (c_void_p, c_void_p, POINTER(c_void_p))),
    # Topics
    "backstage_publish": (c_int32, (c_void_p, c_void_p, c_size_t, POINTER(c_uint32))),
    "backstage_publish_to_topic": (
        c_int32,
        (c_void_p, c_char_p, c_void_p, c_size_t, POINTER(c_uint32)),
    ),
    "backstage_publish_payload": (c_int32, (c_void_p, c_char_p, c_void_p, POINTER(c_uint32))),
    "backstage_envelope_topic": (c_char_p, (c_void_p,)),
    "backstage_subscribe": (c_int32, (c_void_p, c_char_p)),
    "backstage_subscribe_to_topic": (c_int32, (c_void_p, c_char_p, c_char_p)),
    "backstage_unsubscribe": (c_int32, (c_void_p, c_char_p)),
    "backstage_unsubscribe_from_topic": (c_int32, (c_void_p, c_char_p, c_char_p)),
    # Monitors and requests
    "backstage_monitor": (c_int32, (c_void_p, c_uint64)),
    "backstage_monitor_id": (c_int32, (c_void_p, c_char_p, POINTER(c_uint64))),
    "backstage_unmonitor": (c_int32, (c_void_p, c_uint64)),
    "backstage_request": (
        c_int32,
        (c_void_p, c_uint64, c_void_p, c_size_t, c_int64, POINTER(c_uint64)),
    ),
    "backstage_request_to_id": (
        c_int32,
        (c_void_p, c_char_p, c_void_p, c_size_t, c_int64, POINTER(c_uint64)),
    ),
    "backstage_request_cancel": (c_int32, (c_void_p, c_uint64)),
    "backstage_reply": (c_int32, (c_void_p, c_void_p, c_void_p, c_size_t)),
    "backstage_envelope_reply_handle": (c_int32, (c_void_p, POINTER(ReplyHandle))),
    "backstage_reply_later": (c_int32, (c_void_p, c_void_p, c_void_p, c_size_t)),
    "backstage_engine_request": (
        c_int32,
        (c_void_p, c_uint64, c_void_p, c_size_t, c_int64, POINTER(c_void_p)),
    ),
    "backstage_engine_request_to_id": (
        c_int32,
        (c_void_p, c_char_p, c_void_p, c_size_t, c_int64, POINTER(c_void_p)),
    ),
    # Time, descriptors, signals
    "backstage_timer_start": (c_int32, (c_void_p, c_int64, c_int64, POINTER(c_uint64))),
    "backstage_timer_cancel": (c_int32, (c_void_p, c_uint64)),
    "backstage_watch_fd": (c_int32, (c_void_p, c_int, c_uint32, POINTER(c_uint64))),
    "backstage_watch_signal": (c_int32, (c_void_p, c_int, POINTER(c_uint64))),
    "backstage_unwatch": (c_int32, (c_void_p, c_uint64)),
}


def declare(library: CDLL) -> None:
    """Tells ctypes the signatures. AttributeError: the library lacks a function."""
    for name, (result, parameters) in SIGNATURES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = parameters
