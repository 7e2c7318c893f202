/* Descriptors watched outside any actor: plain callbacks, for as long as they are ready. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "support_io.h"

typedef struct watch {
    backstage_engine *engine;
    uint64_t watcher;
    uint64_t calls, drain_at, stop_at; /* reads all at that call; stops the engine at that one */
    uint32_t seen;
    int32_t fd;
    void (*then)(struct watch *watch); /* what else the callback does */
    struct watch *other;
    backstage_ref actor;
} watch;

static void on_ready(backstage_engine *engine, int fd, uint32_t events, void *state) {
    watch *w = state;
    CHECK(engine == w->engine);
    w->calls++;
    w->seen |= events;
    w->fd = fd;
    if (w->calls == w->drain_at) {
        test_drain(fd);
    }
    if (w->then != NULL) {
        w->then(w);
    }
    if (w->calls == w->stop_at) {
        CHECK_OK(backstage_engine_stop(engine));
    }
}

static void start(watch *w, backstage_engine *engine, int fd, uint32_t events) {
    w->engine = engine;
    CHECK_OK(backstage_engine_watch_fd(engine, fd, events, on_ready, w, &w->watcher));
}

TEST(the_callback_is_called_while_the_descriptor_is_ready) {
    backstage_engine *engine = test_engine();
    watch w = {.drain_at = 5, .stop_at = 5};
    int ends[2];
    test_pipe(ends);
    start(&w, engine, ends[0], BACKSTAGE_READABLE);
    test_run(engine);
    CHECK_EQ(w.calls, 0);
    test_poke(ends[1]);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_run(engine);
    CHECK_EQ(w.calls, 5);
    CHECK_EQ(w.seen, BACKSTAGE_READABLE);
    CHECK_EQ(w.fd, ends[0]);
    CHECK_OK(backstage_engine_unwatch_fd(engine, w.watcher));
    test_poke(ends[1]);
    test_run(engine);
    CHECK_EQ(w.calls, 5);
    CHECK_STATUS(backstage_engine_unwatch_fd(engine, w.watcher), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    test_end(engine);
    test_close_pair(ends);
}

static void unwatch_self(watch *w) {
    CHECK_OK(backstage_engine_unwatch_fd(w->engine, w->watcher));
    CHECK_STATUS(backstage_engine_unwatch_fd(w->engine, w->watcher), BACKSTAGE_NOT_FOUND);
}

TEST(a_callback_unwatches_itself) {
    backstage_engine *engine = test_engine();
    watch w = {.then = unwatch_self};
    int ends[2];
    test_socket_pair(ends);
    start(&w, engine, ends[0], BACKSTAGE_WRITABLE);
    test_run(engine);
    CHECK_EQ(w.calls, 1);
    CHECK_EQ(w.seen, BACKSTAGE_WRITABLE);
    test_end(engine);
    test_close_pair(ends);
}

static void unwatch_both(watch *w) {
    CHECK_OK(backstage_engine_unwatch_fd(w->engine, w->watcher));
    CHECK_OK(backstage_engine_unwatch_fd(w->engine, w->other->watcher));
}

TEST(a_callback_unwatches_another_that_is_ready_too) {
    backstage_engine *engine = test_engine();
    watch a = {.then = unwatch_both}, b = {.then = unwatch_both};
    int ends[2];
    a.other = &b;
    b.other = &a;
    test_socket_pair(ends);
    start(&a, engine, ends[0], BACKSTAGE_WRITABLE);
    start(&b, engine, ends[1], BACKSTAGE_WRITABLE);
    test_run(engine);
    CHECK_EQ(a.calls + b.calls, 1);
    test_end(engine);
    test_close_pair(ends);
}

static void rewatch(watch *w) {
    int fd = w->fd;
    CHECK_OK(backstage_engine_unwatch_fd(w->engine, w->watcher));
    if (w->calls < 5) {
        start(w, w->engine, fd, BACKSTAGE_WRITABLE);
    }
}

TEST(a_callback_watches_anew) {
    backstage_engine *engine = test_engine();
    watch w = {.then = rewatch, .stop_at = 5};
    int ends[2];
    test_socket_pair(ends);
    start(&w, engine, ends[0], BACKSTAGE_WRITABLE);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_run(engine);
    CHECK_EQ(w.calls, 5);
    test_end(engine);
    test_close_pair(ends);
}

static void act(watch *w) {
    backstage_ref actor = BACKSTAGE_NONE;
    backstage_actor_options options = test_options("born", test_ignore, NULL);
    CHECK_OK(backstage_engine_spawn(w->engine, &options, &actor));
    CHECK_OK(backstage_engine_send(w->engine, actor, "x", 1));
    CHECK_OK(backstage_engine_send(w->engine, w->actor, "y", 1));
    CHECK_OK(backstage_send(test_context(w->engine, w->actor), actor, "z", 1));
    CHECK_OK(backstage_stop(test_context(w->engine, w->actor), actor));
    CHECK_STATUS(backstage_engine_run(w->engine, BACKSTAGE_RUN_NO_WAIT, 0), BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_adopt(w->engine), BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_destroy(w->engine), BACKSTAGE_IN_CALLBACK);
    CHECK_OK(backstage_engine_stop(w->engine));
    unwatch_self(w);
}

TEST(a_callback_acts_as_code_outside_an_actor_may) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    watch w = {.then = act, .actor = test_spawn(engine, NULL, test_receive, seen)};
    int ends[2];
    test_socket_pair(ends);
    start(&w, engine, ends[0], BACKSTAGE_WRITABLE);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(w.calls, 1);
    test_run(engine);
    CHECK_EQ(seen->count, 1);
    CHECK_EQ(test_statistics(engine).spawned, 2);
    CHECK_EQ(test_statistics(engine).actors, 1);
    CHECK_EQ(test_statistics(engine).dead, 2);
    test_end(engine);
    test_close_pair(ends);
}

