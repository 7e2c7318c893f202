/* Where an end began: the origin, its reason and its status, in every TERMINATED. */
#include "support_supervision.h"

/* Opens a family of three levels, p > c > g, without supervision, all observed. */
static test_family *observed_line(void) {
    test_family *f = test_family_open();
    test_member *p = test_member_new(f, "p", NULL), *c = test_member_new(f, "c", p);
    test_member_new(f, "g", c);
    test_family_start(f);
    for (size_t i = 0; i < f->count; i++) {
        test_observe(f, f->members[i]);
    }
    return f;
}

static backstage_ref ref_of(test_family *f, const char *id) { return test_find(f, id)->ref; }

static void observe_all(test_family *f) {
    for (size_t i = 0; i < f->count; i++) {
        test_observe(f, f->members[i]);
    }
}

TEST(who_fails_and_ends_is_its_own_origin) {
    test_family *f = observed_line();
    backstage_ref g = ref_of(f, "g");
    test_say(f, "g", "!");
    test_run(f->engine);
    CHECK_END(f, g, BACKSTAGE_REASON_FAILED, TEST_STATUS, g, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(f->observed->count, 1);
    test_family_end(f);
}

TEST(those_below_one_that_failed_are_told_of_as_stopped_by_its_failure) {
    test_family *f = observed_line();
    backstage_ref p = ref_of(f, "p"), c = ref_of(f, "c"), g = ref_of(f, "g");
    test_say(f, "p", "!");
    test_run(f->engine);
    CHECK_END(f, g, BACKSTAGE_REASON_STOPPED, TEST_STATUS, p, BACKSTAGE_REASON_FAILED);
    CHECK_END(f, c, BACKSTAGE_REASON_STOPPED, TEST_STATUS, p, BACKSTAGE_REASON_FAILED);
    CHECK_END(f, p, BACKSTAGE_REASON_FAILED, TEST_STATUS, p, BACKSTAGE_REASON_FAILED);
    test_family_end(f);
}

TEST(those_below_one_that_shut_down_are_told_of_as_stopped_by_its_normal_end) {
    test_family *f = observed_line();
    backstage_ref p = ref_of(f, "p"), c = ref_of(f, "c"), g = ref_of(f, "g");
    test_say(f, "p", "quit");
    test_run(f->engine);
    CHECK_END(f, g, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, p, BACKSTAGE_REASON_NORMAL);
    CHECK_END(f, c, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, p, BACKSTAGE_REASON_NORMAL);
    CHECK_END(f, p, BACKSTAGE_REASON_NORMAL, BACKSTAGE_OK, p, BACKSTAGE_REASON_NORMAL);
    test_family_end(f);
}

TEST(who_is_stopped_or_poisoned_is_the_origin_for_those_below) {
    for (int way = 0; way < 2; way++) {
        test_family *f = observed_line();
        backstage_ref c = ref_of(f, "c"), g = ref_of(f, "g");
        backstage_context *context = test_context(f->engine, ref_of(f, "p"));
        CHECK_OK(way == 0 ? backstage_stop(context, c) : backstage_poison(context, c));
        test_run(f->engine);
        CHECK_END(f, g, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, c, BACKSTAGE_REASON_STOPPED);
        CHECK_END(f, c, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, c, BACKSTAGE_REASON_STOPPED);
        CHECK_EQ(f->observed->count, 2);
        test_family_end(f);
    }
}

TEST(who_was_not_found_is_its_own_origin) {
    test_family *f = observed_line();
    backstage_ref g = ref_of(f, "g"), none = 77;
    backstage_context *observer;
    test_say(f, "g", "!");
    test_run(f->engine);
    f->observed->count = 0;
    observer = test_context(f->engine, f->observer);
    CHECK_OK(backstage_monitor(observer, g));
    test_run(f->engine);
    CHECK_END(f, g, BACKSTAGE_REASON_NOT_FOUND, BACKSTAGE_OK, g, BACKSTAGE_REASON_NOT_FOUND);
    CHECK_OK(backstage_monitor_id(observer, "nobody", &none));
    CHECK_EQ(none, BACKSTAGE_NONE);
    test_run(f->engine);
    CHECK_END(f, BACKSTAGE_NONE, BACKSTAGE_REASON_NOT_FOUND, BACKSTAGE_OK, BACKSTAGE_NONE,
              BACKSTAGE_REASON_NOT_FOUND);
    test_family_end(f);
}

TEST(who_is_killed_is_its_own_origin) {
    test_family *f = observed_line();
    backstage_ref g = ref_of(f, "g");
    test_say(f, "g", "1");
    CHECK_OK(backstage_drain(test_context(f->engine, ref_of(f, "p")), g, 0));
    test_run(f->engine);
    CHECK_END(f, g, BACKSTAGE_REASON_KILLED, BACKSTAGE_OK, g, BACKSTAGE_REASON_KILLED);
    test_family_end(f);
}

TEST(the_status_is_the_origins_and_not_that_of_a_deinit) {
    test_family *f = observed_line();
    backstage_ref p = ref_of(f, "p"), c = ref_of(f, "c");
    test_find(f, "p")->status = TEST_STATUS - 3;
    test_find(f, "c")->failing_deinits = 1;
    test_say(f, "p", "!");
    test_run(f->engine);
    CHECK_END(f, c, BACKSTAGE_REASON_STOPPED, TEST_STATUS - 3, p, BACKSTAGE_REASON_FAILED);
    CHECK_END(f, p, BACKSTAGE_REASON_FAILED, TEST_STATUS - 3, p, BACKSTAGE_REASON_FAILED);
    test_family_end(f);
}

/* ---- With supervision -------------------------------------------------------------------- */

TEST(those_below_a_restarted_child_are_told_of_as_stopped_by_its_failure) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member_new(f, "x", test_find(f, "a"));
    test_family_start(f);
    observe_all(f);
    backstage_ref a = ref_of(f, "a"), x = ref_of(f, "x");
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_END(f, x, BACKSTAGE_REASON_STOPPED, TEST_STATUS, a, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(f->observed->count, 1); /* a restart is no end */
    test_family_end(f);
}

TEST(those_below_a_permanent_child_that_shut_down_are_told_of_its_normal_end) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member_new(f, "x", test_find(f, "a"));
    test_family_start(f);
    observe_all(f);
    backstage_ref a = ref_of(f, "a"), x = ref_of(f, "x");
    test_say(f, "a", "quit");
    test_run(f->engine);
    CHECK_END(f, x, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, a, BACKSTAGE_REASON_NORMAL);
    CHECK_EQ(f->observed->count, 1);
    test_family_end(f);
}

