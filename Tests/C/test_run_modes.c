/* The four ways to run an engine, and what ends a run. */
#include "support.h"

enum { UNTIL_STOPPED, UNTIL_IDLE, ONCE, NO_WAIT };

/* Counts what it handles; what else it does depends on the message's first byte. */
typedef struct counter {
    uint64_t count;
    backstage_ref friend;
} counter;

static backstage_status obey(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    counter *c = state;
    backstage_engine *engine = backstage_context_engine(context);
    backstage_ref self = backstage_context_self(context);
    c->count++;
    switch (envelope->size == 0 ? 0 : *(const char *)envelope->payload) {
    case 's':
        return backstage_engine_stop(engine);
    case 'r': /* again and again */
        return backstage_send(context, self, "r", 1);
    case 'f':
        return backstage_send(context, c->friend, "", 0);
    case 'a': /* lets time pass, for ever */
        CHECK_OK(backstage_engine_advance(engine, 1000));
        return backstage_send(context, self, "a", 1);
    default:
        return BACKSTAGE_OK;
    }
}

static backstage_ref spawn_counter(backstage_engine *engine, counter *c, uint32_t budget) {
    backstage_actor_options options = test_options(NULL, obey, c);
    options.budget = budget;
    return test_spawn_with(engine, &options);
}

static void send(backstage_engine *engine, backstage_ref actor, const char *text) {
    CHECK_OK(backstage_engine_send(engine, actor, text, strlen(text)));
}

static backstage_status run(backstage_engine *engine, backstage_run_mode mode, int64_t timeout_ns) {
    return backstage_engine_run(engine, mode, timeout_ns);
}

