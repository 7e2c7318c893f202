/* Requests: each is answered exactly once, and a second answer is told so. */
#include "support_requests.h"

TEST(a_request_is_answered) {
    test_talk t = test_talk_open(0);
    t.server->echoes = true;
    uint64_t token = test_ask(&t, "how are you", 0);
    CHECK_EQ(t.seen->count, 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "how are you");
    CHECK_EQ(t.seen->messages[0].sender, t.asked);
    CHECK_EQ(test_statistics(t.engine).accepted, 2); /* both are messages */
    CHECK_EQ(test_statistics(t.engine).handled, 2);
    test_end(t.engine);
}

static backstage_status check_request(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    const backstage_ref *asker = state;
    CHECK_EQ(envelope->type, BACKSTAGE_REQUEST);
    CHECK_EQ(envelope->sender, *asker);
    CHECK_EQ(envelope->size, 5);
    CHECK_EQ(memcmp(envelope->payload, "hello", 5), 0);
    return backstage_reply(context, envelope, NULL, 0);
}

TEST(who_is_asked_sees_who_asks) {
    test_talk t = test_talk_open(0);
    t.asked = test_spawn(t.engine, NULL, check_request, &t.asker);
    uint64_t token = test_ask(&t, "hello", 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "");
    test_end(t.engine);
}

TEST(tokens_are_never_the_same) {
    enum { REQUESTS = 2000 };
    test_talk t = test_talk_open(0);
    static uint64_t tokens[REQUESTS];
    t.server->echoes = true;
    for (size_t i = 0; i < REQUESTS; i++) {
        tokens[i] = test_ask(&t, "x", i % 3 == 0 ? 10 : 0);
        if (i % 10 == 0) {
            test_run(t.engine);
        }
    }
    test_run(t.engine);
    CHECK_EQ(t.seen->count, REQUESTS);
    for (size_t i = 0; i < REQUESTS; i++) {
        test_check_reply(&t, i, tokens[i], "x");
        for (size_t j = 0; j < i; j++) {
            if (tokens[i] == tokens[j]) {
                CHECK(tokens[i] != tokens[j]);
            }
        }
    }
    test_end(t.engine);
}

TEST(a_copy_of_the_request_can_be_answered_later) {
    test_talk t = test_talk_open(0);
    uint64_t tokens[3];
    tokens[0] = test_ask(&t, "a", 0);
    tokens[1] = test_ask(&t, "b", 0);
    tokens[2] = test_ask(&t, "c", 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    for (size_t i = 0; i < 3; i++) { /* in another order, with nothing but sender and token */
        backstage_envelope bare = {0};
        bare.sender = t.server->kept[2 - i].sender;
        bare.token = t.server->kept[2 - i].token;
        CHECK_OK(backstage_reply(t.answer, &bare, "later", 5));
    }
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 3);
    for (size_t i = 0; i < 3; i++) {
        test_check_reply(&t, i, tokens[2 - i], "later");
    }
    test_end(t.engine);
}

TEST(a_second_reply_is_told_and_counted_dead) {
    test_talk t = test_talk_open(0);
    uint64_t token = test_ask(&t, "x", 0);
    test_run(t.engine);
    CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "one", 3));
    CHECK_STATUS(backstage_reply(t.answer, &t.server->kept[0], "two", 3), BACKSTAGE_NOT_WAITING);
    test_run(t.engine);
    CHECK_STATUS(backstage_reply(t.answer, &t.server->kept[0], "three", 5), BACKSTAGE_NOT_WAITING);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "one");
    test_report *report = test_report_of(t.engine);
    if (CHECK_EQ(report->letters_count, 2)) {
        CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_NOT_WAITING);
        CHECK_EQ(report->letters[0].type, BACKSTAGE_REPLY);
        CHECK_EQ(report->letters[0].token, token);
        CHECK_EQ(report->letters[0].sender, t.asked);
        CHECK_EQ(report->letters[0].receiver, t.asker);
        CHECK_EQ(memcmp(report->letters[0].bytes, "two", 3), 0);
    }
    CHECK_EQ(test_statistics(t.engine).dead, 2);
    CHECK_EQ(test_statistics(t.engine).accepted, 4);
    test_end(t.engine);
}

TEST(a_reply_to_what_is_no_request_finds_nobody_waiting) {
    test_talk t = test_talk_open(0);
    backstage_envelope forged = {0};
    uint64_t token = test_ask(&t, "x", 0);
    test_run(t.engine);
    forged.sender = t.asker;
    for (int bit = 0; bit < 64; bit++) {
        forged.token = t.server->kept[0].token ^ (uint64_t)1 << bit;
        CHECK_STATUS(backstage_reply(t.answer, &forged, "x", 1), BACKSTAGE_NOT_WAITING);
    }
    forged.token = t.server->kept[0].token;
    forged.sender = t.asked; /* somebody, but not who asked */
    CHECK(backstage_reply(t.answer, &forged, "x", 1) != BACKSTAGE_OK);
    forged.sender = BACKSTAGE_NONE;
    CHECK(backstage_reply(t.answer, &forged, "x", 1) != BACKSTAGE_OK);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "y", 1));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "y");
    test_end(t.engine);
}

