/* An engine in the host's loop, and runs of it in between: neither starves the other, nothing is
 * left behind, and no callback runs in the wrong place. */
#include <ev.h>

#include "support_io.h"

enum { LIMIT = 10000000 }; /* so many messages, and what is waited for does not come */

typedef struct host {
    struct ev_loop *loop;
    backstage_engine *engine;
    backstage_ref actor;
    ev_timer timer;
    int fired;
    uint64_t messages, timers;
} host;

static host open_host(backstage_clock clock) {
    host h = {.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV)};
    backstage_engine_options options = test_engine_options();
    options.loop = h.loop;
    options.clock = clock;
    h.engine = test_engine_with(&options);
    return h;
}

static void close_host(host *h) {
    test_end(h->engine);
    CHECK(!ev_run(h->loop, 0)); /* nothing holds it open */
    ev_loop_destroy(h->loop);
}

/* Lets the loop call back once, as soon as it runs. */
static void call_back(host *h, void (*callback)(struct ev_loop *, ev_timer *, int)) {
    ev_timer_init(&h->timer, callback, 0., 0.);
    h->timer.data = h;
    ev_timer_start(h->loop, &h->timer);
}

static void send_one(void *state) {
    host *h = state;
    CHECK_OK(backstage_engine_send(h->engine, h->actor, "x", 1));
}

TEST(a_run_that_waits_does_not_spin) {
    host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
    h.actor = test_spawn(h.engine, NULL, test_ignore, NULL);
    send_one(&h);
    CHECK_STATUS(
        backstage_engine_run(h.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_MILLISECONDS(5)),
        BACKSTAGE_TIMEOUT);
    CHECK(test_statistics(h.engine).polls < 50);
    close_host(&h);
}

/* ---- What a run leaves is the loop's to finish ------------------------------------------- */

static backstage_status send_self_ten_times(backstage_context *context,
                                            const backstage_envelope *envelope, void *state) {
    host *h = state;
    (void)envelope;
    return ++h->messages < 10 ? backstage_send(context, h->actor, "x", 1) : BACKSTAGE_OK;
}

