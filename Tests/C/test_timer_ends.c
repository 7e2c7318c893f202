/* How timers end: cancelled, at any moment, or with their actor. */
#include "support_io.h"

static size_t after(test_stage *s, uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(s->engine, by_ns));
    test_run(s->engine);
    return s->seen->count;
}

static uint64_t start(backstage_context *context, int64_t after_ns, int64_t every_ns) {
    uint64_t timer = 0;
    CHECK_OK(backstage_timer_start(context, after_ns, every_ns, &timer));
    return timer;
}

TEST(a_cancelled_timer_does_not_come) {
    test_stage s = test_stage_open();
    uint64_t once = start(s.context, 10, 0), again = start(s.context, 10, 10);
    CHECK_OK(backstage_timer_cancel(s.context, once));
    CHECK_EQ(after(&s, 10), 1);
    CHECK_EQ(s.seen->messages[0].token, again);
    CHECK_OK(backstage_timer_cancel(s.context, again));
    CHECK_EQ(after(&s, 100), 1);
    CHECK_STATUS(backstage_timer_cancel(s.context, once), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_timer_cancel(s.context, again), BACKSTAGE_NOT_FOUND);
    test_end(s.engine);
}

TEST(a_timer_that_is_due_but_not_handled_is_withdrawn) {
    test_stage s = test_stage_open();
    uint64_t once = start(s.context, 10, 0), again = start(s.context, 10, 10);
    CHECK_OK(backstage_engine_advance(s.engine, 25));
    CHECK_OK(backstage_timer_cancel(s.context, once));
    CHECK_OK(backstage_timer_cancel(s.context, again));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    CHECK_EQ(test_statistics(s.engine).events, 0);
    test_end(s.engine);
}

/* Cancels in its first callback what it was told to. */
typedef struct canceller {
    uint64_t victims[3];
    size_t count;
    backstage_status status; /* of the last cancel */
} canceller;

static backstage_status cancel_all(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    canceller *c = state;
    CHECK_EQ(envelope->type, BACKSTAGE_TIMER);
    for (size_t i = 0; c->count == 0 && i < 3; i++) {
        if (c->victims[i] != 0) {
            c->status = backstage_timer_cancel(context, c->victims[i]);
        }
    }
    c->count++;
    return BACKSTAGE_OK;
}

TEST(a_callback_withdraws_the_timers_that_are_due_with_it) {
    test_stage s = test_stage_open();
    canceller c = {{0, 0, 0}, 0, BACKSTAGE_OK};
    backstage_context *context = test_context(s.engine, test_spawn(s.engine, NULL, cancel_all, &c));
    start(context, 10, 0);
    c.victims[0] = start(context, 10, 0);
    c.victims[1] = start(context, 10, 10);
    c.victims[2] = start(context, 11, 0);
    after(&s, 50);
    CHECK_EQ(c.count, 1);
    CHECK_OK(c.status);
    test_end(s.engine);
}

TEST(a_periodic_timer_is_cancelled_in_its_own_callback) {
    test_stage s = test_stage_open();
    canceller c = {{0, 0, 0}, 0, BACKSTAGE_INVALID_ARGUMENT};
    backstage_context *context = test_context(s.engine, test_spawn(s.engine, NULL, cancel_all, &c));
    c.victims[0] = start(context, 10, 10);
    after(&s, 10);
    CHECK_OK(c.status);
    after(&s, 100);
    CHECK_EQ(c.count, 1);
    CHECK_STATUS(backstage_timer_cancel(context, c.victims[0]), BACKSTAGE_NOT_FOUND);
    test_end(s.engine);
}

/* Replaces its timer by another, in the callback. */
static backstage_status replace(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    uint64_t timer = 0, *count = state;
    backstage_timer_cancel(context, envelope->token); /* gone already, if it was one-shot */
    if (++*count < 10) {
        CHECK_OK(backstage_timer_start(context, 10, *count % 2 == 0 ? 0 : 10, &timer));
        CHECK(timer != envelope->token);
    }
    return BACKSTAGE_OK;
}

TEST(a_timer_is_replaced_in_its_own_callback) {
    test_stage s = test_stage_open();
    uint64_t count = 0;
    backstage_context *context =
        test_context(s.engine, test_spawn(s.engine, NULL, replace, &count));
    start(context, 10, 10);
    for (uint64_t i = 1; i <= 10; i++) {
        after(&s, 10);
        CHECK_EQ(count, i);
    }
    after(&s, 1000);
    CHECK_EQ(count, 10);
    test_end(s.engine);
}

