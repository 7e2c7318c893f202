/* Backoff: how long a child waits before it starts again, and what goes on meanwhile. */
#include "support_supervision.h"

enum { BACKOFF = 100, WINDOW = 1000000 };

static test_family *patient_plan(const char *children, backstage_strategy strategy,
                                 int64_t backoff_ns, int64_t backoff_max_ns) {
    test_family *f = test_family_plan(children, strategy, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = test_find(f, "s");
    s->supervision.window_ns = WINDOW;
    s->supervision.backoff_ns = backoff_ns;
    s->supervision.backoff_max_ns = backoff_max_ns;
    return f;
}

static test_family *patient_family(const char *children, backstage_strategy strategy,
                                   int64_t backoff_max_ns) {
    test_family *f = patient_plan(children, strategy, BACKOFF, backoff_max_ns);
    test_family_start(f);
    return f;
}

/* Checks that a member starts again after so long, and not a nanosecond sooner. */
static void check_wait(test_family *f, const char *id, uint64_t wait_ns) {
    test_member *member = test_find(f, id);
    uint32_t inits = member->inits;
    test_run(f->engine);
    CHECK_EQ(member->inits, inits);
    test_pass(f, wait_ns - 1);
    CHECK_EQ(member->inits, inits);
    test_pass(f, 1);
    CHECK_EQ(member->inits, inits + 1);
}

TEST(a_restart_waits_and_messages_wait_with_it) {
    test_family *f = patient_family("ab", BACKSTAGE_ONE_FOR_ONE, 0);
    test_say_all(f, "a", "1 ! 2");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "b", "");
    test_say(f, "a", "3");
    test_say(f, "b", "1"); /* others are not held up */
    test_say(f, "s", "1");
    check_wait(f, "a", BACKOFF);
    CHECK_DIARY_OF(f, "a", "a:1 a! a- a+ a:2 a:3");
    CHECK_DIARY_OF(f, "bs", "b:1 s:1");
    test_say(f, "a", "4");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "a", "a:1 a! a- a+ a:2 a:3 a:4");
    CHECK_EQ(test_statistics(f->engine).dead, 1);
    test_family_end(f);
}

TEST(without_a_backoff_a_restart_waits_for_nothing) {
    test_family *f = patient_plan("a", BACKSTAGE_ONE_FOR_ONE, 0, 5000);
    test_find(f, "s")->supervision.jitter_percent = 50;
    test_family_start(f);
    test_say_all(f, "a", "! ! ! 1");
    test_run(f->engine);
    CHECK_DIARY(f, "a! a- a+ a! a- a+ a! a- a+ a:1");
    test_family_end(f);
}

TEST(each_wait_is_twice_the_last_up_to_64_times_the_first) {
    test_family *f = patient_family("a", BACKSTAGE_ONE_FOR_ONE, 0);
    for (uint64_t i = 0; i < 12; i++) {
        test_say(f, "a", "!");
        check_wait(f, "a", i < 6 ? (uint64_t)BACKOFF << i : 64 * BACKOFF);
    }
    test_family_end(f);
}

TEST(no_wait_is_longer_than_the_longest_given) {
    static const uint64_t longest[] = {BACKOFF, 150, 250, 400, 6401, 100000};
    for (int i = 0; i < 6; i++) {
        test_family *f = patient_family("a", BACKSTAGE_ONE_FOR_ONE, (int64_t)longest[i]);
        uint64_t wait = BACKOFF;
        for (int j = 0; j < 12; j++) {
            test_say(f, "a", "!");
            check_wait(f, "a", wait < longest[i] ? wait : longest[i]);
            wait *= 2;
        }
        test_family_end(f);
    }
}

TEST(after_a_window_without_a_restart_the_wait_is_the_first_again) {
    test_family *f = patient_family("a", BACKSTAGE_ONE_FOR_ONE, 0);
    for (int i = 0; i < 3; i++) {
        test_say(f, "a", "!");
        check_wait(f, "a", (uint64_t)BACKOFF << i);
    }
    test_pass(f, WINDOW - 1);
    test_say(f, "a", "!");
    check_wait(f, "a", 8 * BACKOFF);
    test_pass(f, WINDOW + 1);
    test_say(f, "a", "!");
    check_wait(f, "a", BACKOFF);
    test_say(f, "a", "!");
    check_wait(f, "a", 2 * BACKOFF);
    test_family_end(f);
}

TEST(the_time_spent_waiting_is_no_time_without_a_restart) {
    test_family *f = patient_plan("a", BACKSTAGE_ONE_FOR_ONE, WINDOW * 2, 0);
    test_family_start(f);
    test_say(f, "a", "!");
    check_wait(f, "a", WINDOW * 2);
    test_say(f, "a", "!");
    check_wait(f, "a", WINDOW * 4);
    test_family_end(f);
}

TEST(each_child_waits_by_its_own_restarts) {
    test_family *f = patient_family("ab", BACKSTAGE_ONE_FOR_ONE, 0);
    test_say(f, "a", "!");
    check_wait(f, "a", BACKOFF);
    test_say(f, "a", "!");
    check_wait(f, "a", 2 * BACKOFF);
    test_say(f, "b", "!");
    check_wait(f, "b", BACKOFF);
    test_say(f, "a", "!");
    check_wait(f, "a", 4 * BACKOFF);
    test_family_end(f);
}

TEST(an_init_that_fails_waits_longer_each_time) {
    test_family *f = patient_family("a", BACKSTAGE_ONE_FOR_ONE, 0);
    test_find(f, "a")->failing_inits = 3;
    test_say_all(f, "a", "! 1");
    check_wait(f, "a", BACKOFF);
    check_wait(f, "a", 2 * BACKOFF);
    check_wait(f, "a", 4 * BACKOFF);
    check_wait(f, "a", 8 * BACKOFF);
    CHECK_DIARY(f, "a! a- a+! a- a+! a- a+! a- a+ a:1");
    test_family_end(f);
}

