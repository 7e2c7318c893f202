/* Supervision of those who leave something open: a failure that comes late, and a restart that does
 * not wait. In the diary "a!" is what pends, and "a+!" an init that does. */
#include "support_supervision.h"

static const backstage_status pending = BACKSTAGE_PENDING;

static backstage_context *context_of(test_family *f, const char *id) {
    return test_context(f->engine, test_find(f, id)->ref);
}

/* Gives a member something, which it leaves open. */
static void leave_open(test_family *f, const char *id) {
    test_find(f, id)->status = pending;
    test_say(f, id, "!");
    test_run(f->engine);
}

static void finish(test_family *f, const char *id, backstage_status status) {
    CHECK_OK(backstage_finish(context_of(f, id), status));
    test_run(f->engine);
    test_ledger(f->engine);
}

static void check_not_waiting(test_family *f, const char *id) {
    CHECK_STATUS(backstage_finish(context_of(f, id), BACKSTAGE_OK), BACKSTAGE_NOT_WAITING);
}

/* ---- Failures that come late ------------------------------------------------------------- */

TEST(each_directive_holds_for_a_late_failure) {
    static const struct {
        backstage_directive directive;
        const char *diary;
        uint64_t restarts, actors;
    } rows[] = {
        {BACKSTAGE_DIRECTIVE_RESTART, "a! a- a+ a:next", 1, 2},
        {BACKSTAGE_DIRECTIVE_RESUME, "a! a:next", 0, 2},
        {BACKSTAGE_DIRECTIVE_STOP, "a! a.F s~F", 0, 1},
    };
    for (int i = 0; i < 3; i++) {
        test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, rows[i].directive);
        leave_open(f, "a");
        test_say(f, "a", "next");
        finish(f, "a", TEST_STATUS);
        CHECK_DIARY(f, rows[i].diary);
        CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 1);
        CHECK_EQ(test_statistics(f->engine).failures, 1);
        CHECK_EQ(test_statistics(f->engine).restarts, rows[i].restarts);
        CHECK_EQ(test_statistics(f->engine).actors, rows[i].actors);
        test_family_end(f);
    }
}

TEST(a_late_failure_that_is_escalated_ends_the_run) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_ESCALATE);
    leave_open(f, "a");
    CHECK_OK(backstage_finish(context_of(f, "a"), TEST_STATUS));
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER),
                 TEST_STATUS);
    test_run(f->engine);
    CHECK_DIARY(f, "a! a.F s.F");
    test_family_end(f);
}

TEST(the_supervisor_is_asked_with_the_status_and_when_it_comes) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_member *s = test_find(f, "s");
    s->supervision.decide = test_decide;
    s->directive = BACKSTAGE_DIRECTIVE_RESTART;
    test_family_start(f);
    for (uint32_t i = 1; i <= 3; i++) {
        leave_open(f, "a");
        CHECK_DIARY(f, "a!");
        CHECK_OK(backstage_finish(context_of(f, "a"), -2000));
        CHECK_DIARY(f, "");
        test_run(f->engine);
        CHECK_DIARY(f, "s?a a- a+");
        CHECK_EQ(test_find(f, "a")->restarts, i);
    }
    CHECK_EQ(f->report->log_count, 3);
    CHECK(strstr(f->report->log_last, "-2000") != NULL);
    test_family_end(f);
}

TEST(an_event_that_fails_late_is_a_failure) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_find(f, "a");
    uint64_t timer;
    a->fails_on_timers = true;
    a->status = pending;
    CHECK_OK(backstage_timer_start(context_of(f, "a"), 5, 0, &timer));
    test_pass(f, 5);
    test_say(f, "a", "next");
    test_run(f->engine);
    CHECK_DIARY(f, "a@!");
    finish(f, "a", TEST_STATUS);
    CHECK_DIARY(f, "a- a+ a:next");
    CHECK_EQ(test_statistics(f->engine).dead, 0);
    test_family_end(f);
}

/* ---- An init that pends ------------------------------------------------------------------ */

