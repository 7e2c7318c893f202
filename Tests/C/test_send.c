/* Sends: order, contents of any size, and refs that name nobody. */
#include "support.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

TEST(messages_from_outside_arrive_in_the_order_sent_whichever_way) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_actor_options options = test_options("a", test_receive, recorder);
    options.kind = "k";
    backstage_ref actor = test_spawn_with(engine, &options);
    for (uint64_t i = 0; i < 400; i++) {
        backstage_payload *payload;
        void *data;
        switch (i % 4) {
        case 0:
            CHECK_OK(backstage_engine_send(engine, actor, &i, sizeof i));
            break;
        case 1:
            CHECK_OK(backstage_engine_send_to_id(engine, "a", &i, sizeof i));
            break;
        case 2:
            CHECK_OK(backstage_engine_broadcast(engine, "k", &i, sizeof i));
            break;
        default:
            CHECK_OK(backstage_payload_create(engine, sizeof i, &payload, &data));
            memcpy(data, &i, sizeof i);
            CHECK_OK(backstage_engine_send_payload(engine, actor, payload));
        }
    }
    test_run(engine);
    CHECK_EQ(recorder->count, 400);
    for (size_t i = 0; i < recorder->count; i++) {
        CHECK_EQ(test_number(&recorder->messages[i]), i);
        CHECK_EQ(recorder->messages[i].sender, BACKSTAGE_NONE);
        CHECK_EQ(recorder->messages[i].type, BACKSTAGE_SEND);
        CHECK_EQ(recorder->messages[i].token, 0);
    }
    test_end(engine);
}

TEST(messages_from_an_actor_arrive_in_the_order_sent_publishes_among_them) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_actor_options options = test_options("to", test_receive, recorder);
    options.kind = "k";
    backstage_ref to = test_spawn_with(engine, &options);
    backstage_ref from = test_spawn(engine, "from", test_ignore, NULL);
    backstage_context *context = test_context(engine, from);
    CHECK_OK(backstage_subscribe(test_context(engine, to), "from"));
    CHECK_OK(backstage_subscribe_to_topic(test_context(engine, to), "from", "t"));
    for (uint64_t i = 0; i < 500; i++) {
        switch (i % 5) {
        case 0:
            CHECK_OK(backstage_send(context, to, &i, sizeof i));
            break;
        case 1:
            CHECK_OK(backstage_send_to_id(context, "to", &i, sizeof i));
            break;
        case 2:
            CHECK_OK(backstage_broadcast(context, "k", &i, sizeof i, NULL));
            break;
        case 3:
            CHECK_OK(backstage_publish(context, &i, sizeof i, NULL));
            break;
        default:
            CHECK_OK(backstage_publish_to_topic(context, "t", &i, sizeof i, NULL));
        }
    }
    test_run(engine);
    CHECK_EQ(recorder->count, 500);
    for (size_t i = 0; i < recorder->count; i++) {
        CHECK_EQ(test_number(&recorder->messages[i]), i);
        CHECK_EQ(recorder->messages[i].sender, from);
    }
    test_end(engine);
}

static backstage_status check_filled(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    uint64_t *next = state;
    (void)context;
    CHECK(envelope->payload != NULL);
    CHECK_EQ((uintptr_t)envelope->payload % 16, 0);
    CHECK(test_is_filled(envelope->payload, envelope->size, *next));
    *next += envelope->size + 1;
    return BACKSTAGE_OK;
}

