/* The drain of a whole engine: all handle what they have, the last born ends first, and the engine
 * is as good as new. */
#include "support_life.h"

static test_life *life;
static test_subject *a, *b, *c; /* b is a's child, c nobody's */

static void open_three(void) {
    life = test_life_open();
    a = test_subject_open(life, NULL, "a", NULL);
    b = test_subject_open(life, a, "b", NULL);
    c = test_subject_open(life, NULL, "c", NULL);
}

static void drain(int64_t timeout_ns) {
    CHECK_OK(backstage_engine_drain(life->engine, timeout_ns));
}

static backstage_status run(void) {
    return backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER);
}

static void check_all_gone(backstage_reason reason) {
    CHECK_EQ(life->count, 3);
    test_check_departure(life, 0, c, reason);
    test_check_departure(life, 1, b, reason);
    test_check_departure(life, 2, a, reason);
    CHECK_EQ(test_statistics(life->engine).actors, 0);
    CHECK_EQ(test_statistics(life->engine).queued, 0);
}

TEST(a_drained_engine_handles_all_it_has_and_its_run_returns) {
    open_three();
    test_subject_send(a, 1, 300);
    test_subject_send(b, 1, 200);
    test_subject_send(c, 1, 100);
    drain(BACKSTAGE_FOREVER);
    CHECK_EQ(life->count, 0);
    CHECK_OK(run());
    test_check_numbers(a, 1, 300);
    test_check_numbers(b, 1, 200);
    test_check_numbers(c, 1, 100);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    check_all_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(nothing_comes_in_from_outside_any_more) {
    open_three();
    test_subject_send(b, 1, 3);
    drain(BACKSTAGE_SECONDS(1));
    backstage_statistics before = test_statistics(life->engine);
    const backstage_status ending = BACKSTAGE_ENDING;
    CHECK_STATUS(backstage_engine_send(life->engine, a->self, "x", 1), ending);
    CHECK_STATUS(backstage_engine_send_to_id(life->engine, "b", "x", 1), ending);
    CHECK_OK(backstage_engine_publish(life->engine, a->self, NULL, "x", 1));
    CHECK_EQ(test_statistics(life->engine).accepted, before.accepted);
    CHECK_OK(run());
    test_check_numbers(b, 1, 3);
    CHECK_EQ(a->seen->count, 0);
    check_all_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

/* Each number goes on to the next of the three, less by one. */
static backstage_status pass_on(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    test_subject *next = state == a ? c : state == c ? b : a;
    uint64_t number = test_envelope_number(envelope) - 1;
    return number == 0 ? BACKSTAGE_OK : backstage_send(context, next->self, &number, sizeof number);
}

TEST(all_actors_still_hear_from_each_other) {
    open_three();
    a->act = b->act = c->act = pass_on;
    test_subject_send(a, 900, 900);
    drain(BACKSTAGE_FOREVER);
    CHECK_OK(run());
    CHECK_EQ(a->seen->count, 300);
    CHECK_EQ(b->seen->count, 300);
    CHECK_EQ(c->seen->count, 300);
    check_all_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(the_last_born_ends_first) {
    enum { ACTORS = 2000 };
    life = test_life_open();
    static test_subject *subjects[ACTORS];
    for (size_t i = 0; i < ACTORS; i++) {
        subjects[i] = test_subject_open(life, NULL, NULL, NULL);
        if (i % 3 == 0) {
            test_subject_send(subjects[i], 1, i % 5);
        }
    }
    drain(BACKSTAGE_FOREVER);
    CHECK_OK(run());
    CHECK_EQ(life->count, ACTORS);
    for (size_t i = 0; i < ACTORS; i++) {
        test_check_departure(life, i, subjects[ACTORS - 1 - i], BACKSTAGE_REASON_STOPPED);
    }
    test_life_close(life);
}

/* ---- Births meanwhile -------------------------------------------------------------------- */

static backstage_status try_to_spawn(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    test_subject *subject = state;
    backstage_actor_options options = test_options("late", test_ignore, NULL);
    backstage_ref born = 77;
    (void)envelope;
    CHECK_STATUS(backstage_spawn(context, &options, &born), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_engine_spawn(life->engine, &options, &born), BACKSTAGE_ENDING);
    CHECK_EQ(born, 77);
    test_subject *child = test_subject_open(life, subject, "child", NULL);
    return backstage_send(context, child->self, "x", 1);
}

TEST(nobody_is_born_meanwhile_but_children) {
    open_three();
    c->act = try_to_spawn;
    test_subject_send(c, 1, 1);
    drain(BACKSTAGE_FOREVER);
    backstage_actor_options options = test_options("late", test_ignore, NULL);
    backstage_ref born = 77;
    CHECK_STATUS(backstage_engine_spawn(life->engine, &options, &born), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_spawn(a->context, &options, &born), BACKSTAGE_ENDING);
    CHECK_EQ(born, 77);
    CHECK_EQ(test_statistics(life->engine).actors, 3);
    CHECK_OK(run());
    CHECK_EQ(life->count, 4);
    CHECK_EQ(test_statistics(life->engine).handled, 2);
    CHECK_EQ(life->departures[0].subject->seen->count, 1); /* the child's */
    test_check_departure(life, 1, c, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

/* ---- Time -------------------------------------------------------------------------------- */

/* Asks one that never answers, so that the drain cannot end by itself. */
static void get_stuck(void) {
    test_run(life->engine);
    test_subject_ask(b, c->self, 0);
    test_run(life->engine);
}

TEST(what_is_not_done_in_time_is_killed_and_the_run_says_so) {
    open_three();
    get_stuck();
    drain(100);
    test_run(life->engine);
    CHECK_OK(backstage_engine_advance(life->engine, 99));
    test_run(life->engine);
    CHECK_EQ(life->count, 0);
    CHECK_OK(backstage_engine_advance(life->engine, 1));
    CHECK_STATUS(run(), BACKSTAGE_TIMEOUT);
    check_all_gone(BACKSTAGE_REASON_KILLED);
    test_life_close(life);
}

TEST(a_timeout_of_zero_is_at_once) {
    open_three();
    test_run(life->engine);
    test_subject_send(a, 1, 5);
    test_subject_send(b, 1, 5);
    test_subject_send(c, 1, 5);
    drain(0);
    CHECK_STATUS(run(), BACKSTAGE_TIMEOUT);
    CHECK_EQ(a->seen->count + b->seen->count + c->seen->count, 0);
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_ENDED], 15);
    check_all_gone(BACKSTAGE_REASON_KILLED);
    test_life_close(life);
}

TEST(a_negative_timeout_is_never_until_called_again) {
    open_three();
    get_stuck();
    drain(INT64_MIN);
    test_run(life->engine);
    CHECK_OK(backstage_engine_advance(life->engine, BACKSTAGE_SECONDS(100000)));
    test_run(life->engine);
    CHECK_EQ(life->count, 0);
    drain(100);
    CHECK_OK(backstage_engine_advance(life->engine, 50));
    test_run(life->engine);
    drain(100);
    CHECK_OK(backstage_engine_advance(life->engine, 99));
    test_run(life->engine);
    CHECK_EQ(life->count, 0);
    CHECK_OK(backstage_engine_advance(life->engine, 1));
    CHECK_STATUS(run(), BACKSTAGE_TIMEOUT);
    check_all_gone(BACKSTAGE_REASON_KILLED);
    test_life_close(life);
}

TEST(a_deadline_on_the_real_clock_wakes_a_run_that_sleeps) {
    backstage_engine_options options = test_engine_options();
    uint64_t begun, ended;
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    life = test_life_open_with(&options);
    a = test_subject_open(life, NULL, NULL, NULL);
    b = test_subject_open(life, a, NULL, NULL);
    c = test_subject_open(life, NULL, NULL, NULL);
    get_stuck();
    CHECK_OK(backstage_engine_now(life->engine, &begun));
    drain(BACKSTAGE_MILLISECONDS(2));
    CHECK_STATUS(run(), BACKSTAGE_TIMEOUT);
    CHECK_OK(backstage_engine_now(life->engine, &ended));
    CHECK(ended - begun >= (uint64_t)BACKSTAGE_MILLISECONDS(2));
    check_all_gone(BACKSTAGE_REASON_KILLED);
    test_life_close(life);
}

TEST(the_end_of_the_wait_ends_the_drain_in_time) {
    open_three();
    test_run(life->engine);
    test_subject_ask(b, c->self, 80);
    drain(100);
    test_run(life->engine);
    CHECK_OK(backstage_engine_advance(life->engine, 80));
    CHECK_OK(run());
    CHECK_EQ(test_count_type(b->seen, BACKSTAGE_FAILURE), 1);
    check_all_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}
