/* Payloads: handed over without a copy, and freed exactly once whatever becomes of the message. */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <pthread.h>

enum { SIZE = 100000 };

/* Memory to wrap, and how often it was freed. */
struct memory {
    int freed;
    backstage_engine *engine;
    unsigned char bytes[SIZE];
};

static void free_memory(void *data, size_t size, void *state) {
    struct memory *memory = state;
    CHECK(data == memory->bytes);
    CHECK_EQ(size, SIZE);
    memset(memory->bytes, 0xdd, SIZE); /* who still reads it will see */
    memory->freed++;
}

static backstage_payload *wrap(backstage_engine *engine, struct memory *memory) {
    backstage_payload *payload = NULL;
    memory->freed = 0;
    test_fill(memory->bytes, SIZE, 5);
    CHECK_OK(backstage_payload_wrap(engine, memory->bytes, SIZE, free_memory, memory, &payload));
    CHECK(backstage_payload_data(payload) == memory->bytes);
    CHECK_EQ(backstage_payload_size(payload), SIZE);
    return payload;
}

static struct memory *new_memory(void) { return test_alloc(sizeof(struct memory)); }

/* Sees the wrapped memory itself, not a copy. */
static backstage_status see_memory(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    struct memory *memory = state;
    (void)context;
    CHECK(envelope->payload == memory->bytes);
    CHECK_EQ(envelope->size, SIZE);
    CHECK_EQ(memory->freed, 0);
    CHECK(test_is_filled(envelope->payload, SIZE, 5));
    return BACKSTAGE_OK;
}

TEST(what_is_written_before_the_send_is_received_where_it_was_written) {
    backstage_engine *engine = test_engine();
    static const size_t sizes[] = {0, 1, 32, 33, 1024, 65536, BACKSTAGE_PAYLOAD_BYTES_DEFAULT};
    test_recorder *recorder = test_recorder_new();
    backstage_ref actor = test_spawn(engine, "a", test_receive, recorder);
    for (size_t i = 0; i < 7; i++) {
        backstage_payload *payload = NULL;
        void *data = NULL;
        CHECK_OK(backstage_payload_create(engine, sizes[i], &payload, &data));
        CHECK(data != NULL && data == backstage_payload_data(payload));
        CHECK_EQ((uintptr_t)data % 16, 0);
        CHECK_EQ(backstage_payload_size(payload), sizes[i]);
        test_fill(data, sizes[i], i);
        CHECK_OK(i % 2 == 0 ? backstage_engine_send_payload(engine, actor, payload)
                            : backstage_send_payload(test_context(engine, actor), actor, payload));
    }
    test_run(engine);
    CHECK_EQ(recorder->count, 7);
    for (size_t i = 0; i < recorder->count; i++) {
        CHECK_EQ(recorder->messages[i].size, sizes[i]);
        CHECK(test_is_filled(recorder->messages[i].bytes, sizes[i], i));
    }
    test_end(engine);
}

TEST(wrapped_memory_is_freed_once_when_handled) {
    backstage_engine *engine = test_engine();
    struct memory *memory = new_memory();
    backstage_ref actor = test_spawn(engine, "a", see_memory, memory);
    for (int round = 0; round < 10; round++) {
        CHECK_OK(backstage_engine_send_payload(engine, actor, wrap(engine, memory)));
        CHECK_EQ(memory->freed, 0);
        test_run(engine);
        CHECK_EQ(memory->freed, 1);
    }
    test_end(engine);
    CHECK_EQ(memory->freed, 1);
}

TEST(wrapped_memory_is_freed_once_when_its_receiver_fails_or_ends) {
    for (int way = 0; way < 3; way++) {
        backstage_engine *engine = test_engine();
        struct memory *memory = new_memory();
        backstage_ref actor = test_spawn(engine, "a", way == 0 ? test_fail : test_ignore, memory);
        CHECK_OK(backstage_engine_send_payload(engine, actor, wrap(engine, memory)));
        if (way == 1) {
            CHECK_OK(backstage_stop(test_context(engine, actor), actor));
        }
        if (way < 2) {
            test_run(engine);
            CHECK_EQ(memory->freed, 1);
        }
        uint64_t dead = way < 2 ? 1 : 0;
        CHECK_EQ(test_report_of(engine)->letters_count, dead);
        test_end(engine);
        CHECK_EQ(memory->freed, 1);
    }
}

