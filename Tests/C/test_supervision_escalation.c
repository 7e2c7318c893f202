/* Escalation: a failure that passes from supervisor to supervisor, and past the top. */
#include "support_supervision.h"

static test_member *supervisor_new(test_family *f, const char *id, test_member *parent,
                                   backstage_directive directive) {
    test_member *member = test_member_new(f, id, parent);
    member->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, directive);
    return member;
}

/* t supervises s, which escalates the failures of a and b. */
static test_family *escalating_plan(backstage_directive above) {
    test_family *f = test_family_open();
    test_member *t = supervisor_new(f, "t", NULL, above);
    test_member *s = supervisor_new(f, "s", t, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member_new(f, "a", s);
    test_member_new(f, "b", s);
    return f;
}

static test_family *escalating_family(backstage_directive above) {
    test_family *f = escalating_plan(above);
    test_family_start(f);
    return f;
}

static void run_giving(test_family *f, backstage_status status) {
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER),
                 status);
}

TEST(where_restart_is_said_the_supervisor_below_is_restarted_and_spawns_anew) {
    test_family *f = escalating_family(BACKSTAGE_DIRECTIVE_RESTART);
    backstage_ref s = test_find(f, "s")->ref, a = test_find(f, "a")->ref;
    test_say_all(f, "a", "1 ! 2");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "st", "s- s+");
    CHECK_DIARY_OF(f, "sb", "b.S s- s+ b+");
    CHECK_EQ(test_find(f, "a")->ended, 1);
    CHECK(test_find(f, "a")->up);
    CHECK_EQ(test_find(f, "s")->ref, s);
    CHECK(test_find(f, "a")->ref != a);
    CHECK_EQ(test_statistics(f->engine).failures, 1);
    CHECK_EQ(test_statistics(f->engine).restarts, 1);
    CHECK_EQ(test_actor_statistics(f->engine, s).restarts, 1);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    test_family_end(f);
}

TEST(where_resume_is_said_all_go_on_as_they_were) {
    test_family *f = escalating_family(BACKSTAGE_DIRECTIVE_RESUME);
    test_say_all(f, "b", "1 2");
    test_say_all(f, "a", "1 ! 2 ! 3");
    test_run(f->engine);
    CHECK_DIARY(f, "b:1 b:2 a:1 a! a:2 a! a:3");
    CHECK_EQ(test_statistics(f->engine).failures, 2);
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    CHECK_EQ(f->report->letters_count, 2);
    test_say(f, "s", "1");
    test_run(f->engine);
    CHECK_DIARY(f, "s:1");
    test_family_end(f);
}

TEST(where_stop_is_said_the_supervisor_below_ends_with_its_children) {
    test_family *f = escalating_family(BACKSTAGE_DIRECTIVE_STOP);
    test_say_all(f, "a", "! 2");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "bst", "b.S s.F t~F");
    CHECK_EQ(test_find(f, "a")->ended, 1);
    CHECK_EQ(test_statistics(f->engine).actors, 1);
    test_family_end(f);
}

TEST(past_the_top_all_end_and_the_run_returns_the_status) {
    test_family *f = escalating_family(BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member *other = test_member_new(f, "o", NULL);
    test_family_start(f);
    test_find(f, "a")->status = TEST_STATUS - 1;
    test_say_all(f, "a", "1 ! 2");
    run_giving(f, TEST_STATUS - 1);
    test_run(f->engine);
    CHECK_DIARY_OF(f, "bst", "b.S s.F t.F");
    CHECK_EQ(test_find(f, "a")->ended, 1);
    CHECK_EQ(test_statistics(f->engine).actors, 1);
    CHECK_EQ(test_statistics(f->engine).failures, 1);
    /* The engine is none the worse. */
    test_ledger(f->engine);
    test_diary_forget(f);
    CHECK_OK(backstage_engine_send(f->engine, other->ref, "1", 1));
    for (size_t i = 0; i < f->count; i++) {
        if (f->members[i]->parent == NULL && f->members[i] != other) {
            f->members[i]->spawned = f->members[i]->ended = 0;
        }
    }
    test_family_start(f); /* once more from the top */
    CHECK(test_find(f, "a")->up);
    test_say(f, "a", "!");
    run_giving(f, TEST_STATUS - 1);
    test_run(f->engine);
    CHECK_EQ(test_statistics(f->engine).actors, 1);
    CHECK_EQ(test_statistics(f->engine).handled, 2);
    test_end(f->engine);
}

TEST(a_top_supervisor_that_escalates_its_childs_failure_ends) {
    static const backstage_status statuses[] = {TEST_STATUS, BACKSTAGE_TIMEOUT, -1, INT32_MIN};
    for (int i = 0; i < 4; i++) {
        test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_ESCALATE);
        test_find(f, "a")->status = statuses[i];
        test_say(f, "a", "!");
        run_giving(f, statuses[i]);
        run_giving(f, BACKSTAGE_OK);
        CHECK_DIARY_OF(f, "bs", "b.S s.F");
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        test_family_end(f);
    }
}

TEST(a_parent_that_is_no_supervisor_is_told_and_the_run_goes_on) {
    test_family *f = test_family_open();
    test_member *p = test_member_new(f, "p", NULL);
    test_member_new(f, "a", supervisor_new(f, "s", p, BACKSTAGE_DIRECTIVE_ESCALATE));
    test_family_start(f);
    test_say(f, "a", "!");
    run_giving(f, BACKSTAGE_OK);
    CHECK_DIARY_OF(f, "ps", "s.F p~F");
    CHECK_EQ(test_statistics(f->engine).actors, 1);
    test_family_end(f);
}

