/*
 * Backstage: actors in one small shared library.
 *
 * An *engine* runs *actors* on one thread. An actor owns its state, is known by a ref and
 * perhaps an id, and handles one message at a time in a callback. Actors send each other
 * messages, publish on topics, and are told of time, descriptors and signals by messages too.
 *
 *     static backstage_status greet(backstage_context *context,
 *                                   const backstage_envelope *envelope, void *state)
 *     {
 *         printf("%.*s\n", (int)envelope->size, (const char *)envelope->payload);
 *         return BACKSTAGE_OK;
 *     }
 *
 *     backstage_engine *engine;
 *     backstage_engine_create(NULL, &engine);
 *     backstage_actor_options options = {.size = sizeof options, .id = "greeter", .receive = greet};
 *     backstage_ref greeter;
 *     backstage_engine_spawn(engine, &options, &greeter);
 *     backstage_engine_send(engine, greeter, "hello", 5);
 *     backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
 *     backstage_engine_destroy(engine);
 *
 * THE CONTRACT
 *
 * Nothing is lost silently. A send returns a status. A message that was accepted is handled
 * exactly once, or becomes exactly one dead letter with a reason; at every moment
 * accepted = handled + dead + queued (see backstage_statistics).
 *
 * Order. Messages from one sender to one receiver arrive in the order sent, sends and publishes
 * alike. Events (TIMER, IO, SIGNAL, TERMINATED, FAILURE, RECEIVE_TIMEOUT) wait in a lane of their
 * own: they take no room in the inbox, cannot be refused, and may overtake messages.
 *
 * Run to completion. An engine runs one callback at a time. A call made inside a callback never
 * runs another callback: a send only queues, a spawn or stop takes effect when its turn comes.
 *
 * Fair. An actor handles at most `budget` messages a turn, and timers and descriptors are looked
 * at every few hundred microseconds however busy the actors are (on a virtual clock, every few
 * hundred messages).
 *
 * Bounded. No more messages wait in an inbox than its capacity, besides the one in hand: of a batch
 * in hand all but one keep their room. Payloads, actors and memory have limits.
 *
 * Quiet. In the steady state no message costs a call to the allocator. An engine with nothing to
 * do sleeps in the kernel. An idle actor holds no inbox memory.
 *
 * CAVEATS
 *
 * Threads. An engine belongs to one thread: the one that created it, or that adopted it since.
 * Functions marked "any thread" may be called from anywhere until backstage_engine_destroy is
 * called; all others answer BACKSTAGE_WRONG_THREAD elsewhere. Several engines may live in one
 * process, each on its own thread.
 *
 * Ownership. A pointer handed to a callback is borrowed until that callback returns. A pointer
 * handed to the library is read during the call and not kept, except a state pointer and, in
 * backstage_payload_wrap, the memory wrapped. `state` is never read or freed by the library.
 *
 * Contexts. A backstage_context is valid until its actor's `deinit` has returned. Used after
 * that, while the engine lives, calls answer BACKSTAGE_NOT_FOUND unless the place was given to
 * another actor: keep refs, not contexts.
 *
 * Fork. A child process may not use an engine made by its parent, not even to destroy it. It
 * inherits the disposition of signals that are being watched: it should reset those it needs.
 *
 * Host. The library starts no threads, writes to no stream, and installs no signal handler but
 * for a signal that an actor watches, for as long as it does. It never aborts on a bad argument.
 * libev itself aborts when its own small tables cannot grow.
 *
 * Strings. Ids, kinds and topics are NUL-terminated bytes, compared as bytes; they are copied.
 *
 * Option structs begin with their own size, `{.size = sizeof options, ...}`; zero in any other
 * field means its default. Structs that are filled for you begin with their size likewise. A
 * size smaller than the first version's, or fields unknown to this library that are not zero,
 * give BACKSTAGE_INVALID_ARGUMENT.
 *
 * Errors. Functions return BACKSTAGE_OK or a negative status, and on error change nothing and
 * write no result. Beyond those named at each function:
 *
 *     INVALID_ARGUMENT  a required pointer is NULL, or a value is out of range
 *     WRONG_THREAD      the engine belongs to another thread
 *     OTHER_ENGINE      called inside a callback of another engine (not for "any thread")
 *     IN_CALLBACK       called inside a dead-letter, log, free, sleep or wake callback, which may
 *                       make "any thread" calls only; or not allowed inside any callback
 *     NOT_FOUND         the context's actor has ended
 *     ENDING            the context's actor is ending, or between a failure and its restart: it can
 *                       still send, but not spawn, subscribe, monitor, request or start timers and
 *                       watchers
 */
#ifndef BACKSTAGE_H
#define BACKSTAGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Limits ------------------------------------------------------------------------------
 *
 * what                          default        at most
 * bytes of an id or kind        -              255
 * bytes of a topic              -              255
 * tokens of a topic             -              16
 * actors of an engine           1,048,576      16,777,215
 * bytes of a payload            16 MiB         2 GiB - 1
 * messages in an inbox          1024           16,777,216
 * messages in a turn (budget)   64             255
 * messages waiting from other   8192           1,048,576
 *   threads, for one engine
 * bytes of memory of an engine  unlimited      -
 * bytes of a payload carried    32             32
 *   inside its envelope
 * restarts within the window    3 in 5 s       4096
 *   of a supervisor
 */
enum {
    BACKSTAGE_ID_BYTES_MAX = 255,
    BACKSTAGE_TOPIC_BYTES_MAX = 255,
    BACKSTAGE_TOPIC_TOKENS_MAX = 16,
    BACKSTAGE_ACTORS_DEFAULT = 1048576,
    BACKSTAGE_ACTORS_MAX = 16777215,
    BACKSTAGE_PAYLOAD_BYTES_DEFAULT = 16777216,
    BACKSTAGE_PAYLOAD_BYTES_MAX = 2147483647,
    BACKSTAGE_CAPACITY_DEFAULT = 1024,
    BACKSTAGE_CAPACITY_MAX = 16777216,
    BACKSTAGE_BUDGET_DEFAULT = 64,
    BACKSTAGE_BUDGET_MAX = 255,
    BACKSTAGE_REMOTE_CAPACITY_DEFAULT = 8192,
    BACKSTAGE_REMOTE_CAPACITY_MAX = 1048576,
    BACKSTAGE_INLINE_BYTES = 32,
    BACKSTAGE_RESTARTS_DEFAULT = 3,
    BACKSTAGE_RESTARTS_MAX = 4096
};

/* ---- Version and statuses ---------------------------------------------------------------- */

#define BACKSTAGE_VERSION_MAJOR 0
#define BACKSTAGE_VERSION_MINOR 1
#define BACKSTAGE_VERSION_PATCH 0
/* major << 16 | minor << 8 | patch, of the header. */
#define BACKSTAGE_VERSION                                                                          \
    (BACKSTAGE_VERSION_MAJOR << 16 | BACKSTAGE_VERSION_MINOR << 8 | BACKSTAGE_VERSION_PATCH)