static void on_send_and_run_once(struct ev_loop *loop, ev_timer *timer, int events) {
    host *h = timer->data;
    (void)loop, (void)events;
    test_elsewhere(send_one, h);
    CHECK_OK(backstage_engine_run(h->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_EQ(h->messages, 1);
}

TEST(messages_that_a_run_leaves_hold_the_loop_open) {
    host h = open_host(BACKSTAGE_CLOCK_VIRTUAL);
    backstage_actor_options options = test_options(NULL, send_self_ten_times, &h);
    options.budget = 1;
    h.actor = test_spawn_with(h.engine, &options);
    call_back(&h, on_send_and_run_once);
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(h.messages, 10);
    close_host(&h);
}

static backstage_status start_timer(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    host *h = state;
    uint64_t timer;
    if (envelope->type == BACKSTAGE_TIMER) {
        h->timers++;
        return BACKSTAGE_OK;
    }
    h->messages++;
    return backstage_timer_start(context, BACKSTAGE_MILLISECONDS(1), 0, &timer);
}

static void on_send_and_run(struct ev_loop *loop, ev_timer *timer, int events) {
    host *h = timer->data;
    (void)loop, (void)events;
    test_elsewhere(send_one, h);
    test_run(h->engine);
    CHECK_EQ(h->messages, 1);
}

TEST(a_timer_started_in_a_run_holds_the_loop_open) {
    host h = open_host(BACKSTAGE_CLOCK_MONOTONIC);
    h.actor = test_spawn(h.engine, NULL, start_timer, &h);
    call_back(&h, on_send_and_run);
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(h.timers, 1);
    close_host(&h);
}

static void on_advance(struct ev_loop *loop, ev_timer *timer, int events) {
    host *h = timer->data;
    (void)loop, (void)events;
    CHECK_OK(backstage_engine_advance(h->engine, BACKSTAGE_MILLISECONDS(1)));
}

TEST(what_an_advance_makes_due_is_handled_by_the_loop) {
    host h = open_host(BACKSTAGE_CLOCK_VIRTUAL);
    h.actor = test_spawn(h.engine, NULL, start_timer, &h);
    send_one(&h);
    ev_run(h.loop, EVRUN_NOWAIT); /* handles the message, which starts the timer */
    CHECK_EQ(h.messages, 1);
    call_back(&h, on_advance);
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(h.timers, 1);
    close_host(&h);
}

/* ---- The host is looked after in a run --------------------------------------------------- */

static void on_fire(struct ev_loop *loop, ev_timer *timer, int events) {
    host *h = timer->data;
    (void)loop, (void)events;
    h->fired++;
}

static backstage_status flood_until_fired(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    host *h = state;
    (void)envelope;
    if (h->fired > 0 || ++h->messages == LIMIT) {
        return backstage_engine_stop(h->engine);
    }
    return backstage_send(context, h->actor, "x", 1);
}

TEST(busy_actors_do_not_starve_the_hosts_timers_in_a_run) {
    for (backstage_clock clock = 0; clock <= BACKSTAGE_CLOCK_VIRTUAL; clock++) {
        host h = open_host(clock);
        h.actor = test_spawn(h.engine, NULL, flood_until_fired, &h);
        send_one(&h);
        call_back(&h, on_fire);
        CHECK_OK(backstage_engine_run(h.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
        CHECK_EQ(h.fired, 1);
        CHECK(h.messages < LIMIT);
        close_host(&h);
    }
}

/* ---- The wrong place --------------------------------------------------------------------- */

static void run_loop(void *state) { ev_run(state, EVRUN_NOWAIT); }

TEST(a_loop_run_by_another_thread_runs_no_callback) {
    host h = open_host(BACKSTAGE_CLOCK_VIRTUAL);
    test_recorder *seen = test_recorder_new();
    h.actor = test_spawn(h.engine, NULL, test_receive, seen);
    send_one(&h);
    test_elsewhere(run_loop, h.loop);
    CHECK_EQ(seen->count, 0);
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(seen->count, 1);
    close_host(&h);
}

typedef struct nest {
    struct ev_loop *loop;
    int depth, depth_max;
} nest;

static backstage_status run_loop_inside(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    nest *n = state;
    (void)context, (void)envelope;
    n->depth++;
    n->depth_max = n->depth > n->depth_max ? n->depth : n->depth_max;
    for (int i = 0; i < 5 && n->depth == 1; i++) {
        ev_run(n->loop, EVRUN_NOWAIT);
    }
    n->depth--;
    return BACKSTAGE_OK;
}

TEST(a_callback_that_runs_the_loop_runs_no_callback_inside) {
    for (int in_run = 0; in_run < 2; in_run++) {
        host h = open_host(BACKSTAGE_CLOCK_VIRTUAL);
        nest n = {.loop = h.loop};
        for (int i = 0; i < 10; i++) {
            h.actor = test_spawn(h.engine, NULL, run_loop_inside, &n);
            send_one(&h);
            send_one(&h);
        }
        if (in_run) {
            test_run(h.engine);
        } else {
            CHECK(!ev_run(h.loop, 0));
        }
        CHECK_EQ(n.depth_max, 1);
        CHECK_EQ(test_statistics(h.engine).handled, 20);
        close_host(&h);
    }
}

static void on_stop(struct ev_loop *loop, ev_timer *timer, int events) {
    host *h = timer->data;
    (void)loop, (void)events;
    CHECK_OK(backstage_engine_stop(h->engine));
    h->fired++;
}

TEST(a_stop_by_the_host_ends_the_run_after_it_and_no_other) {
    host h = open_host(BACKSTAGE_CLOCK_VIRTUAL);
    call_back(&h, on_stop);
    CHECK(!ev_run(h.loop, 0));
    CHECK_EQ(h.fired, 1);
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(backstage_engine_run(h.engine, BACKSTAGE_RUN_UNTIL_STOPPED, 1),
                     i == 0 ? BACKSTAGE_OK : BACKSTAGE_TIMEOUT);
    }
    call_back(&h, on_stop); /* inside a run it ends that */
    CHECK_OK(backstage_engine_run(h.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(h.fired, 2);
    close_host(&h);
}
