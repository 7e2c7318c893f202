/* The deadline of a drain: never early, moved by the next drain, and what it does. */
#include "support_life.h"

static test_life *life;
static test_subject *outsider, *actor;

/* Stashes what it gets, so that it has something to do for ever. */
static backstage_status set_aside(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    (void)state;
    return envelope->type == BACKSTAGE_SEND ? backstage_stash(context, envelope) : BACKSTAGE_OK;
}

static void open_stuck(void) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, NULL, NULL);
    actor = test_subject_open(life, NULL, "actor", set_aside);
    test_subject_send(actor, 1, 3);
    test_run(life->engine);
}

static void drain(int64_t timeout_ns) {
    CHECK_OK(backstage_drain(outsider->context, actor->self, timeout_ns));
    test_run(life->engine);
}

static void advance(uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(life->engine, by_ns));
    test_run(life->engine);
}

/* It was killed, and what it had set aside is dead, in order. */
static void check_killed(void) {
    const test_report *report = test_report_of(life->engine);
    CHECK_EQ(life->count, 1);
    test_check_departure(life, 0, actor, BACKSTAGE_REASON_KILLED);
    CHECK(!test_subject_lives(actor));
    if (CHECK_EQ(report->letters_count, 3)) {
        for (uint64_t i = 0; i < 3; i++) {
            CHECK_EQ(test_letter_number(&report->letters[i]), i + 1);
            CHECK_EQ(report->letters[i].reason, BACKSTAGE_DEAD_ENDED);
            CHECK_EQ(report->letters[i].receiver, actor->self);
        }
    }
    CHECK_EQ(test_statistics(life->engine).queued, 0);
    test_life_close(life);
}

TEST(who_is_not_done_in_time_is_killed_and_never_early) {
    open_stuck();
    drain(100);
    advance(99);
    CHECK_EQ(life->count, 0);
    CHECK_EQ(test_statistics(life->engine).queued, 3);
    advance(1);
    check_killed();
}

TEST(a_timeout_of_zero_is_at_once) {
    open_stuck();
    drain(0);
    check_killed();
}

TEST(no_time_for_what_is_queued_means_that_none_of_it_is_handled) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, NULL, NULL);
    actor = test_subject_open(life, NULL, "actor", NULL);
    test_run(life->engine);
    test_subject_send(actor, 1, 3);
    drain(0);
    CHECK_EQ(actor->seen->count, 0);
    check_killed();
}

TEST(a_negative_timeout_is_never) {
    static const int64_t timeouts[] = {-1, -1000, INT64_MIN};
    for (size_t i = 0; i < 3; i++) {
        open_stuck();
        drain(timeouts[i]);
        advance((uint64_t)INT64_MAX);
        CHECK_EQ(life->count, 0);
        drain(0);
        check_killed();
    }
}

TEST(the_longest_timeout_does_not_overflow) {
    open_stuck();
    advance(1000);
    drain(INT64_MAX);
    advance((uint64_t)INT64_MAX - 1000);
    CHECK_EQ(life->count, 0);
    drain(0);
    check_killed();
}

TEST(draining_again_moves_the_deadline) {
    static const struct {
        int64_t first, second;
        uint64_t killed_at; /* after the second; 0: never */
    } cases[] = {
        {100, 200, 200}, {100, 20, 20}, {BACKSTAGE_FOREVER, 30, 30}, {100, BACKSTAGE_FOREVER, 0},
        {100, 50, 50},
    };
    for (size_t i = 0; i < 5; i++) {
        open_stuck();
        drain(cases[i].first);
        advance(50);
        drain(cases[i].second);
        if (cases[i].killed_at == 0) {
            advance(1000000);
            CHECK_EQ(life->count, 0);
            drain(1);
            advance(1);
        } else {
            advance(cases[i].killed_at - 1);
            CHECK_EQ(life->count, 0);
            advance(1);
        }
        check_killed();
    }
}

TEST(a_drain_called_a_hundred_times_holds_once) {
    open_stuck();
    for (int i = 0; i < 100; i++) {
        drain(100);
        advance(60);
    }
    CHECK_EQ(life->count, 0);
    advance(40);
    check_killed();
}

TEST(who_ends_in_time_is_not_killed_when_time_is_over) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, NULL, NULL);
    actor = test_subject_open(life, NULL, "actor", NULL);
    test_subject_send(actor, 1, 3);
    drain(100);
    test_subject *next = test_subject_open(life, NULL, "actor", NULL); /* in its place */
    advance(1000);
    CHECK_EQ(life->count, 1);
    test_check_departure(life, 0, actor, BACKSTAGE_REASON_STOPPED);
    CHECK(test_subject_lives(next));
    test_life_close(life);
}

TEST(those_who_monitor_it_are_told_that_it_was_killed) {
    open_stuck();
    CHECK_OK(backstage_monitor(outsider->context, actor->self));
    drain(100);
    advance(100);
    if (CHECK_EQ(outsider->seen->count, 1)) {
        backstage_termination event = test_termination(&outsider->seen->messages[0]);
        CHECK_EQ(outsider->seen->messages[0].sender, actor->self);
        CHECK_EQ(event.reason, BACKSTAGE_REASON_KILLED);
        CHECK_STATUS(event.status, BACKSTAGE_OK);
        CHECK_EQ(event.origin, actor->self);
        CHECK_EQ(event.origin_reason, BACKSTAGE_REASON_KILLED);
    }
    check_killed();
}

TEST(those_who_monitor_it_are_told_that_it_was_stopped_if_it_ends_in_time) {
    open_stuck();
    actor->act = NULL;
    CHECK_OK(backstage_monitor(outsider->context, actor->self));
    CHECK_OK(backstage_unstash(actor->context, NULL));
    drain(100);
    if (CHECK_EQ(outsider->seen->count, 1)) {
        backstage_termination event = test_termination(&outsider->seen->messages[0]);
        CHECK_EQ(event.reason, BACKSTAGE_REASON_STOPPED);
        CHECK_STATUS(event.status, BACKSTAGE_OK);
        CHECK_EQ(event.origin, actor->self);
        CHECK_EQ(event.origin_reason, BACKSTAGE_REASON_STOPPED);
    }
    test_life_close(life);
}

TEST(a_requests_asker_is_told_when_who_was_asked_is_killed) {
    open_stuck();
    uint64_t token = test_subject_ask(outsider, actor->self, 0);
    drain(100);
    CHECK_EQ(outsider->seen->count, 0);
    advance(100);
    if (CHECK_EQ(outsider->seen->count, 1)) {
        CHECK_EQ(outsider->seen->messages[0].token, token);
        CHECK_STATUS(test_failure(&outsider->seen->messages[0]).status, BACKSTAGE_STOPPED);
    }
    check_killed();
}
