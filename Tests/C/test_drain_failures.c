/* Failures and restarts while an actor or its family drains: what is left is still handled, and the
 * end is for good. */
#include "support_life.h"

static test_life *life;
static test_subject *outsider;

static void open_life(void) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, "outsider", NULL);
}

static void drain(test_subject *subject, int64_t timeout_ns) {
    CHECK_OK(backstage_drain(outsider->context, subject->self, timeout_ns));
}

static void advance(uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(life->engine, by_ns));
    test_run(life->engine);
}

static backstage_status fail_at_seven(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    return envelope->type == BACKSTAGE_SEND && test_envelope_number(envelope) == 7 ? TEST_STATUS
                                                                                   : BACKSTAGE_OK;
}

static size_t departures_for(backstage_reason reason) {
    size_t count = 0;
    for (size_t i = 0; i < life->count; i++) {
        count += life->departures[i].reason == reason;
    }
    return count;
}

TEST(a_drained_actor_that_fails_ends_failed) {
    const test_report *report;
    open_life();
    report = test_report_of(life->engine);
    test_subject *actor = test_subject_open(life, NULL, NULL, fail_at_seven);
    CHECK_OK(backstage_monitor(outsider->context, actor->self));
    test_subject_send(actor, 5, 9);
    drain(actor, 100);
    test_run(life->engine);
    CHECK_EQ(life->count, 1);
    test_check_departure(life, 0, actor, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(actor->seen->count, 3);
    if (CHECK_EQ(report->letters_count, 3)) {
        CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_FAILED);
        CHECK_EQ(report->letters[1].reason, BACKSTAGE_DEAD_ENDED);
        CHECK_EQ(report->letters[2].reason, BACKSTAGE_DEAD_ENDED);
    }
    if (CHECK_EQ(outsider->seen->count, 1)) {
        CHECK_EQ(test_termination(&outsider->seen->messages[0]).reason, BACKSTAGE_REASON_FAILED);
        CHECK_STATUS(test_termination(&outsider->seen->messages[0]).status, TEST_STATUS);
    }
    test_life_close(life);
}

/* A supervisor that is asked, and restarts. */
static uint64_t asked;
static backstage_directive decide_restart(backstage_context *supervisor, backstage_ref child,
                                          backstage_status status, uint64_t restarts, void *state) {
    (void)supervisor, (void)child, (void)restarts, (void)state;
    CHECK_STATUS(status, TEST_STATUS);
    asked++;
    return BACKSTAGE_DIRECTIVE_RESTART;
}

static test_subject *open_deciding(test_subject *parent) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_subject_options(subject, NULL);
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.decide = decide_restart;
    options.supervision = &supervision;
    asked = 0;
    test_subject_spawn(subject, parent, &options);
    return subject;
}

TEST(a_drained_child_that_is_restarted_goes_on_with_what_it_has_and_ends_for_good) {
    open_life();
    test_subject *supervisor = open_deciding(NULL);
    test_subject *child = test_subject_open(life, supervisor, NULL, fail_at_seven);
    test_run(life->engine);
    test_subject_send(child, 5, 9);
    drain(child, BACKSTAGE_FOREVER);
    CHECK_STATUS(backstage_send(outsider->context, child->self, "x", 1), BACKSTAGE_ENDING);
    test_run(life->engine);
    CHECK_EQ(asked, 1);
    test_check_numbers(child, 5, 9);
    CHECK_EQ(child->starts, 2);
    CHECK_EQ(life->count, 2);
    test_check_departure(life, 0, child, BACKSTAGE_REASON_RESTARTED);
    test_check_departure(life, 1, child, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_FAILED], 1);
    CHECK_EQ(test_report_of(life->engine)->letters_count, 1);
    CHECK(test_subject_lives(supervisor));
    test_life_close(life);
}