/* 0, or what went wrong. Callbacks may return any negative value; yours are best kept at or
 * below BACKSTAGE_USER_STATUS, where the library will never define one. */
typedef int32_t backstage_status;
enum {
    BACKSTAGE_OK = 0,
    BACKSTAGE_INVALID_ARGUMENT = -1, /* a NULL, or a value out of range */
    BACKSTAGE_INVALID_ID = -2,       /* an id or kind that is empty or longer than 255 bytes */
    BACKSTAGE_INVALID_TOPIC = -3,    /* empty, too long, too many or empty tokens, a misplaced > */
    BACKSTAGE_INVALID_SIGNAL = -4,   /* no such signal, or one that cannot be caught */
    BACKSTAGE_BAD_DESCRIPTOR = -5,   /* the descriptor is not open */
    BACKSTAGE_NOT_FOUND = -6,        /* no such living actor, timer or watcher */
    BACKSTAGE_ENDING = -7,           /* the actor is ending and takes nothing new */
    BACKSTAGE_EXISTS = -8,           /* the id is taken; or subscribed, monitored already */
    BACKSTAGE_NOT_SUBSCRIBED = -9,   /* there is no such subscription */
    BACKSTAGE_NOT_MONITORED = -10,   /* there is no such monitor */
    BACKSTAGE_NOT_WAITING = -11,     /* no request waits for this reply (any more) */
    BACKSTAGE_INBOX_FULL = -12,      /* the receiver's inbox is full: try later */
    BACKSTAGE_QUEUE_FULL = -13,      /* too much waits from other threads: try later */
    BACKSTAGE_PAYLOAD_TOO_LARGE = -14, /* larger than the engine's limit */
    BACKSTAGE_LIMIT = -15,             /* a count reached its limit (actors_max, say) */
    BACKSTAGE_NO_MEMORY = -16,         /* the allocator, or memory_bytes_max, said no */
    BACKSTAGE_WRONG_THREAD = -17,      /* the engine belongs to another thread */
    BACKSTAGE_OTHER_ENGINE = -18,      /* another engine's callback, payload or actor */
    BACKSTAGE_IN_CALLBACK = -19,       /* not from here: return from the callback first */
    BACKSTAGE_TIMEOUT = -20,           /* the time given was over first */
    BACKSTAGE_STOPPED = -21,           /* the actor asked ended before it answered */
    BACKSTAGE_NOT_VIRTUAL = -22,       /* the engine's clock cannot be advanced by hand */
    BACKSTAGE_SYSTEM = -23,            /* the system said no: errno tells why */
    BACKSTAGE_USER_STATUS = -1000      /* the first status that is yours to define */
};
/* What `receive`, `receive_batch` and `init` may return besides OK and a failure. Any other positive
 * value is an OK too. */
enum {
    BACKSTAGE_PENDING = 1001, /* not done yet: see backstage_finish */
    BACKSTAGE_YIELD = 1002 /* done, and so is the turn: of a batch `*handled` are, the rest waits */
};

/* The library's version, in the form of BACKSTAGE_VERSION. Any thread. */
uint32_t backstage_version(void);

/* The status's name, such as "INBOX_FULL"; "USER" at or below BACKSTAGE_USER_STATUS, "UNKNOWN"
 * for any other. Static, never NULL. Any thread. */
const char *backstage_status_name(backstage_status status);

/* ---- Types ------------------------------------------------------------------------------- */

/* An engine: see backstage_engine_create. */
typedef struct backstage_engine backstage_engine;

/* An actor's view of its engine: what it acts with. See "Contexts" above. */
typedef struct backstage_context backstage_context;

/* A block of bytes, counted by reference, that messages can carry without a copy. */
typedef struct backstage_payload backstage_payload;

/* libev's loop. Only needed to run inside one of your own. */
struct ev_loop;

/* Names one actor, for ever: once the actor has ended, its ref answers NOT_FOUND and is never
 * given again. Zero names none. Refs are plain numbers: copy, store and send them freely. */
typedef uint64_t backstage_ref;
#define BACKSTAGE_NONE ((backstage_ref)0)

/* Times are in nanoseconds. A negative timeout is for ever. */
#define BACKSTAGE_FOREVER ((int64_t)-1)
#define BACKSTAGE_MILLISECONDS(n) ((int64_t)(n)*1000000)
#define BACKSTAGE_SECONDS(n) ((int64_t)(n)*1000000000)

/* What an envelope holds, and what its payload and token mean. */
typedef uint16_t backstage_message_type;
enum {
    BACKSTAGE_SEND = 1,    /* the sender's bytes */
    BACKSTAGE_PUBLISH = 2, /* the publisher's bytes; see backstage_envelope_topic; token: opaque */
    BACKSTAGE_SUBSCRIBE = 3, /* `sender` subscribed to you; the payload is the topic's name */
    BACKSTAGE_UNSUBSCRIBE = 4,
    BACKSTAGE_REQUEST = 5,         /* the sender's bytes: answer with backstage_reply */
    BACKSTAGE_REPLY = 6,           /* the answer's bytes; token: the request's */
    BACKSTAGE_FAILURE = 7,         /* payload: backstage_failure; token: the request's */
    BACKSTAGE_TIMER = 8,           /* payload: backstage_timer_event; token: the timer */
    BACKSTAGE_IO = 9,              /* payload: backstage_io_event; token: the watcher */
    BACKSTAGE_SIGNAL = 10,         /* payload: backstage_signal_event; token: the watcher */
    BACKSTAGE_TERMINATED = 11,     /* payload: backstage_termination; sender: who ended */
    BACKSTAGE_RECEIVE_TIMEOUT = 12 /* payload: backstage_timer_event */
};

/* A message as its receiver sees it: 64 bytes, borrowed until the callback returns. */
typedef struct backstage_envelope {
    backstage_ref sender; /* BACKSTAGE_NONE from outside the engine, or the engine itself */
    const void *payload;  /* `size` bytes, aligned to 16 unless wrapped; never NULL */
    uint64_t token;       /* by type, see above; else 0 */
    uint32_t size;
    backstage_message_type type;
    uint16_t reserved;        /* the library's own */
    uint64_t inline_bytes[4]; /* the library's own: short payloads live here */
} backstage_envelope;

/* Why an actor ended. */
typedef uint32_t backstage_reason;
enum {
    BACKSTAGE_REASON_NORMAL = 1,       /* it shut itself down */
    BACKSTAGE_REASON_STOPPED = 2,      /* it was stopped or poisoned, or its parent ended */
    BACKSTAGE_REASON_FAILED = 3,       /* a callback failed: its own, or a child's it answers for */
    BACKSTAGE_REASON_KILLED = 4,       /* it was not drained in time */
    BACKSTAGE_REASON_ENGINE_ENDED = 5, /* the engine was destroyed */
    BACKSTAGE_REASON_NOT_FOUND = 6,    /* it had ended before it was monitored */
    BACKSTAGE_REASON_RESTARTED = 7     /* to `deinit` alone: it starts again */
};

