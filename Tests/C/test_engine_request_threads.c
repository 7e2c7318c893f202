/* Requests from other threads: each blocks until its answer is there, and gets its own. */
#define _POSIX_C_SOURCE 200809L
#include <stdatomic.h>

#include "support_life.h"

enum { ASKERS_MAX = 8 };

static test_life *life;
static test_subject *server;
static atomic_uint working;

/* One thread, and what it asks. */
typedef struct asker {
    uint64_t number;
    uint64_t requests;
    size_t size_max;
    int64_t timeout_ns;
    bool by_id;
} asker;

/* The last thread to be done stops the engine. */
static void finish(void) {
    if (atomic_fetch_sub(&working, 1) == 1) {
        CHECK_OK(backstage_engine_stop(life->engine));
    }
}

static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    uint64_t *handled = state;
    CHECK_EQ(envelope->type, BACKSTAGE_REQUEST);
    CHECK_EQ(envelope->sender, BACKSTAGE_NONE);
    ++*handled;
    return backstage_reply(context, envelope, envelope->payload, envelope->size);
}

/* Asks one thing after the other, and checks that each answer is the one to it. */
static void ask_all(void *state) {
    const asker *a = state;
    unsigned char *bytes = test_alloc(a->size_max + 1);
    uint64_t seed = a->number;
    for (uint64_t i = 0; i < a->requests; i++) {
        size_t size = (size_t)(test_random(&seed) % (a->size_max + 1));
        backstage_payload *reply = NULL;
        test_fill(bytes, size, a->number * 1000000 + i);
        backstage_status status =
            a->by_id ? backstage_engine_request_to_id(life->engine, "server", bytes, size,
                                                      a->timeout_ns, &reply)
                     : backstage_engine_request(life->engine, server->self, bytes, size,
                                                a->timeout_ns, &reply);
        if (!CHECK_OK(status) || !CHECK_EQ(backstage_payload_size(reply), size)) {
            break;
        }
        CHECK(test_is_filled(backstage_payload_data(reply), size, a->number * 1000000 + i));
        CHECK_OK(backstage_payload_release(reply));
    }
    finish();
}

static void check_askers(size_t count, uint64_t requests, size_t size_max) {
    asker askers[ASKERS_MAX];
    test_thread *threads[ASKERS_MAX];
    uint64_t handled = 0;
    life = test_life_open();
    server = test_subject_new(life);
    backstage_actor_options options = test_options("server", echo, &handled);
    server->self = test_spawn_with(life->engine, &options);
    atomic_store(&working, (unsigned)count);
    for (size_t i = 0; i < count; i++) {
        int64_t timeout_ns = i % 3 == 0 ? BACKSTAGE_FOREVER : BACKSTAGE_SECONDS(3600);
        askers[i] = (asker){i, requests, size_max, timeout_ns, i % 2 == 1};
        threads[i] = test_thread_start(ask_all, &askers[i]);
    }
    CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    for (size_t i = 0; i < count; i++) {
        test_thread_join(threads[i]);
    }
    CHECK_EQ(handled, count * requests);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    CHECK_EQ(test_statistics(life->engine).queued, 0);
    test_life_close(life);
}

TEST(one_thread_asks_and_is_answered) { check_askers(1, test_rounds(2000, 200), 100); }

TEST(eight_threads_ask_a_thousand_times_each_and_get_their_own_answers) {
    check_askers(8, test_rounds(1000, 100), 200);
}

TEST(four_threads_ask_for_large_answers) { check_askers(4, test_rounds(40, 5), 1 << 20); }

/* ---- Answers later ----------------------------------------------------------------------- */

/* Keeps handles, and answers all of them once there is one from each thread, the last first. */
typedef struct collector {
    backstage_reply_handle handles[ASKERS_MAX];
    uint64_t numbers[ASKERS_MAX];
    size_t count;
} collector;

static backstage_status answer_all_at_last(backstage_context *context,
                                           const backstage_envelope *envelope, void *state) {
    collector *c = state;
    memcpy(&c->numbers[c->count], envelope->payload, sizeof *c->numbers);
    CHECK_OK(backstage_envelope_reply_handle(envelope, &c->handles[c->count++]));
    if (c->count < ASKERS_MAX) {
        return BACKSTAGE_OK;
    }
    for (size_t i = ASKERS_MAX; i-- > 0;) {
        uint64_t answer = c->numbers[i] + 1000;
        CHECK_OK(backstage_reply_later(context, &c->handles[i], &answer, sizeof answer));
    }
    c->count = 0;
    return BACKSTAGE_OK;
}

static void ask_number(void *state) {
    uint64_t number = *(uint64_t *)state;
    for (int i = 0; i < 100; i++) {
        backstage_payload *reply = NULL;
        uint64_t answer = 0;
        if (!CHECK_OK(backstage_engine_request(life->engine, server->self, &number, sizeof number,
                                               BACKSTAGE_FOREVER, &reply))) {
            break;
        }
        if (CHECK_EQ(backstage_payload_size(reply), sizeof answer)) {
            memcpy(&answer, backstage_payload_data(reply), sizeof answer);
            CHECK_EQ(answer, number + 1000);
        }
        CHECK_OK(backstage_payload_release(reply));
    }
    finish();
}

TEST(eight_threads_that_wait_at_once_each_get_their_own_answer_later) {
    uint64_t numbers[ASKERS_MAX];
    test_thread *threads[ASKERS_MAX];
    collector c;
    memset(&c, 0, sizeof c);
    life = test_life_open();
    server = test_subject_new(life);
    server->self = test_spawn(life->engine, NULL, answer_all_at_last, &c);
    atomic_store(&working, ASKERS_MAX);
    for (size_t i = 0; i < ASKERS_MAX; i++) {
        numbers[i] = i;
        threads[i] = test_thread_start(ask_number, &numbers[i]);
    }
    CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    for (size_t i = 0; i < ASKERS_MAX; i++) {
        test_thread_join(threads[i]);
    }
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    test_life_close(life);
}

/* ---- Engines among themselves ------------------------------------------------------------ */

/* In a callback of one engine, on its thread, asks the other. */
static backstage_status ask_other_engine(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    backstage_payload *reply = NULL;
    (void)context, (void)state;
    CHECK_OK(backstage_engine_request(life->engine, server->self, envelope->payload, envelope->size,
                                      BACKSTAGE_FOREVER, &reply));
    if (CHECK_EQ(backstage_payload_size(reply), 5)) {
        CHECK_EQ(memcmp(backstage_payload_data(reply), "hello", 5), 0);
    }
    return backstage_payload_release(reply);
}

static void run_other_engine(void *state) {
    backstage_engine *engine = test_engine();
    (void)state;
    backstage_ref actor = test_spawn(engine, NULL, ask_other_engine, NULL);
    for (int i = 0; i < 100; i++) {
        CHECK_OK(backstage_engine_send(engine, actor, "hello", 5));
    }
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, 100);
    test_end(engine);
    finish();
}

TEST(an_engine_on_another_thread_may_ask_in_its_callbacks) {
    uint64_t handled = 0;
    life = test_life_open();
    server = test_subject_new(life);
    server->self = test_spawn(life->engine, NULL, echo, &handled);
    atomic_store(&working, 1);
    test_thread *thread = test_thread_start(run_other_engine, NULL);
    CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_thread_join(thread);
    CHECK_EQ(handled, 100);
    test_life_close(life);
}
