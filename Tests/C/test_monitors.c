/* Monitors: who asks is told once that an actor ended, and why. */
#include "support_io.h"

typedef struct stage {
    backstage_engine *engine;
    test_recorder *seen;
    backstage_ref observer, target;
    backstage_context *context; /* the observer's */
} stage;

static stage open_stage_with(const backstage_actor_options *target) {
    stage s;
    s.engine = test_engine();
    s.seen = test_recorder_new();
    s.observer = test_spawn(s.engine, NULL, test_receive, s.seen);
    s.context = test_context(s.engine, s.observer);
    s.target = test_spawn_with(s.engine, target);
    return s;
}

static stage open_stage(void) {
    backstage_actor_options options = test_options("target", test_ignore, NULL);
    return open_stage_with(&options);
}

/* Checks that one message tells of the end of an actor. */
static void check_told(const test_recorder *seen, size_t place, backstage_ref actor,
                       backstage_reason reason, backstage_status status) {
    if (CHECK(place < seen->count)) {
        backstage_termination event = test_termination(&seen->messages[place]);
        CHECK_EQ(seen->messages[place].sender, actor);
        CHECK_EQ(event.reason, reason);
        CHECK_STATUS(event.status, status);
    }
}

TEST(the_end_is_told_once_with_its_reason) {
    for (int way = 0; way < 3; way++) {
        stage s = open_stage();
        CHECK_OK(backstage_monitor(s.context, s.target));
        test_run(s.engine);
        CHECK_EQ(s.seen->count, 0);
        CHECK_OK(way == 0   ? backstage_shutdown(test_context(s.engine, s.target))
                 : way == 1 ? backstage_stop(s.context, s.target)
                            : backstage_poison(s.context, s.target));
        test_run(s.engine);
        CHECK_EQ(s.seen->count, 1);
        check_told(s.seen, 0, s.target,
                   way == 0 ? BACKSTAGE_REASON_NORMAL : BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK);
        test_run(s.engine);
        CHECK_EQ(s.seen->count, 1);
        CHECK_EQ(test_statistics(s.engine).accepted, 0); /* events stand apart */
        CHECK_EQ(test_statistics(s.engine).events, 1);
        test_end(s.engine);
    }
}

static backstage_status fail_to_start(backstage_context *context, void *state) {
    (void)context, (void)state;
    return TEST_STATUS - 1;
}

