/* Other threads that wait for an answer: until their time is over, or the engine is. */
#define _POSIX_C_SOURCE 200809L
#include <sched.h>
#include <time.h>

#include "support_life.h"

enum { WAITERS = 8 };

static test_life *life;
static backstage_payload *const untouched = (backstage_payload *)&life;

/* One request by another thread. */
typedef struct waiter {
    backstage_ref receiver;
    int64_t timeout_ns, waited_ns;
    size_t size;
    pid_t thread_id; /* once it is about to ask */
    backstage_status status;
    backstage_payload *reply;
    test_thread *thread;
} waiter;

static int64_t real_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void wait_for_answer(void *state) {
    waiter *w = state;
    unsigned char *bytes = test_alloc(w->size);
    int64_t begun = real_now();
    w->reply = untouched;
    __atomic_store_n(&w->thread_id, test_thread_id(), __ATOMIC_RELEASE);
    w->status = backstage_engine_request(life->engine, w->receiver, bytes, w->size, w->timeout_ns,
                                         &w->reply);
    w->waited_ns = real_now() - begun;
}

/* Keeps the handles of requests, and answers none. */
typedef struct keeper {
    backstage_reply_handle handles[100];
    size_t count;
} keeper;

static backstage_status keep_handles(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    keeper *k = state;
    (void)context;
    return CHECK(k->count < 100)
               ? backstage_envelope_reply_handle(envelope, &k->handles[k->count++])
               : BACKSTAGE_OK;
}

/* ---- Time -------------------------------------------------------------------------------- */

TEST(a_thread_waits_no_longer_than_its_time_and_no_less_though_nobody_runs) {
    for (backstage_clock clock = 0; clock <= BACKSTAGE_CLOCK_VIRTUAL; clock++) {
        backstage_engine_options options = test_engine_options();
        keeper k = {.count = 0};
        options.clock = clock;
        life = test_life_open_with(&options);
        backstage_ref actor = test_spawn(life->engine, NULL, keep_handles, &k);
        waiter w = {.receiver = actor, .timeout_ns = BACKSTAGE_MILLISECONDS(2), .size = 8};
        test_elsewhere(wait_for_answer, &w);
        CHECK_STATUS(w.status, BACKSTAGE_TIMEOUT);
        CHECK(w.reply == untouched);
        CHECK(w.waited_ns >= w.timeout_ns);
        CHECK_EQ(test_statistics(life->engine).queued, 1); /* it was accepted */
        test_run(life->engine);
        CHECK_EQ(k.count, 1);
        CHECK_STATUS(
            backstage_reply_later(test_context(life->engine, actor), &k.handles[0], "late", 4),
            BACKSTAGE_NOT_WAITING);
        CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
        test_life_close(life);
    }
}

static void wait_and_stop(void *state) {
    wait_for_answer(state);
    CHECK_OK(backstage_engine_stop(life->engine));
}

TEST(a_threads_time_is_real_time_whatever_the_engines_clock) {
    for (backstage_clock clock = 0; clock <= BACKSTAGE_CLOCK_VIRTUAL; clock++) {
        backstage_engine_options options = test_engine_options();
        keeper k = {.count = 0};
        options.clock = clock;
        life = test_life_open_with(&options);
        backstage_ref actor = test_spawn(life->engine, NULL, keep_handles, &k);
        for (size_t i = 1; i <= 5; i++) {
            waiter w = {.receiver = actor, .timeout_ns = BACKSTAGE_MILLISECONDS(1), .size = 8};
            w.thread = test_thread_start(wait_and_stop, &w);
            CHECK_OK(
                backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
            test_thread_join(w.thread);
            CHECK_STATUS(w.status, BACKSTAGE_TIMEOUT);
            CHECK(w.waited_ns >= w.timeout_ns);
            test_run(life->engine); /* in case it was stopped before it got there */
            CHECK_EQ(k.count, i);
        }
        for (size_t i = 0; i < k.count; i++) {
            CHECK_STATUS(
                backstage_reply_later(test_context(life->engine, actor), &k.handles[i], "late", 4),
                BACKSTAGE_NOT_WAITING);
        }
        CHECK_EQ(test_statistics(life->engine).dead, 5);
        test_life_close(life);
    }
}

TEST(late_answers_leave_nothing_behind) {
    keeper k = {.count = 0};
    uint64_t held = 0;
    char *bytes = test_alloc(10000);
    life = test_life_open();
    backstage_ref actor = test_spawn(life->engine, NULL, keep_handles, &k);
    for (uint64_t round = 1; round <= 60; round++) {
        waiter w = {.receiver = actor, .timeout_ns = 1000, .size = 10000};
        test_elsewhere(wait_for_answer, &w);
        CHECK_STATUS(w.status, BACKSTAGE_TIMEOUT);
        test_run(life->engine);
        CHECK_EQ(k.count, 1);
        CHECK_STATUS(
            backstage_reply_later(test_context(life->engine, actor), &k.handles[0], bytes, 10000),
            BACKSTAGE_NOT_WAITING);
        k.count = 0;
        if (round == 10) {
            held = test_statistics(life->engine).memory_bytes;
        }
    }
    CHECK_EQ(test_statistics(life->engine).memory_bytes, held);
    CHECK_EQ(test_statistics(life->engine).dead, 60);
    test_life_close(life);
}

/* Asks as often as the notes say, with a time, and gives up each time. */
typedef struct impatience {
    backstage_ref receiver;
    int64_t timeout_ns;
    size_t times;
} impatience;

static void ask_and_give_up(void *state) {
    const impatience *i = state;
    for (size_t asked = 0; asked < i->times; asked++) {
        backstage_payload *reply = untouched;
        CHECK_STATUS(
            backstage_engine_request(life->engine, i->receiver, "x", 1, i->timeout_ns, &reply),
            BACKSTAGE_TIMEOUT);
        CHECK(reply == untouched);
    }
}

TEST(requests_that_nobody_waits_for_any_more_leave_nothing_behind) {
    for (int way = 0; way < 4; way++) { /* on either clock, without time and with a little */
        backstage_engine_options options = test_engine_options();
        uint64_t held = 0;
        options.clock = way % 2 == 0 ? BACKSTAGE_CLOCK_VIRTUAL : BACKSTAGE_CLOCK_MONOTONIC;
        life = test_life_open_with(&options);
        backstage_ref actor = test_spawn(life->engine, NULL, test_ignore, NULL);
        impatience i = {actor, way / 2 * 1000, way < 2 ? 200 : 20};
        for (size_t round = 1; round <= 60; round++) {
            test_elsewhere(ask_and_give_up, &i);
            test_run(life->engine);
            if (way % 2 == 0) {
                CHECK_OK(backstage_engine_advance(life->engine, (uint64_t)i.timeout_ns));
            }
            CHECK_STATUS(backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, 100000),
                         BACKSTAGE_TIMEOUT); /* now the engine's time, too, is over */
            CHECK_EQ(test_statistics(life->engine).handled, round * i.times);
            if (round == 20) {
                held = test_statistics(life->engine).memory_bytes;
            }
        }
        CHECK(test_statistics(life->engine).memory_bytes <= held);
        test_life_close(life);
    }
}

