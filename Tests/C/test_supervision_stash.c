/* A restart takes back what its actor stashed and became, and the receive timeout that it asked
 * for. */
#include "support_supervision.h"

enum { BACKOFF = 100 };

static test_family *family_with(int64_t backoff_ns, backstage_directive directive) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, directive);
    test_find(f, "s")->supervision.backoff_ns = backoff_ns;
    test_family_start(f);
    return f;
}

/* Stashes digits in its first life. */
static backstage_status stash_digits(backstage_context *context, const backstage_envelope *envelope,
                                     test_member *member) {
    const char *bytes = envelope->payload;
    return member->inits == 1 && bytes[0] <= '9' ? backstage_stash(context, envelope)
                                                 : BACKSTAGE_OK;
}

TEST(what_was_stashed_comes_first_and_in_order) {
    for (int64_t backoff = 0; backoff <= BACKOFF; backoff += BACKOFF) {
        test_family *f = family_with(backoff, BACKSTAGE_DIRECTIVE_RESTART);
        test_member *a = test_find(f, "a");
        a->receives = stash_digits;
        test_say_all(f, "a", "1 x 2 3 y");
        test_run(f->engine);
        CHECK_EQ(test_actor_statistics(f->engine, a->ref).stashed, 3);
        test_diary_forget(f);
        test_say_all(f, "a", "4 ! 5 z");
        test_run(f->engine);
        test_pass(f, (uint64_t)backoff);
        CHECK_DIARY(f, "a:4 a! a- a+ a:1 a:2 a:3 a:4 a:5 a:z");
        CHECK_EQ(test_actor_statistics(f->engine, a->ref).stashed, 0);
        CHECK_EQ(test_statistics(f->engine).handled, 8);
        CHECK_EQ(f->report->letters_count, 1);
        test_family_end(f);
    }
}

static backstage_status stash_and_fail(backstage_context *context,
                                       const backstage_envelope *envelope, test_member *member) {
    CHECK_OK(backstage_stash(context, envelope));
    return member->status;
}

TEST(a_message_that_was_stashed_and_then_failed_on_is_dead) {
    for (backstage_directive directive = 0; directive < 2; directive++) {
        test_family *f = family_with(0, directive);
        test_find(f, "a")->receives = stash_and_fail;
        test_say(f, "a", "1");
        test_run(f->engine);
        CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 1);
        CHECK_EQ(test_actor_statistics(f->engine, test_find(f, "a")->ref).stashed, 0);
        test_find(f, "a")->receives = NULL;
        test_say(f, "a", "2");
        test_run(f->engine);
        CHECK_EQ(test_statistics(f->engine).handled, 1);
        CHECK_EQ(f->report->letters_count, 1);
        test_family_end(f);
    }
}

TEST(a_resumed_child_keeps_its_stash) {
    test_family *f = family_with(0, BACKSTAGE_DIRECTIVE_RESUME);
    test_member *a = test_find(f, "a");
    a->receives = stash_digits;
    test_say_all(f, "a", "1 2 ! x");
    test_run(f->engine);
    CHECK_DIARY(f, "a:1 a:2 a! a:x");
    CHECK_EQ(test_actor_statistics(f->engine, a->ref).stashed, 2);
    test_family_end(f);
}

TEST(a_stash_fills_the_inbox_across_restarts) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_find(f, "a");
    test_find(f, "s")->supervision.backoff_ns = BACKOFF;
    a->capacity = 4;
    test_family_start(f);
    a->receives = stash_digits;
    test_say_all(f, "a", "1 2 3 !");
    test_run(f->engine);
    test_say(f, "a", "4");
    CHECK_STATUS(backstage_engine_send(f->engine, a->ref, "5", 1), BACKSTAGE_INBOX_FULL);
    CHECK_EQ(test_actor_statistics(f->engine, a->ref).queued, 4);
    test_diary_forget(f);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a+ a:1 a:2 a:3 a:4");
    CHECK_EQ(test_actor_statistics(f->engine, a->ref).queued_max, 4);
    test_family_end(f);
}

TEST(what_was_stashed_dies_with_who_is_stopped_while_it_waits) {
    test_family *f = family_with(BACKOFF, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_find(f, "a");
    a->receives = stash_digits;
    test_say_all(f, "a", "1 2 ! 3");
    test_run(f->engine);
    CHECK_OK(backstage_stop(test_context(f->engine, a->ref), a->ref));
    test_run(f->engine);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 3);
    CHECK_EQ(test_statistics(f->engine).queued, 0);
    test_family_end(f);
}

/* ---- Become ------------------------------------------------------------------------------ */

static backstage_status fail_on_all(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)context, (void)envelope;
    return ((test_member *)state)->status;
}

static backstage_status become_worse(backstage_context *context, const backstage_envelope *envelope,
                                     test_member *member) {
    (void)envelope, (void)member;
    return backstage_become(context, fail_on_all);
}

TEST(a_restarted_child_receives_as_it_first_did) {
    test_family *f = family_with(0, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "a")->receives = become_worse;
    test_say_all(f, "a", "1 2 3 4");
    test_run(f->engine);
    CHECK_DIARY(f, "a:1 a- a+ a:3 a- a+");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 2);
    test_family_end(f);
}

TEST(a_resumed_child_receives_as_it_did_last) {
    test_family *f = family_with(0, BACKSTAGE_DIRECTIVE_RESUME);
    test_find(f, "a")->receives = become_worse;
    test_say_all(f, "a", "1 2 3 4");
    test_run(f->engine);
    CHECK_DIARY(f, "a:1");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 3);
    test_family_end(f);
}

static backstage_status fail_on_batches(backstage_context *context,
                                        const backstage_envelope *envelopes, size_t count,
                                        size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)count, (void)handled;
    return ((test_member *)state)->status;
}

static backstage_status become_a_batch(backstage_context *context,
                                       const backstage_envelope *envelope, test_member *member) {
    (void)envelope, (void)member;
    return backstage_become_batch(context, fail_on_batches);
}

TEST(one_that_became_a_batch_receives_one_by_one_again) {
    test_family *f = family_with(BACKOFF, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "a")->receives = become_a_batch;
    test_say_all(f, "a", "1 2 3");
    test_run(f->engine);
    test_find(f, "a")->receives = NULL;
    test_say(f, "a", "4");
    test_pass(f, BACKOFF);
    CHECK_DIARY(f, "a:1 a- a+ a:3 a:4");
    CHECK_EQ(f->report->letters_count, 1);
    test_family_end(f);
}

/* ---- Receive timeout --------------------------------------------------------------------- */

TEST(a_receive_timeout_ends_with_a_restart_but_not_with_a_resume) {
    for (backstage_directive directive = 0; directive < 2; directive++) {
        test_family *f = family_with(0, directive);
        CHECK_OK(backstage_receive_timeout(test_context(f->engine, test_find(f, "a")->ref), 50));
        test_say(f, "a", "!");
        test_run(f->engine);
        test_diary_forget(f);
        test_pass(f, 49);
        CHECK_DIARY(f, "");
        test_pass(f, 1);
        CHECK_DIARY(f, directive == BACKSTAGE_DIRECTIVE_RESUME ? "a%" : "");
        test_family_end(f);
    }
}
