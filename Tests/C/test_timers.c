/* Timers: once or again and again, never early, never piled up. */
#include "support_io.h"

static const int64_t ms = 1000000;

/* Moves the clock on, and says how much has been received in all. */
static size_t after(test_stage *s, int64_t by_ns) {
    CHECK_OK(backstage_engine_advance(s->engine, (uint64_t)by_ns));
    test_run(s->engine);
    return s->seen->count;
}

static uint64_t start(test_stage *s, int64_t after_ns, int64_t every_ns) {
    uint64_t timer = 0;
    CHECK_OK(backstage_timer_start(s->context, after_ns, every_ns, &timer));
    return timer;
}

TEST(a_one_shot_timer_comes_once_and_not_early) {
    test_stage s = test_stage_open();
    uint64_t timer = start(&s, 10 * ms, 0);
    CHECK_EQ(after(&s, 0), 0);
    CHECK_EQ(after(&s, 10 * ms - 1), 0);
    if (CHECK_EQ(after(&s, 1), 1)) {
        backstage_timer_event event = test_timer_event(&s.seen->messages[0]);
        CHECK_EQ(event.due_ns, 10 * ms);
        CHECK_EQ(event.expirations, 1);
        CHECK_EQ(s.seen->messages[0].token, timer);
        CHECK_EQ(s.seen->messages[0].sender, BACKSTAGE_NONE);
    }
    CHECK_EQ(after(&s, 1000 * ms), 1);
    CHECK_STATUS(backstage_timer_cancel(s.context, timer), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(test_statistics(s.engine).events, 1);
    CHECK_EQ(test_statistics(s.engine).accepted, 0); /* events stand apart */
    test_end(s.engine);
}

TEST(a_periodic_timer_comes_each_time) {
    test_stage s = test_stage_open();
    uint64_t timer = start(&s, 5 * ms, 10 * ms);
    CHECK_EQ(after(&s, 5 * ms - 1), 0);
    CHECK_EQ(after(&s, 1), 1);
    for (size_t i = 1; i < 50; i++) {
        CHECK_EQ(after(&s, 10 * ms - 1), i);
        CHECK_EQ(after(&s, 1), i + 1);
    }
    for (size_t i = 0; i < s.seen->count; i++) {
        backstage_timer_event event = test_timer_event(&s.seen->messages[i]);
        CHECK_EQ(event.due_ns, (5 + 10 * i) * (size_t)ms);
        CHECK_EQ(event.expirations, 1);
        CHECK_EQ(s.seen->messages[i].token, timer);
    }
    test_end(s.engine);
}

TEST(a_late_periodic_timer_comes_once_and_says_how_often_it_was_due) {
    test_stage s = test_stage_open();
    start(&s, 10 * ms, 10 * ms);
    if (CHECK_EQ(after(&s, 105 * ms), 1)) {
        CHECK_EQ(test_timer_event(&s.seen->messages[0]).expirations, 10);
        CHECK(test_timer_event(&s.seen->messages[0]).due_ns <= 100 * (uint64_t)ms);
    }
    /* It keeps its beat. */
    CHECK_EQ(after(&s, 5 * ms - 1), 1);
    if (CHECK_EQ(after(&s, 1), 2)) {
        CHECK_EQ(test_timer_event(&s.seen->messages[1]).expirations, 1);
        CHECK_EQ(test_timer_event(&s.seen->messages[1]).due_ns, 110 * ms);
    }
    /* One day of nanoseconds is counted, not walked through. */
    start(&s, 1, 1);
    if (CHECK_EQ(after(&s, 86400 * 1000 * ms), 4)) {
        uint64_t first = test_timer_event(&s.seen->messages[2]).expirations;
        uint64_t second = test_timer_event(&s.seen->messages[3]).expirations;
        CHECK_EQ(first + second, 86400000 * (uint64_t)ms + 8640000);
    }
    test_end(s.engine);
}

TEST(a_timer_of_zero_comes_at_the_next_run) {
    test_stage s = test_stage_open();
    start(&s, 0, 0);
    CHECK_EQ(s.seen->count, 0);
    CHECK_EQ(after(&s, 0), 1);
    CHECK_EQ(after(&s, ms), 1);
    start(&s, 0, ms);
    CHECK_EQ(after(&s, 0), 2);
    CHECK_EQ(after(&s, ms), 3);
    test_end(s.engine);
}

TEST(a_bad_time_is_refused) {
    test_stage s = test_stage_open();
    uint64_t timer = 77;
    CHECK_STATUS(backstage_timer_start(s.context, -1, 0, &timer), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_timer_start(s.context, 0, -1, &timer), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_timer_start(s.context, INT64_MIN, INT64_MIN, &timer),
                 BACKSTAGE_INVALID_ARGUMENT);
    CHECK_EQ(timer, 77);
    CHECK_EQ(after(&s, 1000 * ms), 0);
    test_end(s.engine);
}

TEST(the_end_of_time_is_far) {
    test_stage s = test_stage_open();
    uint64_t now = 0;
    CHECK_EQ(after(&s, 1000 * ms), 0);
    uint64_t once = start(&s, INT64_MAX, 0);
    uint64_t again = start(&s, INT64_MAX, INT64_MAX);
    uint64_t near = start(&s, ms, INT64_MAX);
    CHECK_EQ(after(&s, ms), 1);
    CHECK_EQ(after(&s, 1000000 * ms), 1);
    CHECK_OK(backstage_timer_cancel(s.context, once));
    CHECK_OK(backstage_timer_cancel(s.context, near));
    /* However far it is moved, the clock never turns back. */
    for (int i = 0; i < 4; i++) {
        uint64_t before = now;
        backstage_status status = backstage_engine_advance(s.engine, UINT64_MAX - 1);
        CHECK(status == BACKSTAGE_OK || status == BACKSTAGE_INVALID_ARGUMENT);
        CHECK_OK(backstage_engine_now(s.engine, &now));
        CHECK(now >= before);
        test_run(s.engine);
    }
    CHECK_OK(backstage_timer_cancel(s.context, again));
    test_end(s.engine);
}

/* Restarts a timer of zero, and counts messages in between, until there were enough of them. */
static backstage_status spin(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    uint64_t *messages = state, timer;
    if (envelope->type == BACKSTAGE_TIMER && *messages < 2000) {
        CHECK_OK(backstage_timer_start(context, 0, 0, &timer));
    } else if (envelope->type == BACKSTAGE_SEND && ++*messages < 2000) {
        CHECK_OK(backstage_send(context, backstage_context_self(context), "", 0));
    }
    return BACKSTAGE_OK;
}

TEST(a_timer_started_over_and_over_does_not_starve_messages) {
    test_stage s = test_stage_open();
    uint64_t messages = 0, timer;
    backstage_ref actor = test_spawn(s.engine, NULL, spin, &messages);
    CHECK_OK(backstage_timer_start(test_context(s.engine, actor), 0, 0, &timer));
    CHECK_OK(backstage_engine_send(s.engine, actor, "", 0));
    test_run(s.engine);
    CHECK_EQ(messages, 2000);
    test_end(s.engine);
}

typedef struct tally {
    uint64_t timers, messages, expirations;
} tally;

/* Works on until it has had both, and enough of them. */
static backstage_status tally_both(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    tally *t = state;
    if (envelope->type == BACKSTAGE_TIMER) {
        const backstage_timer_event *event = envelope->payload;
        uint64_t now;
        CHECK_OK(backstage_engine_now(backstage_context_engine(context), &now));
        CHECK(event->due_ns <= now);
        CHECK(event->expirations >= 1);
        t->timers++;
        t->expirations += event->expirations;
    } else {
        t->messages++;
        CHECK_OK(backstage_send(context, backstage_context_self(context), "", 0));
    }
    if (t->timers >= 20 && t->messages >= 2000) {
        CHECK_OK(backstage_engine_stop(backstage_context_engine(context)));
    }
    return BACKSTAGE_OK;
}

TEST(on_a_real_clock_a_tiny_interval_and_a_flood_share_the_engine) {
    backstage_engine_options options = test_engine_options();
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    backstage_engine *engine = test_engine_with(&options);
    tally t = {0, 0, 0};
    uint64_t timer;
    backstage_ref actor = test_spawn(engine, NULL, tally_both, &t);
    CHECK_OK(backstage_timer_start(test_context(engine, actor), 1, 1, &timer));
    CHECK_OK(backstage_engine_send(engine, actor, "", 0));
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK(t.timers >= 20 && t.messages >= 2000);
    CHECK(t.expirations > t.timers);
    test_end(engine);
}

/* Checks that its timer is not early, and stops the engine. */
static backstage_status check_not_early(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    const backstage_timer_event *event = envelope->payload;
    uint64_t now = 0, *due = state;
    CHECK_OK(backstage_engine_now(backstage_context_engine(context), &now));
    CHECK(now >= *due);
    CHECK(event->due_ns >= *due && event->due_ns <= now);
    return backstage_engine_stop(backstage_context_engine(context));
}

TEST(on_a_real_clock_no_timer_is_early) {
    backstage_engine_options options = test_engine_options();
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    backstage_engine *engine = test_engine_with(&options);
    uint64_t due = 0, timer;
    backstage_ref actor = test_spawn(engine, NULL, check_not_early, &due);
    for (int64_t i = 0; i < 20; i++) {
        int64_t wait = i * i * 7919;
        CHECK_OK(backstage_engine_now(engine, &due));
        due += (uint64_t)wait;
        CHECK_OK(backstage_timer_start(test_context(engine, actor), wait, 0, &timer));
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    }
    CHECK_EQ(test_statistics(engine).events, 20);
    test_end(engine);
}