TEST(every_size_up_to_the_limit_arrives_intact_and_aligned) {
    static const size_t sizes[] = {
        KIB - 1,  KIB,     KIB + 1,      4 * KIB + 3,
        64 * KIB, MIB - 1, 3 * MIB + 17, BACKSTAGE_PAYLOAD_BYTES_DEFAULT};
    backstage_engine *engine = test_engine();
    uint64_t next = 0, sent = 0;
    unsigned char *data = test_alloc(BACKSTAGE_PAYLOAD_BYTES_DEFAULT + 1);
    backstage_ref actor = test_spawn(engine, "a", check_filled, &next);
    for (size_t i = 0; i <= 100 + sizeof sizes / sizeof *sizes; i++) {
        size_t size = i <= 100 ? i : sizes[i - 101];
        test_fill(data, size, sent);
        CHECK_OK(backstage_engine_send(engine, actor, data, size));
        memset(data, 0xee, size); /* it was copied */
        sent += size + 1;
    }
    test_run(engine);
    CHECK_EQ(next, sent);
    CHECK_EQ(test_statistics(engine).handled, 101 + sizeof sizes / sizeof *sizes);
    test_end(engine);
}

TEST(a_payload_beyond_the_limit_is_refused) {
    backstage_engine_options options = test_engine_options();
    options.payload_bytes_max = 100;
    backstage_engine *engine = test_engine_with(&options);
    char data[101] = {0};
    uint64_t token = 77;
    uint32_t receivers = 77;
    backstage_ref actor = test_spawn(engine, "a", test_ignore, NULL);
    backstage_context *context = test_context(engine, actor);
    const backstage_status too_large = BACKSTAGE_PAYLOAD_TOO_LARGE;
    CHECK_STATUS(backstage_send(context, actor, data, 101), too_large);
    CHECK_STATUS(backstage_send_to_id(context, "a", data, 101), too_large);
    CHECK_STATUS(backstage_broadcast(context, "k", data, 101, &receivers), too_large);
    CHECK_STATUS(backstage_publish(context, data, 101, &receivers), too_large);
    CHECK_STATUS(backstage_publish_to_topic(context, "t", data, 101, &receivers), too_large);
    CHECK_STATUS(backstage_request(context, actor, data, 101, 0, &token), too_large);
    CHECK_STATUS(backstage_engine_send(engine, actor, data, 101), too_large);
    CHECK_STATUS(backstage_engine_send_to_id(engine, "a", data, 101), too_large);
    CHECK_STATUS(backstage_engine_broadcast(engine, "k", data, 101), too_large);
    CHECK_STATUS(backstage_engine_publish(engine, actor, NULL, data, 101), too_large);
    CHECK_EQ(receivers, 77);
    CHECK_EQ(token, 77);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    CHECK_OK(backstage_send(context, actor, data, 100));
    CHECK_STATUS(backstage_send(context, actor, NULL, 1), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_OK(backstage_send(context, actor, NULL, 0));
    test_run(engine);
    test_end(engine);
}

static backstage_status count_down(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    uint64_t left, *runs = state;
    memcpy(&left, envelope->payload, sizeof left);
    CHECK_EQ(envelope->sender == BACKSTAGE_NONE, *runs == 0);
    *runs += 1;
    if (left > 0) {
        left--;
        CHECK_OK(backstage_send(context, backstage_context_self(context), &left, sizeof left));
    }
    return BACKSTAGE_OK;
}

TEST(an_actor_sends_to_itself) {
    backstage_engine *engine = test_engine();
    uint64_t runs = 0;
    backstage_ref actor = test_spawn(engine, NULL, count_down, &runs);
    CHECK_OK(test_send_number(engine, actor, 10000));
    test_run(engine);
    CHECK_EQ(runs, 10001);
    test_end(engine);
}

TEST(a_send_to_nobody_is_told_so) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, "a", test_ignore, NULL);
    backstage_context *context = test_context(engine, actor);
    CHECK_STATUS(backstage_send(context, BACKSTAGE_NONE, "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_send_to_id(context, "b", "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_send_to_id(context, "", "x", 1), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_engine_send(engine, BACKSTAGE_NONE, "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_send_to_id(engine, "b", "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_send_to_id(engine, "", "x", 1), BACKSTAGE_INVALID_ID);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    test_end(engine);
}

TEST(a_ref_outlives_its_actor_without_naming_another) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    enum { ROUNDS = 3000 };
    backstage_ref *stale = test_alloc(ROUNDS * sizeof *stale);
    for (int round = 0; round < ROUNDS; round++) {
        stale[round] = test_spawn(engine, "a", test_receive, recorder);
        CHECK_OK(backstage_shutdown(test_context(engine, stale[round])));
        test_run(engine);
    }
    backstage_ref actor = test_spawn(engine, "a", test_receive, recorder);
    for (int round = 0; round < ROUNDS; round++) {
        CHECK(stale[round] != actor);
        CHECK_STATUS(backstage_engine_send(engine, stale[round], "x", 1), BACKSTAGE_NOT_FOUND);
    }
    test_run(engine);
    CHECK_EQ(recorder->count, 0);
    CHECK_EQ(test_statistics(engine).actors, 1);
    test_end(engine);
}