TEST(wrapped_memory_is_freed_once_when_dropped) {
    for (backstage_overflow overflow = 1; overflow <= 2; overflow++) {
        backstage_engine *engine = test_engine();
        struct memory *kept = new_memory(), *dropped = new_memory();
        bool oldest = overflow == BACKSTAGE_OVERFLOW_DROP_OLDEST;
        backstage_actor_options options = test_options("a", see_memory, kept);
        options.capacity = 1;
        options.overflow = overflow;
        backstage_ref actor = test_spawn_with(engine, &options);
        struct memory *first = oldest ? dropped : kept, *second = oldest ? kept : dropped;
        CHECK_OK(backstage_engine_send_payload(engine, actor, wrap(engine, first)));
        CHECK_OK(backstage_engine_send_payload(engine, actor, wrap(engine, second)));
        CHECK_EQ(dropped->freed, 1);
        CHECK_EQ(kept->freed, 0);
        test_run(engine);
        CHECK_EQ(dropped->freed, 1);
        CHECK_EQ(kept->freed, 1);
        test_end(engine);
    }
}

static void count_free(void *data, size_t size, void *state) {
    int *freed = state;
    CHECK(data != NULL && size <= 64);
    *freed += 1;
}

TEST(small_wrapped_memory_is_freed_once_too) {
    for (size_t size = 0; size <= 64; size++) {
        backstage_engine *engine = test_engine();
        test_recorder *recorder = test_recorder_new();
        backstage_payload *payload = NULL;
        int freed = 0;
        void *data = test_alloc(64);
        backstage_ref actor = test_spawn(engine, "a", test_receive, recorder);
        test_fill(data, size, 1);
        CHECK_OK(backstage_payload_wrap(engine, data, size, count_free, &freed, &payload));
        CHECK_OK(backstage_engine_send_payload(engine, actor, payload));
        test_run(engine);
        CHECK_EQ(freed, 1);
        if (CHECK_EQ(recorder->count, 1)) {
            CHECK_EQ(recorder->messages[0].size, size);
            CHECK(test_is_filled(recorder->messages[0].bytes, size, 1));
        }
        test_end(engine);
        CHECK_EQ(freed, 1);
    }
}

TEST(a_send_that_fails_leaves_the_payload_with_its_owner) {
    backstage_engine *engine = test_engine();
    struct memory *memory = new_memory();
    backstage_actor_options options = test_options("a", see_memory, memory);
    options.capacity = 1;
    backstage_ref actor = test_spawn_with(engine, &options);
    backstage_context *context = test_context(engine, actor);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    backstage_payload *payload = wrap(engine, memory);
    CHECK_STATUS(backstage_send_payload(context, actor, payload), BACKSTAGE_INBOX_FULL);
    CHECK_STATUS(backstage_engine_send_payload(engine, actor, payload), BACKSTAGE_INBOX_FULL);
    CHECK_STATUS(backstage_send_payload(context, BACKSTAGE_NONE, payload), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_publish_payload(context, "a..b", payload, NULL),
                 BACKSTAGE_INVALID_TOPIC);
    CHECK_EQ(memory->freed, 0);
    CHECK(test_is_filled(backstage_payload_data(payload), SIZE, 5));
    CHECK_OK(backstage_payload_release(payload));
    CHECK_EQ(memory->freed, 1);
    test_end(engine);
}

TEST(references_are_counted) {
    backstage_engine *engine = test_engine();
    struct memory *memory = new_memory();
    backstage_ref actor = test_spawn(engine, "a", see_memory, memory);
    backstage_payload *payload = wrap(engine, memory);
    for (int i = 0; i < 100; i++) {
        CHECK_OK(backstage_payload_retain(payload));
        CHECK_OK(backstage_engine_send_payload(engine, actor, payload));
    }
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, 100);
    CHECK_EQ(memory->freed, 0);
    CHECK_OK(backstage_payload_release(payload));
    CHECK_EQ(memory->freed, 1);
    CHECK_STATUS(backstage_payload_retain(NULL), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_payload_release(NULL), BACKSTAGE_INVALID_ARGUMENT);
    CHECK(backstage_payload_data(NULL) == NULL);
    CHECK_EQ(backstage_payload_size(NULL), 0);
    test_end(engine);
}

TEST(a_publish_shares_one_payload_among_all) {
    for (int subscribers = 0; subscribers <= 300; subscribers += 100) {
        backstage_engine *engine = test_engine();
        struct memory *memory = new_memory();
        backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
        uint32_t receivers = 77;
        for (int i = 0; i < subscribers; i++) {
            backstage_ref actor = test_spawn(engine, NULL, see_memory, memory);
            CHECK_OK(backstage_subscribe(test_context(engine, actor), "p"));
        }
        CHECK_OK(backstage_publish_payload(test_context(engine, publisher), NULL,
                                           wrap(engine, memory), &receivers));
        CHECK_EQ(receivers, subscribers);
        CHECK_EQ(memory->freed, subscribers == 0 ? 1 : 0);
        test_run(engine);
        CHECK_EQ(test_statistics(engine).handled, subscribers);
        CHECK_EQ(memory->freed, 1);
        test_end(engine);
    }
}

