/* Out of memory with requests by id and from outside, late answers, and restarts: see
 * test_alloc_failure.c. */
#define _GNU_SOURCE
#include "scarce.h"

#include <pthread.h>

static const char data[1000];

static backstage_context *context_of(struct trial *trial, const char *id) {
    backstage_ref actor = BACKSTAGE_NONE;
    CHECK_OK(backstage_engine_find(trial->engine, id, &actor));
    return test_context(trial->engine, actor);
}

static void run(struct trial *trial) {
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
}

/* ---- Between actors ---------------------------------------------------------------------- */

static backstage_reply_handle handles[500];
static size_t handles_count;

static backstage_status keep_handle(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    struct trial *trial = state;
    (void)context;
    trial->handled++;
    return CHECK(handles_count < 500)
               ? backstage_envelope_reply_handle(envelope, &handles[handles_count++])
               : BACKSTAGE_OK;
}

static void prepare_keeper(struct trial *trial) {
    test_spawn(trial->engine, "keeper", keep_handle, trial);
    spawn(trial, "a");
    handles_count = 0;
}

/* Each request that was sent is answered, fails by its timeout, or finds nobody. */
static void ask_by_id(struct trial *trial) {
    backstage_context *asker = context_of(trial, "a"), *keeper = context_of(trial, "keeper");
    for (int i = 0; i < 300; i++) {
        uint64_t token = 77;
        bool sent = WORKED(backstage_request_to_id(asker, i % 3 == 2 ? "nobody" : "keeper", data,
                                                   sizeof data, 50, &token));
        CHECK(sent == (token != 77));
        trial->expected += sent;
        trial->taken += sent && i % 3 < 2; /* to nobody it is no message */
    }
    run(trial);
    for (size_t i = 0; i < handles_count; i++) {
        trial->taken += WORKED(backstage_reply_later(keeper, &handles[i], data, sizeof data));
    }
    CHECK_OK(backstage_engine_advance(trial->engine, 50));
    run(trial);
    CHECK_EQ(trial->answers, trial->expected);
}

TEST(requests_by_id_without_memory) { fail_everywhere(prepare_keeper, ask_by_id); }

/* ---- From outside ------------------------------------------------------------------------ */

/* Fails on a request that it cannot answer for want of memory, and is resumed. */
static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    struct trial *trial = state;
    if (!WORKED(backstage_reply(context, envelope, envelope->payload, envelope->size))) {
        return TEST_STATUS;
    }
    trial->taken++;
    trial->handled += 2; /* the request, and the answer by who waits for it */
    return BACKSTAGE_OK;
}

static void prepare_echo(struct trial *trial) {
    backstage_actor_options options = test_options("supervisor", count, trial);
    backstage_supervision supervision;
    backstage_ref child;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.directive = BACKSTAGE_DIRECTIVE_RESUME;
    options.supervision = &supervision;
    backstage_ref actor = test_spawn_with(trial->engine, &options);
    options = test_options("echo", echo, trial);
    CHECK_OK(backstage_spawn_child(test_context(trial->engine, actor), &options, &child));
}

/* It is answered; if not, memory was short for the request, or for the answer. */
static backstage_status ask_echo(struct trial *trial) {
    backstage_payload *reply = NULL;
    backstage_status status = backstage_engine_request_to_id(
        trial->engine, "echo", data, sizeof data, BACKSTAGE_FOREVER, &reply);
    if (status == BACKSTAGE_OK && CHECK(reply != NULL)) {
        CHECK_EQ(backstage_payload_size(reply), sizeof data);
        CHECK_OK(backstage_payload_release(reply));
    } else {
        CHECK(status == BACKSTAGE_NO_MEMORY || status == BACKSTAGE_STOPPED);
        CHECK(memory_failed() > 0);
        CHECK(reply == NULL);
    }
    return status;
}

static void ask_from_outside(struct trial *trial) {
    for (int i = 0; i < 30; i++) {
        trial->taken += ask_echo(trial) != BACKSTAGE_NO_MEMORY;
    }
}

TEST(requests_from_outside_without_memory) { fail_everywhere(prepare_echo, ask_from_outside); }

static void *ask_from_thread(void *state) {
    struct trial *trial = state;
    for (int i = 0; i < 30; i++) {
        (void)ask_echo(trial);
    }
    CHECK_OK(backstage_engine_stop(trial->engine));
    return NULL;
}