/* Uses a ref that names nobody, unless it is the one actor's own, in every way. */
static void use_forged(backstage_engine *engine, backstage_context *context, backstage_ref forged) {
    if (forged == backstage_context_self(context)) {
        return;
    }
    backstage_actor_statistics statistics = {.size = sizeof statistics};
    backstage_context *other = NULL;
    backstage_payload *payload;
    const char *id = NULL;
    void *data;
    uint64_t token = 77;
    CHECK(backstage_send(context, forged, "x", 1) != BACKSTAGE_OK);
    CHECK(backstage_engine_send(engine, forged, "x", 1) != BACKSTAGE_OK);
    CHECK(backstage_request(context, forged, "x", 1, 0, &token) != BACKSTAGE_OK);
    CHECK(backstage_stop(context, forged) != BACKSTAGE_OK);
    CHECK(backstage_poison(context, forged) != BACKSTAGE_OK);
    CHECK(backstage_unmonitor(context, forged) != BACKSTAGE_OK);
    CHECK(backstage_engine_actor_id(engine, forged, &id) != BACKSTAGE_OK);
    CHECK(backstage_engine_context(engine, forged, &other) != BACKSTAGE_OK);
    CHECK(backstage_engine_publish(engine, forged, NULL, "x", 1) != BACKSTAGE_OK);
    CHECK(backstage_engine_actor_statistics(engine, forged, &statistics) != BACKSTAGE_OK);
    CHECK_OK(backstage_payload_create(engine, 1, &payload, &data));
    CHECK(backstage_send_payload(context, forged, payload) != BACKSTAGE_OK);
    CHECK(backstage_engine_send_payload(engine, forged, payload) != BACKSTAGE_OK);
    CHECK_OK(backstage_payload_release(payload));
    CHECK(id == NULL && other == NULL && token == 77);
}

TEST(a_forged_ref_never_hits_and_never_harms) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref actor = test_spawn(engine, "a", test_receive, recorder);
    backstage_ref ended = test_spawn(engine, "b", test_receive, recorder);
    backstage_context *context = test_context(engine, actor);
    uint64_t seed = 42;
    CHECK_OK(backstage_stop(context, ended));
    test_run(engine);
    use_forged(engine, context, ended);
    for (int bit = 0; bit < 64; bit++) {
        use_forged(engine, context, actor ^ (uint64_t)1 << bit);
        use_forged(engine, context, ended ^ (uint64_t)1 << bit);
        use_forged(engine, context, (uint64_t)1 << bit);
        use_forged(engine, context, ~((uint64_t)1 << bit));
    }
    for (size_t i = 0; i < test_rounds(200000, 5000); i++) {
        backstage_ref forged = test_random(&seed);
        use_forged(engine, context, forged);
        use_forged(engine, context, forged % 4096);
    }
    test_run(engine);
    CHECK_EQ(recorder->count, 0);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    CHECK_EQ(test_statistics(engine).actors, 1);
    test_end(engine);
}