/* Payloads of the messages that the engine itself sends. */
/* TIMEOUT, NOT_FOUND (nobody has the id), STOPPED (the receiver ended, or failed on the request),
 * or INBOX_FULL (the receiver's policy dropped it). */
typedef struct backstage_failure {
    backstage_status status;
} backstage_failure;

typedef struct backstage_timer_event {
    uint64_t due_ns;      /* when it was due, on the engine's clock */
    uint64_t expirations; /* how often it was due since it was last handled: 1, or more if late */
} backstage_timer_event;

typedef struct backstage_io_event {
    int32_t fd;
    uint32_t events; /* BACKSTAGE_READABLE | BACKSTAGE_WRITABLE | BACKSTAGE_IO_ERROR */
} backstage_io_event;

typedef struct backstage_signal_event {
    int32_t signal;
    uint32_t count; /* how often it came since it was last handled, at least 1 */
} backstage_signal_event;

/* Why an actor ended, and where that began: one stopped because its parent failed has the reason
 * STOPPED, the origin_reason FAILED, and as origin the parent, or whose failure that was. */
typedef struct backstage_termination {
    backstage_reason reason;
    backstage_status status; /* what the origin's callback returned, if it FAILED; else 0 */
    backstage_ref origin;    /* this actor itself, unless another's end was the cause of its */
    backstage_reason origin_reason; /* why the origin ended, or failed */
    uint32_t reserved;
} backstage_termination;

enum { BACKSTAGE_READABLE = 1, BACKSTAGE_WRITABLE = 2, BACKSTAGE_IO_ERROR = 4 };

/* ---- Dead letters and log ---------------------------------------------------------------- */

/* Why an accepted message could not be handled. */
typedef uint32_t backstage_dead_reason;
enum {
    BACKSTAGE_DEAD_NOT_FOUND = 1,      /* from another thread, to nobody */
    BACKSTAGE_DEAD_ENDED = 2,          /* the receiver ended, or was ending, with it queued */
    BACKSTAGE_DEAD_INBOX_FULL = 3,     /* publish, broadcast or another thread met a full inbox */
    BACKSTAGE_DEAD_DROPPED_NEWEST = 4, /* the receiver's policy dropped it */
    BACKSTAGE_DEAD_DROPPED_OLDEST = 5, /* the receiver's policy dropped it for a newer one */
    BACKSTAGE_DEAD_FAILED = 6,         /* the receiver failed on it */
    BACKSTAGE_DEAD_NOT_WAITING = 7,    /* a reply that came too late, or twice */
    BACKSTAGE_DEAD_NO_MEMORY = 8,      /* from another thread, and no memory to queue it */
    BACKSTAGE_DEAD_ENGINE_ENDED = 9    /* the engine was destroyed with it queued */
};

/* Sees a dead letter: the message, and who should have got it (BACKSTAGE_NONE if unknown). May
 * make "any thread" calls only. It runs on the engine's thread, inside the call that found the
 * letter dead. */
typedef void (*backstage_dead_letter_callback)(backstage_engine *engine, backstage_ref receiver,
                                               const backstage_envelope *envelope,
                                               backstage_dead_reason reason, void *state);

typedef uint32_t backstage_log_level;
enum { BACKSTAGE_LOG_ERROR = 1, BACKSTAGE_LOG_WARNING = 2, BACKSTAGE_LOG_INFO = 3 };

/* Takes a line of the engine's log: failures of actors, and what the engine could not do. The
 * message is NUL-terminated without a newline, and borrowed. May make "any thread" calls only. */
typedef void (*backstage_log_callback)(backstage_log_level level, const char *message, void *state);

/* A log callback that writes "backstage: level: message" to standard error. Any thread. */
void backstage_log_to_stderr(backstage_log_level level, const char *message, void *state);

/* ---- Engine ------------------------------------------------------------------------------ */

typedef uint32_t backstage_clock;
enum {
    BACKSTAGE_CLOCK_MONOTONIC = 0,
    BACKSTAGE_CLOCK_VIRTUAL = 1 /* starts at 0 and moves only by backstage_engine_advance */
};

/* Called just before the engine may sleep in the kernel, and just after, with what the former
 * returned: so that a language with a lock around all that it runs can give that up meanwhile. No
 * other callback runs in between. May make "any thread" calls only. Not called when the engine runs
 * in a loop of yours, nor for a look at descriptors that cannot sleep. */
typedef void *(*backstage_sleep_callback)(void);
typedef void (*backstage_wake_callback)(void *token);

typedef struct backstage_engine_options {
    size_t size;              /* sizeof(backstage_engine_options) */
    struct ev_loop *loop;     /* NULL: a loop of its own. Else a loop of yours: see below */
    backstage_clock clock;    /* default: monotonic */
    uint32_t actors_max;      /* see Limits; address space is reserved for so many */
    uint64_t seed;            /* of hashing; the same seed gives the same run */
    size_t payload_bytes_max; /* see Limits */
    size_t memory_bytes_max;  /* for all the engine holds; 0: no limit */
    uint32_t remote_capacity; /* see Limits; rounded up to a power of two, at least 2 */
    uint32_t reserved;        /* 0 */
    backstage_dead_letter_callback dead_letter; /* NULL: dead letters are only counted */
    void *dead_letter_state;
    backstage_log_callback log; /* NULL: no log */
    void *log_state;
    backstage_sleep_callback sleep; /* NULL, or both: see above */
    backstage_wake_callback wake;
} backstage_engine_options;

/* Makes an engine that belongs to the calling thread. Options may be NULL. With a loop of yours,
 * the engine works whenever that loop runs on the engine's thread, and holds the loop open only
 * while it has messages, timers (of the monotonic clock) or watchers; the loop must outlive it.
 * Errors: NO_MEMORY; SYSTEM (no descriptors left, say); INVALID_ARGUMENT for `sleep` without `wake`,
 * or the reverse. */
backstage_status backstage_engine_create(const backstage_engine_options *options,
                                         backstage_engine **engine);

/* Ends every actor, children before parents, the last born first, each with its `deinit`; makes
 * dead letters of what is queued; frees everything. No other thread may be using the engine.
 * Payloads that you still hold stay valid until released. Engine's thread.
 * Errors: IN_CALLBACK inside any callback of this thread's engines. */
backstage_status backstage_engine_destroy(backstage_engine *engine);

/* Makes the calling thread the engine's thread, to create it on one and run it on another. The
 * caller sees to it that the former thread is done with it.
 * Errors: IN_CALLBACK while the engine runs. */
backstage_status backstage_engine_adopt(backstage_engine *engine);

typedef uint32_t backstage_run_mode;
enum {
    BACKSTAGE_RUN_UNTIL_STOPPED = 0, /* until backstage_engine_stop, sleeping when idle */
    BACKSTAGE_RUN_UNTIL_IDLE = 1,    /* until no message is queued and nothing is due; no sleep */
    BACKSTAGE_RUN_ONCE = 2,   /* sleep until there is work, then a turn for each ready actor */
    BACKSTAGE_RUN_NO_WAIT = 3 /* a turn for each ready actor, if any; no sleep */
};

