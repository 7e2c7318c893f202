/* Ends that come while children wait to start again. */
#include "support_supervision.h"

enum { BACKOFF = 100 };

/* A family where those named wait to start again, each with "1 2" queued. */
static test_family *waiting_family(const char *children, const char *waiting,
                                   backstage_strategy strategy) {
    test_family *f = test_family_plan(children, strategy, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.backoff_ns = BACKOFF;
    test_family_start(f);
    for (const char *id = waiting; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        test_say_all(f, name, "! 1 2");
    }
    test_run(f->engine);
    return f;
}

static backstage_context *supervisor(test_family *f) {
    return test_context(f->engine, test_find(f, "s")->ref);
}

/* Checks that members ended without starting again, or anything handled, and for one reason. */
static void check_never_started(test_family *f, const char *members, backstage_reason reason) {
    for (const char *id = members; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        test_member *member = test_find(f, name);
        CHECK_EQ(member->inits, 1);
        CHECK_EQ(member->ended, 1);
        CHECK_EQ(member->reason, reason);
        CHECK(member->restarts <= 1);
    }
    CHECK_EQ(test_statistics(f->engine).handled, 0);
}

TEST(a_child_that_is_stopped_while_it_waits_ends_at_once_and_for_good) {
    test_family *f = waiting_family("ab", "a", BACKSTAGE_ONE_FOR_ONE);
    test_member *a = test_find(f, "a");
    test_observe(f, a);
    CHECK_OK(backstage_stop(supervisor(f), a->ref));
    CHECK_STATUS(test_send_number(f->engine, a->ref, 1), BACKSTAGE_ENDING);
    test_run(f->engine);
    check_never_started(f, "a", BACKSTAGE_REASON_STOPPED);
    CHECK_END(f, a->ref, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, a->ref, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 2);
    test_pass(f, 10 * BACKOFF);
    check_never_started(f, "a", BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    test_family_end(f);
}

TEST(a_child_that_is_poisoned_while_it_waits_handles_what_it_had_queued_and_ends) {
    test_family *f = waiting_family("ab", "a", BACKSTAGE_ONE_FOR_ONE);
    test_member *a = test_find(f, "a");
    CHECK_OK(backstage_poison(supervisor(f), a->ref));
    CHECK_STATUS(test_send_number(f->engine, a->ref, 1), BACKSTAGE_ENDING);
    test_run(f->engine);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a:1 a:2 a.S");
    CHECK_EQ(f->report->letters_count, 1);
    test_family_end(f);
}

TEST(a_child_that_is_drained_while_it_waits_handles_what_it_had_queued_and_ends) {
    test_family *f = waiting_family("ab", "a", BACKSTAGE_ONE_FOR_ONE);
    CHECK_OK(backstage_drain(supervisor(f), test_find(f, "a")->ref, BACKSTAGE_FOREVER));
    test_run(f->engine);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a:1 a:2 a.S");
    CHECK_EQ(f->report->letters_count, 1);
    test_family_end(f);
}

TEST(a_child_that_is_not_drained_in_time_as_it_waits_is_killed) {
    for (int64_t timeout = 0; timeout < BACKOFF; timeout += BACKOFF - 1) {
        test_family *f = waiting_family("ab", "a", BACKSTAGE_ONE_FOR_ONE);
        CHECK_OK(backstage_drain(supervisor(f), test_find(f, "a")->ref, timeout));
        test_run(f->engine);
        CHECK_EQ(test_find(f, "a")->ended, timeout == 0);
        test_pass(f, BACKOFF - 1);
        check_never_started(f, "a", BACKSTAGE_REASON_KILLED);
        CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 2);
        test_pass(f, 10 * BACKOFF);
        CHECK_EQ(test_find(f, "a")->inits, 1);
        test_family_end(f);
    }
}

TEST(a_transient_child_told_to_shut_down_as_it_waits_ends_once) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_find(f, "a");
    test_find(f, "s")->supervision.backoff_ns = BACKOFF;
    a->restart = BACKSTAGE_RESTART_TRANSIENT;
    test_family_start(f);
    test_say_all(f, "a", "! 1");
    test_run(f->engine);
    CHECK_OK(backstage_shutdown(test_context(f->engine, a->ref)));
    test_run(f->engine);
    test_pass(f, 10 * BACKOFF);
    CHECK_EQ(a->ended, 1);
    CHECK_EQ(a->inits, 1);
    CHECK_EQ(a->reason, BACKSTAGE_REASON_NORMAL);
    test_family_end(f);
}

