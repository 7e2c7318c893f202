/* Requests sent on: the answer goes to who asked, whoever gives it, and comes once. */
#include "support_requests.h"

static backstage_status pass_on(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    const backstage_ref *to = state;
    CHECK_EQ(envelope->type, BACKSTAGE_REQUEST);
    CHECK_OK(backstage_forward(context, envelope, *to));
    return BACKSTAGE_OK;
}

/* Lets the asker ask a go-between that passes on to the server; the server's ref is kept. */
static backstage_ref put_between(test_talk *t, backstage_ref *server) {
    *server = t->asked;
    t->asked = test_spawn(t->engine, NULL, pass_on, server);
    return t->asked;
}

TEST(the_reply_to_a_forwarded_request_reaches_who_asked) {
    test_talk t = test_talk_open(0);
    backstage_ref server;
    t.server->echoes = true;
    put_between(&t, &server);
    uint64_t token = test_ask(&t, "q", 100);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "q");
    CHECK_EQ(t.seen->messages[0].sender, server);
    CHECK_OK(backstage_engine_advance(t.engine, 1000));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_end(t.engine);
}

TEST(a_request_may_pass_many_hands) {
    enum { HANDS = 50 };
    test_talk t = test_talk_open(0);
    backstage_ref hands[HANDS];
    t.server->echoes = true;
    for (size_t i = 0; i < HANDS; i++) {
        put_between(&t, &hands[i]);
    }
    uint64_t token = test_ask(&t, "a long way, with more bytes than an envelope carries", 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "a long way, with more bytes than an envelope carries");
    test_end(t.engine);
}

TEST(the_end_of_the_last_hand_is_told_once) {
    test_talk t = test_talk_open(0);
    backstage_ref server;
    put_between(&t, &server);
    uint64_t token = test_ask(&t, "q", 0);
    test_run(t.engine);
    CHECK_EQ(t.server->count, 1);
    CHECK_EQ(t.seen->count, 0);
    CHECK_OK(backstage_stop(t.ask, server));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_failure(&t, 0, token, BACKSTAGE_STOPPED);
    test_end(t.engine);
}

TEST(the_end_of_the_last_hand_with_it_queued_is_told_once) {
    test_talk t = test_talk_open(0);
    backstage_ref server;
    put_between(&t, &server);
    uint64_t token = test_ask(&t, "q", 0);
    CHECK_OK(backstage_poison(t.ask, t.asked)); /* the go-between passes it on, then ends */
    CHECK_OK(backstage_engine_run(t.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_stop(t.ask, server));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_failure(&t, 0, token, BACKSTAGE_STOPPED);
    test_end(t.engine);
}

TEST(the_end_of_a_go_between_does_not_end_what_it_passed_on) {
    test_talk t = test_talk_open(0);
    backstage_ref server;
    backstage_ref between = put_between(&t, &server);
    uint64_t token = test_ask(&t, "q", 0);
    test_run(t.engine);
    CHECK_OK(backstage_stop(t.ask, between));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "a", 1));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "a");
    test_end(t.engine);
}

TEST(the_timeout_counts_through_all_hands) {
    test_talk t = test_talk_open(0);
    backstage_ref server;
    put_between(&t, &server);
    uint64_t token = test_ask(&t, "q", 100);
    test_run(t.engine);
    CHECK_OK(backstage_engine_advance(t.engine, 100));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_failure(&t, 0, token, BACKSTAGE_TIMEOUT);
    CHECK_STATUS(backstage_reply(t.answer, &t.server->kept[0], "a", 1), BACKSTAGE_NOT_WAITING);
    test_end(t.engine);
}

/* Sends the request on to two, who both answer. */
static backstage_status pass_to_both(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    const backstage_ref *to = state;
    CHECK_OK(backstage_forward(context, envelope, to[0]));
    CHECK_OK(backstage_forward(context, envelope, to[1]));
    return BACKSTAGE_OK;
}

TEST(of_two_who_answer_the_first_is_heard) {
    test_talk t = test_talk_open(0);
    backstage_ref servers[2] = {t.asked, test_spawn(t.engine, NULL, test_serve, t.server)};
    t.asked = test_spawn(t.engine, NULL, pass_to_both, servers);
    uint64_t token = test_ask(&t, "q", 0);
    test_run(t.engine);
    CHECK_EQ(t.server->count, 2);
    CHECK_OK(backstage_reply(t.answer, &t.server->kept[1], "one", 3));
    CHECK_STATUS(backstage_reply(t.answer, &t.server->kept[0], "two", 3), BACKSTAGE_NOT_WAITING);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "one");
    CHECK_EQ(test_statistics(t.engine).dead, 1);
    test_end(t.engine);
}

static backstage_status pass_on_and_fail(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    pass_on(context, envelope, state);
    return TEST_STATUS;
}

TEST(a_go_between_that_fails_does_not_fail_what_it_passed_on) {
    test_talk t = test_talk_open(0);
    backstage_ref server = t.asked;
    t.server->echoes = true;
    t.asked = test_spawn(t.engine, NULL, pass_on_and_fail, &server);
    uint64_t token = test_ask(&t, "q", 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "q");
    CHECK_EQ(test_statistics(t.engine).failures, 1);
    CHECK_EQ(test_statistics(t.engine).dead, 1); /* the go-between's own copy */
    test_end(t.engine);
}

TEST(the_end_of_a_former_hand_does_not_end_what_another_has) {
    test_talk t = test_talk_open(0);
    backstage_ref servers[2] = {test_spawn(t.engine, NULL, test_ignore, NULL), t.asked};
    t.asked = test_spawn(t.engine, NULL, pass_to_both, servers);
    uint64_t token = test_ask(&t, "q", 0);
    CHECK_OK(backstage_engine_run(t.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_stop(t.ask, servers[0])); /* with its copy queued */
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    CHECK_EQ(test_statistics(t.engine).dead, 1);
    CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "a", 1));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "a");
    test_end(t.engine);
}

/* Asks the next, and keeps the request it was asked by until that is answered. */
typedef struct relay {
    backstage_ref next;
    backstage_envelope asked;
} relay;

static backstage_status relay_request(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    relay *r = state;
    uint64_t token;
    if (envelope->type == BACKSTAGE_REQUEST) {
        r->asked = *envelope;
        return backstage_request(context, r->next, envelope->payload, envelope->size, 0, &token);
    }
    CHECK_EQ(envelope->type, BACKSTAGE_REPLY);
    return backstage_reply(context, &r->asked, envelope->payload, envelope->size);
}

TEST(one_who_is_asked_may_ask_another_first) {
    enum { RELAYS = 20 };
    test_talk t = test_talk_open(0);
    static relay relays[RELAYS];
    memset(relays, 0, sizeof relays);
    t.server->echoes = true;
    for (size_t i = 0; i < RELAYS; i++) {
        relays[i].next = t.asked;
        t.asked = test_spawn(t.engine, NULL, relay_request, &relays[i]);
    }
    uint64_t token = test_ask(&t, "deep", 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "deep");
    CHECK_EQ(test_statistics(t.engine).dead, 0);
    test_end(t.engine);
}