/* Runs actors. Ends as the mode says, or early when stopped (OK), when a failure was escalated
 * past the top (its status, see Supervision), when a drain of the engine is over, or when
 * timeout_ns of the engine's clock have passed (TIMEOUT); RUN_ONCE counts only its sleep,
 * RUN_NO_WAIT nothing. On a virtual clock nothing sleeps for time: a run that could only wait for a
 * timer returns TIMEOUT at once if it has a timeout, else waits for descriptors, signals and other
 * threads. Engine's thread.
 * Errors: IN_CALLBACK inside any callback; INVALID_ARGUMENT for an unknown mode. */
backstage_status backstage_engine_run(backstage_engine *engine, backstage_run_mode mode,
                                      int64_t timeout_ns);

/* Makes the run return once the callback in hand has, or, called from another thread, at its next
 * look at other threads; if none is running, makes the next one return at once. Actors and
 * messages stay as they are: run again to go on. Any thread. */
backstage_status backstage_engine_stop(backstage_engine *engine);

/* Drains all actors, as backstage_drain does a family of them: what they have queued they handle,
 * and they still hear from each other, but nobody else. Then they end, the last born first, and the
 * run returns: OK, or TIMEOUT if some had to be killed. Until then no actor without a parent can be
 * spawned (ENDING); after it the engine is as it was before its first. Called again, it moves the
 * deadline, of what has not begun to end. Inside callbacks or outside; takes time in proportion to
 * the actors. Errors: NO_MEMORY. */
backstage_status backstage_engine_drain(backstage_engine *engine, int64_t timeout_ns);

/* Moves a virtual clock forward at one stroke, as if the engine had been busy for so long: what
 * fell due is handled when it runs next, in order of time, and what was queued before may be
 * handled first; a periodic timer that was due several times comes once. Advance in small steps to
 * see each. Errors: NOT_VIRTUAL; INVALID_ARGUMENT beyond INT64_MAX nanoseconds in all. */
backstage_status backstage_engine_advance(backstage_engine *engine, uint64_t by_ns);

/* The engine's clock: nanoseconds since an arbitrary point, or of virtual time. */
backstage_status backstage_engine_now(backstage_engine *engine, uint64_t *now_ns);

/* The ledger: accepted = handled + dead + queued, always, inside callbacks too. The message in
 * hand counts as queued until its callback has returned, or what that left open is finished. A broadcast or publication that waits from
 * another thread counts as one message until it is taken in, then as its copies. Events (see Order)
 * stand apart. */
typedef struct backstage_statistics {
    size_t size;           /* sizeof(backstage_statistics), set by you */
    uint64_t accepted;     /* messages taken over from senders */
    uint64_t handled;      /* messages whose callback succeeded */
    uint64_t dead;         /* dead letters */
    uint64_t queued;       /* messages waiting, in inboxes or from other threads */
    uint64_t events;       /* events handled */
    uint64_t actors;       /* alive now */
    uint64_t spawned;      /* ever */
    uint64_t failures;     /* callbacks that returned a negative status */
    uint64_t restarts;     /* actors restarted */
    uint64_t polls;        /* looks at the operating system for I/O */
    uint64_t memory_bytes; /* held now: actors, inboxes, payloads, tables and pools */
} backstage_statistics;

/* Fills in the statistics, in constant time. */
backstage_status backstage_engine_statistics(backstage_engine *engine,
                                             backstage_statistics *statistics);

typedef struct backstage_actor_statistics {
    size_t size;     /* sizeof(backstage_actor_statistics), set by you */
    uint64_t queued; /* in its inbox, the message in hand included */
    uint64_t handled;
    uint64_t dead;
    uint64_t restarts;
    uint64_t queued_max; /* the most that ever waited, what is stashed aside: the high-water mark */
    uint64_t memory_bytes; /* held by its inbox now: slots and payloads beyond the inline ones */
    uint64_t stashed;      /* set aside now, and part of `queued` */
} backstage_actor_statistics;

/* Fills in one actor's statistics, in constant time. Errors: NOT_FOUND. */
backstage_status backstage_engine_actor_statistics(backstage_engine *engine, backstage_ref actor,
                                                   backstage_actor_statistics *statistics);

/* Called when a descriptor is ready, or once with BACKSTAGE_IO_ERROR when it can no longer be
 * watched; may do whatever code outside an actor may, but run, adopt
 * or destroy the engine. */
typedef void (*backstage_fd_callback)(backstage_engine *engine, int fd, uint32_t events,
                                      void *state);

/* Watches a descriptor outside any actor, for as long as it is ready (level-triggered), until
 * unwatched: so that another event loop can be driven by this one. Unwatch before you close.
 * Errors: BAD_DESCRIPTOR, NO_MEMORY; INVALID_ARGUMENT if events is not READABLE, WRITABLE or
 * both. */
backstage_status backstage_engine_watch_fd(backstage_engine *engine, int fd, uint32_t events,
                                           backstage_fd_callback callback, void *state,
                                           uint64_t *watcher);
/* Errors: NOT_FOUND. */
backstage_status backstage_engine_unwatch_fd(backstage_engine *engine, uint64_t watcher);

/* ---- Supervision -------------------------------------------------------------------------
 *
 * A parent whose options hold a backstage_supervision is its children's supervisor: when one fails,
 * a directive says what follows.
 *
 *     RESTART   the child's own children end, `deinit` runs with RESTARTED, then `init`; what was
 *               queued or stashed is handled after that
 *     RESUME    it goes on with the next message, as if nothing had happened
 *     STOP      it ends: FAILED
 *     ESCALATE  the supervisor fails with that status, and its own supervisor decides
 *
 * A restart keeps ref, id, kind, inbox, subscriptions, requests and monitors, those of the child by
 * others too; its timers, watchers and receive timeout are gone, and it receives as it first did.
 * So an `init` that subscribes or monitors is answered EXISTS after a restart: it may ignore that.
 * The message that it failed on is a dead letter. The strategy says who else restarts: with
 * ONE_FOR_ALL all children, with REST_FOR_ONE those born after the one that failed (the decision
 * takes time in proportion to their number). They handle nothing more, run `deinit` in reverse
 * order of birth (if their `init` has run), and `init` in order of birth.
 *
 * Every restart decided on counts as one, whoever restarts with the child. One more than
 * restarts_max within window_ns, and the supervisor gives up: as if the directive were ESCALATE,
 * with the status LIMIT if the child had shut itself down. A supervisor that is itself restarted
 * counts from nothing. An escalated failure passes from supervisor to supervisor; where a directive
 * is RESTART, that one's child is restarted, and its `init` spawns its children anew; where it is
 * RESUME, all go on as they were. Past the top, a supervisor without a parent, that one ends
 * (FAILED), and the engine's run returns the status.
 *
 * With backoff_ns the first restart of a child waits so long between `deinit` and `init`, and each
 * further one twice as long as the last, backoff_max_ns at most, until it has run for window_ns
 * without one; jitter_percent takes off up to that part of each wait at random, by the engine's
 * seed. Meanwhile messages wait.
 *
 * A child's own part is its backstage_restart: PERMANENT children also restart when they shut
 * themselves down, TRANSIENT ones only when they fail, TEMPORARY ones never: RESTART stops them,
 * and so does a group's restart. A child that is stopped, poisoned or drained ends for good; one
 * that fails while it handles its last messages restarts first, if any are left.
 *
 * What fails when:
 *     receive              as above
 *     init                 as above, but RESUME means RESTART, or, higher up, that this child alone
 *                          stops; also if that was a restart
 *     deinit               is logged and counted; the end or the restart goes on
 *     an ending actor      is logged and counted; it ends for the reason it had
 *     a child of one, or   ends with FAILED, and nobody is asked
 *     of one that restarts
 *     the supervisor,      is its own supervisor's matter; its children end before its end or
 *     children restarting  restart, those that wait to start included
 *     without memory       a restart that cannot be made is a STOP; a wait that cannot, is none */