TEST(a_failure_climbs_as_many_supervisors_as_escalate) {
    enum { LEVELS = 12 };
    for (int above = 0; above < LEVELS; above++) {
        test_family *f = test_family_open();
        test_member *last = NULL;
        for (int i = 0; i < LEVELS; i++) {
            char id[2] = {(char)('A' + i), '\0'};
            last = supervisor_new(f, id, last,
                                  i == above ? BACKSTAGE_DIRECTIVE_RESTART
                                             : BACKSTAGE_DIRECTIVE_ESCALATE);
        }
        test_member_new(f, "z", last);
        test_family_start(f);
        test_say(f, "z", "!");
        test_run(f->engine);
        for (int i = 0; i <= LEVELS; i++) {
            CHECK_EQ(f->members[i]->restarts, i == above + 1);
            CHECK_EQ(f->members[i]->ended, i > above + 1);
            CHECK(f->members[i]->up);
        }
        CHECK_EQ(test_statistics(f->engine).failures, 1);
        test_family_end(f);
    }
}

struct told {
    backstage_ref child;
    backstage_status status;
    uint64_t restarts, count;
};

static backstage_directive record(backstage_context *context, backstage_ref child,
                                  backstage_status status, uint64_t restarts, void *state) {
    struct told *told = ((test_member *)state)->notes;
    told->child = child;
    told->status = status;
    told->restarts = restarts;
    told->count++;
    (void)context;
    return BACKSTAGE_DIRECTIVE_RESTART;
}

TEST(the_supervisor_above_is_told_of_the_one_below_and_of_the_first_status) {
    struct told told = {0};
    test_family *f = escalating_plan(BACKSTAGE_DIRECTIVE_STOP);
    test_find(f, "t")->supervision.decide = record;
    test_find(f, "t")->notes = &told;
    test_family_start(f);
    for (uint64_t i = 0; i < 5; i++) {
        test_find(f, "a")->status = TEST_STATUS - (backstage_status)i;
        test_say(f, "a", "!");
        test_run(f->engine);
        CHECK_EQ(told.count, i + 1);
        CHECK_EQ(told.child, test_find(f, "s")->ref);
        CHECK_STATUS(told.status, TEST_STATUS - (backstage_status)i);
        CHECK_EQ(told.restarts, i);
    }
    test_family_end(f);
}

TEST(the_strategy_above_says_who_else_restarts) {
    test_family *f = escalating_plan(BACKSTAGE_DIRECTIVE_RESTART);
    test_member *t = test_find(f, "t");
    t->supervision.strategy = BACKSTAGE_ONE_FOR_ALL;
    test_member_new(f, "r", t);
    test_family_start(f);
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "rs", "r- s- s+ r+");
    CHECK_DIARY_OF(f, "bs", "b.S s- s+ b+");
    test_family_end(f);
}

TEST(giving_up_escalates_whatever_the_directive) {
    for (backstage_directive above = 0; above < 4; above++) {
        test_family *f = escalating_plan(above);
        test_find(f, "s")->supervision =
            test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
        test_find(f, "s")->supervision.restarts_max = 1;
        test_family_start(f);
        test_say_all(f, "a", "! 1");
        test_run(f->engine);
        test_say_all(f, "a", "! 2");
        run_giving(f, above == BACKSTAGE_DIRECTIVE_ESCALATE ? TEST_STATUS : BACKSTAGE_OK);
        test_run(f->engine);
        CHECK_EQ(test_find(f, "a")->restarts, 1);
        CHECK_EQ(test_find(f, "s")->restarts, above == BACKSTAGE_DIRECTIVE_RESTART);
        CHECK_EQ(test_find(f, "s")->ended, above > BACKSTAGE_DIRECTIVE_RESUME);
        CHECK_EQ(test_find(f, "a")->ended, above != BACKSTAGE_DIRECTIVE_RESUME);
        CHECK_EQ(test_statistics(f->engine).handled, above == BACKSTAGE_DIRECTIVE_RESUME ? 2 : 1);
        test_family_end(f);
    }
}

TEST(a_temporary_supervisor_is_stopped_where_restart_is_said) {
    test_family *f = escalating_plan(BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->restart = BACKSTAGE_RESTART_TEMPORARY;
    test_family_start(f);
    test_say(f, "a", "!");
    run_giving(f, BACKSTAGE_OK);
    CHECK_DIARY_OF(f, "bst", "b.S s.F t~F");
    test_family_end(f);
}

TEST(a_supervisor_waits_with_its_restart_as_any_child_does) {
    test_family *f = escalating_plan(BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "t")->supervision.backoff_ns = 100;
    test_family_start(f);
    test_say(f, "a", "!");
    test_run(f->engine);
    test_say(f, "s", "1");
    test_pass(f, 99);
    CHECK_EQ(test_find(f, "s")->inits, 1);
    CHECK_EQ(test_find(f, "a")->ended, 1); /* its children are gone meanwhile */
    test_pass(f, 1);
    CHECK_DIARY_OF(f, "s", "s- s+ s:1");
    CHECK(test_find(f, "a")->up && test_find(f, "b")->up);
    test_family_end(f);
}
