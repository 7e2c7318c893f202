"""All workloads, in the order of the table."""

from __future__ import annotations

from bench.model import BACKSTAGE, Figure, Goal, Side, Workload

from .programs import C_ABI, COUNTED, ON_ALL_CPUS

AWAIT, ONE_THREAD, TASK, STREAM = "await", "one thread", "task", "stream"

LIBRARIES = {
    BACKSTAGE: "typed actors of the Swift product Backstage",
    C_ABI: "the same work in C, linked with libbackstage.so",
    AWAIT: "Swift's own actors; who sends awaits the call, whose return is a message in ping-pong;"
    " nothing is queued unless callers compete",
    ONE_THREAD: "the same, both on one serial executor of one thread: the await is a plain call",
    TASK: "Swift's own actors; who sends does not wait: a Task for each message",
    STREAM: "Swift's own actors; who sends does not wait: an AsyncStream as mailbox",
}

OF_THE_C_ABI = Goal(0.7, C_ABI)


def ten_times(*peers: str) -> tuple[Goal, ...]:
    return tuple(Goal(10, peer) for peer in peers)


def rate(*goals: Goal) -> tuple[Figure, ...]:
    """Millions of messages a second."""
    return (Figure("", "M/s", goals),)


MESSAGES = (
    Workload(
        "ping-pong, 16 B",
        (
            Side(BACKSTAGE, "ping-pong", 20_000_000),
            Side(C_ABI, "ping-pong", 20_000_000),
            Side(AWAIT, "ping-pong", 10_000_000),
            Side(ONE_THREAD, "ping-pong pinned", 10_000_000),
            Side(TASK, "ping-pong tasks", 1_000_000),
            Side(STREAM, "ping-pong streams", 500_000),
        ),
        rate(OF_THE_C_ABI, *ten_times(AWAIT, TASK, STREAM)),
    ),
    Workload(
        "flood, actor to actor, 16 B",
        (
            Side(BACKSTAGE, "flood", 20_000_000),
            Side(C_ABI, "flood, actor to actor", 20_000_000),
            Side(AWAIT, "flood", 10_000_000),
            Side(ONE_THREAD, "flood pinned", 10_000_000),
            Side(TASK, "flood tasks", 1_000_000),
            Side(STREAM, "flood streams", 500_000),
        ),
        rate(OF_THE_C_ABI, *ten_times(AWAIT, TASK, STREAM)),
    ),
    Workload(
        "flood from outside, 16 B",
        (
            Side(BACKSTAGE, "flood from outside", 20_000_000),
            Side(C_ABI, "flood", 20_000_000),
        ),
        rate(OF_THE_C_ABI),
    ),
    Workload(
        "flood from outside, 128 B",
        (
            Side(BACKSTAGE, "flood of sheets", 10_000_000),
            Side(C_ABI, "flood 128 B", 10_000_000),
        ),
        rate(OF_THE_C_ABI),
    ),
    Workload(
        "flood of class references",
        (
            Side(BACKSTAGE, "flood of class references", 10_000_000),
            Side(AWAIT, "flood of class references", 5_000_000),
        ),
        rate(),
    ),
    Workload(
        "flood of strings",
        (
            Side(BACKSTAGE, "flood of strings", 10_000_000),
            Side(AWAIT, "flood of strings", 5_000_000),
        ),
        rate(),
    ),
    Workload(
        "publish 1 to 1000, 16 B",
        (
            Side(BACKSTAGE, "publish 1 to 1000", 20_000_000),
            Side(C_ABI, "publish 1 to 1000", 20_000_000),
            Side(AWAIT, "publish 1 to 1000", 5_000_000),
        ),
        rate(OF_THE_C_ABI),
    ),
    Workload(
        "send from another thread, 16 B",
        (
            Side(BACKSTAGE, "send from another thread", 10_000_000),
            Side(C_ABI, "send from another thread", 10_000_000),
        ),
        rate(OF_THE_C_ABI),
    ),
)

QUESTIONS = (
    Workload(
        "request, answer as a message",
        (
            Side(BACKSTAGE, "request", 5_000_000),
            Side(C_ABI, "request and reply", 5_000_000),
            Side(AWAIT, "request", 5_000_000),
        ),
        rate(),
    ),
    Workload(
        "request, answer by callback",
        (
            Side(BACKSTAGE, "request by callback", 5_000_000),
            Side(C_ABI, "request and reply", 5_000_000),
            Side(AWAIT, "request", 5_000_000),
        ),
        rate(),
    ),
    Workload(
        "await request, task on the engine",
        (
            Side(BACKSTAGE, "await request on the engine", 500_000),
            Side(AWAIT, "request", 5_000_000),
        ),
        rate(),
    ),
    Workload(
        "await request, actor on the engine",
        (
            Side(BACKSTAGE, "await request by the pool", 100_000),
            Side(AWAIT, "request", 5_000_000),
        ),
        rate(),
    ),
    Workload(
        "await request, all elsewhere",
        (
            Side(BACKSTAGE, "await request from elsewhere", 100_000, ON_ALL_CPUS),
            Side(C_ABI, "request from another thread", 200_000),
        ),
        (Figure("", "k/s"),),
    ),
)


def allocations(name: str, module: str, count: int, *goals: Goal) -> Workload:
    side = Side(BACKSTAGE, module, count, COUNTED)
    figures = (Figure("", "each", goals, less_is_better=True),)
    return Workload(f"mallocs: {name}", (side,), figures, steady=True)


MEMORY = (
    Workload(
        "10 M class references",
        (Side(BACKSTAGE, "what class references leave", 10_000_000),),
        (
            Figure("left alive", "", (Goal(0),), less_is_better=True),
            Figure("growth", "KiB", (Goal(256),), less_is_better=True),
        ),
        steady=True,
    ),
    allocations("ping-pong", "ping-pong", 1_000_000, Goal(0)),
    allocations("flood, actor to actor", "flood", 1_000_000, Goal(0)),
    allocations("flood from outside", "flood from outside", 1_000_000, Goal(0)),
    allocations("flood of 128 B", "flood of sheets", 1_000_000, Goal(0)),
    allocations("publish 1 to 1000", "publish 1 to 1000", 1_000_000, Goal(0)),
    allocations("send from another thread", "send from another thread", 1_000_000, Goal(0)),
    allocations("class references, each made", "flood of class references", 1_000_000, Goal(1)),
    allocations("strings", "flood of strings", 1_000_000, Goal(0)),
    allocations("request, answer as a message", "request", 500_000),
    allocations("request, answer by callback", "request by callback", 500_000),
)

WORKLOADS = MESSAGES + QUESTIONS + MEMORY