typedef uint32_t backstage_strategy;
enum { BACKSTAGE_ONE_FOR_ONE = 0, BACKSTAGE_ONE_FOR_ALL = 1, BACKSTAGE_REST_FOR_ONE = 2 };

typedef uint32_t backstage_directive;
enum {
    BACKSTAGE_DIRECTIVE_RESTART = 0,
    BACKSTAGE_DIRECTIVE_RESUME = 1,
    BACKSTAGE_DIRECTIVE_STOP = 2,
    BACKSTAGE_DIRECTIVE_ESCALATE = 3
};

typedef uint32_t backstage_restart;
enum {
    BACKSTAGE_RESTART_PERMANENT = 0,
    BACKSTAGE_RESTART_TRANSIENT = 1,
    BACKSTAGE_RESTART_TEMPORARY = 2
};

/* Decides on a failure, as the supervisor, in place of a fixed directive: of which child, with
 * which status, and how often it was restarted before. `state` is the supervisor's. Runs as soon as
 * the child's callback has returned; may do what any callback may. An unknown directive is a STOP.
 * */
typedef backstage_directive (*backstage_decide_callback)(backstage_context *supervisor,
                                                         backstage_ref child,
                                                         backstage_status status, uint64_t restarts,
                                                         void *state);

/* How to supervise children. Copied at the spawn. */
typedef struct backstage_supervision {
    size_t size; /* sizeof(backstage_supervision) */
    backstage_strategy strategy;
    backstage_directive directive;    /* for every failure, unless decide is given */
    backstage_decide_callback decide; /* NULL: the directive */
    uint32_t restarts_max;            /* within the window; 0: 3. To allow none: ESCALATE */
    uint32_t jitter_percent;          /* 0 to 100 */
    int64_t window_ns;                /* 0: 5 s */
    int64_t backoff_ns;               /* 0: restart at once */
    int64_t backoff_max_ns;           /* 0: 64 times backoff_ns */
} backstage_supervision;

/* ---- Actors ------------------------------------------------------------------------------ */

/* Runs before the actor's first message, in its first turn; and again when it is restarted. */
typedef backstage_status (*backstage_init_callback)(backstage_context *context, void *state);

/* Handles one message or event. A negative return is a failure: see backstage_actor_options. */
typedef backstage_status (*backstage_receive_callback)(backstage_context *context,
                                                       const backstage_envelope *envelope,
                                                       void *state);

/* Handles `count` messages (or one event) at once, in an array: no more than the actor's budget.
 * When it fails, or returns BACKSTAGE_PENDING, `*handled` (0 unless set) tells how many were handled
 * before the one that failed, or pends; those after that one stay queued. BACKSTAGE_YIELD leaves all
 * from `*handled` on queued; if that is all of them, and it has sent itself something, one more than
 * the capacity may wait then. When it returns BACKSTAGE_OK all were handled. */
typedef backstage_status (*backstage_receive_batch_callback)(backstage_context *context,
                                                             const backstage_envelope *envelopes,
                                                             size_t count, size_t *handled,
                                                             void *state);

/* The terminal hook: runs exactly once for every actor spawned, after its children have ended,
 * whether or not `init` ran or succeeded; free `state` here. Before each restart it runs as well,
 * with the reason RESTARTED: undo what `init` did, and keep `state`. A failure here is logged. */
typedef backstage_status (*backstage_deinit_callback)(backstage_context *context,
                                                      backstage_reason reason, void *state);

/* What to do with a message for a full inbox. */
typedef uint32_t backstage_overflow;
enum {
    BACKSTAGE_OVERFLOW_REJECT = 0,      /* refuse it: the send answers INBOX_FULL */
    BACKSTAGE_OVERFLOW_DROP_NEWEST = 1, /* accept it, and make a dead letter of it */
    BACKSTAGE_OVERFLOW_DROP_OLDEST = 2  /* accept it, and make a dead letter of the oldest */
};

/* How to run an actor. Only a receive callback (one of the two) is needed. A callback that
 * returns a negative status has failed: the message in hand is a dead letter, a line is logged, and
 * what follows is its supervisor's to say. Without one, or if that says so, the actor stops with
 * its children, and its parent, unless that ends or restarts itself, and those who monitor it get
 * one TERMINATED each. Of its children's
 * other ends a parent learns by monitoring them. */
typedef struct backstage_actor_options {
    size_t size;      /* sizeof(backstage_actor_options) */
    const char *id;   /* NULL: none, found by ref only, and nobody can subscribe to it */
    const char *kind; /* NULL: none, reached by no broadcast */
    backstage_init_callback init;
    backstage_receive_callback receive;
    backstage_receive_batch_callback receive_batch;
    backstage_deinit_callback deinit;
    void *state;                 /* handed to the callbacks */
    uint32_t capacity;           /* of the inbox, in messages; see Limits */
    backstage_overflow overflow; /* when the inbox is full */
    uint32_t budget;             /* messages per turn; see Limits */
    uint32_t sees_subscriptions; /* 1: gets SUBSCRIBE and UNSUBSCRIBE, as far as its inbox has room
                                    (else dead letters); those made before it was spawned first */
    const backstage_supervision *supervision; /* of its children; NULL: those that fail stop */
    backstage_restart restart;                /* when its supervisor starts it again */
    uint32_t reserved;                        /* 0 */
} backstage_actor_options;

/* Makes an actor without a parent. It can be sent to at once. Errors: INVALID_ID, EXISTS (the id
 * names a living or ending actor), LIMIT (actors_max), NO_MEMORY, ENDING while the engine drains or
 * is being destroyed; INVALID_ARGUMENT unless exactly one receive callback is given. `deinit` does
 * not run for an actor that could not be spawned. */
backstage_status backstage_engine_spawn(backstage_engine *engine,
                                        const backstage_actor_options *options,
                                        backstage_ref *actor);
/* The same, from inside an actor; the new one is no child of it. */
backstage_status backstage_spawn(backstage_context *context, const backstage_actor_options *options,
                                 backstage_ref *actor);