/* ---- The end of the engine --------------------------------------------------------------- */

/* Starts the threads, and waits until each has asked and sleeps. */
static void start_waiting(waiter *waiters, backstage_ref actor, bool taken_in) {
    for (size_t i = 0; i < WAITERS; i++) {
        waiters[i] = (waiter){.receiver = actor, .timeout_ns = BACKSTAGE_FOREVER, .size = 2000};
        waiters[i].timeout_ns = i % 2 == 0 ? BACKSTAGE_FOREVER : BACKSTAGE_SECONDS(3600);
        waiters[i].thread = test_thread_start(wait_for_answer, &waiters[i]);
    }
    while (test_statistics(life->engine).accepted < WAITERS) {
        sched_yield();
        if (taken_in) {
            test_run(life->engine);
        }
    }
    for (size_t i = 0; i < WAITERS; i++) {
        test_wait_asleep(__atomic_load_n(&waiters[i].thread_id, __ATOMIC_ACQUIRE));
    }
}

static void check_ending(waiter *waiters) {
    for (size_t i = 0; i < WAITERS; i++) {
        test_thread_join(waiters[i].thread);
        CHECK_STATUS(waiters[i].status, BACKSTAGE_ENDING);
        CHECK(waiters[i].reply == untouched);
    }
}

TEST(threads_that_wait_when_the_engine_is_destroyed_are_told) {
    waiter waiters[WAITERS];
    keeper k = {.count = 0};
    life = test_life_open();
    backstage_ref actor = test_spawn(life->engine, NULL, keep_handles, &k);
    start_waiting(waiters, actor, true);
    test_run(life->engine);
    CHECK_EQ(k.count, WAITERS);
    test_life_close(life);
    check_ending(waiters);
}

TEST(threads_whose_requests_wait_when_the_engine_is_destroyed_are_told) {
    waiter waiters[WAITERS];
    keeper k = {.count = 0};
    life = test_life_open();
    test_report *report = test_report_of(life->engine);
    backstage_ref actor = test_spawn(life->engine, NULL, keep_handles, &k);
    start_waiting(waiters, actor, false);
    CHECK_OK(backstage_engine_destroy(life->engine));
    check_ending(waiters);
    CHECK_EQ(k.count, 0);
    CHECK_EQ(report->letters_count, WAITERS);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENGINE_ENDED], WAITERS);
}

static backstage_status stash(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    (void)state;
    return backstage_stash(context, envelope);
}

TEST(threads_whose_requests_are_stashed_when_the_engine_is_destroyed_are_told) {
    waiter waiters[WAITERS];
    life = test_life_open();
    backstage_ref actor = test_spawn(life->engine, NULL, stash, NULL);
    start_waiting(waiters, actor, true);
    test_run(life->engine);
    CHECK_EQ(test_stashed(life->engine, actor), WAITERS);
    test_life_close(life);
    check_ending(waiters);
}

TEST(threads_that_wait_for_an_actor_that_ends_are_told) {
    waiter waiters[WAITERS];
    keeper k = {.count = 0};
    life = test_life_open();
    backstage_ref actor = test_spawn(life->engine, NULL, keep_handles, &k);
    start_waiting(waiters, actor, true);
    test_run(life->engine);
    CHECK_OK(backstage_stop(test_context(life->engine, actor), actor));
    test_run(life->engine);
    for (size_t i = 0; i < WAITERS; i++) {
        test_thread_join(waiters[i].thread);
        CHECK_STATUS(waiters[i].status, BACKSTAGE_STOPPED);
    }
    CHECK_EQ(test_statistics(life->engine).actors, 0);
    test_life_close(life);
}