TEST(a_failure_is_told_with_its_status) {
    backstage_actor_options options = test_options(NULL, test_fail, NULL);
    stage s = open_stage_with(&options);
    CHECK_OK(backstage_monitor(s.context, s.target));
    CHECK_OK(backstage_engine_send(s.engine, s.target, "x", 1));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    check_told(s.seen, 0, s.target, BACKSTAGE_REASON_FAILED, TEST_STATUS);
    options.init = fail_to_start;
    s.target = test_spawn_with(s.engine, &options);
    CHECK_OK(backstage_monitor(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 2);
    check_told(s.seen, 1, s.target, BACKSTAGE_REASON_FAILED, TEST_STATUS - 1);
    test_end(s.engine);
}

TEST(who_has_ended_already_is_not_found) {
    stage s = open_stage();
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_OK(backstage_monitor(s.context, s.target));
    CHECK_EQ(s.seen->count, 0);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    check_told(s.seen, 0, s.target, BACKSTAGE_REASON_NOT_FOUND, BACKSTAGE_OK);
    /* That is done with: one may ask again, and is told again. */
    CHECK_STATUS(backstage_unmonitor(s.context, s.target), BACKSTAGE_NOT_MONITORED);
    CHECK_OK(backstage_monitor(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 2);
    test_end(s.engine);
}

TEST(who_is_ending_can_still_be_monitored) {
    stage s = open_stage();
    CHECK_OK(backstage_stop(s.context, s.target));
    CHECK_OK(backstage_monitor(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    check_told(s.seen, 0, s.target, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK);
    test_end(s.engine);
}

TEST(bad_calls_are_refused) {
    stage s = open_stage();
    CHECK_OK(backstage_monitor(s.context, s.target));
    CHECK_STATUS(backstage_monitor(s.context, s.target), BACKSTAGE_EXISTS);
    CHECK_STATUS(backstage_monitor(s.context, s.observer), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_monitor(s.context, BACKSTAGE_NONE), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_unmonitor(s.context, s.observer), BACKSTAGE_NOT_MONITORED);
    CHECK_STATUS(backstage_unmonitor(test_context(s.engine, s.target), s.observer),
                 BACKSTAGE_NOT_MONITORED);
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    test_end(s.engine);
}

TEST(an_unmonitored_end_is_not_told) {
    stage s = open_stage();
    CHECK_OK(backstage_monitor(s.context, s.target));
    CHECK_OK(backstage_unmonitor(s.context, s.target));
    CHECK_STATUS(backstage_unmonitor(s.context, s.target), BACKSTAGE_NOT_MONITORED);
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    /* Nor one that waits to be handled. */
    CHECK_OK(backstage_monitor(s.context, s.target));
    CHECK_OK(backstage_unmonitor(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    test_end(s.engine);
}

/* Monitors two that have ended; told of one, withdraws the other. */
typedef struct withdrawer {
    backstage_ref targets[2];
    size_t told;
} withdrawer;

static backstage_status withdraw_other(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    withdrawer *w = state;
    CHECK_EQ(envelope->type, BACKSTAGE_TERMINATED);
    w->told++;
    size_t other = envelope->sender == w->targets[0] ? 1 : 0;
    CHECK_OK(backstage_unmonitor(context, w->targets[other]));
    CHECK_STATUS(backstage_unmonitor(context, envelope->sender), BACKSTAGE_NOT_MONITORED);
    return BACKSTAGE_OK;
}

TEST(an_event_that_waits_behind_another_is_withdrawn) {
    stage s = open_stage();
    withdrawer w = {{s.target, test_spawn(s.engine, NULL, test_ignore, NULL)}, 0};
    backstage_ref actor = test_spawn(s.engine, NULL, withdraw_other, &w);
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(backstage_stop(s.context, w.targets[i]));
    }
    test_run(s.engine);
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(backstage_monitor(test_context(s.engine, actor), w.targets[i]));
    }
    test_run(s.engine);
    CHECK_EQ(w.told, 1);
    test_end(s.engine);
}

TEST(a_thousand_observers_are_each_told) {
    enum { OBSERVERS = 1000 };
    stage s = open_stage();
    test_recorder *seen[OBSERVERS];
    for (size_t i = 0; i < OBSERVERS; i++) {
        seen[i] = test_recorder_new();
        backstage_ref actor = test_spawn(s.engine, NULL, test_receive, seen[i]);
        CHECK_OK(backstage_monitor(test_context(s.engine, actor), s.target));
        if (i % 10 == 9) { /* some leave before, one way or the other */
            CHECK_OK(i % 20 == 9 ? backstage_unmonitor(test_context(s.engine, actor), s.target)
                                 : backstage_shutdown(test_context(s.engine, actor)));
        }
    }
    test_run(s.engine);
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    for (size_t i = 0; i < OBSERVERS; i++) {
        CHECK_EQ(seen[i]->count, i % 10 != 9);
    }
    test_end(s.engine);
}

TEST(one_observer_is_told_of_a_thousand_in_the_order_of_their_ends) {
    enum { TARGETS = 1000 };
    stage s = open_stage();
    backstage_ref targets[TARGETS];
    for (size_t i = 0; i < TARGETS; i++) {
        targets[i] = test_spawn(s.engine, NULL, test_ignore, NULL);
        CHECK_OK(backstage_monitor(s.context, targets[i]));
    }
    for (size_t i = 0; i < TARGETS; i++) {
        CHECK_OK(backstage_stop(s.context, targets[TARGETS - 1 - i]));
    }
    test_run(s.engine);
    CHECK_EQ(s.seen->count, TARGETS);
    for (size_t i = 0; i < TARGETS; i++) {
        check_told(s.seen, i, targets[TARGETS - 1 - i], BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK);
    }
    test_end(s.engine);
}

TEST(a_full_inbox_does_not_refuse_it) {
    stage s = open_stage();
    test_recorder *seen = test_recorder_new();
    backstage_actor_options options = test_options(NULL, test_receive, seen);
    options.capacity = 1;
    backstage_ref actor = test_spawn_with(s.engine, &options);
    CHECK_OK(backstage_monitor(test_context(s.engine, actor), s.target));
    CHECK_OK(backstage_engine_send(s.engine, actor, "x", 1));
    CHECK_STATUS(backstage_engine_send(s.engine, actor, "x", 1), BACKSTAGE_INBOX_FULL);
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(seen->count, 2);
    CHECK_EQ(test_count_type(seen, BACKSTAGE_TERMINATED), 1);
    test_end(s.engine);
}

TEST(an_observer_that_ends_first_is_forgotten) {
    stage s = open_stage();
    CHECK_OK(backstage_monitor(s.context, s.target));
    CHECK_OK(backstage_monitor(test_context(s.engine, s.target), s.observer)); /* and back */
    CHECK_OK(backstage_shutdown(s.context));
    CHECK_OK(backstage_shutdown(test_context(s.engine, s.target)));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    CHECK_EQ(test_statistics(s.engine).actors, 0);
    CHECK_EQ(test_statistics(s.engine).dead, 0);
    test_end(s.engine);
}

TEST(the_engines_end_is_not_told) {
    stage s = open_stage();
    CHECK_OK(backstage_monitor(s.context, s.target));
    test_run(s.engine);
    test_end(s.engine);
    CHECK_EQ(s.seen->count, 0);
}

TEST(monitors_that_came_and_went_leave_nothing) {
    stage s = open_stage();
    uint64_t held = 0;
    for (size_t i = 0; i < test_rounds(10000, 1000); i++) {
        backstage_ref actor = test_spawn(s.engine, NULL, test_ignore, NULL);
        CHECK_OK(backstage_monitor(s.context, actor));
        CHECK_OK(backstage_monitor(test_context(s.engine, actor), s.target));
        CHECK_OK(backstage_stop(s.context, actor));
        test_run(s.engine);
        if (i == 500) {
            held = test_statistics(s.engine).memory_bytes;
        }
    }
    CHECK(test_statistics(s.engine).memory_bytes <= held);
    test_end(s.engine);
}
