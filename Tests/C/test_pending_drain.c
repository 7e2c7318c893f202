/* A drain waits for what pends, whatever it is, until its time is over. */
#include "support_pending.h"

/* A family of a parent and a child, and somebody who drains it. */
typedef struct drained {
    test_life *life;
    test_subject *parent, *child, *other;
} drained;

static drained open_family(void) {
    drained d;
    d.life = test_life_open();
    d.other = test_subject_open(d.life, NULL, NULL, NULL);
    d.parent = test_pending_open(d.life, NULL, NULL);
    d.child = test_pending_open(d.life, d.parent, NULL);
    return d;
}

static void drain(const drained *d, int64_t timeout_ns) {
    CHECK_OK(backstage_drain(d->other->context, d->parent->self, timeout_ns));
    test_run(d->life->engine);
}

static void check_lives(const drained *d, bool lives) {
    CHECK_EQ(test_subject_lives(d->parent), lives);
    CHECK_EQ(test_subject_lives(d->child), lives);
    test_ledger(d->life->engine);
}

static void check_ended(const drained *d, backstage_reason reason) {
    check_lives(d, false);
    test_check_departure(d->life, 0, d->child, reason);
    test_check_departure(d->life, 1, d->parent, reason);
}

TEST(it_waits_for_a_message_before_or_after_it_began) {
    for (int after = 0; after < 2; after++) {
        drained d = open_family();
        test_subject_send(d.child, 1, 2);
        if (!after) {
            test_run(d.life->engine);
        }
        drain(&d, BACKSTAGE_FOREVER);
        test_check_given(d.child, 1, 0);
        check_lives(&d, true);
        test_finish(d.child, BACKSTAGE_OK);
        test_check_given(d.child, 2, 1);
        check_lives(&d, true);
        test_finish(d.child, BACKSTAGE_OK);
        check_ended(&d, BACKSTAGE_REASON_STOPPED);
        CHECK_EQ(test_statistics(d.life->engine).handled, 2);
        test_life_close(d.life);
    }
}

TEST(it_waits_for_an_event_alone) {
    drained d = open_family();
    CHECK_OK(backstage_monitor_id(d.child->context, "nobody", NULL));
    test_run(d.life->engine);
    drain(&d, BACKSTAGE_FOREVER);
    check_lives(&d, true);
    test_finish(d.child, BACKSTAGE_OK);
    check_ended(&d, BACKSTAGE_REASON_STOPPED);
    test_life_close(d.life);
}

/* An actor that had nothing left to do is given something, and leaves it open: it counts again. */
TEST(it_waits_for_what_comes_to_those_who_were_done) {
    drained d = open_family();
    uint64_t timer;
    test_subject_send(d.parent, 1, 1);
    CHECK_OK(backstage_timer_start(d.child->context, 10, 0, &timer));
    drain(&d, BACKSTAGE_FOREVER);
    CHECK_OK(backstage_engine_advance(d.life->engine, 10));
    test_run(d.life->engine);
    CHECK_EQ(test_count_type(d.child->seen, BACKSTAGE_TIMER), 1);
    test_finish(d.parent, BACKSTAGE_OK);
    check_lives(&d, true); /* for the child's sake */
    test_finish(d.child, BACKSTAGE_OK);
    check_ended(&d, BACKSTAGE_REASON_STOPPED);
    test_life_close(d.life);
}

static backstage_status begin_open(backstage_context *context, void *state) {
    CHECK_OK(test_subject_init(context, state));
    return BACKSTAGE_PENDING;
}

TEST(it_waits_for_a_start) {
    for (int meanwhile = 0; meanwhile < 2; meanwhile++) {
        drained d = open_family();
        test_subject *late = test_subject_new(d.life);
        backstage_actor_options options = test_subject_options(late, NULL);
        options.init = begin_open;
        if (meanwhile) {
            test_subject_send(d.parent, 1, 1);
            drain(&d, BACKSTAGE_FOREVER);
        }
        test_subject_spawn(late, d.parent, &options);
        test_run(d.life->engine);
        if (meanwhile) {
            test_finish(d.parent, BACKSTAGE_OK);
        } else {
            drain(&d, BACKSTAGE_FOREVER);
        }
        check_lives(&d, true);
        test_finish(late, BACKSTAGE_OK);
        check_lives(&d, false);
        CHECK_EQ(late->ends, 1);
        test_life_close(d.life);
    }
}