TEST(a_restart_that_comes_late_is_where_the_next_wait_begins) {
    test_family *f = patient_family("a", BACKSTAGE_ONE_FOR_ONE, 0);
    test_say_all(f, "a", "! ! 1");
    test_run(f->engine);
    test_pass(f, 50 * BACKOFF);
    CHECK_DIARY(f, "a! a- a+ a! a-");
    check_wait(f, "a", 2 * BACKOFF);
    CHECK_DIARY(f, "a+ a:1");
    test_family_end(f);
}

TEST(a_first_init_that_fails_is_tried_again_after_a_wait) {
    test_family *f = patient_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKOFF, 0);
    test_find(f, "a")->failing_inits = 1;
    test_family_start(f);
    test_say(f, "a", "1");
    check_wait(f, "a", BACKOFF);
    CHECK_EQ(test_find(f, "a")->restarts, 1);
    CHECK(test_find(f, "a")->up);
    CHECK_EQ(test_statistics(f->engine).handled, 1);
    test_family_end(f);
}

TEST(a_permanent_child_that_shuts_down_waits_too) {
    test_family *f = patient_family("a", BACKSTAGE_ONE_FOR_ONE, 0);
    test_say_all(f, "a", "quit 1");
    check_wait(f, "a", BACKOFF);
    CHECK_DIARY(f, "a:quit a- a+ a:1");
    test_family_end(f);
}

TEST(several_wait_at_once_and_start_in_order_of_time) {
    test_family *f = patient_family("abc", BACKSTAGE_ONE_FOR_ONE, 0);
    for (const char *id = "aab"; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        test_say(f, name, "!");
        test_run(f->engine);
        test_pass(f, 64 * BACKOFF);
    }
    test_diary_forget(f);
    test_say(f, "a", "!"); /* waits 4 times as long, b twice, c once */
    test_say(f, "b", "!");
    test_say(f, "c", "!");
    test_run(f->engine);
    test_diary_forget(f);
    test_pass(f, 64 * BACKOFF); /* at one stroke */
    CHECK_DIARY(f, "c+ b+ a+");
    test_family_end(f);
}

TEST(a_group_waits_together_and_starts_in_order_of_birth) {
    test_family *f = patient_family("abc", BACKSTAGE_ONE_FOR_ALL, 0);
    test_say(f, "b", "!");
    test_run(f->engine);
    for (const char *id = "cba"; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        test_say(f, name, "1");
    }
    check_wait(f, "b", BACKOFF);
    CHECK_DIARY_OF(f, "a", "a- a+ a:1");
    CHECK_DIARY_OF(f, "b", "b! b- b+ b:1");
    CHECK_DIARY_OF(f, "c", "c- c+ c:1");
    CHECK(test_find(f, "a")->started_ns == BACKOFF && test_find(f, "c")->started_ns == BACKOFF);
    test_family_end(f);
}

TEST(a_child_that_waits_is_restarted_once_when_its_group_is) {
    test_family *f = patient_family("abc", BACKSTAGE_REST_FOR_ONE, 0);
    test_say(f, "b", "!");
    test_run(f->engine);
    test_pass(f, BACKOFF / 2);
    test_say(f, "a", "!"); /* b, which was to start sooner, starts after a */
    test_run(f->engine);
    test_pass(f, BACKOFF - 1);
    CHECK_EQ(test_find(f, "b")->inits, 1);
    test_pass(f, 1);
    CHECK(test_find(f, "a")->up && test_find(f, "b")->up && test_find(f, "c")->up);
    CHECK_EQ(test_find(f, "a")->inits, 2);
    CHECK_EQ(test_find(f, "b")->inits, 2);
    CHECK_EQ(test_find(f, "c")->inits, 2);
    CHECK_EQ(test_find(f, "b")->started_ns, BACKOFF + BACKOFF / 2);
    test_family_end(f);
}

TEST(a_run_that_could_only_wait_for_a_restart_is_over_in_time) {
    test_family *f = patient_family("a", BACKSTAGE_ONE_FOR_ONE, 0);
    test_say_all(f, "a", "! 1");
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_STOPPED, 1000),
                 BACKSTAGE_TIMEOUT);
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_ONCE, 1000), BACKSTAGE_TIMEOUT);
    CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_NO_WAIT, 1000));
    CHECK_EQ(test_find(f, "a")->inits, 1);
    CHECK_OK(backstage_engine_advance(f->engine, BACKOFF));
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_STOPPED, 1000),
                 BACKSTAGE_TIMEOUT);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a:1");
    test_family_end(f);
}

TEST(a_wait_as_long_as_can_be_is_for_ever_and_no_trouble) {
    static const int64_t backoffs[] = {INT64_MAX, INT64_MAX / 2 + 1, INT64_MAX / 64 + 1};
    for (int i = 0; i < 6; i++) {
        test_family *f =
            patient_plan("ab", BACKSTAGE_ONE_FOR_ONE, backoffs[i / 2], i % 2 == 0 ? INT64_MAX : 0);
        test_family_start(f);
        test_pass(f, 12345);
        test_say_all(f, "a", "! 1");
        test_pass(f, (uint64_t)INT64_MAX / 128);
        CHECK_EQ(test_find(f, "a")->inits, 1);
        test_say(f, "b", "1");
        test_run(f->engine);
        CHECK_DIARY_OF(f, "b", "b:1");
        CHECK_EQ(test_statistics(f->engine).queued, 1);
        test_family_end(f);
    }
}
