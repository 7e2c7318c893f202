/* Passing on and keeping the message in hand, without a copy of what is large. */
#include "support.h"

/* A chain of actors that forward; the last one keeps what arrives. */
struct link {
    backstage_ref next;
    const void *seen; /* where the payload was */
    backstage_payload *kept;
    const struct link *before;
    size_t size;
};

static backstage_status pass_on(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct link *link = state;
    bool large = envelope->size > BACKSTAGE_INLINE_BYTES;
    link->seen = envelope->payload;
    CHECK_EQ(envelope->size, link->size);
    CHECK(test_is_filled(envelope->payload, link->size, 3));
    CHECK(!large || link->before == NULL || link->before->seen == envelope->payload);
    if (link->next != BACKSTAGE_NONE) {
        return backstage_forward(context, envelope, link->next);
    }
    CHECK_OK(backstage_envelope_payload(context, envelope, &link->kept));
    CHECK(!large || backstage_payload_data(link->kept) == envelope->payload);
    return BACKSTAGE_OK;
}

TEST(a_chain_of_forwards_hands_over_the_payload_itself) {
    static const size_t sizes[] = {0, 1, 32, 33, 1000, 1000000};
    enum { LINKS = 50 };
    for (int i = 0; i < 6; i++) {
        backstage_engine *engine = test_engine();
        struct link links[LINKS] = {{0}};
        unsigned char *data = test_alloc(sizes[i]);
        backstage_ref next = BACKSTAGE_NONE;
        test_fill(data, sizes[i], 3);
        for (int j = LINKS - 1; j >= 0; j--) {
            links[j].next = next;
            links[j].size = sizes[i];
            links[j].before = j == 0 ? NULL : &links[j - 1];
            next = test_spawn(engine, NULL, pass_on, &links[j]);
        }
        CHECK_OK(backstage_engine_send(engine, next, data, sizes[i]));
        test_run(engine);
        CHECK_EQ(test_statistics(engine).handled, LINKS);
        backstage_payload *kept = links[LINKS - 1].kept;
        test_end(engine);
        if (CHECK(kept != NULL)) {
            CHECK_EQ(backstage_payload_size(kept), sizes[i]);
            CHECK(test_is_filled(backstage_payload_data(kept), sizes[i], 3));
            CHECK_OK(backstage_payload_release(kept));
        }
    }
}

static backstage_status forward_to(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    const backstage_ref *next = state;
    return backstage_forward(context, envelope, *next);
}

TEST(a_forwarded_message_keeps_its_sender_type_and_topic) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref last = test_spawn(engine, "last", test_receive, recorder);
    backstage_ref middle = test_spawn(engine, "middle", forward_to, &last);
    backstage_ref first = test_spawn(engine, "first", test_ignore, NULL);
    backstage_context *context = test_context(engine, first);
    CHECK_OK(backstage_subscribe_to_topic(test_context(engine, middle), "first", "a.>"));
    CHECK_OK(backstage_subscribe(test_context(engine, middle), "first"));
    CHECK_OK(backstage_send(context, middle, "send", 4));
    CHECK_OK(backstage_publish(context, "default", 7, NULL));
    CHECK_OK(backstage_publish_to_topic(context, "a.b.c", "named", 5, NULL));
    test_run(engine);
    if (CHECK_EQ(recorder->count, 3)) {
        static const char *const texts[] = {"send", "default", "named"};
        static const char *const topics[] = {"", "", "a.b.c"};
        for (int i = 0; i < 3; i++) {
            CHECK_EQ(recorder->messages[i].sender, first);
            CHECK_EQ(recorder->messages[i].type, i == 0 ? BACKSTAGE_SEND : BACKSTAGE_PUBLISH);
            CHECK_STR(test_text(&recorder->messages[i]), texts[i]);
            CHECK_STR(recorder->messages[i].topic, topics[i]);
        }
    }
    test_end(engine);
}

static backstage_status answer(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    (void)state;
    CHECK_EQ(envelope->type, BACKSTAGE_REQUEST);
    return backstage_reply(context, envelope, "yes", 3);
}

