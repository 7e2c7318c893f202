/* Requests given up: nothing comes of them any more, and nothing waits for them. */
#include "support_life.h"
#include "support_requests.h"

TEST(a_request_given_up_gets_no_answer) {
    test_talk talk = test_talk_open(0);
    uint64_t token = test_ask(&talk, "q", 0);
    CHECK_OK(backstage_request_cancel(talk.ask, token));
    test_run(talk.engine);
    CHECK_EQ(talk.server->count, 1); /* the request itself is a message, and came */
    CHECK_STATUS(backstage_reply(talk.answer, &talk.server->kept[0], "a", 1),
                 BACKSTAGE_NOT_WAITING);
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 0);
    const test_report *report = test_report_of(talk.engine);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
    CHECK_EQ(report->letters[0].receiver, talk.asker);
    CHECK_EQ(report->letters[0].token, token);
    test_end(talk.engine);
}

TEST(others_are_answered_as_ever) {
    test_talk talk = test_talk_open(0);
    uint64_t tokens[9];
    for (int i = 0; i < 9; i++) {
        tokens[i] = test_ask(&talk, "q", i % 3 == 0 ? 0 : 1000);
    }
    test_run(talk.engine);
    for (int i = 0; i < 9; i += 2) {
        CHECK_OK(backstage_request_cancel(talk.ask, tokens[i]));
    }
    for (int i = 0; i < 9; i++) {
        CHECK_STATUS(backstage_reply(talk.answer, &talk.server->kept[i], "a", 1),
                     i % 2 == 0 ? BACKSTAGE_NOT_WAITING : BACKSTAGE_OK);
    }
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 4);
    for (int i = 0; i < 4; i++) {
        test_check_reply(&talk, (size_t)i, tokens[2 * i + 1], "a");
    }
    CHECK_OK(backstage_engine_advance(talk.engine, 2000));
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 4);
    test_end(talk.engine);
}

TEST(its_time_is_never_over) {
    test_talk talk = test_talk_open(0);
    uint64_t token = test_ask(&talk, "q", 10), other = test_ask(&talk, "q", 20);
    CHECK_OK(backstage_request_cancel(talk.ask, token));
    CHECK_OK(backstage_engine_advance(talk.engine, 100));
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 1);
    test_check_failure(&talk, 0, other, BACKSTAGE_TIMEOUT);
    test_end(talk.engine);
}

TEST(a_failure_that_waits_is_withdrawn) {
    test_talk talk = test_talk_open(0);
    uint64_t nobody, token = test_ask(&talk, "q", 0);
    CHECK_OK(backstage_request_to_id(talk.ask, "nobody", "q", 1, 0, &nobody));
    CHECK_OK(backstage_stop(talk.ask, talk.asked));
    CHECK_OK(backstage_request_cancel(talk.ask, nobody));
    CHECK_STATUS(backstage_request_cancel(talk.ask, nobody), BACKSTAGE_NOT_WAITING);
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 1);
    test_check_failure(&talk, 0, token, BACKSTAGE_STOPPED);
    CHECK_STATUS(backstage_request_cancel(talk.ask, token), BACKSTAGE_NOT_WAITING);
    test_end(talk.engine);
}

/* Two failures wait in the lane: the first takes the other back. */
typedef struct chooser {
    uint64_t tokens[2];
    uint64_t failures;
} chooser;

static backstage_status cancel_other(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    chooser *c = state;
    CHECK_EQ(envelope->type, BACKSTAGE_FAILURE);
    CHECK_EQ(envelope->token, c->tokens[0]);
    CHECK_STATUS(backstage_request_cancel(context, c->tokens[0]), BACKSTAGE_NOT_WAITING);
    CHECK_OK(backstage_request_cancel(context, c->tokens[1]));
    c->failures++;
    return BACKSTAGE_OK;
}