TEST(until_idle_handles_all_and_what_comes_of_it) {
    backstage_engine *engine = test_engine();
    counter b = {0, 0};
    counter a = {0, spawn_counter(engine, &b, 0)};
    backstage_ref actor = spawn_counter(engine, &a, 0);
    for (int i = 0; i < 500; i++) {
        send(engine, actor, "f");
    }
    CHECK_OK(run(engine, UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_EQ(a.count, 500);
    CHECK_EQ(b.count, 500);
    test_end(engine);
}

TEST(a_run_without_work_returns) {
    backstage_engine *engine = test_engine();
    uint64_t now = 77, timer;
    for (int i = 0; i < 3; i++) {
        CHECK_OK(run(engine, UNTIL_IDLE, BACKSTAGE_FOREVER));
        CHECK_OK(run(engine, NO_WAIT, BACKSTAGE_FOREVER));
        CHECK_OK(run(engine, NO_WAIT, 1000));
        CHECK_STATUS(run(engine, ONCE, 1000), BACKSTAGE_TIMEOUT);
        CHECK_STATUS(run(engine, UNTIL_STOPPED, 1000), BACKSTAGE_TIMEOUT);
        /* With idle actors, and one who waits for a timer, just the same. */
        backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
        CHECK_OK(run(engine, UNTIL_IDLE, BACKSTAGE_FOREVER));
        CHECK_OK(backstage_timer_start(test_context(engine, actor), 5000, 0, &timer));
    }
    CHECK_OK(backstage_engine_now(engine, &now));
    CHECK_EQ(now, 0); /* nothing but an advance moves a virtual clock */
    test_end(engine);
}

TEST(until_stopped_works_off_the_queue_before_it_gives_up) {
    backstage_engine *engine = test_engine();
    counter c = {0, 0};
    backstage_ref actor = spawn_counter(engine, &c, 1);
    for (int i = 0; i < 100; i++) {
        send(engine, actor, "");
    }
    CHECK_STATUS(run(engine, UNTIL_STOPPED, 1), BACKSTAGE_TIMEOUT);
    CHECK_EQ(c.count, 100);
    test_end(engine);
}

TEST(once_and_no_wait_give_each_ready_actor_a_turn) {
    for (backstage_run_mode mode = ONCE; mode <= NO_WAIT; mode++) {
        backstage_engine *engine = test_engine();
        counter counters[3] = {{0, 0}};
        for (size_t i = 0; i < 3; i++) {
            backstage_ref actor = spawn_counter(engine, &counters[i], (uint32_t)i + 1);
            for (int j = 0; j < 6; j++) {
                send(engine, actor, "");
            }
        }
        CHECK_OK(run(engine, mode, BACKSTAGE_FOREVER));
        CHECK_EQ(counters[0].count, 1);
        CHECK_EQ(counters[1].count, 2);
        CHECK_EQ(counters[2].count, 3);
        for (int i = 0; i < 5; i++) {
            CHECK_OK(run(engine, mode, BACKSTAGE_FOREVER));
        }
        for (size_t i = 0; i < 3; i++) {
            CHECK_EQ(counters[i].count, 6);
        }
        test_end(engine);
    }
}

TEST(a_turn_that_makes_new_work_does_not_prolong_once) {
    backstage_engine *engine = test_engine();
    counter c = {0, 0};
    backstage_ref actor = spawn_counter(engine, &c, 1);
    send(engine, actor, "r");
    for (uint64_t i = 1; i <= 50; i++) {
        CHECK_OK(run(engine, i % 2 == 0 ? ONCE : NO_WAIT, BACKSTAGE_FOREVER));
        CHECK_EQ(c.count, i);
    }
    test_end(engine);
}

TEST(a_stop_in_a_callback_ends_the_run_after_it) {
    for (backstage_run_mode mode = UNTIL_STOPPED; mode <= NO_WAIT; mode++) {
        backstage_engine *engine = test_engine();
        counter c = {0, 0}, other = {0, 0};
        backstage_ref actor = spawn_counter(engine, &c, 0);
        backstage_ref next = spawn_counter(engine, &other, 0);
        send(engine, actor, "");
        send(engine, actor, "s");
        send(engine, actor, "");
        send(engine, next, "");
        CHECK_OK(run(engine, mode, BACKSTAGE_FOREVER));
        CHECK_EQ(c.count, 2);
        CHECK_EQ(other.count, 0);
        CHECK_EQ(test_statistics(engine).queued, 2);
        CHECK_OK(run(engine, UNTIL_IDLE, BACKSTAGE_FOREVER));
        CHECK_EQ(c.count, 3);
        CHECK_EQ(other.count, 1);
        test_end(engine);
    }
}

TEST(a_stop_before_a_run_ends_that_run_and_no_other) {
    for (backstage_run_mode mode = UNTIL_STOPPED; mode <= NO_WAIT; mode++) {
        backstage_engine *engine = test_engine();
        counter c = {0, 0};
        backstage_ref actor = spawn_counter(engine, &c, 0);
        send(engine, actor, "");
        CHECK_OK(backstage_engine_stop(engine));
        CHECK_OK(backstage_engine_stop(engine)); /* twice is once */
        CHECK_OK(run(engine, mode, BACKSTAGE_FOREVER));
        CHECK_EQ(c.count, 0);
        CHECK_OK(run(engine, UNTIL_IDLE, BACKSTAGE_FOREVER));
        CHECK_EQ(c.count, 1);
        send(engine, actor, "s");
        CHECK_OK(run(engine, UNTIL_STOPPED, BACKSTAGE_FOREVER));
        send(engine, actor, "");
        CHECK_OK(run(engine, NO_WAIT, BACKSTAGE_FOREVER)); /* that stop is over, too */
        CHECK_EQ(c.count, 3);
        test_end(engine);
    }
}

TEST(a_timeout_ends_a_busy_run) {
    backstage_engine *engine = test_engine();
    counter c = {0, 0};
    uint64_t now = 0;
    send(engine, spawn_counter(engine, &c, 0), "a");
    for (uint64_t i = 1; i <= 3; i++) {
        CHECK_STATUS(run(engine, i == 1 ? UNTIL_STOPPED : UNTIL_IDLE, 100000), BACKSTAGE_TIMEOUT);
        CHECK(c.count >= 100 * i);
        CHECK_EQ(test_statistics(engine).queued, 1);
        CHECK_OK(backstage_engine_now(engine, &now));
        CHECK(now >= 100000 * i);
    }
    test_end(engine);
}

TEST(an_unknown_mode_is_refused) {
    backstage_engine *engine = test_engine();
    counter c = {0, 0};
    send(engine, spawn_counter(engine, &c, 0), "");
    CHECK_STATUS(run(engine, 4, BACKSTAGE_FOREVER), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(run(engine, UINT32_MAX, BACKSTAGE_FOREVER), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_EQ(c.count, 0);
    test_end(engine);
}

/* ---- Inside callbacks -------------------------------------------------------------------- */

static void try_all(backstage_engine *engine) {
    for (backstage_run_mode mode = UNTIL_STOPPED; mode <= NO_WAIT; mode++) {
        CHECK_STATUS(run(engine, mode, 0), BACKSTAGE_IN_CALLBACK);
    }
    CHECK_STATUS(backstage_engine_adopt(engine), BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_destroy(engine), BACKSTAGE_IN_CALLBACK);
}

static backstage_status try_in_init(backstage_context *context, void *state) {
    try_all(backstage_context_engine(context));
    ++*(int *)state;
    return BACKSTAGE_OK;
}

static backstage_status try_in_receive(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    (void)envelope;
    return try_in_init(context, state);
}

static backstage_status try_in_deinit(backstage_context *context, backstage_reason reason,
                                      void *state) {
    (void)reason;
    return try_in_init(context, state);
}

static int32_t try_in_each(backstage_engine *engine, backstage_ref actor, void *state) {
    (void)actor, (void)state;
    CHECK_STATUS(run(engine, NO_WAIT, 0), BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_destroy(engine), BACKSTAGE_IN_CALLBACK);
    return 0;
}

TEST(no_run_adopt_or_destroy_inside_a_callback) {
    backstage_engine *engine = test_engine();
    int calls = 0;
    backstage_actor_options options = test_options(NULL, try_in_receive, &calls);
    options.init = try_in_init;
    options.deinit = try_in_deinit;
    backstage_ref actor = test_spawn_with(engine, &options);
    test_spawn_with(engine, &options); /* this one ends with the engine */
    send(engine, actor, "");
    test_run(engine);
    CHECK_OK(backstage_engine_each_actor(engine, try_in_each, NULL));
    CHECK_OK(backstage_shutdown(test_context(engine, actor)));
    test_run(engine);
    CHECK_EQ(calls, 4);
    test_end(engine);
    CHECK_EQ(calls, 5);
}

TEST(only_a_virtual_clock_is_advanced) {
    backstage_engine_options options = test_engine_options();
    uint64_t first = 0, second = 0;
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    backstage_engine *engine = test_engine_with(&options);
    CHECK_OK(backstage_engine_now(engine, &first));
    CHECK_STATUS(backstage_engine_advance(engine, 1), BACKSTAGE_NOT_VIRTUAL);
    CHECK_STATUS(run(engine, UNTIL_STOPPED, 1), BACKSTAGE_TIMEOUT);
    CHECK_STATUS(run(engine, ONCE, 1000), BACKSTAGE_TIMEOUT);
    CHECK_OK(backstage_engine_now(engine, &second));
    CHECK(second >= first + 1001);
    test_end(engine);
}