/* Makes a child: an actor that ends when this one does, and whose failures this one answers for. */
backstage_status backstage_spawn_child(backstage_context *context,
                                       const backstage_actor_options *options,
                                       backstage_ref *actor);

/* Ends an actor, its children first, at its next turn (until then its children may get turns of
 * their own): what is queued becomes dead letters, and
 * what is sent from now on answers ENDING. Stopping one that is ending does nothing.
 * Errors: NOT_FOUND. */
backstage_status backstage_stop(backstage_context *context, backstage_ref actor);
/* Ends this actor, once the callback in hand has returned. */
backstage_status backstage_shutdown(backstage_context *context);
/* Ends an actor once it has handled what is already queued; until then it may do all it could
 * before. What is sent to it from now on answers ENDING, but for replies. Errors: NOT_FOUND. */
backstage_status backstage_poison(backstage_context *context, backstage_ref actor);

/* Ends an actor and all below it, its family, gracefully. Nothing more is accepted from others
 * (ENDING), but the family handles what it has queued, sends among itself what that takes, and
 * still gets the replies that it waits for. Once none of it has a message queued or stashed, nor a
 * request waiting, it ends, children first: STOPPED. What has not ended when timeout_ns are over
 * (0: at once; negative: never) is KILLED: what it had queued becomes dead letters, but its
 * `deinit` runs. Its timers and watchers work until then, and it may spawn children, who join in.
 * Draining again moves the deadline. Takes time in proportion to the family.
 * Errors: NOT_FOUND, NO_MEMORY. */
backstage_status backstage_drain(backstage_context *context, backstage_ref actor,
                                 int64_t timeout_ns);

/* Changes how this actor receives, from the next message or event on: how a state machine changes
 * its state. `state` stays, and so do options. A restart takes it back.
 * Errors: INVALID_ARGUMENT for NULL, NO_MEMORY. */
backstage_status backstage_become(backstage_context *context, backstage_receive_callback receive);
backstage_status backstage_become_batch(backstage_context *context,
                                        backstage_receive_batch_callback receive_batch);

/* Sets the message in hand aside for later: once the callback has returned OK (or YIELD, having
 * counted it among those handled) it counts neither as handled nor as dead, but keeps its room in the inbox, whose policy drops none that are stashed
 * (a DROP_OLDEST inbox full of these rejects). Only inside the callback that was given the
 * envelope. What is stashed when the actor restarts it gets back first (or keeps, without the
 * memory for that); when it ends, they are dead letters.
 * Errors: INVALID_ARGUMENT for an event or another envelope, EXISTS if this one is stashed already,
 * INBOX_FULL if what the callback sent to itself has taken the room, NO_MEMORY. */
backstage_status backstage_stash(backstage_context *context, const backstage_envelope *envelope);
/* Takes back all that is stashed, in the order in which it came: it is handled next, before what
 * waits in the inbox. What the callback in hand stashed itself stays. Tells how many, if count is
 * not NULL. Takes time in proportion to what is stashed and what waits. Errors: NO_MEMORY. */
backstage_status backstage_unstash(backstage_context *context, uint32_t *count);

/* Ends what an actor's callback left open by returning BACKSTAGE_PENDING: a message, an event or its
 * `init`. How to take longer over it than one callback, while other actors run. The actor's next turn
 * begins as if the callback returned `status` only then; until then it is given neither messages nor
 * events. The message keeps its place, in hand and counted as queued, but its envelope is borrowed no
 * longer: keep a payload or a backstage_reply_handle. A stash of it is forgotten. By its context the
 * actor can still do all that it can outside its callbacks. Who is stopped, or restarts for another
 * reason, is not waited for: the message is a dead letter (ENDED, or FAILED). Poison and drain wait
 * for it; BACKSTAGE_RUN_UNTIL_IDLE does not. From other threads a full inbox takes no more meanwhile:
 * a dead letter. To leave something open for the first time takes memory: without that it fails, with
 * NO_MEMORY.
 * Errors: NOT_WAITING if nothing pends, or nothing any more; INVALID_ARGUMENT for a positive
 * status. */
backstage_status backstage_finish(backstage_context *context, backstage_status status);

/* Asks for a RECEIVE_TIMEOUT event whenever neither message nor event has come to this actor for
 * so long (positive), and again after as long; 0 takes that back. Never early. Ends with a restart.
 * Errors: INVALID_ARGUMENT for a negative time, NO_MEMORY. */
backstage_status backstage_receive_timeout(backstage_context *context, int64_t after_ns);

/* Finds an actor by id; one that is ending too, until it has ended. Errors: INVALID_ID,
 * NOT_FOUND. */
backstage_status backstage_engine_find(backstage_engine *engine, const char *id,
                                       backstage_ref *actor);
/* An actor's id, "" if it has none; valid until the actor ends. Errors: NOT_FOUND. */
backstage_status backstage_engine_actor_id(backstage_engine *engine, backstage_ref actor,
                                           const char **id);

/* Sees an actor; a return other than 0 ends the iteration. */
typedef int32_t (*backstage_actor_callback)(backstage_engine *engine, backstage_ref actor,
                                            void *state);
/* Calls back for every living actor. The callback may spawn and stop actors; those born
 * meanwhile may or may not be seen. */
backstage_status backstage_engine_each_actor(backstage_engine *engine,
                                             backstage_actor_callback callback, void *state);

/* The context of an actor, to act as it from outside its callbacks. Errors: NOT_FOUND. */
backstage_status backstage_engine_context(backstage_engine *engine, backstage_ref actor,
                                          backstage_context **context);

/* This actor, its engine, its parent (BACKSTAGE_NONE if it has none) and its id ("" if none,
 * valid until it ends). For a NULL context: 0, NULL, 0, "". Engine's thread. */
backstage_ref backstage_context_self(backstage_context *context);
backstage_engine *backstage_context_engine(backstage_context *context);
backstage_ref backstage_context_parent(backstage_context *context);
const char *backstage_context_id(backstage_context *context);

/* ---- Messages ----------------------------------------------------------------------------
 *
 * A payload is `size` bytes, copied; it may be NULL if size is 0. Errors of all that send to one
 * actor: NOT_FOUND, ENDING, INBOX_FULL (by its overflow policy), PAYLOAD_TOO_LARGE, NO_MEMORY;
 * by id, INVALID_ID too. Looking up an id costs more than the send: resolve refs once. */

backstage_status backstage_send(backstage_context *context, backstage_ref receiver,
                                const void *payload, size_t size);
backstage_status backstage_send_to_id(backstage_context *context, const char *id,
                                      const void *payload, size_t size);

/* Sends `count` messages in order: `sizes[i]` bytes each, one behind the other in `payloads`, which
 * may be NULL if all sizes are 0. Goes on until one is refused, whose error it returns; `*accepted`,
 * if accepted is not NULL, tells how many were accepted before, whatever the error.
 * Errors: as backstage_send. */
backstage_status backstage_send_many(backstage_context *context, backstage_ref receiver,
                                     const void *payloads, const uint32_t *sizes, size_t count,
                                     size_t *accepted);