TEST(an_init_that_fails_late_is_restarted_and_never_resumed) {
    static const backstage_directive directives[] = {BACKSTAGE_DIRECTIVE_RESTART,
                                                     BACKSTAGE_DIRECTIVE_RESUME};
    for (int i = 0; i < 2; i++) {
        test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, directives[i]);
        test_member *a = test_find(f, "a");
        a->status = pending;
        a->failing_inits = 2;
        test_family_start(f);
        test_say(f, "a", "next");
        test_run(f->engine);
        CHECK_DIARY(f, "");
        finish(f, "a", TEST_STATUS);
        CHECK_DIARY(f, "a- a+!");
        finish(f, "a", TEST_STATUS);
        CHECK_DIARY(f, "a- a+ a:next");
        CHECK_EQ(test_statistics(f->engine).restarts, 2);
        CHECK_EQ(test_statistics(f->engine).failures, 2);
        test_family_end(f);
    }
}

TEST(an_init_that_fails_late_may_end_it) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_member *a = test_find(f, "a");
    a->status = pending;
    a->failing_inits = 1;
    test_family_start(f);
    test_say(f, "a", "next");
    finish(f, "a", TEST_STATUS);
    CHECK_DIARY(f, "a.F s~F");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    test_family_end(f);
}

/* ---- Restarts that do not wait ----------------------------------------------------------- */

TEST(siblings_that_pend_restart_with_the_one_that_failed) {
    static const char *const ids[] = {"a", "b", "c"};
    static const struct {
        backstage_strategy strategy;
        const char *failing, *diary;
        uint64_t failed;
    } rows[] = {
        {BACKSTAGE_ONE_FOR_ONE, "b", "b! b- b+", 1},
        {BACKSTAGE_ONE_FOR_ALL, "b", "b! c- b- a- a+ b+ c+", 3},
        {BACKSTAGE_REST_FOR_ONE, "b", "b! c- b- b+ c+", 2},
        {BACKSTAGE_REST_FOR_ONE, "a", "a! c- b- a- a+ b+ c+", 3},
    };
    for (int i = 0; i < 4; i++) {
        test_family *f = test_family_of("abc", rows[i].strategy, BACKSTAGE_DIRECTIVE_RESTART);
        for (int j = 0; j < 3; j++) {
            if (strcmp(ids[j], rows[i].failing) != 0) {
                leave_open(f, ids[j]);
            }
        }
        test_diary_forget(f);
        test_find(f, rows[i].failing)->status = TEST_STATUS;
        test_say(f, rows[i].failing, "!");
        test_run(f->engine);
        CHECK_DIARY(f, rows[i].diary);
        CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], rows[i].failed);
        CHECK_EQ(test_statistics(f->engine).failures, 1);
        test_ledger(f->engine);
        /* Those who were left alone still wait; the others have begun anew. */
        for (int j = 0; j < 3; j++) {
            if (test_find(f, ids[j])->restarts > 0) {
                check_not_waiting(f, ids[j]);
            } else {
                finish(f, ids[j], BACKSTAGE_OK);
            }
            test_say(f, ids[j], "on");
        }
        test_run(f->engine);
        CHECK_DIARY(f, "a:on b:on c:on");
        test_family_end(f);
    }
}

TEST(what_waited_behind_it_is_handled_after_the_restart) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    leave_open(f, "b");
    test_say_all(f, "b", "1 2 3");
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "b! a! b- a- a+ b+ b:1 b:2 b:3");
    CHECK_EQ(f->report->letters_count, 2);
    test_family_end(f);
}

/* Finished, but its turn has not come when the group is restarted. */
TEST(a_restart_between_the_finish_and_its_turn_wins) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    leave_open(f, "b");
    test_say(f, "a", "!"); /* a is ready first */
    CHECK_OK(backstage_finish(context_of(f, "b"), BACKSTAGE_OK));
    test_run(f->engine);
    CHECK_DIARY(f, "b! a! b- a- a+ b+");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 2);
    CHECK_EQ(test_statistics(f->engine).handled, 0);
    test_family_end(f);
}

TEST(a_group_that_waits_to_start_knows_nothing_of_it) {
    test_family *f = test_family_plan("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.backoff_ns = 100;
    test_family_start(f);
    leave_open(f, "b");
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "b! a! b- a-");
    check_not_waiting(f, "b");
    test_pass(f, 100);
    CHECK_DIARY(f, "a+ b+");
    leave_open(f, "b");
    finish(f, "b", BACKSTAGE_OK);
    CHECK_EQ(test_statistics(f->engine).handled, 1);
    test_family_end(f);
}

