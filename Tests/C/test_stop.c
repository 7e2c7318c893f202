/* A stop, wherever it is said: no callback runs after the one in hand, and the next run goes on as
 * if nothing had been. */
#include "support_io.h"

typedef struct stage {
    backstage_engine *engine;
    uint64_t handled, timers, deinits, handled_after;
    bool stopped;
} stage;

static void stop(stage *s) {
    s->stopped = true;
    CHECK_OK(backstage_engine_stop(s->engine));
}

static backstage_status count(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    stage *s = state;
    (void)context;
    s->handled += envelope->type == BACKSTAGE_SEND;
    s->timers += envelope->type == BACKSTAGE_TIMER;
    s->handled_after += s->stopped;
    return BACKSTAGE_OK;
}

static void spawn_busy(stage *s, int actors) {
    for (int i = 0; i < actors; i++) {
        CHECK_OK(backstage_engine_send(s->engine, test_spawn(s->engine, NULL, count, s), "x", 1));
    }
}

/* ---- In events --------------------------------------------------------------------------- */

static backstage_status stop_at_first(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    stage *s = state;
    count(context, envelope, state);
    if (s->timers == 1) {
        stop(s);
    }
    return BACKSTAGE_OK;
}

TEST(a_stop_at_a_timer_leaves_the_next_to_the_next_run) {
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        stage s = {.engine = test_engine()};
        backstage_ref actor = test_spawn(s.engine, NULL, stop_at_first, &s);
        uint64_t timer;
        for (int i = 0; i < 2; i++) {
            CHECK_OK(backstage_timer_start(test_context(s.engine, actor), 10, 0, &timer));
        }
        CHECK_OK(backstage_engine_send(s.engine, actor, "x", 1));
        test_spawn(s.engine, NULL, count, &s);
        CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
        CHECK_OK(backstage_engine_advance(s.engine, 10));
        CHECK_OK(backstage_engine_run(s.engine, mode, BACKSTAGE_FOREVER));
        CHECK_EQ(s.timers, 1);
        CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        if (CHECK_EQ(s.timers, 2)) {
            test_run(s.engine);
        }
        test_end(s.engine);
    }
}

/* ---- In the observers' callbacks --------------------------------------------------------- */

static void stop_in_log(backstage_log_level level, const char *message, void *state) {
    (void)level, (void)message;
    stop(state);
}

static void stop_in_dead_letter(backstage_engine *engine, backstage_ref receiver,
                                const backstage_envelope *envelope, backstage_dead_reason reason,
                                void *state) {
    (void)engine, (void)receiver, (void)envelope, (void)reason;
    stop(state);
}

static void check_stop_in_observer(backstage_run_mode mode, bool in_log) {
    enum { ACTORS = 100 };
    stage s = {.engine = NULL};
    backstage_engine_options options = test_engine_options();
    options.log = in_log ? stop_in_log : NULL;
    options.dead_letter = in_log ? NULL : stop_in_dead_letter;
    options.log_state = options.dead_letter_state = &s;
    if (!CHECK_OK(backstage_engine_create(&options, &s.engine))) {
        return;
    }
    backstage_ref failing = test_spawn(s.engine, NULL, test_fail, NULL);
    CHECK_OK(backstage_engine_send(s.engine, failing, "x", 1));
    spawn_busy(&s, ACTORS);
    CHECK_OK(backstage_engine_run(s.engine, mode, BACKSTAGE_FOREVER));
    CHECK(s.stopped);
    CHECK_EQ(s.handled_after, 0);
    test_run(s.engine);
    CHECK_EQ(s.handled, ACTORS);
    test_end(s.engine);
}

TEST(a_stop_in_a_log_or_dead_letter_callback_ends_the_run) {
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        check_stop_in_observer(mode, false);
        check_stop_in_observer(mode, true);
    }
}

/* ---- While actors end -------------------------------------------------------------------- */

static backstage_status stop_in_deinit(backstage_context *context, backstage_reason reason,
                                       void *state) {
    stage *s = state;
    (void)context, (void)reason;
    if (++s->deinits == 1) {
        stop(s);
    }
    return BACKSTAGE_OK;
}

TEST(a_stop_in_deinit_leaves_the_other_ends_to_the_next_run) {
    enum { CHILDREN = 20 };
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        stage s = {.engine = test_engine()};
        backstage_actor_options options = test_options(NULL, count, &s);
        options.deinit = stop_in_deinit;
        backstage_context *parent = test_context(s.engine, test_spawn_with(s.engine, &options));
        for (int i = 0; i < CHILDREN; i++) {
            backstage_ref child;
            CHECK_OK(backstage_spawn_child(parent, &options, &child));
        }
        CHECK_OK(backstage_shutdown(parent));
        while (!s.stopped) {
            CHECK_OK(backstage_engine_run(s.engine, mode, BACKSTAGE_FOREVER));
        }
        CHECK_EQ(s.deinits, 1);
        test_run(s.engine);
        CHECK_EQ(s.deinits, CHILDREN + 1);
        test_end(s.engine);
    }
}

/* ---- In a host's callback ---------------------------------------------------------------- */

static void stop_once_busy(backstage_engine *engine, int fd, uint32_t events, void *state) {
    stage *s = state;
    (void)engine, (void)fd, (void)events;
    if (s->handled > 0 && !s->stopped) {
        stop(s);
    }
}

TEST(a_stop_in_a_hosts_callback_ends_any_run_at_once) {
    enum { ACTORS = 2000 }; /* so many turns that descriptors are looked at in between */
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        stage s = {.engine = test_engine()};
        int ends[2];
        uint64_t watcher;
        test_pipe(ends);
        test_poke(ends[1]);
        CHECK_OK(backstage_engine_watch_fd(s.engine, ends[0], BACKSTAGE_READABLE, stop_once_busy,
                                           &s, &watcher));
        spawn_busy(&s, ACTORS);
        CHECK_OK(backstage_engine_run(s.engine, mode, BACKSTAGE_FOREVER));
        CHECK(s.stopped);
        CHECK_EQ(s.handled_after, 0);
        CHECK(s.handled < ACTORS);
        CHECK_OK(backstage_engine_unwatch_fd(s.engine, watcher));
        test_run(s.engine);
        CHECK_EQ(s.handled, ACTORS);
        test_end(s.engine);
        test_close_pair(ends);
    }
}

/* ---- Just in time ------------------------------------------------------------------------ */

static backstage_status let_time_pass_and_stop(backstage_context *context,
                                               const backstage_envelope *envelope, void *state) {
    stage *s = state;
    count(context, envelope, state);
    if (s->handled == 1) {
        CHECK_OK(backstage_engine_advance(s->engine, 1000));
        stop(s);
    }
    return BACKSTAGE_OK;
}

TEST(a_stop_and_a_timeout_at_one_time_end_one_run) {
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        stage s = {.engine = test_engine()};
        backstage_ref actor = test_spawn(s.engine, NULL, let_time_pass_and_stop, &s);
        CHECK_OK(backstage_engine_send(s.engine, actor, "x", 1));
        CHECK_OK(backstage_engine_send(s.engine, actor, "x", 1));
        CHECK_OK(backstage_engine_run(s.engine, mode, 1000));
        CHECK_EQ(s.handled, 1);
        test_run(s.engine);
        CHECK_EQ(s.handled, 2);
        test_end(s.engine);
    }
}