TEST(one_failure_takes_back_the_next) {
    backstage_engine *engine = test_engine();
    chooser c = {{0, 0}, 0};
    backstage_context *context = test_context(engine, test_spawn(engine, NULL, cancel_other, &c));
    for (int i = 0; i < 2; i++) {
        CHECK_OK(backstage_request_to_id(context, "nobody", NULL, 0, 0, &c.tokens[i]));
    }
    test_run(engine);
    CHECK_EQ(c.failures, 1);
    CHECK_EQ(test_statistics(engine).events, 1);
    test_end(engine);
}

TEST(a_reply_on_its_way_still_comes) {
    test_talk talk = test_talk_open(0);
    talk.server->echoes = true;
    uint64_t token = test_ask(&talk, "q", 1000);
    test_run(talk.engine);
    talk.server->echoes = false;
    uint64_t late = test_ask(&talk, "q", 0);
    test_run(talk.engine);
    CHECK_OK(backstage_reply(talk.answer, &talk.server->kept[talk.server->count - 1], "a", 1));
    CHECK_STATUS(backstage_request_cancel(talk.ask, late), BACKSTAGE_NOT_WAITING);
    CHECK_STATUS(backstage_request_cancel(talk.ask, token), BACKSTAGE_NOT_WAITING);
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 2);
    test_check_reply(&talk, 1, late, "a");
    test_end(talk.engine);
}

TEST(only_its_own_can_be_given_up) {
    test_talk talk = test_talk_open(0);
    uint64_t token = test_ask(&talk, "q", 0), timer, zero = 0;
    CHECK_OK(backstage_timer_start(talk.ask, 10, 0, &timer));
    backstage_statistics before = test_statistics(talk.engine);
    const backstage_status refusal = BACKSTAGE_NOT_WAITING;
    CHECK_STATUS(backstage_request_cancel(talk.answer, token), refusal);
    CHECK_STATUS(backstage_request_cancel(talk.ask, timer), refusal);
    CHECK_STATUS(backstage_request_cancel(talk.ask, zero), refusal);
    CHECK_STATUS(backstage_request_cancel(talk.ask, token + ((uint64_t)1 << 32)), refusal);
    CHECK_STATUS(backstage_request_cancel(talk.ask, UINT64_MAX), refusal);
    CHECK_EQ(test_statistics(talk.engine).queued, before.queued);
    test_run(talk.engine);
    CHECK_OK(backstage_reply(talk.answer, &talk.server->kept[0], "a", 1));
    test_run(talk.engine);
    test_check_reply(&talk, 0, token, "a");
    test_end(talk.engine);
}

TEST(a_token_given_up_is_never_given_again) {
    test_talk talk = test_talk_open(0);
    uint64_t last = 0;
    for (int i = 0; i < TEST_KEPT_MAX; i++) {
        uint64_t token = test_ask(&talk, "q", i % 2 ? 50 : 0);
        CHECK(token != last);
        CHECK_STATUS(backstage_request_cancel(talk.ask, last), BACKSTAGE_NOT_WAITING);
        CHECK_OK(backstage_request_cancel(talk.ask, token));
        last = token;
    }
    test_run(talk.engine);
    uint64_t token = test_ask(&talk, "q", 0);
    for (int i = 0; i < TEST_KEPT_MAX; i++) {
        CHECK_STATUS(backstage_reply(talk.answer, &talk.server->kept[i], "a", 1),
                     BACKSTAGE_NOT_WAITING);
    }
    talk.server->echoes = true;
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 1);
    test_check_reply(&talk, 0, token, "q");
    test_end(talk.engine);
}

static backstage_status forward(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    return backstage_forward(context, envelope, *(backstage_ref *)state);
}