/* How many messages more an actor's inbox takes before its overflow policy applies. It becomes less
 * only by what this thread sends until the callback in hand has returned. Errors: NOT_FOUND and
 * ENDING, as a send would. */
backstage_status backstage_room(backstage_context *context, backstage_ref receiver,
                                uint32_t *messages);

/* Sends to every living actor of a kind, in order of birth, this one included. A full inbox
 * makes a dead letter. Tells how many accepted it, if receivers is not NULL.
 * Errors: INVALID_ID (the kind), PAYLOAD_TOO_LARGE, NO_MEMORY. */
backstage_status backstage_broadcast(backstage_context *context, const char *kind,
                                     const void *payload, size_t size, uint32_t *receivers);

/* Sends the message in hand on, without copying a large payload: type, sender, payload and token
 * stay as they are, so that a reply to a request forwarded goes to who asked. Only inside the
 * callback that was given the envelope. Errors: INVALID_ARGUMENT for an event, which is for its
 * actor alone. */
backstage_status backstage_forward(backstage_context *context, const backstage_envelope *envelope,
                                   backstage_ref receiver);

/* The same from outside any actor; the sender is BACKSTAGE_NONE. Any thread. On the engine's
 * thread, outside dead-letter, log and free callbacks, it takes effect at once. From elsewhere the
 * message waits until the engine takes it in, so OK means that it will be handled or become a dead
 * letter (a publication may find no subscriber, and a broadcast no actor). If the receiver's inbox
 * is full and rejects, the message waits until the receiver has had a turn, and all behind it: so a
 * fast sender meets QUEUE_FULL before anything is lost. A receiver that has no turn to come, for it
 * waits to restart or has stashed all, holds nobody up: then it is a dead letter. `publish` speaks
 * for the actor `publisher`, on its default topic if topic is NULL.
 * Errors: as above; QUEUE_FULL; ENDING while the engine is being destroyed. */
backstage_status backstage_engine_send(backstage_engine *engine, backstage_ref receiver,
                                       const void *payload, size_t size);
backstage_status backstage_engine_send_to_id(backstage_engine *engine, const char *id,
                                             const void *payload, size_t size);
backstage_status backstage_engine_send_payload(backstage_engine *engine, backstage_ref receiver,
                                               backstage_payload *payload);
/* As backstage_send_many. */
backstage_status backstage_engine_send_many(backstage_engine *engine, backstage_ref receiver,
                                            const void *payloads, const uint32_t *sizes,
                                            size_t count, size_t *accepted);
backstage_status backstage_engine_publish(backstage_engine *engine, backstage_ref publisher,
                                          const char *topic, const void *payload, size_t size);
backstage_status backstage_engine_broadcast(backstage_engine *engine, const char *kind,
                                            const void *payload, size_t size);

/* ---- Payloads ----------------------------------------------------------------------------
 *
 * To hand over large data without a copy. Any thread. A payload belongs to one engine and can
 * be sent in that engine only (OTHER_ENGINE). Its bytes may be written until it is first sent. */

/* Makes a payload of `size` bytes, not zeroed; `*data` is where they are, aligned to 16. You hold
 * a reference. Errors: PAYLOAD_TOO_LARGE, NO_MEMORY. */
backstage_status backstage_payload_create(backstage_engine *engine, size_t size,
                                          backstage_payload **payload, void **data);

/* Frees memory that was wrapped: runs exactly once, when the last reference is released, on the
 * thread that releases it. May make "any thread" calls only. */
typedef void (*backstage_free_callback)(void *data, size_t size, void *state);

/* Makes a payload of your memory, which you no longer touch; you hold a reference. If this fails,
 * the memory is still yours and `free` is not called. Errors: PAYLOAD_TOO_LARGE, NO_MEMORY. */
backstage_status backstage_payload_wrap(backstage_engine *engine, void *data, size_t size,
                                        backstage_free_callback free, void *state,
                                        backstage_payload **payload);

/* Adds a reference; gives one up. Errors: INVALID_ARGUMENT for NULL. */
backstage_status backstage_payload_retain(backstage_payload *payload);
backstage_status backstage_payload_release(backstage_payload *payload);

/* The payload's bytes and their number, valid while you hold a reference. NULL and 0 for NULL. */
void *backstage_payload_data(backstage_payload *payload);
size_t backstage_payload_size(const backstage_payload *payload);

/* Sends a payload. On OK your reference is given up to the engine; on error it is still yours. To
 * keep the payload, or to send it to several, retain it first. Errors: as backstage_send. */
backstage_status backstage_send_payload(backstage_context *context, backstage_ref receiver,
                                        backstage_payload *payload);

/* Keeps the payload of the envelope in hand beyond the callback: you hold a reference. Large ones
 * are not copied. Engine's thread. Errors: NO_MEMORY. */
backstage_status backstage_envelope_payload(backstage_context *context,
                                            const backstage_envelope *envelope,
                                            backstage_payload **payload);

/* ---- Topics ------------------------------------------------------------------------------
 *
 * Every actor with an id has a default topic and any number of named ones. A name is 1 to 16
 * tokens of any bytes but '.', '*' and '>', joined by dots: "cpu.0.load". Subscriptions are by
 * publisher id: they may be made before the publisher exists, and hold for whoever has the id. A
 * pattern may use "*" for one token and a final ">" for one or more: "cpu.*.load", "net.>". Named
 * topics only: the default topic matches no pattern. Who matches several times gets it once. */

/* Publishes on this actor's default topic, or a named one, to all who are subscribed now. One
 * payload is shared among them, in no promised order. A full inbox makes a dead letter. Tells how
 * many accepted it, if receivers is not NULL. Errors: INVALID_TOPIC, PAYLOAD_TOO_LARGE,
 * NO_MEMORY, NOT_FOUND, ENDING (this actor's deinit may still publish). */
backstage_status backstage_publish(backstage_context *context, const void *payload, size_t size,
                                   uint32_t *receivers);
backstage_status backstage_publish_to_topic(backstage_context *context, const char *topic,
                                            const void *payload, size_t size, uint32_t *receivers);
/* The same with a payload handed over, as in backstage_send_payload. A NULL topic is the default.
 * */
backstage_status backstage_publish_payload(backstage_context *context, const char *topic,
                                           backstage_payload *payload, uint32_t *receivers);

/* The topic of a PUBLISH envelope, "" for the default topic; NULL for other types. Borrowed. */
const char *backstage_envelope_topic(const backstage_envelope *envelope);

/* Subscribes to a publisher's default topic, or to a topic or pattern. Errors: INVALID_ID,
 * INVALID_TOPIC, EXISTS, NO_MEMORY. */
backstage_status backstage_subscribe(backstage_context *context, const char *publisher_id);
backstage_status backstage_subscribe_to_topic(backstage_context *context, const char *publisher_id,
                                              const char *topic);
/* Takes that back; nothing published from now on arrives by it. Errors: INVALID_ID,
 * INVALID_TOPIC, NOT_SUBSCRIBED. */
