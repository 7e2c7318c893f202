/* An engine drained again, from anywhere, in any mode of running, and used after that. */
#include <ev.h>

#include "support_life.h"

static test_life *life;

static void drain(int64_t timeout_ns) {
    CHECK_OK(backstage_engine_drain(life->engine, timeout_ns));
}

static backstage_status run(backstage_run_mode mode) {
    return backstage_engine_run(life->engine, mode, BACKSTAGE_FOREVER);
}

static uint64_t actors(void) { return test_statistics(life->engine).actors; }

/* The run after the one that ended the drain is a run as ever: there is nothing to wait for. */
static void check_as_ever(void) {
    CHECK_STATUS(backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, 1),
                 BACKSTAGE_TIMEOUT);
    test_subject *subject = test_subject_open(life, NULL, "again", NULL);
    test_subject_send(subject, 1, 10);
    test_run(life->engine);
    test_check_numbers(subject, 1, 10);
    CHECK(test_subject_lives(subject));
}

TEST(a_drain_is_over_in_every_run_mode) {
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        life = test_life_open();
        for (int i = 0; i < 300; i++) {
            test_subject_send(test_subject_open(life, NULL, NULL, NULL), 1, 100);
        }
        drain(BACKSTAGE_FOREVER);
        CHECK_OK(run(mode));
        if (mode == BACKSTAGE_RUN_UNTIL_STOPPED || mode == BACKSTAGE_RUN_UNTIL_IDLE) {
            CHECK_EQ(actors(), 0);
        }
        while (actors() > 0) {
            CHECK_OK(run(mode));
        }
        CHECK_EQ(test_statistics(life->engine).handled, 30000);
        CHECK_EQ(life->count, 300);
        check_as_ever();
        test_life_close(life);
    }
}

TEST(a_drain_out_of_time_is_told_once_in_every_run_mode) {
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        life = test_life_open();
        test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
        test_subject *asked = test_subject_open(life, NULL, NULL, NULL);
        test_run(life->engine);
        test_subject_ask(asker, asked->self, 0);
        drain(100);
        test_run(life->engine);
        CHECK_OK(backstage_engine_advance(life->engine, 100));
        backstage_status status = run(mode);
        while (actors() > 0) {
            CHECK_OK(status);
            status = run(mode);
        }
        CHECK_STATUS(status, BACKSTAGE_TIMEOUT);
        CHECK_EQ(life->count, 2);
        check_as_ever();
        test_life_close(life);
    }
}

TEST(an_engine_without_actors_is_drained_at_once) {
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        for (int64_t timeout = -1; timeout < 2; timeout++) {
            life = test_life_open();
            drain(timeout);
            CHECK_OK(run(mode));
            check_as_ever();
            test_life_close(life);
        }
    }
}

TEST(an_engine_may_be_drained_and_used_many_times) {
    life = test_life_open();
    for (size_t round = 1; round <= 50; round++) {
        test_subject *parent = test_subject_open(life, NULL, "parent", NULL);
        test_subject *child = test_subject_open(life, parent, "child", NULL);
        test_subject_send(child, 1, round);
        drain(round % 2 == 0 ? BACKSTAGE_FOREVER : 100);
        drain(1000); /* twice at that */
        CHECK_OK(run(BACKSTAGE_RUN_UNTIL_STOPPED));
        test_check_numbers(child, 1, round);
        CHECK_EQ(life->count, 2 * round);
        CHECK_EQ(actors(), 0);
        CHECK_OK(backstage_engine_advance(life->engine, 10)); /* deadlines of old pass by */
    }
    check_as_ever();
    test_life_close(life);
}

TEST(a_stop_leaves_the_drain_to_the_next_run) {
    life = test_life_open();
    for (int i = 0; i < 100; i++) {
        test_subject_send(test_subject_open(life, NULL, NULL, NULL), 1, 10);
    }
    drain(BACKSTAGE_FOREVER);
    CHECK_OK(backstage_engine_stop(life->engine));
    CHECK_OK(run(BACKSTAGE_RUN_UNTIL_STOPPED));
    CHECK_EQ(actors(), 100);
    CHECK_OK(run(BACKSTAGE_RUN_UNTIL_STOPPED));
    CHECK_EQ(actors(), 0);
    CHECK_EQ(test_statistics(life->engine).handled, 1000);
    check_as_ever();
    test_life_close(life);
}

/* ---- From inside callbacks --------------------------------------------------------------- */

static backstage_status drain_engine(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    (void)context, (void)envelope, (void)state;
    drain(BACKSTAGE_FOREVER);
    return BACKSTAGE_OK;
}

static backstage_status init_and_drain(backstage_context *context, void *state) {
    CHECK_OK(test_subject_init(context, state));
    return drain_engine(context, NULL, state);
}

static backstage_status deinit_and_drain(backstage_context *context, backstage_reason reason,
                                         void *state) {
    CHECK_OK(test_subject_deinit(context, reason, state));
    return drain_engine(context, NULL, state);
}

