/* Intensity: so many restarts within a window, counted for each supervisor, then it gives up. */
#include "support_supervision.h"

enum { WINDOW = 1000 };

/* A family that allows so many restarts in the window. */
static test_family *limited(const char *children, backstage_strategy strategy, uint32_t restarts) {
    test_family *f = test_family_plan(children, strategy, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.restarts_max = restarts;
    test_find(f, "s")->supervision.window_ns = WINDOW;
    test_family_start(f);
    return f;
}

/* Has a member fail after so long; whether that was too much. */
static bool gives_up(test_family *f, const char *id, uint64_t after_ns) {
    CHECK_OK(backstage_engine_advance(f->engine, after_ns));
    test_say(f, id, "!");
    backstage_status status =
        backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    CHECK(status == BACKSTAGE_OK || status == TEST_STATUS);
    test_run(f->engine);
    return status != BACKSTAGE_OK;
}

static void check_gave_up(test_family *f) {
    CHECK_EQ(test_find(f, "s")->ended, 1);
    CHECK_EQ(test_find(f, "s")->reason, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
}

TEST(three_restarts_in_five_seconds_are_the_default) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.restarts_max = 0;
    test_family_start(f);
    for (uint64_t i = 0; i < 3; i++) {
        CHECK(!gives_up(f, "a", 0));
    }
    CHECK(!gives_up(f, "a", (uint64_t)BACKSTAGE_SECONDS(5) + 1));
    CHECK(!gives_up(f, "a", 0));
    CHECK(!gives_up(f, "a", 0));
    CHECK(gives_up(f, "a", (uint64_t)BACKSTAGE_SECONDS(5) - 1));
    check_gave_up(f);
    test_family_end(f);
}

TEST(one_more_than_allowed_is_too_much) {
    static const uint32_t allowed[] = {1, 2, 3, 10, 100, BACKSTAGE_RESTARTS_MAX};
    for (int i = 0; i < 6; i++) {
        test_family *f = limited("a", BACKSTAGE_ONE_FOR_ONE, allowed[i]);
        for (uint32_t j = 0; j < allowed[i]; j++) {
            CHECK(!gives_up(f, "a", 0));
            test_diary_forget(f);
        }
        CHECK_EQ(test_find(f, "a")->restarts, allowed[i]);
        CHECK(gives_up(f, "a", 0));
        check_gave_up(f);
        CHECK_EQ(test_find(f, "a")->inits, allowed[i] + 1);
        CHECK_EQ(test_statistics(f->engine).restarts, allowed[i]);
        test_family_end(f);
    }
}

TEST(the_window_slides) {
    test_family *f = limited("a", BACKSTAGE_ONE_FOR_ONE, 2);
    CHECK(!gives_up(f, "a", 10));          /* at 10 */
    CHECK(!gives_up(f, "a", WINDOW - 50)); /* at 960 */
    CHECK(!gives_up(f, "a", 51));          /* at 1011, when the first is out of the window */
    CHECK(!gives_up(f, "a", WINDOW - 50)); /* at 1961: 960 is out of it */
    CHECK(gives_up(f, "a", 49));           /* at 2010: 1011 and 1961 are in it */
    check_gave_up(f);
    test_family_end(f);
}

TEST(restarts_that_are_far_enough_apart_may_go_on_for_ever) {
    test_family *f = limited("a", BACKSTAGE_ONE_FOR_ONE, 3);
    for (int i = 0; i < 1000; i++) {
        CHECK(!gives_up(f, "a", WINDOW / 3 + 1));
        test_diary_forget(f);
    }
    CHECK_EQ(test_find(f, "a")->restarts, 1000);
    CHECK(!gives_up(f, "a", WINDOW / 3 + 1));
    CHECK(gives_up(f, "a", WINDOW / 3 - 2));
    test_family_end(f);
}

TEST(it_is_counted_for_all_children_of_a_supervisor) {
    test_family *f = limited("abcd", BACKSTAGE_ONE_FOR_ONE, 3);
    CHECK(!gives_up(f, "a", 0));
    CHECK(!gives_up(f, "b", 0));
    CHECK(!gives_up(f, "c", 0));
    CHECK(gives_up(f, "d", 0));
    check_gave_up(f);
    test_family_end(f);
}

TEST(supervisors_count_for_themselves) {
    test_family *f = test_family_open();
    for (const char *id = "stu"; *id != '\0'; id++) {
        char name[2] = {*id, '\0'}, child[2] = {(char)(*id - 's' + 'a'), '\0'};
        test_member *member = test_member_new(f, name, NULL);
        member->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
        member->supervision.restarts_max = 2;
        test_member_new(f, child, member);
    }
    test_family_start(f);
    for (int round = 0; round < 2; round++) {
        CHECK(!gives_up(f, "a", 0));
        CHECK(!gives_up(f, "b", 0));
        CHECK(!gives_up(f, "c", 0));
    }
    CHECK(gives_up(f, "b", 0));
    CHECK_EQ(test_find(f, "t")->ended, 1);
    CHECK_EQ(test_statistics(f->engine).actors, 4);
    test_family_end(f);
}

TEST(the_restart_of_a_group_counts_once) {
    test_family *f = limited("abcdefgh", BACKSTAGE_ONE_FOR_ALL, 2);
    CHECK(!gives_up(f, "a", 0));
    CHECK(!gives_up(f, "h", 0));
    CHECK_EQ(test_statistics(f->engine).restarts, 16);
    CHECK(gives_up(f, "c", 0));
    check_gave_up(f);
    test_family_end(f);
}

static backstage_directive by_letter(backstage_context *context, backstage_ref child,
                                     backstage_status status, uint64_t restarts, void *state) {
    const char *id = "";
    (void)status, (void)restarts, (void)state;
    CHECK_OK(backstage_engine_actor_id(backstage_context_engine(context), child, &id));
    return id[0] == 'a'   ? BACKSTAGE_DIRECTIVE_RESTART
           : id[0] == 'b' ? BACKSTAGE_DIRECTIVE_RESUME
                          : BACKSTAGE_DIRECTIVE_STOP;
}

TEST(what_leads_to_no_restart_does_not_count) {
    test_family *f = test_family_plan("abcd", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.restarts_max = 1;
    test_find(f, "s")->supervision.decide = by_letter;
    test_family_start(f);
    for (int i = 0; i < 10; i++) {
        CHECK(!gives_up(f, "b", 0));
    }
    CHECK(!gives_up(f, "c", 0));
    CHECK(!gives_up(f, "d", 0));
    CHECK(!gives_up(f, "a", 0));
    CHECK(gives_up(f, "a", 0));
    test_family_end(f);
}

TEST(temporary_children_do_not_count_and_shutdowns_of_permanent_ones_do) {
    test_family *f = test_family_plan("abcd", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.restarts_max = 2;
    test_find(f, "b")->restart = test_find(f, "c")->restart = BACKSTAGE_RESTART_TEMPORARY;
    test_family_start(f);
    CHECK(!gives_up(f, "b", 0));
    CHECK(!gives_up(f, "c", 0));
    test_say_all(f, "a", "quit quit");
    test_run(f->engine);
    CHECK_EQ(test_find(f, "a")->inits, 3);
    CHECK(gives_up(f, "d", 0));
    check_gave_up(f);
    test_family_end(f);
}

TEST(a_restart_counts_when_it_is_decided_on_not_when_it_is_made) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = test_find(f, "s");
    s->supervision.restarts_max = 1;
    s->supervision.window_ns = WINDOW;
    s->supervision.backoff_ns = WINDOW - 100;
    test_family_start(f);
    CHECK(!gives_up(f, "a", 0));
    test_pass(f, WINDOW - 100);
    CHECK_EQ(test_find(f, "a")->inits, 2);
    CHECK(!gives_up(f, "a", 150)); /* 50 after the window, though soon after the restart */
    test_family_end(f);
}

TEST(an_init_that_always_fails_is_given_up_on) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = test_find(f, "s"), *a = test_find(f, "a");
    s->supervision.restarts_max = 4;
    test_family_start(f);
    a->failing_inits = UINT32_MAX;
    CHECK(gives_up(f, "a", 0));
    CHECK_EQ(a->inits, 1 + 4);
    CHECK_EQ(a->restarts, 4);
    CHECK_EQ(test_statistics(f->engine).failures, 5);
    check_gave_up(f);
    test_family_end(f);
}

TEST(a_supervisor_that_was_restarted_counts_from_the_start) {
    test_family *f = test_family_open();
    test_member *t = test_member_new(f, "t", NULL), *s = test_member_new(f, "s", t);
    t->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    s->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    s->supervision.restarts_max = 2;
    test_member_new(f, "a", s);
    test_family_start(f);
    for (uint32_t round = 1; round <= 5; round++) {
        CHECK(!gives_up(f, "a", 0));
        CHECK(!gives_up(f, "a", 0));
        CHECK_EQ(s->restarts, round - 1);
        CHECK(!gives_up(f, "a", 0)); /* too much: so s is restarted */
        CHECK_EQ(s->restarts, round);
        CHECK(test_find(f, "a")->up);
    }
    test_family_end(f);
}

TEST(a_window_as_long_as_can_be_forgets_nothing) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.restarts_max = 3;
    test_find(f, "s")->supervision.window_ns = INT64_MAX;
    test_family_start(f);
    for (int i = 0; i < 3; i++) {
        CHECK(!gives_up(f, "a", (uint64_t)INT64_MAX / 4));
    }
    CHECK(gives_up(f, "a", (uint64_t)INT64_MAX / 4 - 1));
    check_gave_up(f);
    test_family_end(f);
}