TEST(a_payload_that_is_still_held_outlives_its_engine) {
    backstage_engine *engine = test_engine();
    struct memory *memory = new_memory();
    backstage_payload *wrapped = wrap(engine, memory), *made = NULL;
    void *data;
    CHECK_OK(backstage_payload_create(engine, 5000, &made, &data));
    test_fill(data, 5000, 6);
    backstage_ref actor = test_spawn(engine, "a", see_memory, memory);
    CHECK_OK(backstage_payload_retain(wrapped));
    CHECK_OK(backstage_engine_send_payload(engine, actor, wrapped));
    test_end(engine);
    CHECK_EQ(memory->freed, 0);
    CHECK(test_is_filled(backstage_payload_data(wrapped), SIZE, 5));
    CHECK(test_is_filled(backstage_payload_data(made), 5000, 6));
    CHECK_OK(backstage_payload_retain(made));
    CHECK_OK(backstage_payload_release(made));
    CHECK_OK(backstage_payload_release(made));
    CHECK_OK(backstage_payload_release(wrapped));
    CHECK_EQ(memory->freed, 1);
}

TEST(a_payload_belongs_to_its_engine) {
    backstage_engine *mine = test_engine(), *other = test_engine();
    struct memory *memory = new_memory();
    backstage_ref actor = test_spawn(other, "a", test_ignore, NULL);
    backstage_payload *payload = wrap(mine, memory);
    const backstage_status refused = BACKSTAGE_OTHER_ENGINE;
    backstage_context *context = test_context(other, actor);
    CHECK_STATUS(backstage_engine_send_payload(other, actor, payload), refused);
    CHECK_STATUS(backstage_send_payload(context, actor, payload), refused);
    CHECK_STATUS(backstage_publish_payload(context, NULL, payload, NULL), refused);
    CHECK_EQ(memory->freed, 0);
    CHECK_OK(backstage_payload_release(payload));
    CHECK_EQ(memory->freed, 1);
    test_end(other);
    test_end(mine);
}

TEST(a_payload_too_large_is_refused_and_its_memory_left_alone) {
    backstage_engine_options options = test_engine_options();
    options.payload_bytes_max = SIZE - 1;
    backstage_engine *engine = test_engine_with(&options);
    struct memory *memory = new_memory();
    backstage_payload *payload = NULL;
    void *data = NULL;
    const backstage_status refused = BACKSTAGE_PAYLOAD_TOO_LARGE;
    CHECK_STATUS(backstage_payload_create(engine, SIZE, &payload, &data), refused);
    CHECK_STATUS(backstage_payload_create(engine, SIZE_MAX, &payload, &data), refused);
    CHECK_STATUS(backstage_payload_wrap(engine, memory->bytes, SIZE, free_memory, memory, &payload),
                 refused);
    CHECK(payload == NULL && data == NULL);
    test_end(engine);
    CHECK_EQ(memory->freed, 0);
}

static void *send_from_thread(void *state) {
    struct memory *memory = state;
    backstage_ref actor = BACKSTAGE_NONE;
    memcpy(&actor, memory->bytes, sizeof actor);
    CHECK_OK(backstage_engine_send_payload(memory->engine, actor, wrap(memory->engine, memory)));
    return NULL;
}

TEST(a_payload_from_another_thread_is_freed_once_handled_or_dead) {
    for (int nobody = 0; nobody < 2; nobody++) {
        backstage_engine *engine = test_engine();
        struct memory *memory = new_memory();
        backstage_ref actor = test_spawn(engine, "a", see_memory, memory);
        backstage_ref receiver = nobody ? BACKSTAGE_NONE : actor;
        pthread_t thread;
        memory->engine = engine;
        memcpy(memory->bytes, &receiver, sizeof receiver);
        CHECK(pthread_create(&thread, NULL, send_from_thread, memory) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK_EQ(memory->freed, 0);
        test_run(engine);
        CHECK_EQ(memory->freed, 1);
        CHECK_EQ(test_report_of(engine)->reasons[BACKSTAGE_DEAD_NOT_FOUND], nobody);
        test_end(engine);
    }
}
