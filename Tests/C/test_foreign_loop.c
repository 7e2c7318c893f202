/* An engine inside a loop of the host's: works with it, wakes it, and never outstays its welcome. */
#include <ev.h>

#include "support_io.h"

typedef struct host {
    struct ev_loop *loop;
    backstage_engine *engine;
    test_recorder *seen;
    backstage_ref actor;
} host;

static host open_host(backstage_clock clock) {
    host h;
    backstage_engine_options options = test_engine_options();
    h.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    options.loop = h.loop;
    options.clock = clock;
    h.engine = test_engine_with(&options);
    h.seen = test_recorder_new();
    h.actor = test_spawn(h.engine, "actor", test_receive, h.seen);
    return h;
}

static void close_host(host *h) {
    test_end(h->engine);
    CHECK(!ev_run(h->loop, 0)); /* nothing holds it open */
    ev_loop_destroy(h->loop);
}

TEST(an_idle_engine_does_not_hold_the_loop_open) {
    host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
    for (int i = 0; i < 3; i++) {
        CHECK(!ev_run(h.loop, 0));
        CHECK_OK(backstage_engine_send(h.engine, h.actor, "x", 1));
        CHECK(!ev_run(h.loop, 0)); /* the message does, until it is handled */
        CHECK_EQ(h.seen->count, i + 1);
    }
    close_host(&h);
}

typedef struct ticker {
    ev_timer timer;
    host *host;
    int ticks, stop_at;
} ticker;

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events) {
    ticker *t = timer->data;
    (void)events;
    CHECK_OK(backstage_engine_send(t->host->engine, t->host->actor, "tick", 4));
    if (++t->ticks == t->stop_at) {
        ev_timer_stop(loop, timer);
    }
}

static void start_ticker(ticker *t, host *h, int stop_at) {
    t->host = h;
    t->ticks = 0;
    t->stop_at = stop_at;
    ev_timer_init(&t->timer, on_tick, 0., 0.0001);
    t->timer.data = t;
    ev_timer_start(h->loop, &t->timer);
}

TEST(the_hosts_timers_and_the_actors_work_together) {
    host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
    ticker t;
    start_ticker(&t, &h, 10);
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(t.ticks, 10);
    CHECK_EQ(h.seen->count, 10);
    close_host(&h);
}

static backstage_status flood_until_ticked(backstage_context *context,
                                           const backstage_envelope *envelope, void *state) {
    ticker *t = state;
    (void)envelope;
    return t->ticks < t->stop_at ? backstage_send(context, backstage_context_self(context), "", 0)
                                 : BACKSTAGE_OK;
}

TEST(busy_actors_do_not_starve_the_host) {
    host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
    ticker t;
    start_ticker(&t, &h, 10);
    backstage_ref busy = test_spawn(h.engine, NULL, flood_until_ticked, &t);
    CHECK_OK(backstage_engine_send(h.engine, busy, "", 0));
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(t.ticks, 10);
    CHECK_EQ(h.seen->count, 10);
    close_host(&h);
}

TEST(an_actors_timer_holds_the_loop_open_until_it_came) {
    host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
    uint64_t timer;
    CHECK_OK(backstage_timer_start(test_context(h.engine, h.actor), 1000000, 0, &timer));
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(h.seen->count, 1);
    CHECK_OK(backstage_timer_start(test_context(h.engine, h.actor), 1000000, 1000, &timer));
    CHECK_OK(backstage_timer_cancel(test_context(h.engine, h.actor), timer));
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(h.seen->count, 1);
    close_host(&h);
}

static backstage_status read_once(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    const backstage_io_event *event = envelope->payload;
    *(size_t *)state += test_drain(event->fd);
    return backstage_unwatch(context, envelope->token);
}

static void poke_when_asleep(void *state) {
    const int *poke = state;
    test_wait_asleep((pid_t)poke[0]);
    test_poke(poke[1]);
}

TEST(an_actors_watcher_holds_the_loop_open_until_it_is_gone) {
    host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
    size_t bytes = 0;
    uint64_t watcher;
    int ends[2];
    test_pipe(ends);
    backstage_ref reader = test_spawn(h.engine, NULL, read_once, &bytes);
    CHECK_OK(
        backstage_watch_fd(test_context(h.engine, reader), ends[0], BACKSTAGE_READABLE, &watcher));
    int poke[2] = {(int)test_thread_id(), ends[1]};
    test_thread *thread = test_thread_start(poke_when_asleep, poke);
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(bytes, 1);
    test_thread_join(thread);
    close_host(&h);
    test_close_pair(ends);
}

