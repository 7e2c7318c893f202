"""The engine's constants as enumerations."""

from enum import IntEnum, IntFlag

from . import _abi


class Clock(IntEnum):
    """What an engine's time is."""

    MONOTONIC = _abi.CLOCK_MONOTONIC
    VIRTUAL = _abi.CLOCK_VIRTUAL
    """Starts at 0 and moves only by `Engine.advance`."""


class MessageType(IntEnum):
    """What a message is."""

    SEND = _abi.SEND
    PUBLISH = _abi.PUBLISH
    SUBSCRIBE = _abi.SUBSCRIBE
    UNSUBSCRIBE = _abi.UNSUBSCRIBE
    REQUEST = _abi.REQUEST
    REPLY = _abi.REPLY
    FAILURE = _abi.FAILURE
    TIMER = _abi.TIMER
    IO = _abi.IO
    SIGNAL = _abi.SIGNAL
    TERMINATED = _abi.TERMINATED
    RECEIVE_TIMEOUT = _abi.RECEIVE_TIMEOUT


class Reason(IntEnum):
    """Why an actor ended."""

    NORMAL = _abi.REASON_NORMAL
    STOPPED = _abi.REASON_STOPPED
    FAILED = _abi.REASON_FAILED
    KILLED = _abi.REASON_KILLED
    ENGINE_ENDED = _abi.REASON_ENGINE_ENDED
    NOT_FOUND = _abi.REASON_NOT_FOUND
    RESTARTED = _abi.REASON_RESTARTED
    """To `deinit` alone: the actor starts again."""


class DeadReason(IntEnum):
    """Why an accepted message could not be handled."""

    NOT_FOUND = _abi.DEAD_NOT_FOUND
    ENDED = _abi.DEAD_ENDED
    INBOX_FULL = _abi.DEAD_INBOX_FULL
    DROPPED_NEWEST = _abi.DEAD_DROPPED_NEWEST
    DROPPED_OLDEST = _abi.DEAD_DROPPED_OLDEST
    FAILED = _abi.DEAD_FAILED
    NOT_WAITING = _abi.DEAD_NOT_WAITING
    NO_MEMORY = _abi.DEAD_NO_MEMORY
    ENGINE_ENDED = _abi.DEAD_ENGINE_ENDED


class Overflow(IntEnum):
    """What to do with a message for a full inbox."""

    REJECT = _abi.OVERFLOW_REJECT
    """Refuse it: the send raises `InboxFull`."""
    DROP_NEWEST = _abi.OVERFLOW_DROP_NEWEST
    DROP_OLDEST = _abi.OVERFLOW_DROP_OLDEST


class Strategy(IntEnum):
    """Who restarts with a child that failed."""

    ONE_FOR_ONE = _abi.ONE_FOR_ONE
    ONE_FOR_ALL = _abi.ONE_FOR_ALL
    REST_FOR_ONE = _abi.REST_FOR_ONE


class Directive(IntEnum):
    """What follows when a child fails."""

    RESTART = _abi.DIRECTIVE_RESTART
    RESUME = _abi.DIRECTIVE_RESUME
    STOP = _abi.DIRECTIVE_STOP
    ESCALATE = _abi.DIRECTIVE_ESCALATE


class Restart(IntEnum):
    """When its supervisor starts an actor again."""

    PERMANENT = _abi.RESTART_PERMANENT
    """Also when it shuts itself down."""
    TRANSIENT = _abi.RESTART_TRANSIENT
    """Only when it fails."""
    TEMPORARY = _abi.RESTART_TEMPORARY
    """Never."""


class Events(IntFlag):
    """What a descriptor is ready for."""

    READABLE = _abi.READABLE
    WRITABLE = _abi.WRITABLE
    ERROR = _abi.IO_ERROR
    """The descriptor can no longer be watched."""