TEST(it_waits_no_longer_than_it_was_told_to) {
    static const int64_t timeouts[] = {0, 100};
    for (int i = 0; i < 2; i++) {
        drained d = open_family();
        test_subject_send(d.child, 1, 2);
        test_run(d.life->engine);
        drain(&d, timeouts[i]);
        if (timeouts[i] > 0) {
            check_lives(&d, true);
            CHECK_OK(backstage_engine_advance(d.life->engine, 100));
            test_run(d.life->engine);
        }
        check_ended(&d, BACKSTAGE_REASON_KILLED);
        CHECK_EQ(test_dead_of(d.life, BACKSTAGE_DEAD_ENDED), 2);
        test_life_close(d.life);
    }
}

/* The time is over between the finish and its turn. */
TEST(a_kill_between_the_finish_and_its_turn_wins) {
    drained d = open_family();
    test_subject_send(d.child, 1, 1);
    test_run(d.life->engine);
    drain(&d, BACKSTAGE_FOREVER);
    CHECK_OK(backstage_drain(d.other->context, d.parent->self, 0));
    CHECK_OK(backstage_finish(d.child->context, BACKSTAGE_OK));
    test_run(d.life->engine);
    check_ended(&d, BACKSTAGE_REASON_KILLED);
    CHECK_EQ(test_dead_of(d.life, BACKSTAGE_DEAD_ENDED), 1);
    CHECK_EQ(test_statistics(d.life->engine).handled, 0);
    test_life_close(d.life);
}

TEST(a_family_within_a_family) {
    drained d = open_family();
    test_subject *grandchild = test_pending_open(d.life, d.child, NULL);
    test_subject_send(grandchild, 1, 1);
    test_run(d.life->engine);
    CHECK_OK(backstage_drain(d.other->context, d.child->self, BACKSTAGE_FOREVER));
    drain(&d, BACKSTAGE_FOREVER);
    check_lives(&d, true);
    test_finish(grandchild, BACKSTAGE_OK);
    check_lives(&d, false);
    CHECK_EQ(test_statistics(d.life->engine).dead, 0);
    test_life_close(d.life);
}

/* ---- The engine -------------------------------------------------------------------------- */

TEST(the_drain_of_an_engine_waits_for_it) {
    drained d = open_family();
    test_subject_send(d.child, 1, 1);
    CHECK_OK(backstage_monitor_id(d.other->context, "nobody", NULL));
    test_answer_with(d.other, BACKSTAGE_PENDING);
    test_run(d.life->engine);
    CHECK_OK(backstage_engine_drain(d.life->engine, BACKSTAGE_FOREVER));
    test_run(d.life->engine);
    test_finish(d.child, BACKSTAGE_OK);
    CHECK_EQ(test_statistics(d.life->engine).actors, 3);
    CHECK_OK(backstage_finish(d.other->context, BACKSTAGE_OK));
    CHECK_OK(backstage_engine_run(d.life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(test_statistics(d.life->engine).actors, 0);
    CHECK_EQ(test_statistics(d.life->engine).dead, 0);
    test_life_close(d.life);
}

TEST(until_its_time_is_over) {
    drained d = open_family();
    test_subject_send(d.child, 1, 1);
    test_run(d.life->engine);
    CHECK_OK(backstage_engine_drain(d.life->engine, 50));
    test_run(d.life->engine);
    CHECK_EQ(test_statistics(d.life->engine).actors, 3);
    CHECK_OK(backstage_engine_advance(d.life->engine, 50));
    CHECK_STATUS(
        backstage_engine_run(d.life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER),
        BACKSTAGE_TIMEOUT);
    CHECK_EQ(test_statistics(d.life->engine).actors, 0);
    CHECK_EQ(test_dead_of(d.life, BACKSTAGE_DEAD_ENDED), 1);
    test_life_close(d.life);
}

/* ---- Failures ---------------------------------------------------------------------------- */

TEST(a_late_failure_ends_one_and_the_drain_goes_on) {
    drained d = open_family();
    test_subject_send(d.child, 1, 1);
    test_subject_send(d.parent, 1, 1);
    drain(&d, BACKSTAGE_FOREVER);
    test_finish(d.child, TEST_STATUS);
    CHECK(!test_subject_lives(d.child) && test_subject_lives(d.parent));
    test_finish(d.parent, BACKSTAGE_OK);
    /* It is told of the failure, and leaves that open too. */
    CHECK_EQ(d.parent->seen->messages[1].type, BACKSTAGE_TERMINATED);
    CHECK(test_subject_lives(d.parent));
    test_finish(d.parent, BACKSTAGE_OK);
    check_lives(&d, false);
    test_check_departure(d.life, 0, d.child, BACKSTAGE_REASON_FAILED);
    test_check_departure(d.life, 1, d.parent, BACKSTAGE_REASON_STOPPED);
    test_life_close(d.life);
}