typedef struct waker {
    backstage_engine *engine;
    backstage_ref actor;
    pid_t sleeper;
} waker;

static void send_when_asleep(void *state) {
    const waker *w = state;
    test_wait_asleep(w->sleeper);
    CHECK_OK(backstage_engine_send(w->engine, w->actor, "x", 1));
}

static backstage_status break_loop(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    (void)context, (void)envelope;
    ev_break(state, EVBREAK_ALL);
    return BACKSTAGE_OK;
}

TEST(another_thread_wakes_the_loop) {
    host h = open_host(BACKSTAGE_CLOCK_VIRTUAL);
    backstage_ref breaker = test_spawn(h.engine, NULL, break_loop, h.loop);
    ev_ref(h.loop); /* the host has more to wait for */
    for (int i = 0; i < 50; i++) {
        waker w = {h.engine, breaker, test_thread_id()};
        test_thread *thread = test_thread_start(send_when_asleep, &w);
        CHECK(ev_run(h.loop, 0));
        test_thread_join(thread);
    }
    ev_unref(h.loop);
    CHECK_EQ(test_statistics(h.engine).handled, 50);
    close_host(&h);
}

TEST(the_engine_can_be_run_by_itself_too) {
    host h = open_host(BACKSTAGE_CLOCK_VIRTUAL);
    uint64_t timer;
    CHECK_OK(backstage_engine_send(h.engine, h.actor, "x", 1));
    test_run(h.engine);
    CHECK_EQ(h.seen->count, 1);
    CHECK_OK(backstage_timer_start(test_context(h.engine, h.actor), 10, 0, &timer));
    CHECK_OK(backstage_engine_advance(h.engine, 10));
    test_run(h.engine);
    CHECK_EQ(h.seen->count, 2);
    close_host(&h);
}

TEST(two_engines_share_a_loop) {
    host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
    backstage_engine_options options = test_engine_options();
    options.loop = h.loop;
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    backstage_engine *other = test_engine_with(&options);
    test_recorder *seen = test_recorder_new();
    uint64_t timer;
    backstage_ref actor = test_spawn(other, "actor", test_receive, seen);
    CHECK_OK(backstage_engine_send(h.engine, h.actor, "x", 1));
    CHECK_OK(backstage_engine_send(other, actor, "y", 1));
    CHECK_OK(backstage_timer_start(test_context(other, actor), 1000, 0, &timer));
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(h.seen->count, 1);
    CHECK_EQ(seen->count, 2);
    test_end(h.engine);
    CHECK_OK(backstage_engine_send(other, actor, "z", 1));
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(seen->count, 3);
    h.engine = other;
    close_host(&h);
}

/* Ends the engine from a callback of the host's, between others. */
static void on_destroy(struct ev_loop *loop, ev_timer *timer, int events) {
    ticker *t = timer->data;
    (void)loop, (void)events;
    CHECK_OK(backstage_engine_destroy(t->host->engine));
    t->ticks = -1;
}

TEST(the_loop_outlives_an_engine_destroyed_at_any_time) {
    for (int messages = 0; messages < 3; messages++) {
        host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
        ticker t = {.host = &h}, after;
        uint64_t timer, watcher;
        int ends[2];
        test_pipe(ends);
        backstage_context *context = test_context(h.engine, h.actor);
        CHECK_OK(backstage_timer_start(context, 0, 1000, &timer));
        CHECK_OK(backstage_watch_fd(context, ends[0], BACKSTAGE_READABLE, &watcher));
        for (int i = 0; i < messages; i++) {
            CHECK_OK(backstage_engine_send(h.engine, h.actor, "x", 1));
        }
        ev_timer_init(&t.timer, on_destroy, messages * 0.0005, 0.);
        t.timer.data = &t;
        ev_timer_start(h.loop, &t.timer);
        CHECK(!ev_run(h.loop, 0));
        CHECK_EQ(t.ticks, -1);
        host next = h; /* the loop is as good as new */
        backstage_engine_options options = test_engine_options();
        options.loop = h.loop;
        options.clock = BACKSTAGE_CLOCK_MONOTONIC;
        next.engine = test_engine_with(&options);
        next.actor = test_spawn(next.engine, NULL, test_receive, h.seen);
        start_ticker(&after, &next, 3);
        CHECK(!ev_run(h.loop, 0));
        CHECK_EQ(after.ticks, 3);
        close_host(&next);
        test_close_pair(ends);
    }
}