backstage_status backstage_unsubscribe(backstage_context *context, const char *publisher_id);
backstage_status backstage_unsubscribe_from_topic(backstage_context *context,
                                                  const char *publisher_id, const char *topic);

/* ---- Monitors and requests ---------------------------------------------------------------- */

/* Asks for a TERMINATED event when an actor ends, whatever the reason; at once if it has ended
 * already (NOT_FOUND). One-way: nothing else follows for either. A restart is no end.
 * Errors: EXISTS (unless it has ended), NO_MEMORY; INVALID_ARGUMENT for BACKSTAGE_NONE or this
 * actor itself. */
backstage_status backstage_monitor(backstage_context *context, backstage_ref actor);
/* The same for whoever has an id now; `*actor`, if actor is not NULL, tells who that is. If nobody
 * has it, that is BACKSTAGE_NONE, and so is the event's sender. Errors: INVALID_ID as well. */
backstage_status backstage_monitor_id(backstage_context *context, const char *id,
                                      backstage_ref *actor);
/* Takes that back; an event not yet handled is withdrawn. Errors: NOT_MONITORED. */
backstage_status backstage_unmonitor(backstage_context *context, backstage_ref actor);

/* Sends a REQUEST and gives a token. Exactly one REPLY or FAILURE with that token follows, unless
 * this actor ends first; a restart is no end. A timeout of zero or less is for ever. By id, nobody
 * there is a FAILURE (NOT_FOUND) too. Errors: as backstage_send. */
backstage_status backstage_request(backstage_context *context, backstage_ref receiver,
                                   const void *payload, size_t size, int64_t timeout_ns,
                                   uint64_t *token);
backstage_status backstage_request_to_id(backstage_context *context, const char *id,
                                         const void *payload, size_t size, int64_t timeout_ns,
                                         uint64_t *token);

/* Gives a request up: a FAILURE not yet handled is withdrawn, and a reply that still comes is a
 * dead letter. A drain waits for it no more. Errors: NOT_WAITING if there is no such request of this
 * actor's, or it has been answered: its REPLY, if not yet handled, still comes. */
backstage_status backstage_request_cancel(backstage_context *context, uint64_t token);

/* Answers the request in hand. Errors: NOT_WAITING when the request has been answered, timed out
 * or gone: the reply is then a dead letter; INBOX_FULL when the asker's inbox is full, whatever its
 * policy: try again later. Else as backstage_send. */
backstage_status backstage_reply(backstage_context *context, const backstage_envelope *request,
                                 const void *payload, size_t size);

/* What it takes to answer a request later than in its callback: a plain value, copied freely. */
typedef struct backstage_reply_handle {
    backstage_ref sender; /* who asks; BACKSTAGE_NONE from outside the engine */
    uint64_t token;
} backstage_reply_handle;

/* The reply handle of a request. Errors: INVALID_ARGUMENT for another type of message. Any
 * thread. */
backstage_status backstage_envelope_reply_handle(const backstage_envelope *request,
                                                 backstage_reply_handle *handle);
/* Answers a request whose handle was kept; any actor may, once. Errors: as backstage_reply. */
backstage_status backstage_reply_later(backstage_context *context,
                                       const backstage_reply_handle *handle, const void *payload,
                                       size_t size);

/* Sends a REQUEST from outside any actor, and waits for the answer. On another thread than the
 * engine's this blocks until the engine, run by its own thread, has it answered; timeout_ns is real
 * time there, and the engine's too: whichever is over first. On the engine's thread, outside
 * callbacks, it runs the engine meanwhile, until stopped at the latest. A negative timeout is for
 * ever. On OK `*reply` is the answer's bytes: you hold a reference, and release it. Any thread.
 * Errors: TIMEOUT; NOT_FOUND; STOPPED when the receiver ended or failed on it, or the run was
 * stopped; INBOX_FULL; ENDING, also when the engine is destroyed meanwhile; QUEUE_FULL;
 * PAYLOAD_TOO_LARGE; NO_MEMORY; IN_CALLBACK inside any callback on the engine's thread; a status
 * that ended the run, see backstage_engine_run; by id, INVALID_ID. */
backstage_status backstage_engine_request(backstage_engine *engine, backstage_ref receiver,
                                          const void *payload, size_t size, int64_t timeout_ns,
                                          backstage_payload **reply);
backstage_status backstage_engine_request_to_id(backstage_engine *engine, const char *id,
                                                const void *payload, size_t size,
                                                int64_t timeout_ns, backstage_payload **reply);

/* ---- Time, descriptors, signals -----------------------------------------------------------
 *
 * Each belongs to its actor and ends with it. None fills the inbox: an event that has not been
 * handled yet is not queued again. */

/* Starts a timer: a TIMER after after_ns, then every every_ns if that is not 0, never early.
 * Errors: INVALID_ARGUMENT for a negative time, NO_MEMORY. */
backstage_status backstage_timer_start(backstage_context *context, int64_t after_ns,
                                       int64_t every_ns, uint64_t *timer);
/* Ends a timer; an event not yet handled is withdrawn. Errors: NOT_FOUND, also for a one-shot
 * timer that has been handled. */
backstage_status backstage_timer_cancel(backstage_context *context, uint64_t timer);

/* Watches a descriptor: an IO when it is ready; it is looked at again once that has been handled.
 * The descriptor stays yours: unwatch before you close it.
 * Errors: BAD_DESCRIPTOR, NO_MEMORY; INVALID_ARGUMENT if events is not READABLE, WRITABLE or
 * both. */
backstage_status backstage_watch_fd(backstage_context *context, int fd, uint32_t events,
                                    uint64_t *watcher);

/* Watches a signal: a SIGNAL whenever it comes to the process. Signals that cannot be caught, or
 * that tell of a fault (SEGV, BUS, FPE, ILL), cannot be watched. While any engine watches it, its
 * disposition is the library's; then it is as it was before. Several actors and engines may watch
 * one signal. Errors: INVALID_SIGNAL, NO_MEMORY, SYSTEM. */
backstage_status backstage_watch_signal(backstage_context *context, int signal, uint64_t *watcher);

/* Ends a watcher of either sort; an event not yet handled is withdrawn. Errors: NOT_FOUND. */
backstage_status backstage_unwatch(backstage_context *context, uint64_t watcher);

/* ---- Plug-ins ----------------------------------------------------------------------------
 *
 * A plug-in is a shared library whose actors a program loads by name, in whatever language: Python's
 * engine.load("./sampler.so") does. It exports one function of this type, by the name of
 * BACKSTAGE_PLUGIN_ENTRY, and is linked with libbackstage. The function spawns what the plug-in
 * brings, hands out the ref of its chief actor, and does no more; `argument` is `size` bytes of the
 * program's, borrowed. On an error it leaves nothing behind. Called on the engine's thread. */
#define BACKSTAGE_PLUGIN_ENTRY "backstage_plugin_spawn"
typedef backstage_status backstage_plugin_spawn_function(backstage_engine *engine,
                                                         const void *argument, size_t size,
                                                         backstage_ref *actor);

#ifdef __cplusplus
}
#endif

#endif