TEST(what_was_sent_on_is_given_up_too) {
    test_talk talk = test_talk_open(0);
    backstage_ref middle = test_spawn(talk.engine, NULL, forward, &talk.asked);
    uint64_t token = 0;
    CHECK_OK(backstage_request(talk.ask, middle, "q", 1, 100, &token));
    test_run(talk.engine);
    CHECK_EQ(talk.server->count, 1);
    CHECK_OK(backstage_request_cancel(talk.ask, token));
    CHECK_STATUS(backstage_reply(talk.answer, &talk.server->kept[0], "a", 1),
                 BACKSTAGE_NOT_WAITING);
    CHECK_OK(backstage_stop(talk.ask, talk.asked));
    CHECK_OK(backstage_stop(talk.ask, middle));
    CHECK_OK(backstage_engine_advance(talk.engine, 100));
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 0);
    test_end(talk.engine);
}

TEST(those_asked_may_end_before_or_after) {
    test_talk talk = test_talk_open(0);
    uint64_t first = test_ask(&talk, "q", 0), second = test_ask(&talk, "q", 0);
    CHECK_OK(backstage_request_cancel(talk.ask, first));
    CHECK_OK(backstage_stop(talk.ask, talk.asked));
    test_run(talk.engine);
    CHECK_EQ(talk.seen->count, 1);
    test_check_failure(&talk, 0, second, BACKSTAGE_STOPPED);
    test_end(talk.engine);
}

/* ---- Drains ------------------------------------------------------------------------------ */

/* Nobody answers: without the cancel, the drain would wait for ever. */
static test_life *drain_asker(bool is_engine, uint64_t *token, test_subject **asker) {
    test_life *life = test_life_open();
    test_subject *asked = test_subject_open(life, NULL, NULL, NULL);
    *asker = test_subject_open(life, NULL, NULL, NULL);
    *token = test_subject_ask(*asker, asked->self, 0);
    test_run(life->engine);
    CHECK_OK(is_engine ? backstage_engine_drain(life->engine, BACKSTAGE_FOREVER)
                       : backstage_drain(asked->context, (*asker)->self, BACKSTAGE_FOREVER));
    test_run(life->engine);
    CHECK(test_subject_lives(*asker));
    return life;
}

TEST(a_drain_waits_for_it_no_more) {
    for (int is_engine = 0; is_engine < 2; is_engine++) {
        uint64_t token;
        test_subject *asker;
        test_life *life = drain_asker(is_engine == 1, &token, &asker);
        CHECK_OK(backstage_request_cancel(asker->context, token));
        test_run(life->engine);
        CHECK(!test_subject_lives(asker));
        CHECK_EQ(test_statistics(life->engine).actors, is_engine ? 0 : 1);
        test_life_close(life);
    }
}

TEST(a_poisoned_actor_may_give_up_and_ends_all_the_same) {
    test_talk talk = test_talk_open(0);
    uint64_t token = test_ask(&talk, "q", 0);
    CHECK_OK(backstage_poison(talk.answer, talk.asker));
    CHECK_OK(backstage_request_cancel(talk.ask, token));
    test_run(talk.engine);
    CHECK_EQ(test_statistics(talk.engine).actors, 1);
    test_end(talk.engine);
}

/* Between its lives, too. */
TEST(one_that_is_drained_while_it_waits_to_restart) {
    test_life *life = test_life_open();
    test_subject *asked = test_subject_open(life, NULL, NULL, NULL);
    test_subject *top = test_subject_new(life);
    backstage_actor_options options = test_subject_options(top, NULL);
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.backoff_ns = 1000;
    options.supervision = &supervision;
    test_subject_spawn(top, NULL, &options);
    test_subject *asker = test_subject_open(life, top, NULL, NULL);
    test_run(life->engine);
    uint64_t token = test_subject_ask(asker, asked->self, 0);
    CHECK_OK(backstage_shutdown(asker->context)); /* it is permanent, so restarts */
    test_run(life->engine);
    CHECK_OK(backstage_drain(asked->context, top->self, BACKSTAGE_FOREVER));
    test_run(life->engine);
    CHECK(test_subject_lives(asker));
    CHECK_OK(backstage_request_cancel(asker->context, token));
    test_run(life->engine);
    CHECK(!test_subject_lives(top));
    CHECK_EQ(asker->starts, 1);
    test_life_close(life);
}
