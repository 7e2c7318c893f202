/* How watching ends: unwatched, at any moment, with the actor, or by the other side. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "support_io.h"

typedef struct stage {
    backstage_engine *engine;
    test_recorder *seen;
    backstage_ref actor;
    backstage_context *context;
    int ends[2];
} stage;

static stage open_stage(void) {
    stage s;
    s.engine = test_engine();
    s.seen = test_recorder_new();
    s.actor = test_spawn(s.engine, NULL, test_receive, s.seen);
    s.context = test_context(s.engine, s.actor);
    test_pipe(s.ends);
    return s;
}

static void close_stage(stage *s) {
    test_end(s->engine);
    test_close_pair(s->ends);
}

static uint64_t watch(backstage_context *context, int fd, uint32_t events) {
    uint64_t watcher = 0;
    CHECK_OK(backstage_watch_fd(context, fd, events, &watcher));
    return watcher;
}

TEST(an_unwatched_descriptor_is_not_told) {
    stage s = open_stage();
    uint64_t watcher = watch(s.context, s.ends[0], BACKSTAGE_READABLE);
    CHECK_OK(backstage_unwatch(s.context, watcher));
    test_poke(s.ends[1]);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    CHECK_STATUS(backstage_unwatch(s.context, watcher), BACKSTAGE_NOT_FOUND);
    CHECK(watch(s.context, s.ends[0], BACKSTAGE_WRITABLE) != watcher);
    CHECK_STATUS(backstage_unwatch(s.context, watcher), BACKSTAGE_NOT_FOUND);
    close_stage(&s);
}

/* Unwatches what it was told to, in its first callback, and reads nothing. */
typedef struct unwatcher {
    uint64_t victims[2];
    size_t count;
} unwatcher;

static backstage_status unwatch_both(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    unwatcher *u = state;
    CHECK_EQ(envelope->type, BACKSTAGE_IO);
    u->count++;
    CHECK_OK(backstage_unwatch(context, u->victims[0]));
    CHECK_OK(backstage_unwatch(context, u->victims[1]));
    CHECK_STATUS(backstage_unwatch(context, envelope->token), BACKSTAGE_NOT_FOUND);
    return BACKSTAGE_OK;
}

TEST(an_event_not_yet_handled_is_withdrawn) {
    stage s = open_stage();
    unwatcher u = {{0, 0}, 0};
    int others[2];
    backstage_ref actor = test_spawn(s.engine, NULL, unwatch_both, &u);
    test_pipe(others);
    u.victims[0] = watch(test_context(s.engine, actor), s.ends[0], BACKSTAGE_READABLE);
    u.victims[1] = watch(test_context(s.engine, actor), others[0], BACKSTAGE_READABLE);
    test_poke(s.ends[1]);
    test_poke(others[1]);
    test_run(s.engine);
    CHECK_EQ(u.count, 1); /* both were ready, one was told */
    CHECK_EQ(test_statistics(s.engine).events, 1);
    close_stage(&s);
    test_close_pair(others);
}

TEST(a_bad_descriptor_is_refused) {
    stage s = open_stage();
    const backstage_status bad = BACKSTAGE_BAD_DESCRIPTOR;
    uint64_t watcher = 77;
    int closed = dup(s.ends[0]);
    close(closed);
    CHECK_STATUS(backstage_watch_fd(s.context, -1, BACKSTAGE_READABLE, &watcher), bad);
    CHECK_STATUS(backstage_watch_fd(s.context, closed, BACKSTAGE_READABLE, &watcher), bad);
    CHECK_STATUS(backstage_watch_fd(s.context, INT_MAX, BACKSTAGE_READABLE, &watcher), bad);
    CHECK_STATUS(backstage_watch_fd(s.context, INT_MIN, BACKSTAGE_WRITABLE, &watcher), bad);
    CHECK_EQ(watcher, 77);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    close_stage(&s);
}

TEST(bad_events_are_refused) {
    static const uint32_t bad[] = {
        0,          BACKSTAGE_IO_ERROR, BACKSTAGE_READABLE | BACKSTAGE_IO_ERROR, 8, 1 | 8,
        0x80000001, UINT32_MAX};
    stage s = open_stage();
    uint64_t watcher = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_STATUS(backstage_watch_fd(s.context, s.ends[0], bad[i], &watcher),
                     BACKSTAGE_INVALID_ARGUMENT);
    }
    CHECK_EQ(watcher, 77);
    close_stage(&s);
}

TEST(the_end_of_the_other_side_is_readable) {
    stage s = open_stage();
    uint64_t watcher = watch(s.context, s.ends[0], BACKSTAGE_READABLE);
    test_run(s.engine);
    close(s.ends[1]);
    CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_ONCE, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_unwatch(s.context, watcher));
    if (CHECK_EQ(s.seen->count, 1)) {
        CHECK(test_io_event(&s.seen->messages[0]).events & BACKSTAGE_READABLE);
        CHECK_EQ(test_io_event(&s.seen->messages[0]).fd, s.ends[0]);
    }
    test_end(s.engine);
    close(s.ends[0]);
}

TEST(a_writer_nobody_reads_from_is_told) {
    stage s = open_stage();
    char bytes[4096] = {0};
    while (write(s.ends[1], bytes, sizeof bytes) > 0) {
    }
    uint64_t watcher = watch(s.context, s.ends[1], BACKSTAGE_WRITABLE);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    close(s.ends[0]);
    CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_ONCE, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_unwatch(s.context, watcher));
    if (CHECK_EQ(s.seen->count, 1)) {
        CHECK(test_io_event(&s.seen->messages[0]).events &
              (BACKSTAGE_WRITABLE | BACKSTAGE_IO_ERROR));
    }
    test_end(s.engine);
    close(s.ends[1]);
}

