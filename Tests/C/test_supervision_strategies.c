/* Strategies: who else restarts with a child that failed, and in which order. */
#include "support_supervision.h"

TEST(one_for_one_restarts_nobody_else) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_say_all(f, "b", "! 1");
    test_run(f->engine);
    CHECK_DIARY(f, "b! b- b+ b:1");
    test_say_all(f, "a", "!");
    test_say_all(f, "c", "!");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "a", "a! a- a+");
    CHECK_DIARY_OF(f, "c", "c! c- c+");
    CHECK_DIARY_OF(f, "b", "");
    test_family_end(f);
}

TEST(one_for_all_restarts_all_children_from_the_last_born_to_the_first_and_back) {
    static const char *const failing[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
        test_say(f, failing[i], "!");
        test_run(f->engine);
        CHECK_DIARY_OF(f, "s", "");
        CHECK_STR(f->diary + 3, "c- b- a- a+ b+ c+");
        CHECK_EQ(test_statistics(f->engine).restarts, 3);
        CHECK_EQ(test_statistics(f->engine).failures, 1);
        for (size_t j = 0; j < f->count; j++) {
            CHECK_EQ(test_actor_statistics(f->engine, f->members[j]->ref).restarts, j > 0);
        }
        test_family_end(f);
    }
}

TEST(rest_for_one_restarts_those_born_after) {
    static const char *const expected[] = {"a! c- b- a- a+ b+ c+", "b! c- b- b+ c+", "c! c- c+"};
    static const char *const failing[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        test_family *f = test_family_of("abc", BACKSTAGE_REST_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
        test_say(f, failing[i], "!");
        test_run(f->engine);
        CHECK_DIARY(f, expected[i]);
        CHECK_EQ(test_statistics(f->engine).restarts, 3 - i);
        test_family_end(f);
    }
}

TEST(a_group_of_one_restarts_alone) {
    for (backstage_strategy strategy = 0; strategy < 3; strategy++) {
        test_family *f = test_family_of("a", strategy, BACKSTAGE_DIRECTIVE_RESTART);
        test_say_all(f, "a", "! 1 ! 2");
        test_run(f->engine);
        CHECK_DIARY(f, "a! a- a+ a:1 a! a- a+ a:2");
        test_family_end(f);
    }
}

TEST(only_a_restart_is_the_groups_matter) {
    for (backstage_directive directive = 1; directive < 3; directive++) {
        for (backstage_strategy strategy = 1; strategy < 3; strategy++) {
            test_family *f = test_family_of("abc", strategy, directive);
            test_say(f, "a", "!");
            test_run(f->engine);
            CHECK_DIARY_OF(f, "bc", "");
            CHECK_EQ(test_find(f, "a")->ended, directive == BACKSTAGE_DIRECTIVE_STOP);
            test_family_end(f);
        }
    }
}

TEST(a_restarted_child_keeps_its_place_in_the_order_of_birth) {
    test_family *f = test_family_of("abc", BACKSTAGE_REST_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_say(f, "a", "!");
    test_run(f->engine);
    test_diary_forget(f);
    test_say(f, "c", "!");
    test_run(f->engine);
    test_member_join(f, "d", test_find(f, "s"));
    test_run(f->engine);
    CHECK_DIARY(f, "c! c- c+ d+");
    test_say(f, "b", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "b! d- c- b- b+ c+ d+");
    test_family_end(f);
}

TEST(who_ended_before_is_no_longer_of_the_group) {
    test_family *f = test_family_of("abcd", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = test_find(f, "s");
    CHECK_OK(backstage_stop(test_context(f->engine, s->ref), test_find(f, "b")->ref));
    test_run(f->engine);
    CHECK_DIARY(f, "b.S");
    test_say(f, "d", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "d! d- c- a- a+ c+ d+");
    test_family_end(f);
}

TEST(siblings_handle_nothing_more_before_they_start_again) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_say_all(f, "b", "! 1 2");
    test_say_all(f, "a", "1 2");
    test_say_all(f, "c", "1 2");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "a", "a- a+ a:1 a:2");
    CHECK_DIARY_OF(f, "b", "b! b- b+ b:1 b:2");
    CHECK_DIARY_OF(f, "c", "c- c+ c:1 c:2");
    CHECK_EQ(f->report->letters_count, 1);
    test_family_end(f);
}

TEST(several_failures_in_one_run_each_restart_the_group) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_say_all(f, "a", "! 1");
    test_say_all(f, "b", "! 2");
    test_say_all(f, "c", "! 3");
    test_run(f->engine);
    for (size_t i = 1; i < 4; i++) {
        CHECK(f->members[i]->up);
        CHECK_EQ(f->members[i]->inits, f->members[i]->restarts + 1);
        CHECK_EQ(test_actor_statistics(f->engine, f->members[i]->ref).restarts, 3);
    }
    CHECK_EQ(test_find(f, "a")->restarts, 3);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 3);
    CHECK_EQ(test_statistics(f->engine).handled, 3);
    CHECK_EQ(test_statistics(f->engine).restarts, 9);
    test_family_end(f);
}

