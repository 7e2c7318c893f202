"""Backstage: actors in one small shared library.

An engine runs actors, which know each other by refs:

    import backstage

    class Greeter(backstage.Actor):
        def receive(self, context, message):
            print(message.payload.decode())

    with backstage.Engine() as engine:
        greeter = engine.spawn(Greeter, id="greeter")
        greeter.tell(b"hello")
        engine.run_until_idle()
"""

from . import codecs
from ._abi import VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH
from ._actor import Actor
from ._batch import Batch
from ._callbacks import DeadLetter
from ._context import Context
from ._engine import Engine
from ._enums import (
    Clock,
    DeadReason,
    Directive,
    Events,
    MessageType,
    Overflow,
    Reason,
    Restart,
    Strategy,
)
from ._events import FailureEvent, IOEvent, SignalEvent, Termination, TimerEvent
from ._future import Cancelled, Future
from ._library import path
from ._message import Message, ReplyHandle
from ._ref import Ref
from ._sources import Timer, Watcher
from ._statistics import ActorStatistics, Statistics
from ._supervision import Supervision
from .errors import (
    BackstageError,
    BadDescriptor,
    Closed,
    Ending,
    Exists,
    InboxFull,
    InCallback,
    InvalidArgument,
    InvalidId,
    InvalidSignal,
    InvalidTopic,
    Limit,
    NoMemory,
    NotFound,
    NotMonitored,
    NotSubscribed,
    NotVirtual,
    NotWaiting,
    OtherEngine,
    PayloadTooLarge,
    QueueFull,
    Stopped,
    SystemFailure,
    Timeout,
    UserStatus,
    WrongThread,
)

__version__ = f"{VERSION_MAJOR}.{VERSION_MINOR}.{VERSION_PATCH}"

__all__ = [
    "Actor",
    "ActorStatistics",
    "BackstageError",
    "BadDescriptor",
    "Batch",
    "Cancelled",
    "Clock",
    "Closed",
    "Context",
    "DeadLetter",
    "DeadReason",
    "Directive",
    "Ending",
    "Engine",
    "Events",
    "Exists",
    "FailureEvent",
    "Future",
    "IOEvent",
    "InCallback",
    "InboxFull",
    "InvalidArgument",
    "InvalidId",
    "InvalidSignal",
    "InvalidTopic",
    "Limit",
    "Message",
    "MessageType",
    "NoMemory",
    "NotFound",
    "NotMonitored",
    "NotSubscribed",
    "NotVirtual",
    "NotWaiting",
    "OtherEngine",
    "Overflow",
    "PayloadTooLarge",
    "QueueFull",
    "Reason",
    "Ref",
    "ReplyHandle",
    "Restart",
    "SignalEvent",
    "Statistics",
    "Stopped",
    "Strategy",
    "Supervision",
    "SystemFailure",
    "Termination",
    "Timeout",
    "Timer",
    "TimerEvent",
    "UserStatus",
    "Watcher",
    "WrongThread",
    "__version__",
    "codecs",
    "path",
]