TEST(a_supervisor_that_ends_takes_with_it_those_who_wait) {
    for (int i = 0; i < 6; i++) {
        test_family *f = waiting_family("abc", "ac", (backstage_strategy)(i / 3));
        CHECK_OK(i % 3 == 0   ? backstage_stop(supervisor(f), test_find(f, "s")->ref)
                 : i % 3 == 1 ? backstage_shutdown(supervisor(f))
                              : backstage_engine_send(f->engine, test_find(f, "s")->ref, "!", 1));
        test_diary_forget(f);
        test_run(f->engine);
        CHECK_DIARY_OF(f, "abcs",
                       i % 3 == 0   ? "c.S b.S a.S s.S"
                       : i % 3 == 1 ? "c.S b.S a.S s.N"
                                    : "s! c.S b.S a.S s.F");
        check_never_started(f, "abc", BACKSTAGE_REASON_STOPPED);
        test_pass(f, 10 * BACKOFF);
        check_never_started(f, "abc", BACKSTAGE_REASON_STOPPED);
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        test_family_end(f);
    }
}

TEST(a_family_that_is_drained_while_some_wait_handles_all_and_ends) {
    test_family *f = waiting_family("abc", "ac", BACKSTAGE_ONE_FOR_ONE);
    CHECK_OK(backstage_drain(supervisor(f), test_find(f, "s")->ref, BACKSTAGE_FOREVER));
    test_run(f->engine);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a:1 a:2 a.S");
    CHECK_DIARY_OF(f, "c", "c! c- c+ c:1 c:2 c.S");
    CHECK_EQ(f->report->letters_count, 2);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    test_family_end(f);
}

TEST(an_engine_that_is_drained_kills_those_who_wait_for_too_long) {
    test_family *f = waiting_family("abc", "ac", BACKSTAGE_ONE_FOR_ONE);
    CHECK_OK(backstage_engine_drain(f->engine, BACKOFF / 2));
    CHECK_OK(backstage_engine_advance(f->engine, BACKOFF / 2));
    CHECK_STATUS(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_STOPPED, -1),
                 BACKSTAGE_TIMEOUT);
    CHECK_EQ(test_find(f, "a")->reason, BACKSTAGE_REASON_KILLED);
    CHECK_EQ(test_find(f, "a")->inits, 1);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    test_family_end(f);
}

TEST(an_engine_that_is_destroyed_with_restarts_pending_ends_each_once) {
    for (backstage_strategy strategy = 0; strategy < 3; strategy++) {
        test_family *f = waiting_family("abc", "ab", strategy);
        test_member_new(f, "x", test_find(f, "a")); /* never spawned */
        uint64_t queued = test_statistics(f->engine).queued;
        test_diary_forget(f);
        test_family_end(f);
        CHECK_DIARY(f, "c.E b.E a.E s.E");
        CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENGINE_ENDED], queued);
    }
}

TEST(an_engine_that_is_destroyed_in_the_midst_of_a_groups_restart_ends_each_once) {
    for (int turns = 0; turns < 8; turns++) {
        test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
        test_say_all(f, "b", "! 1 2");
        test_say_all(f, "c", "1 2");
        for (int i = 0; i < turns; i++) {
            CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
            test_ledger(f->engine);
        }
        test_family_end(f);
    }
}

TEST(siblings_of_one_that_waits_may_end_and_it_still_starts) {
    test_family *f = waiting_family("abc", "b", BACKSTAGE_ONE_FOR_ONE);
    CHECK_OK(backstage_stop(supervisor(f), test_find(f, "a")->ref));
    CHECK_OK(backstage_stop(supervisor(f), test_find(f, "c")->ref));
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "b", "b! b- b+ b:1 b:2");
    test_family_end(f);
}

TEST(members_of_a_group_that_waits_may_be_stopped_and_the_others_start) {
    static const char *const stopped[] = {"a", "b", "c"};
    static const char *const order[] = {"bc", "ac", "ab"};
    for (int i = 0; i < 3; i++) {
        test_family *f = waiting_family("abc", "b", BACKSTAGE_ONE_FOR_ALL);
        CHECK_OK(backstage_stop(supervisor(f), test_find(f, stopped[i])->ref));
        test_run(f->engine);
        CHECK_EQ(test_find(f, stopped[i])->ended, 1);
        test_diary_forget(f);
        test_pass(f, BACKOFF);
        CHECK_EQ(test_find(f, stopped[i])->inits, 1);
        CHECK_EQ(test_statistics(f->engine).actors, 3);
        test_member *elder = test_find(f, order[i][0] == 'a' ? "a" : "b");
        test_member *younger = test_find(f, order[i][1] == 'b' ? "b" : "c");
        CHECK(elder->up && younger->up);
        CHECK(strchr(f->diary, order[i][0]) < strchr(f->diary, order[i][1]));
        CHECK_EQ(test_statistics(f->engine).handled, i == 1 ? 0 : 2);
        test_family_end(f);
    }
}