TEST(a_stale_or_forged_token_finds_nothing) {
    enum { ROUNDS = 1000 };
    test_stage s = test_stage_open();
    uint64_t stale[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        stale[i] = start(s.context, 10, 10);
        CHECK_OK(backstage_timer_cancel(s.context, stale[i]));
    }
    uint64_t timer = start(s.context, 10, 10);
    for (size_t i = 0; i < ROUNDS; i++) {
        CHECK(stale[i] != timer);
        CHECK_STATUS(backstage_timer_cancel(s.context, stale[i]), BACKSTAGE_NOT_FOUND);
    }
    for (int bit = 0; bit < 64; bit++) {
        uint64_t forged = timer ^ (uint64_t)1 << bit;
        CHECK_STATUS(backstage_timer_cancel(s.context, forged), BACKSTAGE_NOT_FOUND);
    }
    CHECK_STATUS(backstage_timer_cancel(s.context, 0), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_timer_cancel(s.context, UINT64_MAX), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_unwatch(s.context, timer), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_unwatch_fd(s.engine, timer), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(after(&s, 10), 1);
    test_end(s.engine);
}

TEST(a_token_not_given_yet_finds_nothing) {
    test_stage s = test_stage_open();
    uint64_t timers[4];
    for (size_t i = 0; i < 4; i++) {
        timers[i] = start(s.context, 10, 10);
    }
    for (size_t i = 0; i < 4; i += 2) {
        CHECK_OK(backstage_timer_cancel(s.context, timers[i]));
    }
    /* Whatever the next one may be called: nothing by that name runs now. */
    for (int bit = 0; bit < 64; bit++) {
        for (size_t i = 0; i < 4; i += 2) {
            uint64_t next = timers[i] + ((uint64_t)1 << bit);
            if (next != timers[1] && next != timers[3]) {
                CHECK_STATUS(backstage_timer_cancel(s.context, next), BACKSTAGE_NOT_FOUND);
                CHECK_STATUS(backstage_unwatch(s.context, next), BACKSTAGE_NOT_FOUND);
            }
        }
    }
    CHECK_EQ(after(&s, 10), 2);
    test_end(s.engine);
}

TEST(nobody_cancels_anothers_timer) {
    test_stage s = test_stage_open();
    backstage_ref other = test_spawn(s.engine, NULL, test_ignore, NULL);
    uint64_t timer = start(s.context, 10, 0);
    CHECK_STATUS(backstage_timer_cancel(test_context(s.engine, other), timer), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(after(&s, 10), 1);
    test_end(s.engine);
}

TEST(timers_end_with_their_actor) {
    test_stage s = test_stage_open();
    start(s.context, 10, 0);
    start(s.context, 10, 10);
    start(s.context, 0, 0);
    CHECK_OK(backstage_shutdown(s.context));
    CHECK_EQ(after(&s, 5), 0);
    CHECK_EQ(after(&s, 100), 0);
    /* And with one that is due, but not handled. */
    backstage_ref actor = test_spawn(s.engine, NULL, test_receive, s.seen);
    start(test_context(s.engine, actor), 10, 0);
    start(test_context(s.engine, actor), 10, 1);
    CHECK_OK(backstage_engine_advance(s.engine, 10));
    CHECK_OK(backstage_shutdown(test_context(s.engine, actor)));
    CHECK_EQ(after(&s, 100), 0);
    CHECK_EQ(test_statistics(s.engine).dead, 0); /* events are no letters */
    test_end(s.engine);
}

TEST(timers_end_with_an_actor_that_fails_on_one) {
    test_stage s = test_stage_open();
    s.seen->status = TEST_STATUS;
    start(s.context, 10, 10);
    start(s.context, 10, 10);
    CHECK_EQ(after(&s, 100), 1);
    CHECK_EQ(test_statistics(s.engine).actors, 0);
    CHECK_EQ(test_statistics(s.engine).failures, 1);
    CHECK_EQ(test_statistics(s.engine).dead, 0);
    test_end(s.engine);
}

static backstage_status start_in_init(backstage_context *context, void *state) {
    (void)state;
    start(context, 10, 0);
    return BACKSTAGE_OK;
}

static backstage_status start_in_deinit(backstage_context *context, backstage_reason reason,
                                        void *state) {
    uint64_t timer = 77;
    (void)reason, (void)state;
    CHECK_STATUS(backstage_timer_start(context, 0, 0, &timer), BACKSTAGE_ENDING);
    CHECK_EQ(timer, 77);
    return BACKSTAGE_OK;
}

TEST(a_timer_starts_in_the_first_hook_and_not_in_the_last) {
    test_stage s = test_stage_open();
    backstage_actor_options options = test_options(NULL, test_receive, s.seen);
    options.init = start_in_init;
    options.deinit = start_in_deinit;
    backstage_ref actor = test_spawn_with(s.engine, &options);
    test_run(s.engine);
    CHECK_EQ(after(&s, 9), 0);
    CHECK_EQ(after(&s, 1), 1);
    CHECK_OK(backstage_stop(s.context, actor));
    CHECK_EQ(after(&s, 100), 1);
    test_end(s.engine);
}

TEST(timers_that_came_and_went_leave_nothing) {
    test_stage s = test_stage_open();
    uint64_t held = 0;
    for (size_t i = 0; i < test_rounds(20000, 2000); i++) {
        uint64_t timer = start(s.context, (int64_t)(i % 100) + 50, 0);
        start(s.context, 1, 0);
        CHECK_OK(backstage_engine_advance(s.engine, 1));
        test_run(s.engine);
        CHECK_OK(backstage_timer_cancel(s.context, timer));
        if (i == 500) {
            held = test_statistics(s.engine).memory_bytes;
        }
    }
    CHECK(test_statistics(s.engine).memory_bytes <= held);
    test_end(s.engine);
}
