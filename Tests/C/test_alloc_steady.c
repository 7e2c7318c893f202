/* In the steady state no message costs a call to the allocator, of any kind and size in use. */
#define _GNU_SOURCE
#include "steady.h"

static void send(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    for (uint64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < AT_ONCE; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, size));
        }
        test_run(engine);
    }
}

static void send_payload(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    for (uint64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < AT_ONCE; i++) {
            backstage_payload *payload;
            void *bytes;
            CHECK_OK(backstage_payload_create(engine, size, &payload, &bytes));
            memset(bytes, i, 16);
            CHECK_OK(backstage_engine_send_payload(engine, actor, payload));
        }
        test_run(engine);
    }
}

static void count_free(void *bytes, size_t size, void *state) {
    uint64_t *freed = state;
    (void)bytes, (void)size;
    *freed += 1;
}

static uint64_t freed;

static void send_wrapped(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    for (uint64_t i = 0; i < rounds; i++) {
        backstage_payload *payload;
        CHECK_OK(backstage_payload_wrap(engine, data, size, count_free, &freed, &payload));
        CHECK_OK(backstage_engine_send_payload(engine, actor, payload));
        test_run(engine);
    }
}

TEST(sends_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref actor = test_spawn(engine, "a", test_ignore, NULL);
        measure(engine, send, &actor, sizes[i], AT_ONCE);
        test_end(engine);
    }
}

TEST(payloads_made_or_wrapped_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref actor = test_spawn(engine, "a", test_ignore, NULL);
        measure(engine, send_payload, &actor, sizes[i], AT_ONCE);
        freed = 0;
        uint64_t handled = test_statistics(engine).handled;
        measure(engine, send_wrapped, &actor, sizes[i], 1);
        CHECK_EQ(freed, test_statistics(engine).handled - handled);
        test_end(engine);
    }
}

static backstage_status keep_a_while(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    backstage_payload **kept = state;
    if (*kept != NULL) {
        CHECK_OK(backstage_payload_release(*kept));
    }
    return backstage_envelope_payload(context, envelope, kept);
}

TEST(keeping_payloads_allocates_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_payload *kept = NULL;
        backstage_ref actor = test_spawn(engine, "a", keep_a_while, &kept);
        measure(engine, send, &actor, sizes[i], AT_ONCE);
        test_end(engine);
        CHECK_OK(backstage_payload_release(kept));
    }
}

static backstage_status pass_on(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    return backstage_forward(context, envelope, *(backstage_ref *)state);
}

TEST(forwards_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref last = test_spawn(engine, "last", test_ignore, NULL);
        backstage_ref first = test_spawn(engine, "first", pass_on, &last);
        measure(engine, send, &first, sizes[i], AT_ONCE);
        test_end(engine);
    }
}

static void publish(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_context *publisher = state;
    for (uint64_t i = 0; i < rounds; i++) {
        uint32_t receivers = 0;
        CHECK_OK(i % 2 == 0
                     ? backstage_publish(publisher, data, size, &receivers)
                     : backstage_publish_to_topic(publisher, "cpu.0.load", data, size, &receivers));
        CHECK_EQ(receivers, 10);
        test_run(engine);
    }
}

TEST(publishes_to_ten_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
        for (int j = 0; j < 10; j++) {
            backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
            backstage_context *context = test_context(engine, actor);
            CHECK_OK(backstage_subscribe(context, "p"));
            CHECK_OK(backstage_subscribe_to_topic(context, "p", j % 2 ? "cpu.*.load" : "cpu.>"));
        }
        measure(engine, publish, test_context(engine, publisher), sizes[i], 10);
        test_end(engine);
    }
}

static void broadcast(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    (void)state;
    for (uint64_t i = 0; i < rounds; i++) {
        CHECK_OK(backstage_engine_broadcast(engine, "k", data, size));
        test_run(engine);
    }
}

TEST(broadcasts_to_ten_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_actor_options options = test_options(NULL, test_ignore, NULL);
        options.kind = "k";
        for (int j = 0; j < 10; j++) {
            test_spawn_with(engine, &options);
        }
        measure(engine, broadcast, NULL, sizes[i], 10);
        test_end(engine);
    }
}
