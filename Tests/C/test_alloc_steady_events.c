/* In the steady state no request, timer or message from another thread costs a call to the
 * allocator. */
#define _GNU_SOURCE
#include "steady.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

/* ---- Requests ---------------------------------------------------------------------------- */

static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)state;
    return backstage_reply(context, envelope, envelope->payload, envelope->size);
}

struct asker {
    backstage_context *context;
    backstage_ref answerer;
};

static void request(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    struct asker *asker = state;
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t token;
        CHECK_OK(backstage_request(asker->context, asker->answerer, data, size, (int64_t)(i % 2),
                                   &token));
        test_run(engine);
    }
}

TEST(requests_and_replies_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref actor = test_spawn(engine, "asker", test_ignore, NULL);
        struct asker asker = {.answerer = test_spawn(engine, "answerer", echo, NULL)};
        asker.context = test_context(engine, actor);
        measure(engine, request, &asker, sizes[i], 2);
        test_end(engine);
    }
}

/* ---- Timers ------------------------------------------------------------------------------ */

static void tick(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    (void)state, (void)size;
    for (uint64_t i = 0; i < rounds; i++) {
        CHECK_OK(backstage_engine_advance(engine, 7));
        test_run(engine);
    }
}

TEST(periodic_timers_allocate_nothing) {
    backstage_engine *engine = test_engine();
    for (int i = 0; i < 100; i++) {
        backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
        uint64_t timer;
        CHECK_OK(backstage_timer_start(test_context(engine, actor), i % 7, 7, &timer));
    }
    measure(engine, tick, NULL, 0, 100);
    test_end(engine);
}

static backstage_status start_again(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    uint64_t timer, other;
    (void)envelope, (void)state;
    CHECK_OK(backstage_timer_start(context, 1000, 0, &other));
    CHECK_OK(backstage_timer_cancel(context, other));
    return backstage_timer_start(context, 7, 0, &timer);
}

TEST(timers_that_come_and_go_allocate_nothing) {
    backstage_engine *engine = test_engine();
    for (int i = 0; i < 100; i++) {
        backstage_ref actor = test_spawn(engine, NULL, start_again, NULL);
        uint64_t timer;
        CHECK_OK(backstage_timer_start(test_context(engine, actor), 7, 0, &timer));
    }
    measure(engine, tick, NULL, 0, 100);
    test_end(engine);
}

/* ---- Another thread ---------------------------------------------------------------------- */

struct remote {
    backstage_engine *engine;
    backstage_ref actor;
    size_t size;
    uint64_t count;   /* to send next */
    uint64_t handled; /* of these */
    pthread_barrier_t go;
};

/* Lets only so many wait at once, or the most that ever wait would be a matter of chance. */
static void *send_from_thread(void *state) {
    struct remote *remote = state;
    for (;;) {
        pthread_barrier_wait(&remote->go);
        /* Once the last has been sent, the other thread may set the next. */
        const uint64_t count = remote->count;
        if (count == 0) {
            return NULL;
        }
        for (uint64_t sent = 0; sent < count; sent++) {
            while (sent - __atomic_load_n(&remote->handled, __ATOMIC_ACQUIRE) >= AT_ONCE) {
                sched_yield();
            }
            CHECK_OK(backstage_engine_send(remote->engine, remote->actor, data, remote->size));
        }
    }
}

static backstage_status count_handled(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    struct remote *remote = state;
    uint64_t handled = __atomic_add_fetch(&remote->handled, 1, __ATOMIC_RELEASE);
    (void)envelope;
    return handled < remote->count ? BACKSTAGE_OK
                                   : backstage_engine_stop(backstage_context_engine(context));
}

/* Has as much wait as ever will, in memory of the sort that other threads use. */
static void fill_pools(struct remote *remote) {
    backstage_payload *payloads[2 * AT_ONCE];
    void *bytes;
    for (int i = 0; i < 2 * AT_ONCE; i++) {
        CHECK_OK(backstage_payload_create(remote->engine, remote->size, &payloads[i], &bytes));
        CHECK_OK(backstage_payload_retain(payloads[i]));
        CHECK_OK(backstage_engine_send_payload(remote->engine, remote->actor, payloads[i]));
    }
    remote->count = 2 * AT_ONCE;
    CHECK_OK(backstage_engine_run(remote->engine, BACKSTAGE_RUN_UNTIL_STOPPED, -1));
    for (int i = 0; i < 2 * AT_ONCE; i++) {
        CHECK_OK(backstage_payload_release(payloads[i]));
    }
}

static void look_away(backstage_engine *engine, int fd, uint32_t events, void *state) {
    (void)engine, (void)fd, (void)events, (void)state;
}

/* Has libev see a descriptor, as it does when it is woken: whether the engine sleeps, and is woken,
 * before it is measured is a matter of chance. */
static void see_descriptor(backstage_engine *engine) {
    int ends[2];
    uint64_t watcher;
    CHECK(pipe(ends) == 0);
    CHECK(write(ends[1], "x", 1) == 1);
    CHECK_OK(
        backstage_engine_watch_fd(engine, ends[0], BACKSTAGE_READABLE, look_away, NULL, &watcher));
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, 0));
    CHECK_OK(backstage_engine_unwatch_fd(engine, watcher));
    CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void receive_from_thread(backstage_engine *engine, void *state, size_t size,
                                uint64_t rounds) {
    struct remote *remote = state;
    (void)size;
    remote->count = rounds;
    remote->handled = 0;
    pthread_barrier_wait(&remote->go);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
}

TEST(sends_from_another_thread_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        struct remote remote = {.engine = engine, .size = sizes[i]};
        remote.actor = test_spawn(engine, "a", count_handled, &remote);
        fill_pools(&remote);
        see_descriptor(engine);
        pthread_t thread;
        CHECK(pthread_barrier_init(&remote.go, NULL, 2) == 0);
        CHECK(pthread_create(&thread, NULL, send_from_thread, &remote) == 0);
        measure(engine, receive_from_thread, &remote, sizes[i], 1);
        remote.count = 0;
        pthread_barrier_wait(&remote.go);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(pthread_barrier_destroy(&remote.go) == 0);
        test_end(engine);
    }
}
