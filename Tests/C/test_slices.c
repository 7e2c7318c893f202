/* Who else takes time, or has none: a slow host does not shorten the actors' turns, and busy actors
 * do not hold up what is due. */
#define _POSIX_C_SOURCE 199309L
#include <ev.h>
#include <time.h>

#include "support_io.h"

/* Makes time pass on the real clock: more than an engine lets pass between two looks around. */
static void be_busy(void) {
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - start.tv_sec) * 1000000000L + now.tv_nsec - start.tv_nsec < 250000);
}

static backstage_engine *open_engine(struct ev_loop *loop) {
    backstage_engine_options options = test_engine_options();
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    options.loop = loop;
    return test_engine_with(&options);
}

static void send_many(backstage_engine *engine, backstage_ref actor, int count) {
    for (int i = 0; i < count; i++) {
        CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    }
}

TEST(a_host_that_is_slow_between_runs_gets_whole_turns) {
    enum { FRAMES = 50, EACH = 8 };
    backstage_engine *engine = open_engine(NULL);
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    send_many(engine, actor, 140); /* a backlog */
    uint64_t handled = 0;
    for (int frame = 0; frame < FRAMES; frame++) {
        send_many(engine, actor, EACH);
        be_busy();
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        uint64_t now = test_statistics(engine).handled;
        CHECK(now - handled >= EACH);
        handled = now;
    }
    CHECK_EQ(test_statistics(engine).queued, 0);
    test_end(engine);
}

enum { MESSAGES = 1000 };

typedef struct slow_host {
    ev_check check;
    uint64_t calls;
} slow_host;

static void on_check(struct ev_loop *loop, ev_check *check, int events) {
    slow_host *host = check->data;
    (void)loop, (void)events;
    host->calls++;
    be_busy();
}

/* A turn is 64 messages unless it takes long; had the host's time been taken for the actors', each
 * call of the host's would see one message handled. */
TEST(a_slow_host_with_the_engine_in_its_loop_gets_whole_turns) {
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    backstage_engine *engine = open_engine(loop);
    slow_host host = {.calls = 0};
    ev_check_init(&host.check, on_check);
    host.check.data = &host;
    ev_check_start(loop, &host.check);
    ev_unref(loop);
    send_many(engine, test_spawn(engine, NULL, test_ignore, NULL), MESSAGES);
    CHECK(!ev_run(loop, 0));
    CHECK_EQ(test_statistics(engine).handled, MESSAGES);
    CHECK(host.calls < MESSAGES / 2);
    ev_ref(loop);
    ev_check_stop(loop, &host.check);
    test_end(engine);
    ev_loop_destroy(loop);
}

static void on_readable(backstage_engine *engine, int fd, uint32_t events, void *state) {
    uint64_t *calls = state;
    (void)engine, (void)fd, (void)events;
    ++*calls;
    be_busy();
}

TEST(a_slow_callback_of_the_host_does_not_shorten_turns) {
    backstage_engine *engine = open_engine(NULL);
    uint64_t calls = 0, watcher;
    int ends[2];
    test_pipe(ends);
    test_poke(ends[1]);
    CHECK_OK(backstage_engine_watch_fd(engine, ends[0], BACKSTAGE_READABLE, on_readable, &calls,
                                       &watcher));
    send_many(engine, test_spawn(engine, NULL, test_ignore, NULL), MESSAGES);
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, MESSAGES);
    CHECK(calls > 0 && calls < MESSAGES / 2);
    test_end(engine);
    test_close_pair(ends);
}

/* ---- Busy actors ------------------------------------------------------------------------- */

enum { LIMIT = 100000 };

static backstage_status flood_self(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    uint64_t *messages = state;
    (void)envelope;
    if (++*messages == LIMIT) {
        return backstage_engine_stop(backstage_context_engine(context));
    }
    return backstage_send(context, backstage_context_self(context), "x", 1);
}

static backstage_status stop_engine(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)envelope;
    ++*(int *)state;
    return backstage_engine_stop(backstage_context_engine(context));
}

TEST(a_timer_comes_however_busy_the_actors_are_on_a_virtual_clock) {
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_UNTIL_IDLE; mode++) {
        backstage_engine *engine = test_engine();
        uint64_t messages = 0, timer;
        int timers = 0;
        backstage_ref busy = test_spawn(engine, NULL, flood_self, &messages);
        backstage_ref waiting = test_spawn(engine, NULL, stop_engine, &timers);
        CHECK_OK(backstage_timer_start(test_context(engine, waiting), 10, 0, &timer));
        CHECK_OK(backstage_engine_send(engine, busy, "x", 1));
        CHECK_OK(backstage_engine_advance(engine, 10));
        CHECK_OK(backstage_engine_run(engine, mode, BACKSTAGE_FOREVER));
        CHECK_EQ(timers, 1);
        CHECK(messages < LIMIT);
        test_end(engine);
    }
}
