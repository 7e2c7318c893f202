/* Requests by id: as those by ref, but that nobody there is an outcome too. */
#include "support_requests.h"

static uint64_t ask_id(const test_talk *t, const char *id, const char *text, int64_t timeout_ns) {
    uint64_t token = 0;
    CHECK_OK(backstage_request_to_id(t->ask, id, text, strlen(text), timeout_ns, &token));
    CHECK(token != 0);
    return token;
}

TEST(who_has_the_id_answers) {
    test_talk t = test_talk_open(0);
    t.server->echoes = true;
    uint64_t token = ask_id(&t, "asked", "how are you", 100);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "how are you");
    CHECK_EQ(t.seen->messages[0].sender, t.asked);
    CHECK_OK(backstage_engine_advance(t.engine, 1000));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_end(t.engine);
}

TEST(nobody_with_the_id_is_a_failure) {
    test_talk t = test_talk_open(0);
    uint64_t token = ask_id(&t, "nobody", "x", 0);
    CHECK_EQ(t.seen->count, 0); /* not within the call */
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_failure(&t, 0, token, BACKSTAGE_NOT_FOUND);
    test_ledger(t.engine);
    CHECK_OK(backstage_engine_advance(t.engine, 1000));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_end(t.engine);
}

TEST(a_request_to_nobody_with_a_timeout_fails_once) {
    test_talk t = test_talk_open(0);
    uint64_t token = ask_id(&t, "nobody", "x", 10);
    CHECK_OK(backstage_engine_advance(t.engine, 10));
    test_run(t.engine);
    CHECK_OK(backstage_engine_advance(t.engine, 10));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_failure(&t, 0, token, BACKSTAGE_NOT_FOUND);
    test_end(t.engine);
}

TEST(an_id_whose_actor_has_ended_has_nobody) {
    test_talk t = test_talk_open(0);
    CHECK_OK(backstage_stop(t.ask, t.asked));
    test_run(t.engine);
    uint64_t token = ask_id(&t, "asked", "x", 0);
    test_run(t.engine);
    test_check_failure(&t, 0, token, BACKSTAGE_NOT_FOUND);
    t.server->echoes = true;
    test_spawn(t.engine, "asked", test_serve, t.server); /* and now another */
    token = ask_id(&t, "asked", "y", 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 2);
    test_check_reply(&t, 1, token, "y");
    test_end(t.engine);
}

TEST(a_failure_to_find_comes_through_a_full_inbox) {
    test_talk t = test_talk_open(1);
    CHECK_OK(backstage_engine_send(t.engine, t.asker, "full", 4));
    uint64_t token = ask_id(&t, "nobody", "x", 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 2);
    size_t failed = t.seen->messages[0].type == BACKSTAGE_FAILURE ? 0 : 1;
    test_check_failure(&t, failed, token, BACKSTAGE_NOT_FOUND);
    test_end(t.engine);
}

TEST(tokens_of_requests_to_nobody_are_never_the_same) {
    enum { REQUESTS = 500 };
    test_talk t = test_talk_open(0);
    uint64_t tokens[REQUESTS];
    t.server->echoes = true;
    for (size_t i = 0; i < REQUESTS; i++) {
        tokens[i] = ask_id(&t, i % 2 == 0 ? "nobody" : "asked", "x", i % 3 == 0 ? 10 : 0);
        if (i % 10 == 0) {
            test_run(t.engine);
        }
    }
    test_run(t.engine);
    CHECK_EQ(t.seen->count, REQUESTS);
    CHECK_EQ(test_count_type(t.seen, BACKSTAGE_FAILURE), REQUESTS / 2);
    for (size_t i = 0; i < REQUESTS; i++) { /* one outcome each */
        size_t outcomes = 0;
        for (size_t j = 0; j < t.seen->count; j++) {
            outcomes += t.seen->messages[j].token == tokens[i];
        }
        CHECK_EQ(outcomes, 1);
    }
    test_end(t.engine);
}

TEST(the_statuses_of_a_send_hold_for_a_request_by_id) {
    test_talk t = test_talk_open(0);
    uint64_t token = 77;
    char long_id[BACKSTAGE_ID_BYTES_MAX + 2];
    static const char large[BACKSTAGE_PAYLOAD_BYTES_DEFAULT + 1];
    memset(long_id, 'i', sizeof long_id);
    long_id[sizeof long_id - 1] = '\0';
    backstage_actor_options options = test_options("small", test_serve, t.server);
    options.capacity = 1;
    test_spawn_with(t.engine, &options);
    ask_id(&t, "small", "x", 0);
    backstage_statistics before = test_statistics(t.engine);
    CHECK_STATUS(backstage_request_to_id(t.ask, "small", "x", 1, 0, &token), BACKSTAGE_INBOX_FULL);
    CHECK_STATUS(backstage_request_to_id(t.ask, "", "x", 1, 0, &token), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_request_to_id(t.ask, long_id, "x", 1, 0, &token), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_request_to_id(t.ask, "asked", large, sizeof large, 0, &token),
                 BACKSTAGE_PAYLOAD_TOO_LARGE);
    CHECK_OK(backstage_stop(t.ask, t.asked));
    CHECK_STATUS(backstage_request_to_id(t.ask, "asked", "x", 1, 0, &token), BACKSTAGE_ENDING);
    CHECK_EQ(token, 77);
    CHECK_EQ(test_statistics(t.engine).accepted, before.accepted);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    test_end(t.engine);
}

TEST(who_asks_nobody_may_end_before_it_is_told) {
    test_talk t = test_talk_open(0);
    ask_id(&t, "nobody", "x", 0);
    ask_id(&t, "nobody", "x", 10);
    CHECK_OK(backstage_stop(t.answer, t.asker));
    test_run(t.engine);
    CHECK_OK(backstage_engine_advance(t.engine, 100));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    test_end(t.engine);
}

TEST(an_actor_may_ask_itself_by_its_id) {
    test_talk t = test_talk_open(0);
    uint64_t token = 0;
    CHECK_OK(backstage_request_to_id(t.answer, "asked", "q", 1, 50, &token));
    test_run(t.engine);
    if (CHECK_EQ(t.server->count, 1)) {
        CHECK_EQ(t.server->kept[0].sender, t.asked);
        CHECK_EQ(t.server->kept[0].token, token);
        CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "a", 1));
    }
    test_run(t.engine);
    CHECK_EQ(test_statistics(t.engine).handled, 2);
    test_end(t.engine);
}
