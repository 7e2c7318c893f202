/* What fails when: in init, in deinit, while ending, and in the supervisor itself. */
#include "support_supervision.h"

/* ---- In init ----------------------------------------------------------------------------- */

TEST(an_init_that_fails_is_tried_again_whether_restart_or_resume_is_said) {
    for (backstage_directive directive = 0; directive < 2; directive++) {
        for (uint32_t failing = 1; failing < 10; failing++) {
            test_family *f = test_family_plan("ab", BACKSTAGE_ONE_FOR_ONE, directive);
            test_member *a = test_find(f, "a");
            a->failing_inits = failing;
            test_family_start(f);
            CHECK_EQ(a->inits, failing + 1);
            CHECK_EQ(a->restarts, failing);
            CHECK(a->up);
            CHECK_EQ(test_statistics(f->engine).failures, failing);
            CHECK_EQ(test_statistics(f->engine).restarts, failing);
            CHECK_EQ(f->report->log_count, failing);
            CHECK_EQ(f->report->letters_count, 0); /* there was no message in hand */
            CHECK_EQ(test_find(f, "b")->inits, 1);
            test_family_end(f);
        }
    }
}

TEST(what_waits_for_a_child_whose_init_fails_is_handled_after_one_that_works) {
    test_family *f = test_family_of("", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_member_join(f, "a", test_find(f, "s"));
    a->failing_inits = 3;
    test_say_all(f, "a", "1 2");
    test_run(f->engine);
    CHECK_DIARY(f, "a+! a- a+! a- a+! a- a+ a:1 a:2");
    test_family_end(f);
}

TEST(an_init_that_fails_ends_the_child_where_stop_is_said) {
    test_family *f = test_family_of("", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_member *a = test_member_join(f, "a", test_find(f, "s"));
    a->failing_inits = 1;
    test_observe(f, a);
    test_say_all(f, "a", "1 2");
    test_run(f->engine);
    CHECK_DIARY(f, "a+! a.F s~F");
    CHECK_END(f, a->ref, BACKSTAGE_REASON_FAILED, TEST_STATUS, a->ref, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 2);
    test_family_end(f);
}

TEST(an_init_that_fails_is_the_decide_callbacks_matter_too) {
    test_family *f = test_family_plan("", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_find(f, "s")->supervision.decide = test_decide;
    test_find(f, "s")->directive = BACKSTAGE_DIRECTIVE_RESTART;
    test_family_start(f);
    test_member_join(f, "a", test_find(f, "s"))->failing_inits = 2;
    test_run(f->engine);
    CHECK_DIARY(f, "a+! s?a a- a+! s?a a- a+");
    test_family_end(f);
}

/* Restarts what failed first, and then says what is noted. */
static void restart_once(backstage_context *context, backstage_ref child, test_member *member) {
    const backstage_directive *then = member->notes;
    member->directive = member->asked == 1 ? BACKSTAGE_DIRECTIVE_RESTART : *then;
    (void)context, (void)child;
}

TEST(an_init_that_fails_when_restarted_restarts_again) {
    for (backstage_directive directive = 0; directive < 2; directive++) {
        test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
        test_member *s = test_find(f, "s");
        s->supervision.decide = test_decide;
        s->decides = restart_once;
        s->notes = &directive;
        test_family_start(f);
        test_find(f, "a")->failing_inits = 2;
        test_say_all(f, "a", "! 1");
        test_run(f->engine);
        CHECK_DIARY(f, "a! s?a a- a+! s?a a- a+! s?a a- a+ a:1");
        CHECK_EQ(test_statistics(f->engine).restarts, 3);
        test_family_end(f);
    }
}

TEST(what_an_init_began_before_it_failed_is_undone) {
    test_family *f = test_family_of("", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_member_join(f, "a", test_find(f, "s"));
    test_member *x = test_member_new(f, "x", a); /* never to have a turn the first time */
    a->failing_inits = 1;
    test_run(f->engine);
    CHECK_DIARY(f, "a+! x.S a- a+ x+");
    CHECK_EQ(x->spawned, 2);
    CHECK_EQ(test_statistics(f->engine).actors, 3);
    test_family_end(f);
}

/* ---- In deinit --------------------------------------------------------------------------- */

TEST(a_deinit_that_fails_is_logged_and_counted_and_the_restart_goes_on) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "a")->failing_deinits = 1;
    test_say_all(f, "a", "! 1");
    test_run(f->engine);
    CHECK_DIARY(f, "a! a-! a+ a:1");
    CHECK_EQ(test_statistics(f->engine).failures, 2);
    CHECK_EQ(f->report->log_count, 2);
    CHECK_EQ(test_statistics(f->engine).restarts, 1);
    test_family_end(f);
}

TEST(a_deinit_that_fails_at_the_end_changes_neither_end_nor_reason) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = test_find(f, "s"), *a = test_find(f, "a");
    test_observe(f, a);
    a->failing_deinits = 1;
    CHECK_OK(backstage_stop(test_context(f->engine, s->ref), a->ref));
    test_run(f->engine);
    CHECK_DIARY(f, "a.S!");
    CHECK_END(f, a->ref, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, a->ref, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(f->engine).failures, 1);
    CHECK_EQ(f->report->log_count, 1);
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    test_family_end(f);
}

/* ---- While ending ------------------------------------------------------------------------ */

/* A family whose s would restart all, and notes when it is asked. */
static test_family *asking_family(const char *children) {
    test_family *f = test_family_plan(children, BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.decide = test_decide;
    test_family_start(f);
    return f;
}

static backstage_status stop_and_fail(backstage_context *context,
                                      const backstage_envelope *envelope, test_member *member) {
    CHECK_OK(backstage_stop(context, backstage_context_self(context)));
    (void)envelope;
    return member->status;
}

TEST(an_ending_actor_that_fails_ends_for_the_reason_it_had_and_nobody_is_asked) {
    test_family *f = asking_family("ab");
    test_member *a = test_find(f, "a");
    test_observe(f, a);
    a->receives = stop_and_fail;
    test_say(f, "a", "1");
    test_run(f->engine);
    CHECK_DIARY(f, "a:1 a.S");
    CHECK_END(f, a->ref, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, a->ref, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(f->engine).failures, 1);
    CHECK_EQ(f->report->log_count, 1);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    test_family_end(f);
}

static backstage_status stop_parent_and_fail(backstage_context *context,
                                             const backstage_envelope *envelope,
                                             test_member *member) {
    CHECK_OK(backstage_stop(context, backstage_context_parent(context)));
    (void)envelope;
    return member->status;
}

TEST(a_child_of_an_ending_actor_that_fails_ends_with_failed_and_nobody_is_asked) {
    test_family *f = asking_family("ab");
    test_member *a = test_find(f, "a");
    test_observe(f, a);
    a->receives = stop_parent_and_fail;
    test_say(f, "a", "1");
    test_run(f->engine);
    CHECK_EQ(test_find(f, "s")->asked, 0);
    CHECK_EQ(a->ended, 1);
    CHECK_EQ(a->reason, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(test_find(f, "s")->reason, BACKSTAGE_REASON_STOPPED);
    CHECK_END(f, a->ref, BACKSTAGE_REASON_FAILED, TEST_STATUS, a->ref, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    CHECK_EQ(test_statistics(f->engine).actors, 1);
    test_family_end(f);
}

TEST(an_actor_that_fails_on_what_it_has_queued_before_its_end_handles_the_rest_and_ends) {
    for (int drained = 0; drained < 2; drained++) {
        test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
        backstage_ref a = test_find(f, "a")->ref;
        test_say_all(f, "a", "1 ! 2 ! 3");
        CHECK_OK(drained ? backstage_drain(test_context(f->engine, a), a, BACKSTAGE_FOREVER)
                         : backstage_poison(test_context(f->engine, a), a));
        test_run(f->engine);
        CHECK_DIARY(f, "a:1 a! a- a+ a:2 a! a- a+ a:3 a.S");
        CHECK_EQ(f->report->letters_count, 2);
        test_family_end(f);
    }
}

TEST(a_child_that_fails_as_its_supervisor_waits_for_its_own_end_ends_once) {
    for (int drained = 0; drained < 2; drained++) {
        test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
        backstage_ref s = test_find(f, "s")->ref;
        test_say_all(f, "a", "1 ! 2");
        test_say_all(f, "s", "1 2 3");
        CHECK_OK(drained ? backstage_drain(test_context(f->engine, s), s, BACKSTAGE_FOREVER)
                         : backstage_poison(test_context(f->engine, s), s));
        test_run(f->engine);
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        CHECK_EQ(test_find(f, "a")->ended, 1);
        CHECK_EQ(test_find(f, "b")->ended, 1);
        CHECK_DIARY_OF(f, "s", "s:1 s:2 s:3 s.S");
        test_family_end(f);
    }
}

/* ---- In the supervisor, and in hooks that meddle ------------------------------------------- */

/* t supervises s, which supervises the children. */
static test_family *two_levels(const char *children, int64_t backoff_ns) {
    test_family *f = test_family_open();
    test_member *t = test_member_new(f, "t", NULL), *s = test_member_new(f, "s", t);
    t->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    s->supervision = test_supervision(BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    s->supervision.backoff_ns = backoff_ns;
    for (const char *id = children; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        test_member_new(f, name, s);
    }
    test_family_start(f);
    return f;
}

TEST(a_supervisor_that_fails_is_its_own_supervisors_matter) {
    test_family *f = two_levels("ab", 0);
    test_say(f, "s", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "s! b.S a.S s- s+ a+ b+");
    test_family_end(f);
}

TEST(a_child_that_fails_as_its_supervisor_restarts_ends_with_failed_and_nobody_is_asked) {
    test_family *f = two_levels("ab", 0);
    test_member *a = test_find(f, "a");
    backstage_ref before = a->ref;
    test_observe(f, a);
    test_say(f, "s", "!");
    test_say(f, "a", "!"); /* handled before its supervisor's restart takes it along */
    test_run(f->engine);
    CHECK_DIARY_OF(f, "s", "s! s- s+");
    CHECK_DIARY_OF(f, "a", "a! a.F a+");
    CHECK_END(f, before, BACKSTAGE_REASON_FAILED, TEST_STATUS, before, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(test_statistics(f->engine).restarts, 1);
    test_family_end(f);
}

TEST(a_supervisor_that_fails_while_its_children_wait_ends_them_first) {
    test_family *f = two_levels("ab", 100);
    test_say_all(f, "a", "! 1");
    test_run(f->engine);
    test_say(f, "s", "!");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "s", "s! s- s+");
    CHECK_EQ(test_find(f, "a")->ended, 1);
    CHECK_EQ(test_find(f, "b")->ended, 1);
    CHECK(test_find(f, "a")->up && test_find(f, "b")->up);
    CHECK_EQ(test_find(f, "a")->inits, 2);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    test_diary_forget(f);
    test_pass(f, 1000); /* nobody is started in the place of those who waited */
    CHECK_DIARY(f, "");
    CHECK_EQ(test_statistics(f->engine).actors, 4);
    test_family_end(f);
}

TEST(a_supervisor_whose_init_fails_ends_the_children_it_had_made) {
    test_family *f = two_levels("ab", 0);
    test_find(f, "s")->failing_inits = 2;
    test_say(f, "s", "!");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "s", "s! s- s+! s- s+! s- s+");
    CHECK_EQ(test_find(f, "a")->spawned, 4);
    CHECK_EQ(test_find(f, "b")->ended, 3);
    CHECK(test_find(f, "a")->up && test_find(f, "b")->up);
    test_family_end(f);
}
