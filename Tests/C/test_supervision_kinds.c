/* Permanent, transient and temporary children: which ends of theirs are followed by a restart. */
#include "support_supervision.h"

enum { KINDS = 3 };

/* A family whose child b is of a kind; the others are permanent. */
static test_family *family_with(const char *children, backstage_restart kind,
                                backstage_strategy strategy, backstage_directive directive) {
    test_family *f = test_family_plan(children, strategy, directive);
    test_find(f, "b")->restart = kind;
    test_family_start(f);
    return f;
}

TEST(all_but_temporary_children_restart_when_they_fail) {
    static const char *const expected[] = {"b! b- b+ b:1", "b! b- b+ b:1", "b! b.F s~F"};
    for (backstage_restart kind = 0; kind < KINDS; kind++) {
        test_family *f =
            family_with("abc", kind, BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
        test_say_all(f, "b", "! 1");
        test_run(f->engine);
        CHECK_DIARY(f, expected[kind]);
        CHECK_EQ(test_statistics(f->engine).restarts, kind < 2);
        test_family_end(f);
    }
}

TEST(only_permanent_children_restart_when_they_shut_themselves_down) {
    static const char *const expected[] = {"b:quit b- b+ b:1", "b:quit b.N", "b:quit b.N"};
    for (backstage_restart kind = 0; kind < KINDS; kind++) {
        test_family *f =
            family_with("abc", kind, BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
        test_say_all(f, "b", "quit 1");
        test_run(f->engine);
        CHECK_DIARY(f, expected[kind]);
        CHECK_EQ(test_statistics(f->engine).failures, 0);
        CHECK_EQ(test_statistics(f->engine).restarts, kind == 0);
        CHECK_EQ(f->report->letters_count, kind > 0);
        test_family_end(f);
    }
}

TEST(a_shutdown_is_no_failure_so_no_directive_applies) {
    for (backstage_directive directive = 0; directive < 4; directive++) {
        test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, directive);
        test_member *s = test_find(f, "s");
        s->supervision.decide = test_decide;
        s->directive = directive;
        test_family_start(f);
        test_say_all(f, "a", "quit 1");
        test_run(f->engine);
        CHECK_DIARY(f, "a:quit a- a+ a:1");
        test_family_end(f);
    }
}

TEST(a_permanent_childs_shutdown_restarts_its_group) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_say(f, "b", "quit");
    test_run(f->engine);
    CHECK_DIARY(f, "b:quit c- b- a- a+ b+ c+");
    test_family_end(f);
    f = test_family_of("abc", BACKSTAGE_REST_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_say(f, "b", "quit");
    test_run(f->engine);
    CHECK_DIARY(f, "b:quit c- b- b+ c+");
    test_family_end(f);
}

TEST(a_transient_or_temporary_childs_shutdown_leaves_the_others_alone) {
    for (backstage_restart kind = 1; kind < KINDS; kind++) {
        test_family *f =
            family_with("abc", kind, BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
        test_say(f, "b", "quit");
        test_run(f->engine);
        CHECK_DIARY(f, "b:quit b.N");
        test_family_end(f);
    }
}

/* In OTP's words: it is not the group's matter that a temporary child is gone. */
TEST(a_temporary_child_that_fails_leaves_the_others_alone) {
    test_family *f = family_with("abc", BACKSTAGE_RESTART_TEMPORARY, BACKSTAGE_ONE_FOR_ALL,
                                 BACKSTAGE_DIRECTIVE_RESTART);
    test_say(f, "b", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "b! b.F s~F");
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    test_family_end(f);
}

TEST(a_temporary_child_may_be_resumed) {
    test_family *f = family_with("b", BACKSTAGE_RESTART_TEMPORARY, BACKSTAGE_ONE_FOR_ONE,
                                 BACKSTAGE_DIRECTIVE_RESUME);
    test_say_all(f, "b", "! 1");
    test_run(f->engine);
    CHECK_DIARY(f, "b! b:1");
    test_family_end(f);
}

TEST(a_temporary_child_whose_init_fails_ends) {
    for (backstage_directive directive = 0; directive < 2; directive++) {
        test_family *f = test_family_plan("b", BACKSTAGE_ONE_FOR_ONE, directive);
        test_find(f, "b")->restart = BACKSTAGE_RESTART_TEMPORARY;
        test_find(f, "b")->failing_inits = 1;
        test_family_start(f);
        CHECK_EQ(test_find(f, "b")->inits, 1);
        CHECK_EQ(test_find(f, "b")->ended, 1);
        CHECK_EQ(test_find(f, "b")->reason, BACKSTAGE_REASON_FAILED);
        test_family_end(f);
    }
}

TEST(a_groups_restart_stops_temporary_children) {
    test_family *f = family_with("abcd", BACKSTAGE_RESTART_TEMPORARY, BACKSTAGE_ONE_FOR_ALL,
                                 BACKSTAGE_DIRECTIVE_RESTART);
    test_member *b = test_find(f, "b"), *c = test_find(f, "c");
    test_observe(f, b);
    test_say(f, "c", "!");
    test_say_all(f, "b", "1 2");
    test_run(f->engine);
    CHECK_DIARY(f, "c! d- c- b.S a- a+ c+ d+");
    CHECK_END(f, b->ref, BACKSTAGE_REASON_STOPPED, TEST_STATUS, c->ref, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 2);
    CHECK_EQ(test_statistics(f->engine).restarts, 3);
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "a! d- c- a- a+ c+ d+");
    test_family_end(f);
}

TEST(a_transient_child_restarts_with_its_group) {
    test_family *f = family_with("abc", BACKSTAGE_RESTART_TRANSIENT, BACKSTAGE_ONE_FOR_ALL,
                                 BACKSTAGE_DIRECTIVE_RESTART);
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "a! c- b- a- a+ b+ c+");
    test_family_end(f);
}