TEST(a_token_not_given_yet_finds_nobody_waiting) {
    test_talk t = test_talk_open(0);
    uint64_t first = test_ask(&t, "x", 0), second = test_ask(&t, "y", 0);
    test_run(t.engine);
    CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "a", 1));
    test_run(t.engine);
    backstage_envelope forged = t.server->kept[0];
    for (int bit = 0; bit < 64; bit++) {
        forged.token = t.server->kept[0].token + ((uint64_t)1 << bit);
        if (forged.token != t.server->kept[1].token) {
            CHECK_STATUS(backstage_reply(t.answer, &forged, "b", 1), BACKSTAGE_NOT_WAITING);
        }
    }
    CHECK_OK(backstage_reply(t.answer, &t.server->kept[1], "c", 1));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 2);
    test_check_reply(&t, 0, first, "a");
    test_check_reply(&t, 1, second, "c");
    test_end(t.engine);
}

TEST(a_full_asker_refuses_the_reply_and_still_waits) {
    for (uint32_t overflow = 0; overflow < 3; overflow++) { /* whatever its policy */
        test_talk t = test_talk_open(0);
        backstage_actor_options options = test_options(NULL, test_receive, t.seen);
        options.capacity = 1;
        options.overflow = overflow;
        t.asker = test_spawn_with(t.engine, &options);
        t.ask = test_context(t.engine, t.asker);
        uint64_t token = test_ask(&t, "x", 0);
        test_run(t.engine);
        CHECK_OK(backstage_engine_send(t.engine, t.asker, "full", 4));
        for (int i = 0; i < 3; i++) {
            CHECK_STATUS(backstage_reply(t.answer, &t.server->kept[0], "no", 2),
                         BACKSTAGE_INBOX_FULL);
        }
        CHECK_EQ(test_statistics(t.engine).dead, 0);
        test_run(t.engine);
        CHECK_EQ(t.seen->count, 1);
        CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "yes", 3));
        test_run(t.engine);
        CHECK_EQ(t.seen->count, 2);
        test_check_reply(&t, 1, token, "yes");
        test_end(t.engine);
    }
}

/* Asks itself, answers itself, and notes the answer. */
typedef struct monologue {
    uint64_t token;
    int requests, replies;
} monologue;

static backstage_status talk_to_self(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    monologue *m = state;
    if (envelope->type == BACKSTAGE_SEND) {
        return backstage_request(context, backstage_context_self(context), "q", 1, 100, &m->token);
    }
    if (envelope->type == BACKSTAGE_REQUEST) {
        m->requests++;
        return backstage_reply(context, envelope, "a", 1);
    }
    CHECK_EQ(envelope->type, BACKSTAGE_REPLY);
    CHECK_EQ(envelope->token, m->token);
    m->replies++;
    return BACKSTAGE_OK;
}

TEST(an_actor_may_ask_itself) {
    backstage_engine *engine = test_engine();
    monologue m = {0, 0, 0};
    backstage_ref actor = test_spawn(engine, NULL, talk_to_self, &m);
    CHECK_OK(backstage_engine_send(engine, actor, "", 0));
    test_run(engine);
    CHECK_EQ(m.requests, 1);
    CHECK_EQ(m.replies, 1);
    CHECK_OK(backstage_engine_advance(engine, 1000));
    test_run(engine);
    CHECK_EQ(m.replies, 1);
    test_end(engine);
}

TEST(requests_and_replies_of_any_size_arrive_intact) {
    static const size_t sizes[] = {0, 1, 16, 31, 32, 33, 1024, 65536, 1048576};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        test_talk t = test_talk_open(0);
        unsigned char *bytes = test_alloc(sizes[i] + 1);
        uint64_t token;
        t.server->echoes = true;
        test_fill(bytes, sizes[i], i);
        CHECK_OK(backstage_request(t.ask, t.asked, bytes, sizes[i], 0, &token));
        memset(bytes, 0xee, sizes[i]);
        test_run(t.engine);
        if (CHECK_EQ(t.seen->count, 1) && CHECK_EQ(t.seen->messages[0].size, sizes[i])) {
            CHECK(test_is_filled(t.seen->messages[0].bytes, sizes[i], i));
        }
        test_end(t.engine);
    }
}

TEST(a_request_to_nobody_is_refused) {
    test_talk t = test_talk_open(0);
    uint64_t token = 77;
    CHECK_OK(backstage_stop(t.ask, t.asked));
    CHECK_STATUS(backstage_request(t.ask, t.asked, "x", 1, 0, &token), BACKSTAGE_ENDING);
    test_run(t.engine);
    CHECK_STATUS(backstage_request(t.ask, t.asked, "x", 1, 0, &token), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_request(t.ask, BACKSTAGE_NONE, "x", 1, 0, &token), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(token, 77);
    CHECK_OK(backstage_engine_advance(t.engine, 1000));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    CHECK_EQ(test_statistics(t.engine).accepted, 0);
    test_end(t.engine);
}

TEST(a_full_inbox_refuses_the_request) {
    test_talk t = test_talk_open(0);
    backstage_actor_options options = test_options(NULL, test_serve, t.server);
    options.capacity = 1;
    t.asked = test_spawn_with(t.engine, &options);
    uint64_t token = 77, first = test_ask(&t, "x", 10);
    CHECK_STATUS(backstage_request(t.ask, t.asked, "y", 1, 10, &token), BACKSTAGE_INBOX_FULL);
    CHECK_EQ(token, 77);
    CHECK_OK(backstage_engine_advance(t.engine, 10));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1); /* nothing comes of the refused one */
    test_check_failure(&t, 0, first, BACKSTAGE_TIMEOUT);
    test_end(t.engine);
}
