/* Sends from other threads: nothing is lost, each thread's order holds, and a full queue says so. */
#define _POSIX_C_SOURCE 200809L
#include <sched.h>
#include <stdatomic.h>

#include "support_io.h"

enum { SENDERS_MAX = 8 };

/* A message: who sent it, and its place in that thread's order. */
typedef struct parcel {
    uint32_t sender;
    uint32_t place;
} parcel;

typedef struct crowd {
    backstage_engine *engine;
    backstage_ref actor;
    uint32_t senders;
    uint32_t parcels; /* each */
    uint64_t handled, dead;
    uint32_t next[SENDERS_MAX]; /* the least place that may come */
    bool gaps;                  /* allowed, as some become dead letters */
    atomic_uint working;
    atomic_ullong accepted;
} crowd;

typedef struct sender {
    crowd *crowd;
    uint32_t number;
    uint32_t way;
} sender;

static backstage_status take(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    crowd *c = state;
    parcel p;
    (void)context;
    if (!CHECK_EQ(envelope->size, sizeof p) || !CHECK_EQ(envelope->sender, BACKSTAGE_NONE)) {
        return BACKSTAGE_OK;
    }
    memcpy(&p, envelope->payload, sizeof p);
    if (CHECK(p.sender < c->senders)) {
        CHECK(c->gaps ? p.place >= c->next[p.sender] : p.place == c->next[p.sender]);
        c->next[p.sender] = p.place + 1;
    }
    c->handled++;
    return BACKSTAGE_OK;
}

/* Sends one parcel in one of the ways that any thread may use. */
static backstage_status send_one(const sender *s, const parcel *p) {
    backstage_engine *engine = s->crowd->engine;
    backstage_payload *payload;
    void *data;
    switch ((s->way + p->place) % 3) {
    case 0:
        return backstage_engine_send(engine, s->crowd->actor, p, sizeof *p);
    case 1:
        return backstage_engine_send_to_id(engine, "actor", p, sizeof *p);
    default:
        break;
    }
    CHECK_OK(backstage_payload_create(engine, sizeof *p, &payload, &data));
    memcpy(data, p, sizeof *p);
    backstage_status status = backstage_engine_send_payload(engine, s->crowd->actor, payload);
    if (status != BACKSTAGE_OK) {
        CHECK_OK(backstage_payload_release(payload));
    }
    return status;
}

/* Sends all its parcels, each until it is accepted; the last thread to be done stops the engine. */
static void send_all(void *state) {
    sender *s = state;
    for (uint32_t place = 0; place < s->crowd->parcels;) {
        parcel p = {s->number, place};
        backstage_status status = send_one(s, &p);
        if (status == BACKSTAGE_OK) {
            atomic_fetch_add(&s->crowd->accepted, 1);
            place++;
        } else if (CHECK_STATUS(status, BACKSTAGE_QUEUE_FULL)) {
            sched_yield();
        } else {
            break;
        }
    }
    if (atomic_fetch_sub(&s->crowd->working, 1) == 1) {
        CHECK_OK(backstage_engine_stop(s->crowd->engine));
    }
}

static void open_crowd(crowd *c, uint32_t senders, uint32_t parcels, uint32_t capacity,
                       uint32_t remote_capacity) {
    backstage_engine_options options = test_engine_options();
    memset(c, 0, sizeof *c);
    options.remote_capacity = remote_capacity;
    c->engine = test_engine_with(&options);
    backstage_actor_options actor = test_options("actor", take, c);
    actor.capacity = capacity;
    c->actor = test_spawn_with(c->engine, &actor);
    c->senders = senders;
    c->parcels = parcels;
    c->gaps = capacity != 0;
    atomic_store(&c->working, senders);
}