TEST(who_is_stopped_poisoned_or_drained_ends_for_good_whatever_its_kind) {
    for (int i = 0; i < KINDS * 4; i++) {
        test_family *f = family_with("abc", (backstage_restart)(i / 4), BACKSTAGE_ONE_FOR_ALL,
                                     BACKSTAGE_DIRECTIVE_RESTART);
        backstage_ref b = test_find(f, "b")->ref;
        backstage_context *self = test_context(f->engine, b); /* by itself is no different */
        CHECK_OK(i % 4 == 0   ? backstage_stop(self, b)
                 : i % 4 == 1 ? backstage_poison(self, b)
                 : i % 4 == 2 ? backstage_drain(self, b, BACKSTAGE_FOREVER)
                              : backstage_drain(self, b, 0));
        test_run(f->engine);
        CHECK_DIARY(f, i % 4 == 3 ? "b.K" : "b.S");
        CHECK_EQ(test_statistics(f->engine).restarts, 0);
        test_family_end(f);
    }
}

TEST(without_a_supervisor_the_kind_means_nothing) {
    for (backstage_restart kind = 0; kind < KINDS; kind++) {
        test_family *f = test_family_open();
        test_member *p = test_member_new(f, "p", NULL);
        test_member *c = test_member_new(f, "c", p);
        p->restart = kind;
        c->restart = kind;
        test_family_start(f);
        test_say(f, "c", "quit");
        test_run(f->engine);
        CHECK_DIARY(f, "c:quit c.N");
        test_say(f, "p", "quit");
        test_run(f->engine);
        CHECK_DIARY(f, "p:quit p.N");
        test_family_end(f);
    }
}

/* ---- Odd shutdowns ----------------------------------------------------------------------- */

static backstage_status quit_and_fail(backstage_context *context,
                                      const backstage_envelope *envelope, test_member *member) {
    CHECK_OK(backstage_shutdown(context));
    (void)envelope;
    return member->status;
}

TEST(a_shutdown_in_a_callback_that_fails_is_followed_by_one_end_or_one_restart) {
    for (backstage_restart kind = 0; kind < KINDS; kind++) {
        test_family *f =
            family_with("ab", kind, BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
        test_member *b = test_find(f, "b");
        b->receives = quit_and_fail;
        test_say(f, "b", "1");
        test_run(f->engine);
        CHECK_EQ(b->restarts + b->ended, 1);
        CHECK_EQ(b->inits, b->restarts + 1);
        CHECK(kind != BACKSTAGE_RESTART_TEMPORARY || b->ended == 1);
        CHECK_EQ(test_statistics(f->engine).failures, 1);
        CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 1);
        test_family_end(f);
    }
}

static void quit_at_once(backstage_context *context, test_member *member) {
    CHECK_OK(backstage_shutdown(context));
    (void)member;
}

TEST(a_permanent_child_that_always_shuts_down_in_init_is_given_up_on) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.restarts_max = 5;
    test_find(f, "a")->starts = quit_at_once;
    test_member *s = test_find(f, "s");
    backstage_actor_options options = test_member_options(s);
    s->ref = test_spawn_with(f->engine, &options);
    s->spawned = 1;
    (void)backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    test_run(f->engine);
    CHECK_EQ(test_find(f, "a")->inits, 6);
    CHECK_EQ(test_find(f, "a")->ended, 1);
    CHECK_EQ(s->ended, 1);
    CHECK_EQ(s->reason, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    test_family_end(f);
}

TEST(a_transient_child_that_shuts_down_in_init_ends) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "a")->starts = quit_at_once;
    test_find(f, "a")->restart = BACKSTAGE_RESTART_TRANSIENT;
    test_family_start(f);
    CHECK_EQ(test_find(f, "a")->inits, 1);
    CHECK_EQ(test_find(f, "a")->reason, BACKSTAGE_REASON_NORMAL);
    CHECK_EQ(test_statistics(f->engine).actors, 1);
    test_family_end(f);
}