TEST(a_permanent_child_that_is_shut_down_from_outside_restarts) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    leave_open(f, "a");
    CHECK_OK(backstage_shutdown(context_of(f, "a")));
    check_not_waiting(f, "a");
    test_run(f->engine);
    CHECK_DIARY(f, "a! a- a+");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    CHECK_EQ(test_statistics(f->engine).failures, 0);
    test_family_end(f);
}

/* In its own callback, before it leaves the message open. */
static backstage_status quit_and_leave_open(backstage_context *context,
                                            const backstage_envelope *envelope,
                                            test_member *member) {
    (void)context, (void)envelope;
    return member->restarts == 0 ? BACKSTAGE_PENDING : BACKSTAGE_OK;
}

TEST(who_shuts_itself_down_leaves_nothing_open) {
    static const struct {
        backstage_restart restart;
        const char *diary;
        backstage_dead_reason reason;
    } rows[] = {
        {BACKSTAGE_RESTART_PERMANENT, "a:quit a- a+ a:next", BACKSTAGE_DEAD_FAILED},
        {BACKSTAGE_RESTART_TRANSIENT, "a:quit a.N", BACKSTAGE_DEAD_ENDED},
    };
    for (int i = 0; i < 2; i++) {
        test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
        test_find(f, "a")->restart = rows[i].restart;
        test_find(f, "a")->receives = quit_and_leave_open;
        test_family_start(f);
        test_say_all(f, "a", "quit next");
        test_run(f->engine);
        CHECK_DIARY(f, rows[i].diary);
        CHECK_EQ(f->report->letters[0].reason, rows[i].reason);
        CHECK_EQ(f->report->letters[0].size, 4);
        test_ledger(f->engine);
        test_family_end(f);
    }
}

/* ---- A supervisor that pends ------------------------------------------------------------- */

TEST(a_supervisor_that_pends_still_supervises) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_find(f, "s")->supervision.decide = test_decide;
    test_find(f, "s")->directive = BACKSTAGE_DIRECTIVE_RESTART;
    test_family_start(f);
    leave_open(f, "s");
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "s! a! s?a a- a+");
    finish(f, "s", BACKSTAGE_OK);
    CHECK_EQ(test_statistics(f->engine).handled, 1);
    test_family_end(f);
}

TEST(of_a_child_s_end_it_learns_when_it_is_finished) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    leave_open(f, "s");
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "s! a! a.F");
    finish(f, "s", BACKSTAGE_OK);
    CHECK_DIARY(f, "s~F");
    test_family_end(f);
}

static test_family *three_generations(backstage_directive directive) {
    test_family *f = test_family_open();
    test_member *top = test_member_new(f, "t", NULL);
    top->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, directive);
    test_member *middle = test_member_new(f, "m", top);
    middle->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member_new(f, "a", middle);
    test_family_start(f);
    return f;
}

TEST(an_escalated_failure_restarts_a_supervisor_that_pends) {
    test_family *f = three_generations(BACKSTAGE_DIRECTIVE_RESTART);
    leave_open(f, "m");
    test_say(f, "m", "next");
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "m! a! a.F m- m+ m:next a+");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 2);
    check_not_waiting(f, "m");
    test_family_end(f);
}

TEST(or_stops_it_or_lets_it_go_on) {
    static const struct {
        backstage_directive directive;
        const char *diary;
    } rows[] = {{BACKSTAGE_DIRECTIVE_STOP, "m! a! a.F m.F t~F"},
                {BACKSTAGE_DIRECTIVE_RESUME, "m! a!"}};
    for (int i = 0; i < 2; i++) {
        test_family *f = three_generations(rows[i].directive);
        leave_open(f, "m");
        test_say(f, "a", "!");
        test_run(f->engine);
        CHECK_DIARY(f, rows[i].diary);
        if (i == 1) {
            finish(f, "m", BACKSTAGE_OK);
            CHECK_EQ(test_statistics(f->engine).handled, 1);
        }
        test_family_end(f);
    }
}

/* The children of one that restarts end, whatever they leave open. */
TEST(children_that_pend_end_with_their_supervisor_s_restart) {
    test_family *f = three_generations(BACKSTAGE_DIRECTIVE_RESTART);
    leave_open(f, "a");
    test_find(f, "m")->status = TEST_STATUS;
    test_say(f, "m", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "a! m! a.S m- m+ a+");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    check_not_waiting(f, "a");
    test_family_end(f);
}