TEST(a_permanent_child_that_is_drained_ends_for_good) {
    open_life();
    test_subject *supervisor = test_supervisor_open(life, NULL);
    test_subject *child = test_subject_open(life, supervisor, NULL, NULL);
    test_subject_send(child, 1, 5);
    drain(child, BACKSTAGE_FOREVER);
    test_run(life->engine);
    test_check_numbers(child, 1, 5);
    CHECK_EQ(child->starts, 1);
    CHECK_EQ(life->count, 1);
    test_check_departure(life, 0, child, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(a_supervisor_that_drains_still_answers_for_its_children) {
    open_life();
    test_subject *supervisor = open_deciding(NULL);
    test_subject *child = test_subject_open(life, supervisor, NULL, fail_at_seven);
    test_subject *sibling = test_subject_open(life, supervisor, NULL, NULL);
    test_run(life->engine);
    test_subject_send(child, 5, 9);
    test_subject_send(sibling, 1, 200);
    drain(supervisor, BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(asked, 1);
    test_check_numbers(child, 5, 9);
    test_check_numbers(sibling, 1, 200);
    CHECK_EQ(life->count, 4);
    CHECK_EQ(departures_for(BACKSTAGE_REASON_RESTARTED), 1);
    CHECK_EQ(departures_for(BACKSTAGE_REASON_STOPPED), 3);
    test_check_departure(life, 3, supervisor, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(a_child_that_fails_in_a_draining_family_without_a_supervisor_ends_alone) {
    open_life();
    test_subject *parent = test_subject_open(life, NULL, NULL, NULL);
    test_subject *child = test_subject_open(life, parent, NULL, fail_at_seven);
    test_subject *sibling = test_subject_open(life, parent, NULL, NULL);
    test_run(life->engine);
    test_subject_send(child, 7, 9);
    test_subject_send(sibling, 1, 200);
    drain(parent, BACKSTAGE_FOREVER);
    test_run(life->engine);
    test_check_numbers(sibling, 1, 200);
    CHECK_EQ(life->count, 3);
    CHECK_EQ(departures_for(BACKSTAGE_REASON_FAILED), 1);
    CHECK_EQ(departures_for(BACKSTAGE_REASON_STOPPED), 2);
    CHECK_EQ(test_count_type(parent->seen, BACKSTAGE_TERMINATED), 1); /* it is still told */
    test_check_departure(life, 2, parent, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

/* ---- Restarts under way ------------------------------------------------------------------ */

static test_subject *open_with_backoff(backstage_strategy strategy, int64_t backoff_ns) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_subject_options(subject, NULL);
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.strategy = strategy;
    supervision.backoff_ns = backoff_ns;
    options.supervision = &supervision;
    test_subject_spawn(subject, NULL, &options);
    return subject;
}

TEST(a_child_that_waits_to_start_again_ends_once) {
    for (int who = 0; who < 2; who++) {
        for (int64_t timeout = -1; timeout <= 500; timeout += 167) {
            open_life();
            test_subject *supervisor = open_with_backoff(BACKSTAGE_ONE_FOR_ONE, 100);
            test_subject *child = test_subject_open(life, supervisor, NULL, fail_at_seven);
            test_subject_send(child, 7, 10);
            test_run(life->engine);
            CHECK_EQ(child->seen->count, 1);
            CHECK_EQ(life->count, 1);
            test_check_departure(life, 0, child, BACKSTAGE_REASON_RESTARTED);
            drain(who == 0 ? child : supervisor, timeout);
            test_run(life->engine);
            advance(1000);
            CHECK_EQ(child->ends, 1);
            CHECK_EQ(supervisor->ends, who);
            CHECK_EQ(life->count, 2 + (size_t)who);
            CHECK_EQ(test_statistics(life->engine).queued, 0);
            test_life_close(life);
        }
    }
}

TEST(who_drains_restarts_with_its_group_and_ends_for_good_in_time) {
    for (backstage_strategy strategy = 1; strategy <= BACKSTAGE_REST_FOR_ONE; strategy++) {
        open_life();
        test_subject *supervisor = open_with_backoff(strategy, 0);
        test_subject *failing = test_subject_open(life, supervisor, NULL, fail_at_seven);
        test_subject *draining = test_subject_open(life, supervisor, NULL, NULL);
        test_run(life->engine);
        test_subject_ask(draining, outsider->self, 0);
        drain(draining, 100);
        test_run(life->engine);
        test_subject_send(failing, 7, 7);
        test_run(life->engine);
        CHECK_EQ(failing->starts, 2);
        CHECK(test_subject_lives(draining)); /* it still waits for its answer */
        advance(99);
        CHECK_EQ(draining->ends, 0);
        advance(1);
        CHECK_EQ(draining->ends, 1);
        CHECK(!test_subject_lives(draining));
        CHECK(test_subject_lives(failing));
        test_subject_send(failing, 7, 7); /* nor does the next restart bring it back */
        test_run(life->engine);
        CHECK_EQ(failing->starts, 3);
        CHECK_EQ(draining->ends, 1);
        test_life_close(life);
    }
}

TEST(a_parent_that_restarts_ends_a_child_that_drains) {
    open_life();
    test_subject *supervisor = test_supervisor_open(life, NULL);
    test_subject *parent = test_subject_open(life, supervisor, NULL, fail_at_seven);
    test_subject *child = test_subject_open(life, parent, NULL, NULL);
    test_run(life->engine);
    test_subject_ask(child, outsider->self, 0);
    drain(child, 100);
    test_run(life->engine);
    test_subject_send(parent, 7, 8);
    test_run(life->engine);
    CHECK_EQ(child->ends, 1);
    CHECK_EQ(parent->starts, 2);
    CHECK_EQ(parent->seen->count, 2);
    CHECK(test_subject_lives(parent));
    advance(1000);
    CHECK(test_subject_lives(parent));
    test_life_close(life);
}

static backstage_status fail_to_start(backstage_context *context, void *state) {
    CHECK_OK(test_subject_init(context, state));
    return TEST_STATUS;
}

TEST(a_drained_actor_whose_init_fails_ends_failed) {
    open_life();
    test_subject *actor = test_subject_new(life);
    backstage_actor_options options = test_subject_options(actor, NULL);
    options.init = fail_to_start;
    test_subject_spawn(actor, NULL, &options);
    test_subject_send(actor, 1, 3);
    drain(actor, BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(actor->seen->count, 0);
    CHECK_EQ(life->count, 1);
    test_check_departure(life, 0, actor, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(test_report_of(life->engine)->letters_count, 3);
    test_life_close(life);
}

static backstage_status fail_to_end(backstage_context *context, backstage_reason reason,
                                    void *state) {
    CHECK_OK(test_subject_deinit(context, reason, state));
    return TEST_STATUS;
}

TEST(a_deinit_that_fails_does_not_hold_up_the_drain) {
    open_life();
    test_subject *parent = test_subject_open(life, NULL, NULL, NULL);
    test_subject *child = test_subject_new(life);
    backstage_actor_options options = test_subject_options(child, NULL);
    options.deinit = fail_to_end;
    test_subject_spawn(child, parent, &options);
    drain(parent, BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(life->count, 2);
    test_check_departure(life, 0, child, BACKSTAGE_REASON_STOPPED);
    test_check_departure(life, 1, parent, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(life->engine).failures, 1);
    test_life_close(life);
}
