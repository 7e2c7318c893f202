/* Drains and poisons do not wait out the backoff of a child that has nothing left to do; but they
 * do for what it has. */
#include "support_supervision.h"

enum { BACKOFF = 100 };

/* A family where those named wait to start again, each with these words queued. */
static test_family *waiting_family(const char *waiting, backstage_strategy strategy,
                                   const char *words) {
    test_family *f = test_family_plan("abc", strategy, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.backoff_ns = BACKOFF;
    test_family_start(f);
    for (const char *id = waiting; *id != '\0'; id++) {
        const char name[2] = {*id, '\0'};
        test_say(f, name, "!");
        test_say_all(f, name, words);
    }
    test_run(f->engine);
    test_diary_forget(f);
    return f;
}

static backstage_context *supervisor(test_family *f) {
    return test_context(f->engine, test_find(f, "s")->ref);
}

/* Poisons an actor, or drains it in a time, or without limit. */
enum { POISON, DRAIN, DRAIN_LONG, ENDINGS };
static void end_gracefully(test_family *f, const char *id, int ending) {
    backstage_ref actor = test_find(f, id)->ref;
    CHECK_OK(ending == POISON  ? backstage_poison(supervisor(f), actor)
             : ending == DRAIN ? backstage_drain(supervisor(f), actor, BACKSTAGE_FOREVER)
                               : backstage_drain(supervisor(f), actor, 1000 * BACKOFF));
}

/* Checks that it ended by now, and did not start again for that. */
static void check_ended_without_start(test_family *f, const char *id) {
    CHECK_EQ(test_find(f, id)->ended, 1);
    CHECK_EQ(test_find(f, id)->inits, 1);
    CHECK_EQ(test_find(f, id)->reason, BACKSTAGE_REASON_STOPPED);
}

TEST(a_child_that_waits_with_nothing_queued_ends_at_once) {
    for (backstage_strategy strategy = 0; strategy < 3; strategy++) {
        for (int ending = 0; ending < ENDINGS; ending++) {
            test_family *f = waiting_family("a", strategy, "");
            test_observe(f, test_find(f, "a"));
            end_gracefully(f, "a", ending);
            test_run(f->engine);
            check_ended_without_start(f, "a");
            CHECK_END(f, test_find(f, "a")->ref, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK,
                      test_find(f, "a")->ref, BACKSTAGE_REASON_STOPPED);
            test_pass(f, 10 * BACKOFF); /* the others go on, whoever had to wait with it */
            check_ended_without_start(f, "a");
            test_say(f, "b", "1");
            test_say(f, "c", "2");
            test_run(f->engine);
            CHECK(test_find(f, "b")->up && test_find(f, "c")->up);
            CHECK_EQ(test_statistics(f->engine).handled, 2);
            test_family_end(f);
        }
    }
}

TEST(a_child_that_waits_with_a_message_queued_starts_for_it_and_ends) {
    for (int ending = 0; ending < ENDINGS; ending++) {
        test_family *f = waiting_family("a", BACKSTAGE_ONE_FOR_ONE, "1");
        end_gracefully(f, "a", ending);
        test_run(f->engine);
        test_pass(f, BACKOFF - 1);
        CHECK_DIARY_OF(f, "a", "");
        test_pass(f, 1);
        CHECK_DIARY_OF(f, "a", "a+ a:1 a.S");
        test_family_end(f);
    }
}

static backstage_status stash(backstage_context *context, const backstage_envelope *envelope,
                              test_member *member) {
    (void)member;
    return backstage_stash(context, envelope);
}

TEST(a_child_that_waits_with_a_message_stashed_starts_for_it_and_ends) {
    test_family *f = waiting_family("", BACKSTAGE_ONE_FOR_ONE, "");
    test_find(f, "a")->receives = stash;
    test_say_all(f, "a", "1 2 !");
    test_run(f->engine);
    test_find(f, "a")->receives = NULL;
    test_diary_forget(f);
    end_gracefully(f, "a", DRAIN);
    test_run(f->engine);
    CHECK_DIARY_OF(f, "a", "");
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a+ a:1 a:2 a.S");
    test_family_end(f);
}

/* Asks b, with a time of twice the backoff, on every message but "!". */
static backstage_status ask_b(backstage_context *context, const backstage_envelope *envelope,
                              test_member *member) {
    uint64_t token;
    return envelope->type == BACKSTAGE_SEND
               ? backstage_request(context, test_find(member->family, "b")->ref, "q", 1,
                                   2 * BACKOFF, &token)
               : BACKSTAGE_OK;
}

TEST(a_child_that_waits_for_an_answer_too_is_drained_after_that) {
    test_family *f = waiting_family("", BACKSTAGE_ONE_FOR_ONE, "");
    test_find(f, "a")->receives = ask_b;
    test_say_all(f, "a", "1 !");
    test_run(f->engine);
    end_gracefully(f, "a", DRAIN);
    test_pass(f, BACKOFF);
    CHECK_EQ(test_find(f, "a")->inits, 2);
    CHECK_EQ(test_find(f, "a")->ended, 0);
    test_pass(f, BACKOFF);
    CHECK_EQ(test_find(f, "a")->ended, 1);
    test_family_end(f);
}

/* ---- Families ---------------------------------------------------------------------------- */

TEST(a_family_with_nothing_queued_is_drained_at_once_though_some_wait) {
    static const char *const waiting[] = {"a", "b", "c", "ac", "abc"}; /* of a group just one */
    for (backstage_strategy strategy = 0; strategy < 3; strategy++) {
        for (int i = 0; i < (strategy == BACKSTAGE_ONE_FOR_ONE ? 5 : 3); i++) {
            test_family *f = waiting_family(waiting[i], strategy, "");
            end_gracefully(f, "s", DRAIN + i % 2);
            test_run(f->engine);
            CHECK_DIARY(f, "c.S b.S a.S s.S");
            CHECK_EQ(test_statistics(f->engine).actors, 0);
            test_family_end(f);
        }
    }
}

TEST(a_family_waits_for_the_one_with_a_message_queued) {
    test_family *f = waiting_family("ac", BACKSTAGE_ONE_FOR_ONE, "");
    test_say(f, "c", "1");
    end_gracefully(f, "s", DRAIN);
    test_pass(f, BACKOFF - 1);
    CHECK_EQ(test_find(f, "s")->ended, 0);
    test_pass(f, 1);
    CHECK_DIARY_OF(f, "c", "c+ c:1 c.S");
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    test_family_end(f);
}

TEST(an_engine_with_nothing_queued_is_drained_at_once_though_some_wait) {
    for (backstage_strategy strategy = 0; strategy < 3; strategy++) {
        test_family *f = waiting_family("b", strategy, "");
        CHECK_OK(backstage_engine_drain(f->engine, BACKOFF / 2));
        CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_STOPPED, 1000));
        CHECK_DIARY(f, "c.S b.S a.S s.S");
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        test_family_end(f);
    }
}