/* Which thread meets the failure is a matter of chance; that nothing is lost by it is not. */
static void answer_thread(struct trial *trial) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, ask_from_thread, trial) == 0);
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK(pthread_join(thread, NULL) == 0);
    run(trial);
    trial->taken = test_statistics(trial->engine).accepted;
}

TEST(requests_from_another_thread_without_memory) {
    if (CHECK(memory_watch())) {
        for (uint64_t nth = 1; nth < 20; nth++) {
            run_with(prepare_echo, answer_thread, nth, false);
            run_with(prepare_echo, answer_thread, nth, true);
        }
    }
}

/* ---- Restarts ---------------------------------------------------------------------------- */

enum { CHILDREN = 40 };
static uint64_t starts, ends, restarts;

static backstage_status note_start(backstage_context *context, void *state) {
    (void)context, (void)state;
    starts++;
    return BACKSTAGE_OK;
}

static backstage_status note_end(backstage_context *context, backstage_reason reason, void *state) {
    (void)context, (void)state;
    restarts += reason == BACKSTAGE_REASON_RESTARTED;
    ends += reason != BACKSTAGE_REASON_RESTARTED;
    return BACKSTAGE_OK;
}

static backstage_status fail_on_exclamation(backstage_context *context,
                                            const backstage_envelope *envelope, void *state) {
    return envelope->size == 1 && *(const char *)envelope->payload == '!'
               ? TEST_STATUS
               : count(context, envelope, state);
}

static void prepare_supervised(struct trial *trial, backstage_strategy strategy,
                               int64_t backoff_ns) {
    backstage_actor_options options = test_options("supervisor", count, trial);
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.strategy = strategy;
    supervision.backoff_ns = backoff_ns;
    supervision.restarts_max = BACKSTAGE_RESTARTS_MAX;
    options.supervision = &supervision;
    backstage_context *context =
        test_context(trial->engine, test_spawn_with(trial->engine, &options));
    starts = ends = restarts = 0;
    for (int i = 0; i < CHILDREN; i++) {
        char id[32];
        backstage_ref child;
        snprintf(id, sizeof id, "c-%d", i);
        options = test_options(id, fail_on_exclamation, trial);
        options.init = note_start;
        options.deinit = note_end;
        CHECK_OK(backstage_spawn_child(context, &options, &child));
    }
    test_run(trial->engine);
    CHECK_EQ(starts, CHILDREN);
}

/* Every child fails once; it is restarted, or has ended for want of memory. */
static void fail_all(struct trial *trial) {
    for (int i = 0; i < CHILDREN; i++) {
        char id[32];
        backstage_ref child = BACKSTAGE_NONE;
        snprintf(id, sizeof id, "c-%d", i);
        if (backstage_engine_find(trial->engine, id, &child) != BACKSTAGE_OK) {
            CHECK(memory_failed() > 0);
            continue;
        }
        trial->taken += WORKED(backstage_engine_send(trial->engine, child, "!", 1));
        trial->taken += WORKED(backstage_engine_send(trial->engine, child, ".", 1));
        run(trial);
        CHECK_OK(backstage_engine_advance(trial->engine, 1000));
        run(trial);
    }
    CHECK_EQ(starts, CHILDREN + restarts);
    CHECK(ends == 0 || memory_failed() > 0);
    CHECK_EQ(test_statistics(trial->engine).actors, CHILDREN + 1 - ends);
}

static void prepare_one_for_one(struct trial *trial) {
    prepare_supervised(trial, BACKSTAGE_ONE_FOR_ONE, 0);
}

static void prepare_one_for_all(struct trial *trial) {
    prepare_supervised(trial, BACKSTAGE_ONE_FOR_ALL, 0);
}

static void prepare_backoff(struct trial *trial) {
    prepare_supervised(trial, BACKSTAGE_ONE_FOR_ONE, 10);
}

static void prepare_group_backoff(struct trial *trial) {
    prepare_supervised(trial, BACKSTAGE_REST_FOR_ONE, 10);
}

TEST(restarts_without_memory) {
    fail_everywhere(prepare_one_for_one, fail_all);
    fail_everywhere(prepare_one_for_all, fail_all);
}

TEST(restarts_after_a_while_without_memory) {
    fail_everywhere(prepare_backoff, fail_all);
    fail_everywhere(prepare_group_backoff, fail_all);
}