TEST(an_actor_and_a_callback_watch_one_descriptor) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    watch w = {.drain_at = 3, .stop_at = 3};
    backstage_ref actor = test_spawn(engine, NULL, test_receive, seen);
    uint64_t watcher;
    int ends[2];
    test_pipe(ends);
    start(&w, engine, ends[0], BACKSTAGE_READABLE);
    CHECK_OK(
        backstage_watch_fd(test_context(engine, actor), ends[0], BACKSTAGE_READABLE, &watcher));
    CHECK_STATUS(backstage_engine_unwatch_fd(engine, watcher), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_unwatch(test_context(engine, actor), w.watcher), BACKSTAGE_NOT_FOUND);
    test_poke(ends[1]);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_run(engine);
    CHECK_EQ(w.calls, 3);
    CHECK(seen->count >= 1 && seen->count <= 3);
    test_end(engine);
    test_close_pair(ends);
}

TEST(bad_arguments_are_refused) {
    backstage_engine *engine = test_engine();
    watch w = {.engine = engine};
    uint64_t watcher = 77;
    int ends[2];
    test_pipe(ends);
    const backstage_status invalid = BACKSTAGE_INVALID_ARGUMENT, bad = BACKSTAGE_BAD_DESCRIPTOR;
    CHECK_STATUS(backstage_engine_watch_fd(engine, -1, 1, on_ready, &w, &watcher), bad);
    CHECK_STATUS(backstage_engine_watch_fd(engine, INT_MAX, 1, on_ready, &w, &watcher), bad);
    CHECK_STATUS(backstage_engine_watch_fd(engine, ends[0], 0, on_ready, &w, &watcher), invalid);
    CHECK_STATUS(backstage_engine_watch_fd(engine, ends[0], 4, on_ready, &w, &watcher), invalid);
    CHECK_STATUS(backstage_engine_watch_fd(engine, ends[0], 9, on_ready, &w, &watcher), invalid);
    CHECK_STATUS(backstage_engine_watch_fd(engine, ends[0], 1, NULL, &w, &watcher), invalid);
    CHECK_EQ(watcher, 77);
    start(&w, engine, ends[0], BACKSTAGE_READABLE);
    for (int bit = 0; bit < 64; bit++) {
        uint64_t forged = w.watcher ^ (uint64_t)1 << bit;
        CHECK_STATUS(backstage_engine_unwatch_fd(engine, forged), BACKSTAGE_NOT_FOUND);
    }
    CHECK_STATUS(backstage_engine_unwatch_fd(engine, 0), BACKSTAGE_NOT_FOUND);
    CHECK_OK(backstage_engine_unwatch_fd(engine, w.watcher));
    test_end(engine);
    test_close_pair(ends);
}

TEST(the_engines_end_unwatches_and_closes_nothing) {
    backstage_engine *engine = test_engine();
    watch w = {.drain_at = 1};
    int ends[2];
    test_pipe(ends);
    start(&w, engine, ends[0], BACKSTAGE_READABLE);
    test_poke(ends[1]);
    test_end(engine);
    CHECK_EQ(w.calls, 0);
    CHECK(fcntl(ends[0], F_GETFD) >= 0);
    CHECK_EQ(test_drain(ends[0]), 1);
    test_close_pair(ends);
}

static void wake(void *state) {
    watch *w = state;
    test_wait_asleep((pid_t)w->actor);
    test_poke(w->fd);
}

static void stop_engine(watch *w) { CHECK_OK(backstage_engine_stop(w->engine)); }

TEST(a_watched_descriptor_wakes_a_sleeping_engine) {
    backstage_engine *engine = test_engine();
    int ends[2];
    test_pipe(ends);
    watch w = {.then = stop_engine, .drain_at = 1};
    watch waker = {.actor = (backstage_ref)test_thread_id(), .fd = ends[1]};
    start(&w, engine, ends[0], BACKSTAGE_READABLE);
    test_thread *thread = test_thread_start(wake, &waker);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_thread_join(thread);
    CHECK_EQ(w.calls, 1);
    test_end(engine);
    test_close_pair(ends);
}
