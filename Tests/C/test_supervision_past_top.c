/* Escalation at its edges: what a run returns, who waits meanwhile, and failures without a place to
 * go on from. */
#include "support_supervision.h"

static test_member *supervisor_new(test_family *f, const char *id, test_member *parent,
                                   backstage_directive directive) {
    test_member *member = test_member_new(f, id, parent);
    member->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, directive);
    return member;
}

/* ---- What a run returns ------------------------------------------------------------------ */

TEST(every_mode_of_run_returns_the_status) {
    for (backstage_run_mode mode = 0; mode < 4; mode++) {
        test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_ESCALATE);
        test_say(f, "a", "!");
        CHECK_STATUS(backstage_engine_run(f->engine, mode, BACKSTAGE_SECONDS(1)), TEST_STATUS);
        test_run(f->engine);
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        test_family_end(f);
    }
}

TEST(two_failures_past_two_tops_are_each_returned) {
    test_family *f = test_family_open();
    test_member_new(f, "a", supervisor_new(f, "s", NULL, BACKSTAGE_DIRECTIVE_ESCALATE));
    test_member_new(f, "b", supervisor_new(f, "t", NULL, BACKSTAGE_DIRECTIVE_ESCALATE));
    test_family_start(f);
    test_find(f, "a")->status = TEST_STATUS - 1;
    test_find(f, "b")->status = TEST_STATUS - 2;
    test_say(f, "a", "!");
    test_say(f, "b", "!");
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, -1), TEST_STATUS - 1);
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, -1), TEST_STATUS - 2);
    test_run(f->engine);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    test_family_end(f);
}

static void stop_run(backstage_context *context, backstage_ref child, test_member *member) {
    CHECK_OK(backstage_engine_stop(backstage_context_engine(context)));
    (void)child, (void)member;
}

TEST(a_status_is_not_lost_when_the_run_is_stopped_at_the_same_time) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_member *s = test_find(f, "s");
    int seen = 0;
    s->supervision.decide = test_decide;
    s->directive = BACKSTAGE_DIRECTIVE_ESCALATE;
    s->decides = stop_run;
    test_family_start(f);
    test_say(f, "a", "!");
    for (int i = 0; i < 4; i++) {
        seen += backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, -1) == TEST_STATUS;
    }
    CHECK_EQ(seen, 1);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    test_family_end(f);
}

TEST(others_are_not_harmed_by_a_run_that_returns_early) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member_new(f, "o", NULL);
    test_family_start(f);
    uint64_t timer;
    CHECK_OK(
        backstage_timer_start(test_context(f->engine, test_find(f, "o")->ref), 10, 10, &timer));
    test_say(f, "a", "!");
    test_say_all(f, "o", "1 2 3");
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, -1), TEST_STATUS);
    test_ledger(f->engine);
    test_run(f->engine);
    test_pass(f, 10);
    test_pass(f, 10);
    CHECK_DIARY_OF(f, "o", "o:1 o:2 o:3 o@ o@");
    test_family_end(f);
}

TEST(a_request_from_outside_that_runs_the_engine_returns_the_status) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_ESCALATE);
    backstage_ref other = test_spawn(f->engine, NULL, test_ignore, NULL); /* answers nothing */
    backstage_payload *reply = NULL;
    test_say(f, "a", "!");
    CHECK_STATUS(backstage_engine_request(f->engine, other, "x", 1, -1, &reply), TEST_STATUS);
    CHECK(reply == NULL);
    test_run(f->engine);
    test_family_end(f);
}

/* Asked, it answers (or does not), and then fails. */
static backstage_status answer_and_fail(backstage_context *context,
                                        const backstage_envelope *envelope, test_member *member) {
    if (envelope->type != BACKSTAGE_REQUEST) {
        return BACKSTAGE_OK;
    }
    if (member->notes == NULL) {
        CHECK_OK(backstage_reply(context, envelope, "42", 2));
    }
    return member->status;
}

TEST(a_status_is_not_lost_when_the_request_that_ran_the_engine_is_answered_too) {
    for (int answers = 0; answers < 2; answers++) {
        test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_ESCALATE);
        test_member *a = test_find(f, "a");
        backstage_payload *reply = NULL;
        a->receives = answer_and_fail;
        a->notes = answers == 1 ? NULL : a;
        CHECK_STATUS(backstage_engine_request(f->engine, a->ref, "x", 1, -1, &reply),
                     answers == 1 ? BACKSTAGE_OK : BACKSTAGE_STOPPED);
        CHECK_EQ(reply != NULL, answers);
        if (reply != NULL) {
            CHECK_OK(backstage_payload_release(reply));
        }
        CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, -1), TEST_STATUS);
        test_run(f->engine);
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        test_family_end(f);
    }
}

/* ---- Who waits --------------------------------------------------------------------------- */

/* t supervises s, which escalates a's failures; but b, when it fails, waits to start again. */
static backstage_directive by_letter(backstage_context *context, backstage_ref child,
                                     backstage_status status, uint64_t restarts, void *state) {
    const char *id = "";
    (void)status, (void)restarts, (void)state;
    CHECK_OK(backstage_engine_actor_id(backstage_context_engine(context), child, &id));
    return id[0] == 'a' ? BACKSTAGE_DIRECTIVE_ESCALATE : BACKSTAGE_DIRECTIVE_RESTART;
}