TEST(an_engine_may_be_drained_inside_any_callback_of_an_actor) {
    for (int place = 0; place < 4; place++) {
        uint64_t timer;
        life = test_life_open();
        test_subject *other = test_subject_open(life, NULL, NULL, NULL);
        test_subject *actor = test_subject_new(life);
        backstage_actor_options options = test_subject_options(actor, NULL);
        options.init = place == 0 ? init_and_drain : test_subject_init;
        options.deinit = place == 1 ? deinit_and_drain : test_subject_deinit;
        actor->act = place >= 2 ? drain_engine : NULL;
        test_subject_spawn(actor, NULL, &options);
        test_subject_send(other, 1, 500);
        if (place == 1) {
            CHECK_OK(backstage_stop(other->context, actor->self));
        } else if (place == 2) {
            test_subject_send(actor, 1, 3);
        } else if (place == 3) {
            CHECK_OK(backstage_timer_start(actor->context, 0, 0, &timer));
        }
        CHECK_OK(run(BACKSTAGE_RUN_UNTIL_STOPPED));
        CHECK_EQ(actors(), 0);
        CHECK_EQ(life->count, 2);
        test_check_numbers(other, 1, 500);
        check_as_ever();
        test_life_close(life);
    }
}

static void drain_when_ready(backstage_engine *engine, int fd, uint32_t events, void *state) {
    int *calls = state;
    (void)events;
    CHECK_EQ(test_drain(fd), 1);
    ++*calls;
    CHECK_OK(backstage_engine_drain(engine, BACKSTAGE_FOREVER));
}

TEST(a_hosts_callback_may_drain_the_engine_and_is_not_drained) {
    int ends[2], calls = 0;
    uint64_t watcher;
    life = test_life_open();
    test_pipe(ends);
    CHECK_OK(backstage_engine_watch_fd(life->engine, ends[0], BACKSTAGE_READABLE, drain_when_ready,
                                       &calls, &watcher));
    for (int round = 1; round <= 3; round++) {
        test_subject *actor = test_subject_open(life, NULL, NULL, NULL);
        test_subject_send(actor, 1, 10);
        test_poke(ends[1]);
        CHECK_OK(run(BACKSTAGE_RUN_UNTIL_STOPPED));
        CHECK_EQ(calls, round);
        CHECK_EQ(actors(), 0);
        test_check_numbers(actor, 1, 10);
    }
    CHECK_OK(backstage_engine_unwatch_fd(life->engine, watcher));
    check_as_ever();
    test_life_close(life);
    test_close_pair(ends);
}

/* ---- In a host's loop -------------------------------------------------------------------- */

TEST(an_engine_in_a_hosts_loop_is_drained_by_the_loop) {
    backstage_engine_options options = test_engine_options();
    options.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    life = test_life_open_with(&options);
    test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
    test_subject *asked = test_subject_open(life, NULL, NULL, NULL);
    test_subject_send(asked, 1, 100);
    drain(BACKSTAGE_FOREVER);
    CHECK(!ev_run(options.loop, 0));
    CHECK_EQ(actors(), 0);
    test_check_numbers(asked, 1, 100);
    test_check_departure(life, 0, asked, BACKSTAGE_REASON_STOPPED);
    test_check_departure(life, 1, asker, BACKSTAGE_REASON_STOPPED);
    asker = test_subject_open(life, NULL, NULL, NULL); /* and again, with a deadline that passes */
    asked = test_subject_open(life, NULL, NULL, NULL);
    CHECK(!ev_run(options.loop, 0));
    test_subject_ask(asker, asked->self, 0);
    drain(BACKSTAGE_MILLISECONDS(1));
    CHECK(!ev_run(options.loop, 0));
    CHECK_EQ(actors(), 0);
    test_check_departure(life, 2, asked, BACKSTAGE_REASON_KILLED);
    test_check_departure(life, 3, asker, BACKSTAGE_REASON_KILLED);
    test_life_close(life);
    ev_loop_destroy(options.loop);
}

/* ---- Those that end as it begins --------------------------------------------------------- */

static backstage_status drain_in_deinit(backstage_context *context, backstage_reason reason,
                                        void *state) {
    CHECK_OK(backstage_engine_drain(life->engine, 0));
    return test_subject_deinit(context, reason, state);
}

TEST(an_actor_that_is_ending_anyway_is_not_killed_for_want_of_time) {
    for (int way = 0; way < 3; way++) {
        life = test_life_open();
        test_subject *last = test_subject_new(life);
        backstage_actor_options options = test_subject_options(last, NULL);
        options.deinit = way == 2 ? drain_in_deinit : test_subject_deinit;
        test_subject_spawn(last, NULL, &options);
        test_run(life->engine);
        CHECK_OK(way == 1 ? backstage_stop(last->context, last->self)
                          : backstage_shutdown(last->context));
        if (way < 2) {
            drain(0);
        }
        CHECK_OK(run(BACKSTAGE_RUN_UNTIL_IDLE));
        CHECK_EQ(life->count, 1);
        test_check_departure(life, 0, last,
                             way == 1 ? BACKSTAGE_REASON_STOPPED : BACKSTAGE_REASON_NORMAL);
        check_as_ever();
        test_life_close(life);
    }
}
