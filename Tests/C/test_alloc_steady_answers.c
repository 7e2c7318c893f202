/* In the steady state no request by id, late answer, monitor by id or request from outside the
 * engine costs a call to the allocator. */
#define _GNU_SOURCE
#include "steady_few.h"

#include <pthread.h>

static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)state;
    return envelope->type == BACKSTAGE_REQUEST
               ? backstage_reply(context, envelope, envelope->payload, envelope->size)
               : BACKSTAGE_OK;
}

/* ---- Between actors ---------------------------------------------------------------------- */

struct asker {
    backstage_context *context, *answerer;
    backstage_reply_handle handle;
};

static void ask_by_id(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    struct asker *asker = state;
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t token;
        CHECK_OK(backstage_request_to_id(asker->context, "answerer", data, size, (int64_t)(i % 2),
                                         &token));
        CHECK_OK(backstage_request_to_id(asker->context, "nobody", data, size, (int64_t)(i % 2),
                                         &token));
        test_run(engine);
    }
}

TEST(requests_by_id_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref actor = test_spawn(engine, "asker", test_ignore, NULL);
        struct asker asker = {.context = test_context(engine, actor)};
        test_spawn(engine, "answerer", echo, NULL);
        measure(engine, ask_by_id, &asker, sizes[i], 3);
        test_end(engine);
    }
}

static backstage_status keep_handle(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    struct asker *asker = state;
    (void)context;
    return backstage_envelope_reply_handle(envelope, &asker->handle);
}

static void answer_later(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    struct asker *asker = state;
    backstage_ref answerer = backstage_context_self(asker->answerer);
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t token;
        CHECK_OK(backstage_request(asker->context, answerer, data, size, 100, &token));
        test_run(engine);
        CHECK_OK(backstage_engine_advance(engine, 50));
        CHECK_OK(backstage_reply_later(asker->answerer, &asker->handle, data, size));
        test_run(engine);
    }
}

TEST(answers_later_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        struct asker asker;
        backstage_ref actor = test_spawn(engine, "asker", test_ignore, NULL);
        asker.context = test_context(engine, actor);
        actor = test_spawn(engine, "answerer", keep_handle, &asker);
        asker.answerer = test_context(engine, actor);
        measure(engine, answer_later, &asker, sizes[i], 2);
        test_end(engine);
    }
}

static void monitor_by_id(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_context *context = state;
    (void)size;
    for (uint64_t i = 0; i < rounds; i++) {
        backstage_ref actor;
        CHECK_OK(backstage_monitor_id(context, "other", &actor));
        CHECK_OK(backstage_monitor_id(context, "nobody", NULL));
        CHECK_OK(backstage_unmonitor(context, actor));
        test_run(engine);
    }
}

TEST(monitors_by_id_allocate_nothing) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    test_spawn(engine, "other", test_ignore, NULL);
    measure(engine, monitor_by_id, test_context(engine, actor), 0, 1);
    test_end(engine);
}

/* ---- From outside ------------------------------------------------------------------------ */

struct outsider {
    backstage_engine *engine;
    backstage_ref actor;
    size_t size;
    uint64_t count; /* to ask next */
    pthread_barrier_t go;
};

static void ask_from_outside(const struct outsider *outsider, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        backstage_payload *reply = NULL;
        CHECK_OK(i % 2 == 0 ? backstage_engine_request(outsider->engine, outsider->actor, data,
                                                       outsider->size, BACKSTAGE_FOREVER, &reply)
                            : backstage_engine_request_to_id(outsider->engine, "echo", data,
                                                             outsider->size,
                                                             BACKSTAGE_SECONDS(3600), &reply));
        if (CHECK(reply != NULL)) {
            CHECK_EQ(backstage_payload_size(reply), outsider->size);
            CHECK_OK(backstage_payload_release(reply));
        }
    }
}

static void ask_here(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    (void)engine, (void)size;
    ask_from_outside(state, rounds);
}

TEST(requests_from_outside_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        struct outsider outsider = {.engine = test_engine(), .size = sizes[i]};
        outsider.actor = test_spawn(outsider.engine, "echo", echo, NULL);
        measure_few(outsider.engine, ask_here, &outsider, sizes[i], 100000);
        CHECK(test_statistics(outsider.engine).handled >= 100000);
        test_end(outsider.engine);
    }
}

/* The next request may be made before the engine has let go of the last, and the engine takes blocks
 * of its own from the same pool: has more waiting, of each size, than ever will be needed. */
static void fill_pools(backstage_engine *engine, size_t size_max) {
    backstage_payload *payloads[8];
    void *bytes;
    for (size_t size = 1; size <= 2 * size_max || size <= 4096; size *= 2) {
        for (int i = 0; i < 8; i++) {
            CHECK_OK(backstage_payload_create(engine, size, &payloads[i], &bytes));
        }
        for (int i = 0; i < 8; i++) {
            CHECK_OK(backstage_payload_release(payloads[i]));
        }
    }
}

static void *ask_from_thread(void *state) {
    struct outsider *outsider = state;
    for (;;) {
        pthread_barrier_wait(&outsider->go);
        const uint64_t count = outsider->count;
        if (count == 0) {
            return NULL;
        }
        ask_from_outside(outsider, count);
        CHECK_OK(backstage_engine_stop(outsider->engine));
    }
}

static void answer_thread(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    struct outsider *outsider = state;
    (void)size;
    outsider->count = rounds;
    pthread_barrier_wait(&outsider->go);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
}

TEST(requests_from_another_thread_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        struct outsider outsider = {.engine = test_engine(), .size = sizes[i]};
        pthread_t thread;
        outsider.actor = test_spawn(outsider.engine, "echo", echo, NULL);
        fill_pools(outsider.engine, sizes[i]);
        CHECK(pthread_barrier_init(&outsider.go, NULL, 2) == 0);
        CHECK(pthread_create(&thread, NULL, ask_from_thread, &outsider) == 0);
        measure_few(outsider.engine, answer_thread, &outsider, sizes[i], 20000);
        CHECK(test_statistics(outsider.engine).handled >= 20000);
        outsider.count = 0;
        pthread_barrier_wait(&outsider.go);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(pthread_barrier_destroy(&outsider.go) == 0);
        test_end(outsider.engine);
    }
}