/* ---- The order of things ----------------------------------------------------------------- */

TEST(a_child_that_is_drained_and_then_fails_on_its_last_message_does_not_start_again) {
    for (int ending = 0; ending < ENDINGS; ending++) {
        test_family *f = waiting_family("", BACKSTAGE_ONE_FOR_ONE, "");
        test_say_all(f, "a", "1 !");
        end_gracefully(f, "a", ending);
        test_run(f->engine);
        CHECK_EQ(test_find(f, "a")->ended, 1);
        CHECK_EQ(test_find(f, "a")->inits, 1);
        test_pass(f, 10 * BACKOFF);
        CHECK_EQ(test_find(f, "a")->inits, 1);
        test_family_end(f);
    }
}

TEST(a_child_that_is_drained_and_then_fails_before_its_last_message_starts_for_that) {
    for (int ending = 0; ending < ENDINGS; ending++) {
        test_family *f = waiting_family("", BACKSTAGE_ONE_FOR_ONE, "");
        test_say_all(f, "a", "! 1");
        end_gracefully(f, "a", ending);
        test_run(f->engine);
        CHECK_DIARY_OF(f, "a", "a! a-");
        test_pass(f, BACKOFF);
        CHECK_DIARY_OF(f, "a", "a! a- a+ a:1 a.S");
        test_family_end(f);
    }
}

TEST(a_drain_again_moves_the_deadline_of_one_that_waits) {
    test_family *f = waiting_family("a", BACKSTAGE_ONE_FOR_ONE, "1");
    end_gracefully(f, "a", DRAIN);
    CHECK_OK(backstage_drain(supervisor(f), test_find(f, "a")->ref, BACKOFF / 2));
    test_pass(f, BACKOFF / 2);
    CHECK_EQ(test_find(f, "a")->reason, BACKSTAGE_REASON_KILLED);
    CHECK_EQ(test_find(f, "a")->inits, 1);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    test_family_end(f);
}
