/* Out of memory with timers, watchers, monitors, requests, and inside callbacks: see
 * test_alloc_failure.c. */
#define _GNU_SOURCE
#include "scarce.h"

#include <fcntl.h>
#include <signal.h>

static backstage_context *context_of(struct trial *trial, const char *id) {
    backstage_ref actor = BACKSTAGE_NONE;
    CHECK_OK(backstage_engine_find(trial->engine, id, &actor));
    return test_context(trial->engine, actor);
}

static void prepare_actor(struct trial *trial) { spawn(trial, "a"); }

static void start_timers(struct trial *trial) {
    backstage_context *context = context_of(trial, "a");
    for (int i = 0; i < 3000; i++) {
        uint64_t timer = 77;
        if (WORKED(backstage_timer_start(context, i % 97, i % 3 == 0 ? 1000 : 0, &timer))) {
            trial->timers++;
        } else {
            CHECK_EQ(timer, 77);
        }
    }
    CHECK_OK(backstage_engine_advance(trial->engine, 100));
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_EQ(trial->ticks, trial->timers);
}

TEST(timers_without_memory) { fail_everywhere(prepare_actor, start_timers); }

/* Watches a pipe many times over, and signals; nothing comes of them, but they end with all else. */
static void watch_much(struct trial *trial) {
    backstage_context *context = context_of(trial, "a");
    int ends[2];
    CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    for (int i = 0; i < 500; i++) {
        uint64_t watcher = 77;
        bool works = WORKED(backstage_watch_fd(context, ends[0], BACKSTAGE_READABLE, &watcher));
        CHECK(works == (watcher != 77));
        if (works && i % 2 == 0) {
            CHECK_OK(backstage_unwatch(context, watcher));
        }
        watcher = 77;
        works = WORKED(backstage_watch_signal(context, i % 2 ? SIGUSR1 : SIGUSR2, &watcher));
        CHECK(works == (watcher != 77));
    }
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_shutdown(context));
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    close(ends[0]);
    close(ends[1]);
    struct sigaction now;
    CHECK(sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
}

TEST(watchers_without_memory) { fail_everywhere(prepare_actor, watch_much); }

static void prepare_many(struct trial *trial) {
    for (int i = 0; i < 600; i++) {
        char id[32];
        snprintf(id, sizeof id, "m-%d", i);
        spawn(trial, id);
    }
    spawn(trial, "a");
}

static void monitor_many(struct trial *trial) {
    backstage_context *context = context_of(trial, "a");
    uint64_t monitored = 0, before = test_statistics(trial->engine).events;
    for (int i = 0; i < 600; i++) {
        char id[32];
        snprintf(id, sizeof id, "m-%d", i);
        backstage_context *other = context_of(trial, id);
        if (WORKED(backstage_monitor(context, backstage_context_self(other)))) {
            monitored++;
        } else {
            CHECK_STATUS(backstage_unmonitor(context, backstage_context_self(other)),
                         BACKSTAGE_NOT_MONITORED);
        }
        CHECK_OK(backstage_shutdown(other));
    }
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_EQ(test_statistics(trial->engine).events - before, monitored);
}

TEST(monitors_without_memory) { fail_everywhere(prepare_many, monitor_many); }

static backstage_status answer(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    struct trial *trial = state;
    static const char data[1000];
    trial->handled++;
    if (envelope->token % 3 == 0) {
        return BACKSTAGE_OK; /* leaves it to the timeout */
    }
    trial->taken += WORKED(backstage_reply(context, envelope, data, sizeof data));
    return BACKSTAGE_OK;
}

static void prepare_answerer(struct trial *trial) {
    backstage_actor_options options = test_options("answerer", answer, trial);
    test_spawn_with(trial->engine, &options);
    spawn(trial, "a");
}

/* Each request that was sent is answered, or fails by its timeout. */
static void request_much(struct trial *trial) {
    backstage_context *context = context_of(trial, "a");
    backstage_ref answerer = backstage_context_self(context_of(trial, "answerer"));
    static const char data[1000];
    for (int i = 0; i < 500; i++) {
        uint64_t token = 77;
        bool sent = WORKED(backstage_request(context, answerer, data, sizeof data, 50, &token));
        CHECK(sent == (token != 77));
        trial->expected += sent;
        trial->taken += sent;
    }
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_engine_advance(trial->engine, 50));
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_EQ(trial->answers, trial->expected);
}

TEST(requests_without_memory) { fail_everywhere(prepare_answerer, request_much); }

/* Does, inside a callback, all that takes memory; each once. */
static backstage_status do_much(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct trial *trial = state;
    static const char data[2000];
    backstage_actor_options options = test_options(NULL, count, trial);
    backstage_ref child;
    backstage_payload *kept = NULL;
    uint64_t timer;
    trial->handled++;
    for (int i = 0; i < 40; i++) {
        if (WORKED(backstage_spawn_child(context, &options, &child))) {
            trial->taken += WORKED(backstage_send(context, child, data, sizeof data));
            trial->taken += WORKED(backstage_forward(context, envelope, child));
        }
        if (WORKED(backstage_envelope_payload(context, envelope, &kept))) {
            CHECK_EQ(backstage_payload_size(kept), envelope->size);
            CHECK_OK(backstage_payload_release(kept));
        }
        trial->timers += WORKED(backstage_timer_start(context, 1000000, 0, &timer));
    }
    return backstage_shutdown(context);
}

static void prepare_busy(struct trial *trial) {
    for (int i = 0; i < 10; i++) {
        char id[32];
        snprintf(id, sizeof id, "busy-%d", i);
        test_spawn(trial->engine, id, do_much, trial);
    }
}

static void run_busy(struct trial *trial) {
    static const char data[3000];
    for (int i = 0; i < 10; i++) {
        char id[32];
        snprintf(id, sizeof id, "busy-%d", i);
        size_t size = i % 2 ? 10 : sizeof data;
        trial->taken += WORKED(backstage_engine_send_to_id(trial->engine, id, data, size));
    }
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
}

TEST(callbacks_without_memory) { fail_everywhere(prepare_busy, run_busy); }
