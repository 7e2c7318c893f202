#include "support_requests.h"

backstage_status test_serve(backstage_context *context, const backstage_envelope *envelope,
                            void *state) {
    test_server *server = state;
    if (envelope->type != BACKSTAGE_REQUEST) {
        return server->status;
    }
    if (server->echoes) {
        CHECK_OK(backstage_reply(context, envelope, envelope->payload, envelope->size));
    } else if (CHECK(server->count < TEST_KEPT_MAX)) {
        server->kept[server->count++] = *envelope;
    }
    return server->status;
}

test_talk test_talk_open(uint32_t capacity) {
    test_talk talk;
    talk.engine = test_engine();
    talk.seen = test_recorder_new();
    talk.server = test_alloc(sizeof *talk.server);
    backstage_actor_options options = test_options("asker", test_receive, talk.seen);
    options.capacity = capacity;
    talk.asker = test_spawn_with(talk.engine, &options);
    talk.asked = test_spawn(talk.engine, "asked", test_serve, talk.server);
    talk.ask = test_context(talk.engine, talk.asker);
    talk.answer = test_context(talk.engine, talk.asked);
    return talk;
}

uint64_t test_ask(const test_talk *talk, const char *text, int64_t timeout_ns) {
    uint64_t token = 0;
    CHECK_OK(backstage_request(talk->ask, talk->asked, text, strlen(text), timeout_ns, &token));
    return token;
}

void test_check_reply(const test_talk *talk, size_t place, uint64_t token, const char *text) {
    if (CHECK(place < talk->seen->count)) {
        const test_message *message = &talk->seen->messages[place];
        CHECK_EQ(message->type, BACKSTAGE_REPLY);
        CHECK_EQ(message->token, token);
        CHECK_STR(test_text(message), text);
    }
}

void test_check_failure(const test_talk *talk, size_t place, uint64_t token,
                        backstage_status status) {
    if (CHECK(place < talk->seen->count)) {
        const test_message *message = &talk->seen->messages[place];
        CHECK_STATUS(test_failure(message).status, status);
        CHECK_EQ(message->token, token);
    }
}