TEST(those_below_a_sibling_are_told_of_the_failure_that_restarted_the_group) {
    test_family *f = test_family_plan("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member_new(f, "x", test_find(f, "b"));
    test_family_start(f);
    observe_all(f);
    backstage_ref a = ref_of(f, "a"), x = ref_of(f, "x");
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_END(f, x, BACKSTAGE_REASON_STOPPED, TEST_STATUS, a, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(f->observed->count, 1);
    test_family_end(f);
}

/* t supervises s, which escalates the failures of a and b; b has a child x. All are observed. */
static test_family *observed_escalation(backstage_directive above) {
    test_family *f = test_family_open();
    test_member *t = test_member_new(f, "t", NULL), *s = test_member_new(f, "s", t);
    t->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, above);
    s->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member_new(f, "a", s);
    test_member_new(f, "x", test_member_new(f, "b", s));
    test_family_start(f);
    observe_all(f);
    return f;
}

TEST(an_escalated_failure_is_the_origin_of_every_end_on_its_way) {
    for (backstage_directive above = 0; above < 4; above++) {
        test_family *f = observed_escalation(above);
        backstage_ref t = ref_of(f, "t"), s = ref_of(f, "s"), a = ref_of(f, "a");
        backstage_ref b = ref_of(f, "b"), x = ref_of(f, "x");
        test_say(f, "a", "!");
        (void)backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
        test_run(f->engine);
        if (above == BACKSTAGE_DIRECTIVE_RESUME) {
            CHECK_EQ(f->observed->count, 0);
            test_family_end(f);
            continue;
        }
        CHECK_END(f, x, BACKSTAGE_REASON_STOPPED, TEST_STATUS, a, BACKSTAGE_REASON_FAILED);
        CHECK_END(f, b, BACKSTAGE_REASON_STOPPED, TEST_STATUS, a, BACKSTAGE_REASON_FAILED);
        CHECK_END(f, a, BACKSTAGE_REASON_FAILED, TEST_STATUS, a, BACKSTAGE_REASON_FAILED);
        if (above != BACKSTAGE_DIRECTIVE_RESTART) {
            CHECK_END(f, s, BACKSTAGE_REASON_FAILED, TEST_STATUS, a, BACKSTAGE_REASON_FAILED);
        }
        if (above == BACKSTAGE_DIRECTIVE_ESCALATE) {
            CHECK_END(f, t, BACKSTAGE_REASON_FAILED, TEST_STATUS, a, BACKSTAGE_REASON_FAILED);
        }
        CHECK_EQ(f->observed->count, above == BACKSTAGE_DIRECTIVE_RESTART ? 3
                                     : above == BACKSTAGE_DIRECTIVE_STOP  ? 4
                                                                          : 5);
        test_family_end(f);
    }
}

TEST(giving_up_has_as_its_origin_the_failure_that_was_too_much) {
    test_family *f = test_family_plan("abc", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.restarts_max = 1;
    test_family_start(f);
    observe_all(f);
    backstage_ref s = ref_of(f, "s"), a = ref_of(f, "a"), b = ref_of(f, "b"), c = ref_of(f, "c");
    test_find(f, "b")->status = TEST_STATUS - 9;
    test_say(f, "a", "!");
    test_run(f->engine);
    test_say(f, "b", "!");
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, -1), TEST_STATUS - 9);
    test_run(f->engine);
    CHECK_END(f, a, BACKSTAGE_REASON_STOPPED, TEST_STATUS - 9, b, BACKSTAGE_REASON_FAILED);
    CHECK_END(f, b, BACKSTAGE_REASON_FAILED, TEST_STATUS - 9, b, BACKSTAGE_REASON_FAILED);
    CHECK_END(f, c, BACKSTAGE_REASON_STOPPED, TEST_STATUS - 9, b, BACKSTAGE_REASON_FAILED);
    CHECK_END(f, s, BACKSTAGE_REASON_FAILED, TEST_STATUS - 9, b, BACKSTAGE_REASON_FAILED);
    test_family_end(f);
}