TEST(each_siblings_own_children_end_before_it_and_are_born_anew) {
    test_family *f = test_family_plan("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member_new(f, "x", test_find(f, "a"));
    test_member_new(f, "y", test_find(f, "a"));
    test_member_new(f, "z", test_find(f, "c"));
    test_family_start(f);
    test_say(f, "b", "!");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "abc", "b! c- b- a- a+ b+ c+");
    CHECK_DIARY_OF(f, "ax", "x.S a- a+ x+");
    CHECK_DIARY_OF(f, "xy", "y.S x.S x+ y+");
    CHECK_DIARY_OF(f, "cz", "z.S c- c+ z+");
    CHECK_EQ(test_statistics(f->engine).actors, 7);
    test_family_end(f);
}

TEST(a_supervisor_among_the_siblings_is_restarted_with_its_children) {
    test_family *f = test_family_plan("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *b = test_find(f, "b");
    b->supervision = test_supervision(BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member_new(f, "x", b);
    test_member_new(f, "y", b);
    test_family_start(f);
    test_say(f, "x", "!"); /* the inner group alone */
    test_run(f->engine);
    CHECK_DIARY(f, "x! y- x- x+ y+");
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "a! y.S x.S b- a- a+ b+ x+ y+");
    test_family_end(f);
}

TEST(an_init_that_fails_in_a_group_restarts_the_group_again) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_find(f, "a"), *b = test_find(f, "b"), *c = test_find(f, "c");
    b->failing_inits = 2;
    test_say_all(f, "c", "! 1");
    test_run(f->engine);
    CHECK(a->up && b->up && c->up);
    CHECK_DIARY_OF(f, "b", "b- b+! b- b+! b- b+");
    CHECK_EQ(a->inits, 4);
    CHECK_EQ(c->inits, c->restarts + 1);
    CHECK_EQ(test_statistics(f->engine).failures, 3);
    CHECK_EQ(test_statistics(f->engine).handled, 1);
    test_family_end(f);
}

TEST(an_init_that_fails_in_the_rest_of_a_group_restarts_what_was_born_after_it) {
    test_family *f = test_family_of("abcd", BACKSTAGE_REST_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "c")->failing_inits = 1;
    test_say(f, "b", "!");
    test_run(f->engine);
    CHECK_EQ(test_find(f, "a")->inits, 1);
    CHECK_DIARY_OF(f, "b", "b! b- b+");
    CHECK_DIARY_OF(f, "c", "c- c+! c- c+");
    CHECK(test_find(f, "d")->up);
    CHECK_EQ(test_find(f, "d")->ended, 0);
    test_family_end(f);
}

TEST(a_deinit_that_fails_does_not_hold_the_group_up) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "c")->failing_deinits = 1;
    test_find(f, "b")->failing_deinits = 1;
    test_say(f, "b", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "b! c-! b-! a- a+ b+ c+");
    CHECK_EQ(test_statistics(f->engine).failures, 3);
    CHECK_EQ(f->report->log_count, 3);
    test_family_end(f);
}

/* Tells each of its siblings. */
static void greet(backstage_context *context, test_member *member) {
    for (const char *id = "abc"; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        if (*id != member->id[0]) {
            CHECK_OK(backstage_send_to_id(context, name, "hi", 2));
        }
    }
}

TEST(siblings_can_be_sent_to_while_they_restart) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    for (size_t i = 1; i < 4; i++) {
        f->members[i]->starts = greet;
    }
    test_say(f, "b", "!");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "a", "a- a+ a:hi a:hi");
    CHECK_DIARY_OF(f, "b", "b! b- b+ b:hi b:hi");
    CHECK_DIARY_OF(f, "c", "c- c+ c:hi c:hi");
    test_family_end(f);
}
