/* Requests that are set aside: each still has one outcome. */
#include "support_life.h"

static test_life *life;
static test_report *report;
static test_subject *asker, *actor;

/* Stashes requests until it is ready, and then answers them. */
static bool ready;
static backstage_status stash_or_answer(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)state;
    return ready ? backstage_reply(context, envelope, "a", 1) : backstage_stash(context, envelope);
}

static void open_actor(void) {
    life = test_life_open();
    report = test_report_of(life->engine);
    ready = false;
    asker = test_subject_open(life, NULL, NULL, NULL);
    actor = test_subject_open(life, NULL, NULL, stash_or_answer);
}

TEST(a_stashed_request_is_answered_later) {
    open_actor();
    uint64_t tokens[10];
    for (size_t i = 0; i < 10; i++) {
        tokens[i] = test_subject_ask(asker, actor->self, 100);
    }
    test_run(life->engine);
    CHECK_EQ(test_stashed(life->engine, actor->self), 10);
    CHECK_OK(backstage_engine_advance(life->engine, 99));
    test_run(life->engine);
    CHECK_EQ(asker->seen->count, 0);
    ready = true;
    CHECK_OK(backstage_unstash(actor->context, NULL));
    test_run(life->engine);
    if (CHECK_EQ(asker->seen->count, 10)) {
        for (size_t i = 0; i < 10; i++) {
            CHECK_EQ(asker->seen->messages[i].type, BACKSTAGE_REPLY);
            CHECK_EQ(asker->seen->messages[i].token, tokens[i]);
        }
    }
    test_life_close(life);
}

TEST(a_stashed_request_fails_when_its_actor_ends) {
    open_actor();
    uint64_t token = test_subject_ask(asker, actor->self, 100);
    test_run(life->engine);
    CHECK_OK(backstage_stop(asker->context, actor->self));
    test_run(life->engine);
    if (CHECK_EQ(asker->seen->count, 1)) {
        CHECK_EQ(asker->seen->messages[0].token, token);
        CHECK_STATUS(test_failure(&asker->seen->messages[0]).status, BACKSTAGE_STOPPED);
    }
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    CHECK_OK(backstage_engine_advance(life->engine, 1000));
    test_run(life->engine);
    CHECK_EQ(asker->seen->count, 1);
    test_life_close(life);
}

static backstage_status too_late(backstage_context *context, const backstage_envelope *envelope,
                                 void *state) {
    (void)state;
    if (!ready) {
        return backstage_stash(context, envelope);
    }
    CHECK_STATUS(backstage_reply(context, envelope, "late", 4), BACKSTAGE_NOT_WAITING);
    return BACKSTAGE_OK;
}

TEST(a_request_that_timed_out_in_the_stash_comes_back_and_nobody_waits) {
    open_actor();
    actor->act = too_late;
    test_subject_ask(asker, actor->self, 100);
    test_run(life->engine);
    CHECK_OK(backstage_engine_advance(life->engine, 100));
    test_run(life->engine);
    CHECK_EQ(test_count_type(asker->seen, BACKSTAGE_FAILURE), 1);
    CHECK_EQ(test_stashed(life->engine, actor->self), 1);
    ready = true;
    CHECK_OK(backstage_unstash(actor->context, NULL));
    test_run(life->engine);
    CHECK_EQ(actor->seen->count, 2);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
    CHECK_EQ(asker->seen->count, 1);
    test_life_close(life);
}

static backstage_status answer_and_stash(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    (void)state;
    if (ready) {
        CHECK_STATUS(backstage_reply(context, envelope, "twice", 5), BACKSTAGE_NOT_WAITING);
        return BACKSTAGE_OK;
    }
    CHECK_OK(backstage_reply(context, envelope, "once", 4));
    return backstage_stash(context, envelope);
}

TEST(a_request_may_be_answered_and_stashed_but_not_answered_again) {
    open_actor();
    actor->act = answer_and_stash;
    test_subject_ask(asker, actor->self, 0);
    test_run(life->engine);
    ready = true;
    CHECK_OK(backstage_unstash(actor->context, NULL));
    test_run(life->engine);
    if (CHECK_EQ(asker->seen->count, 1)) {
        CHECK_STR(test_text(&asker->seen->messages[0]), "once");
    }
    test_life_close(life);
}

static backstage_status stash_first_time(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    const test_subject *subject = state;
    CHECK_EQ(envelope->type, BACKSTAGE_REPLY);
    return subject->seen->count == 1 ? backstage_stash(context, envelope) : BACKSTAGE_OK;
}

TEST(a_reply_may_be_stashed_and_is_an_outcome_all_the_same) {
    open_actor();
    ready = true;
    asker->act = stash_first_time;
    test_subject_ask(asker, actor->self, 100);
    test_run(life->engine);
    CHECK_EQ(test_stashed(life->engine, asker->self), 1);
    CHECK_OK(backstage_engine_advance(life->engine, 1000));
    test_run(life->engine);
    CHECK_EQ(asker->seen->count, 1); /* no failure follows */
    CHECK_OK(backstage_unstash(asker->context, NULL));
    test_run(life->engine);
    if (CHECK_EQ(asker->seen->count, 2)) {
        CHECK_EQ(asker->seen->messages[1].type, BACKSTAGE_REPLY);
        CHECK_EQ(asker->seen->messages[1].token, asker->seen->messages[0].token);
        CHECK_STR(test_text(&asker->seen->messages[1]), "a");
    }
    test_life_close(life);
}