static test_family *waiting_family(backstage_directive above) {
    test_family *f = test_family_open();
    test_member *t = supervisor_new(f, "t", NULL, above);
    test_member *s = supervisor_new(f, "s", t, BACKSTAGE_DIRECTIVE_RESTART);
    s->supervision.decide = by_letter;
    s->supervision.backoff_ns = 100;
    test_member_new(f, "a", s);
    test_member_new(f, "b", s);
    test_family_start(f);
    test_say_all(f, "b", "! 1");
    test_run(f->engine);
    test_say_all(f, "a", "! 2");
    test_run(f->engine);
    return f;
}

TEST(who_waits_to_start_goes_on_waiting_where_resume_is_said) {
    test_family *f = waiting_family(BACKSTAGE_DIRECTIVE_RESUME);
    CHECK_DIARY_OF(f, "a", "a! a:2");
    CHECK_EQ(test_find(f, "b")->inits, 1);
    test_pass(f, 99);
    CHECK_EQ(test_find(f, "b")->inits, 1);
    test_pass(f, 1);
    CHECK_DIARY_OF(f, "b", "b! b- b+ b:1");
    test_family_end(f);
}

TEST(who_waits_to_start_ends_where_restart_is_said) {
    test_family *f = waiting_family(BACKSTAGE_DIRECTIVE_RESTART);
    CHECK_EQ(test_find(f, "b")->inits, 2); /* the one that s spawned anew */
    CHECK_EQ(test_find(f, "b")->ended, 1);
    test_diary_forget(f);
    test_pass(f, 1000);
    CHECK_DIARY(f, "");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 2);
    test_family_end(f);
}

TEST(what_comes_while_a_failure_climbs_finds_who_goes_on) {
    test_family *f = test_family_open();
    test_member *t = supervisor_new(f, "t", NULL, BACKSTAGE_DIRECTIVE_RESUME);
    test_member *s = supervisor_new(f, "s", t, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member_new(f, "a", s);
    test_member_new(f, "b", s);
    test_family_start(f);
    for (int i = 0; i < 50; i++) {
        test_say_all(f, "a", "! 1");
        test_say(f, "b", "2");
        test_say(f, "s", "3");
        test_say(f, "t", "4");
    }
    test_run(f->engine);
    CHECK_EQ(test_statistics(f->engine).handled, 200);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 50);
    CHECK_EQ(test_statistics(f->engine).actors, 4);
    test_family_end(f);
}

/* ---- Failures with nothing to resume ----------------------------------------------------- */

TEST(a_child_whose_init_failed_stops_alone_where_resume_is_said_higher_up) {
    test_family *f = test_family_open();
    test_member *t = supervisor_new(f, "t", NULL, BACKSTAGE_DIRECTIVE_RESUME);
    test_member *s = supervisor_new(f, "s", t, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member_new(f, "b", s);
    test_family_start(f);
    test_member *a = test_member_join(f, "a", s);
    a->failing_inits = 1;
    test_observe(f, a);
    test_say(f, "a", "1");
    test_say(f, "b", "2");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "as", "a+! a.F s~F");
    CHECK_DIARY_OF(f, "bt", "b:2");
    CHECK_END(f, a->ref, BACKSTAGE_REASON_FAILED, TEST_STATUS, a->ref, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    test_family_end(f);
}

TEST(several_children_fail_and_their_supervisor_is_restarted_once) {
    test_family *f = test_family_open();
    test_member *t = supervisor_new(f, "t", NULL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = supervisor_new(f, "s", t, BACKSTAGE_DIRECTIVE_ESCALATE);
    for (const char *id = "abcde"; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        test_member_new(f, name, s);
    }
    test_family_start(f);
    for (const char *id = "abcde"; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        test_say(f, name, "!");
    }
    test_run(f->engine);
    CHECK_EQ(s->restarts, 1);
    CHECK_EQ(t->ended, 0);
    CHECK_EQ(test_statistics(f->engine).restarts, 1);
    CHECK_EQ(test_statistics(f->engine).actors, 7);
    CHECK_EQ(f->report->letters_count, 5); /* failed on, or ended with */
    test_family_end(f);
}

static backstage_status stop_grandparent(backstage_context *context,
                                         const backstage_envelope *envelope, test_member *member) {
    CHECK_OK(backstage_stop(context, member->parent->parent->ref));
    (void)envelope;
    return member->status;
}

TEST(a_failure_does_not_climb_past_a_supervisor_that_is_ending) {
    test_family *f = test_family_open();
    test_member *t = supervisor_new(f, "t", NULL, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member *s = supervisor_new(f, "s", t, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member_new(f, "a", s)->receives = stop_grandparent;
    test_family_start(f);
    test_say(f, "a", "1");
    test_run(f->engine); /* returns OK */
    CHECK_EQ(test_find(f, "a")->reason, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(t->reason, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    test_family_end(f);
}

static void stop_supervisor_above(backstage_context *context, backstage_ref child,
                                  test_member *member) {
    CHECK_OK(backstage_stop(context, member->parent->ref));
    (void)child;
}

TEST(a_supervisor_may_stop_the_one_above_and_then_escalate) {
    test_family *f = test_family_open();
    test_member *t = supervisor_new(f, "t", NULL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = supervisor_new(f, "s", t, BACKSTAGE_DIRECTIVE_ESCALATE);
    s->supervision.decide = test_decide;
    s->directive = BACKSTAGE_DIRECTIVE_ESCALATE;
    s->decides = stop_supervisor_above;
    test_member_new(f, "a", s);
    test_family_start(f);
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    CHECK_EQ(t->reason, BACKSTAGE_REASON_STOPPED);
    test_family_end(f);
}