/* Lets all senders work while the engine runs, until the last is done and all is handled. */
static void run_crowd(crowd *c) {
    sender senders[SENDERS_MAX];
    test_thread *threads[SENDERS_MAX];
    for (uint32_t i = 0; i < c->senders; i++) {
        senders[i] = (sender){c, i, i};
        threads[i] = test_thread_start(send_all, &senders[i]);
    }
    CHECK_OK(backstage_engine_run(c->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    for (uint32_t i = 0; i < c->senders; i++) {
        test_thread_join(threads[i]);
    }
    test_run(c->engine);
    c->dead = test_report_of(c->engine)->letters_count;
    CHECK_EQ(c->handled + c->dead, atomic_load(&c->accepted));
    CHECK_EQ(atomic_load(&c->accepted), (uint64_t)c->senders * c->parcels);
    CHECK_EQ(test_statistics(c->engine).accepted, atomic_load(&c->accepted));
    CHECK_EQ(test_statistics(c->engine).handled, c->handled);
    CHECK_EQ(test_statistics(c->engine).queued, 0);
}

TEST(two_threads_send_at_once) {
    crowd c;
    open_crowd(&c, 2, (uint32_t)test_rounds(100000, 5000), 0, 1024);
    c.gaps = true;
    run_crowd(&c);
    test_end(c.engine);
}

TEST(eight_threads_send_at_once_and_a_roomy_inbox_takes_all) {
    crowd c;
    open_crowd(&c, 8, (uint32_t)test_rounds(20000, 2000), BACKSTAGE_CAPACITY_MAX, 0);
    c.gaps = false;
    run_crowd(&c);
    CHECK_EQ(c.dead, 0);
    test_end(c.engine);
}

TEST(a_tiny_queue_and_a_tiny_inbox_lose_nothing) {
    crowd c;
    open_crowd(&c, 4, (uint32_t)test_rounds(20000, 2000), 3, 2);
    run_crowd(&c);
    CHECK_EQ(c.dead, test_report_of(c.engine)->reasons[BACKSTAGE_DEAD_INBOX_FULL]);
    test_end(c.engine);
}

/* ---- Nobody runs ------------------------------------------------------------------------- */

/* Sends until it is refused, and goes on for a while. */
static void send_until_full(void *state) {
    sender *s = state;
    for (uint32_t i = 0; i < 1000; i++) {
        parcel p = {s->number, (uint32_t)atomic_load(&s->crowd->accepted)};
        backstage_status status = send_one(s, &p);
        if (status == BACKSTAGE_OK) {
            atomic_fetch_add(&s->crowd->accepted, 1);
        } else {
            CHECK_STATUS(status, BACKSTAGE_QUEUE_FULL);
        }
    }
}

TEST(a_queue_that_nobody_empties_is_full_at_its_capacity) {
    crowd c;
    open_crowd(&c, 1, 0, BACKSTAGE_CAPACITY_MAX, 60); /* rounded up to 64 */
    sender s = {&c, 0, 0};
    for (uint64_t round = 1; round <= 5; round++) {
        test_elsewhere(send_until_full, &s);
        CHECK_EQ(atomic_load(&c.accepted), 64 * round);
        backstage_statistics now = test_statistics(c.engine);
        CHECK_EQ(now.accepted, 64 * round);
        CHECK_EQ(now.queued, 64);
        CHECK_EQ(now.handled, 64 * (round - 1));
        test_run(c.engine);
        CHECK_EQ(c.handled, 64 * round);
    }
    test_end(c.engine);
}

TEST(what_waits_from_other_threads_when_the_engine_ends_is_dead) {
    crowd c;
    open_crowd(&c, 1, 0, 0, 64);
    sender s = {&c, 0, 0};
    test_report *report = test_report_of(c.engine);
    test_elsewhere(send_until_full, &s);
    CHECK_OK(backstage_engine_destroy(c.engine));
    CHECK_EQ(report->letters_count, 64);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENGINE_ENDED], 64);
    CHECK_EQ(c.handled, 0);
}

/* ---- Sleep ------------------------------------------------------------------------------- */

typedef struct alarm_clock {
    backstage_engine *engine;
    backstage_ref actor;
    pid_t sleeper;
} alarm_clock;

static void stop_when_asleep(void *state) {
    const alarm_clock *a = state;
    test_wait_asleep(a->sleeper);
    CHECK_OK(a->actor == BACKSTAGE_NONE ? backstage_engine_stop(a->engine)
                                        : backstage_engine_send(a->engine, a->actor, "x", 1));
}

static backstage_status stop_engine(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)envelope, (void)state;
    return backstage_engine_stop(backstage_context_engine(context));
}

TEST(a_send_and_a_stop_wake_a_sleeping_engine) {
    for (int clock = 0; clock < 2; clock++) {
        backstage_engine_options options = test_engine_options();
        options.clock = (backstage_clock)clock;
        backstage_engine *engine = test_engine_with(&options);
        backstage_ref actor = test_spawn(engine, NULL, stop_engine, NULL);
        for (int i = 0; i < 200; i++) {
            alarm_clock a = {engine, i % 2 == 0 ? BACKSTAGE_NONE : actor, test_thread_id()};
            test_thread *thread = test_thread_start(stop_when_asleep, &a);
            CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
            test_thread_join(thread);
        }
        CHECK_EQ(test_statistics(engine).handled, 100);
        test_end(engine);
    }
}