TEST(a_descriptor_closed_while_watched_does_no_harm) {
    stage s = open_stage();
    uint64_t watcher = watch(s.context, s.ends[0], BACKSTAGE_READABLE);
    test_run(s.engine);
    test_close_pair(s.ends);
    test_run(s.engine);
    s.seen->count = 0; /* an event that says so is as good as none */
    /* The number is given again, and watched by another. */
    test_recorder *seen = test_recorder_new();
    backstage_context *other =
        test_context(s.engine, test_spawn(s.engine, NULL, test_receive, seen));
    test_pipe(s.ends);
    backstage_status status = backstage_unwatch(s.context, watcher);
    CHECK(status == BACKSTAGE_OK || status == BACKSTAGE_NOT_FOUND);
    watcher = watch(other, s.ends[0], BACKSTAGE_READABLE);
    test_run(s.engine);
    CHECK_EQ(seen->count, 0);
    test_poke(s.ends[1]);
    CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_ONCE, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_unwatch(other, watcher));
    CHECK_EQ(seen->count, 1);
    CHECK_EQ(s.seen->count, 0);
    close_stage(&s);
}

TEST(watchers_end_with_their_actor_and_descriptors_do_not) {
    stage s = open_stage();
    watch(s.context, s.ends[0], BACKSTAGE_READABLE);
    watch(s.context, s.ends[1], BACKSTAGE_WRITABLE);
    CHECK_OK(backstage_shutdown(s.context));
    test_poke(s.ends[1]);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    CHECK_EQ(test_statistics(s.engine).dead, 0);
    CHECK(fcntl(s.ends[0], F_GETFD) >= 0 && fcntl(s.ends[1], F_GETFD) >= 0);
    /* And with the engine. */
    backstage_ref actor = test_spawn(s.engine, NULL, test_receive, s.seen);
    watch(test_context(s.engine, actor), s.ends[0], BACKSTAGE_READABLE);
    test_end(s.engine);
    CHECK_EQ(s.seen->count, 0);
    CHECK_EQ(test_drain(s.ends[0]), 1);
    test_close_pair(s.ends);
}

TEST(an_actor_that_fails_on_an_event_watches_no_more) {
    stage s = open_stage();
    s.seen->status = TEST_STATUS;
    watch(s.context, s.ends[0], BACKSTAGE_READABLE);
    test_poke(s.ends[1]);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    CHECK_EQ(test_statistics(s.engine).actors, 0);
    CHECK_EQ(test_statistics(s.engine).dead, 0);
    close_stage(&s);
}

TEST(nobody_unwatches_for_another) {
    stage s = open_stage();
    backstage_ref other = test_spawn(s.engine, NULL, test_ignore, NULL);
    uint64_t watcher = watch(s.context, s.ends[0], BACKSTAGE_READABLE);
    CHECK_STATUS(backstage_unwatch(test_context(s.engine, other), watcher), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_timer_cancel(s.context, watcher), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_unwatch_fd(s.engine, watcher), BACKSTAGE_NOT_FOUND);
    for (int bit = 0; bit < 64; bit++) {
        uint64_t forged = watcher ^ (uint64_t)1 << bit;
        CHECK_STATUS(backstage_unwatch(s.context, forged), BACKSTAGE_NOT_FOUND);
    }
    CHECK_STATUS(backstage_unwatch(s.context, 0), BACKSTAGE_NOT_FOUND);
    CHECK_OK(backstage_unwatch(s.context, watcher));
    close_stage(&s);
}

TEST(a_token_not_given_yet_finds_nothing) {
    stage s = open_stage();
    uint64_t gone = watch(s.context, s.ends[0], BACKSTAGE_READABLE);
    uint64_t kept = watch(s.context, s.ends[1], BACKSTAGE_WRITABLE);
    CHECK_OK(backstage_unwatch(s.context, gone));
    for (int bit = 0; bit < 64; bit++) {
        uint64_t next = gone + ((uint64_t)1 << bit);
        if (next != kept) {
            CHECK_STATUS(backstage_unwatch(s.context, next), BACKSTAGE_NOT_FOUND);
            CHECK_STATUS(backstage_timer_cancel(s.context, next), BACKSTAGE_NOT_FOUND);
            CHECK_STATUS(backstage_engine_unwatch_fd(s.engine, next), BACKSTAGE_NOT_FOUND);
        }
    }
    CHECK_OK(backstage_unwatch(s.context, kept));
    close_stage(&s);
}

TEST(watchers_that_came_and_went_leave_nothing) {
    stage s = open_stage();
    uint64_t held = 0;
    size_t descriptors = test_descriptors();
    for (size_t i = 0; i < test_rounds(20000, 2000); i++) {
        uint64_t watcher =
            watch(s.context, s.ends[i % 2], i % 2 == 0 ? BACKSTAGE_READABLE : BACKSTAGE_WRITABLE);
        CHECK_OK(backstage_unwatch(s.context, watcher));
        if (i == 500) {
            held = test_statistics(s.engine).memory_bytes;
        }
    }
    CHECK(test_statistics(s.engine).memory_bytes <= held);
    CHECK_EQ(test_descriptors(), descriptors);
    close_stage(&s);
}