TEST(the_reply_to_a_forwarded_request_goes_to_who_asked) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref last = test_spawn(engine, "last", answer, NULL);
    backstage_ref middle = test_spawn(engine, "middle", forward_to, &last);
    backstage_ref asker = test_spawn(engine, "asker", test_receive, recorder);
    uint64_t token = 0;
    CHECK_OK(backstage_request(test_context(engine, asker), middle, "ok?", 3, 0, &token));
    test_run(engine);
    if (CHECK_EQ(recorder->count, 1)) {
        CHECK_EQ(recorder->messages[0].type, BACKSTAGE_REPLY);
        CHECK_EQ(recorder->messages[0].token, token);
        CHECK_STR(test_text(&recorder->messages[0]), "yes");
    }
    test_end(engine);
}

/* Tries to forward where it cannot be, and then what cannot be. */
static backstage_status forward_wrongly(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    const backstage_ref *full = state;
    backstage_ref self = backstage_context_self(context);
    if (envelope->type == BACKSTAGE_TIMER) {
        CHECK_STATUS(backstage_forward(context, envelope, *full), BACKSTAGE_INVALID_ARGUMENT);
        CHECK_STATUS(backstage_forward(context, envelope, self), BACKSTAGE_INVALID_ARGUMENT);
        return BACKSTAGE_OK;
    }
    CHECK_STATUS(backstage_forward(context, envelope, *full), BACKSTAGE_INBOX_FULL);
    CHECK_STATUS(backstage_forward(context, envelope, BACKSTAGE_NONE), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_forward(context, NULL, self), BACKSTAGE_INVALID_ARGUMENT);
    CHECK(test_is_filled(envelope->payload, envelope->size, 8));
    return BACKSTAGE_OK;
}

TEST(a_forward_that_fails_leaves_the_message_in_hand) {
    backstage_engine *engine = test_engine();
    unsigned char data[1000];
    uint64_t timer;
    backstage_ref full = BACKSTAGE_NONE;
    backstage_ref actor = test_spawn(engine, "a", forward_wrongly, &full);
    backstage_actor_options options = test_options("full", test_ignore, NULL);
    options.capacity = 1;
    full = test_spawn_with(engine, &options);
    test_fill(data, sizeof data, 8);
    CHECK_OK(backstage_timer_start(test_context(engine, actor), 0, 0, &timer));
    CHECK_OK(backstage_engine_send(engine, actor, data, sizeof data));
    CHECK_OK(backstage_engine_send(engine, actor, data, 16));
    CHECK_OK(backstage_engine_send(engine, full, "x", 1));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, 3);
    CHECK_EQ(test_statistics(engine).events, 1);
    CHECK_EQ(test_statistics(engine).failures, 0);
    test_end(engine);
}

/* Keeps every payload that comes. */
struct keeper {
    backstage_payload *kept[64];
    size_t count;
};

static backstage_status keep(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    struct keeper *keeper = state;
    return backstage_envelope_payload(context, envelope, &keeper->kept[keeper->count++]);
}

TEST(what_is_kept_stays_and_can_be_sent_again) {
    backstage_engine *engine = test_engine();
    struct keeper keeper = {.count = 0};
    test_recorder *recorder = test_recorder_new();
    unsigned char *data = test_alloc(5000);
    backstage_ref actor = test_spawn(engine, "keeper", keep, &keeper);
    backstage_ref other = test_spawn(engine, "other", test_receive, recorder);
    for (size_t i = 0; i < 64; i++) {
        test_fill(data, i * 70, i);
        CHECK_OK(backstage_engine_send(engine, actor, data, i * 70));
    }
    test_run(engine);
    CHECK_EQ(test_actor_statistics(engine, actor).memory_bytes, 0);
    for (size_t i = 0; i < 64; i++) {
        CHECK_EQ(backstage_payload_size(keeper.kept[i]), i * 70);
        CHECK(test_is_filled(backstage_payload_data(keeper.kept[i]), i * 70, i));
        CHECK_OK(backstage_engine_send_payload(engine, other, keeper.kept[i]));
    }
    test_run(engine);
    CHECK_EQ(recorder->count, 64);
    for (size_t i = 0; i < recorder->count; i++) {
        CHECK(test_is_filled(recorder->messages[i].bytes, i * 70, i));
    }
    test_end(engine);
}
