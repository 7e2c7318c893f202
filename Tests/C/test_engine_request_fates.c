/* Requests from other threads that get no answer: each thread is told why, and none is left to
 * wait. */
#include "support_life.h"

static test_life *life;
static backstage_payload *const untouched = (backstage_payload *)&life;

/* One request by another thread. */
typedef struct waiter {
    backstage_ref receiver;
    const char *id; /* instead of it */
    backstage_status status;
    backstage_payload *reply;
} waiter;

static void wait_for_answer(void *state) {
    waiter *w = state;
    backstage_engine *e = life->engine;
    w->status =
        w->id != NULL
            ? backstage_engine_request_to_id(e, w->id, "q", 1, BACKSTAGE_FOREVER, &w->reply)
            : backstage_engine_request(e, w->receiver, "q", 1, BACKSTAGE_FOREVER, &w->reply);
    CHECK_OK(backstage_engine_stop(e));
}

/* Asks from another thread while the engine runs, and checks the outcome. */
static void check_outcome(backstage_ref receiver, const char *id, backstage_status status) {
    waiter w = {receiver, id, BACKSTAGE_OK, untouched};
    test_thread *thread = test_thread_start(wait_for_answer, &w);
    CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_thread_join(thread);
    CHECK_STATUS(w.status, status);
    CHECK(w.reply == untouched);
    test_ledger(life->engine);
}

static backstage_status fail_on_request(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    return envelope->type == BACKSTAGE_REQUEST ? TEST_STATUS : BACKSTAGE_OK;
}

static backstage_status stop_on_request(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)envelope, (void)state;
    return backstage_shutdown(context);
}

TEST(a_thread_is_told_that_nobody_is_there) {
    life = test_life_open();
    test_subject *gone = test_subject_open(life, NULL, "gone", NULL);
    CHECK_OK(backstage_shutdown(gone->context));
    test_run(life->engine);
    check_outcome(gone->self, NULL, BACKSTAGE_NOT_FOUND);
    check_outcome(BACKSTAGE_NONE, NULL, BACKSTAGE_NOT_FOUND);
    check_outcome(BACKSTAGE_NONE, "gone", BACKSTAGE_NOT_FOUND);
    check_outcome(BACKSTAGE_NONE, "nobody", BACKSTAGE_NOT_FOUND);
    CHECK_EQ(test_statistics(life->engine).queued, 0);
    test_life_close(life);
}

TEST(a_thread_is_told_that_the_receiver_failed_or_ended) {
    life = test_life_open();
    check_outcome(test_subject_open(life, NULL, NULL, fail_on_request)->self, NULL,
                  BACKSTAGE_STOPPED);
    check_outcome(test_subject_open(life, NULL, NULL, stop_on_request)->self, NULL,
                  BACKSTAGE_STOPPED);
    test_subject *supervisor = test_supervisor_open(life, NULL);
    test_subject *child = test_subject_open(life, supervisor, "child", fail_on_request);
    check_outcome(BACKSTAGE_NONE, "child", BACKSTAGE_STOPPED);
    check_outcome(BACKSTAGE_NONE, "child", BACKSTAGE_STOPPED);
    test_run(life->engine);
    CHECK_EQ(child->starts, 3);
    test_life_close(life);
}

TEST(a_thread_is_told_that_the_receiver_is_ending) {
    life = test_life_open();
    test_subject *other = test_subject_open(life, NULL, NULL, NULL);
    test_subject *draining = test_subject_open(life, NULL, "draining", NULL);
    test_subject_ask(draining, other->self, 0);
    CHECK_OK(backstage_drain(other->context, draining->self, BACKSTAGE_FOREVER));
    check_outcome(draining->self, NULL, BACKSTAGE_ENDING);
    check_outcome(BACKSTAGE_NONE, "draining", BACKSTAGE_ENDING);
    CHECK_EQ(draining->seen->count, 0);
    test_life_close(life);
}

static backstage_status stash(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    (void)state;
    return backstage_stash(context, envelope);
}

TEST(a_thread_is_told_that_a_policy_dropped_its_request) {
    life = test_life_open();
    test_subject *small = test_subject_new(life);
    backstage_actor_options options = test_subject_options(small, "small");
    options.capacity = 2;
    options.overflow = BACKSTAGE_OVERFLOW_DROP_NEWEST;
    small->act = stash; /* so that it is full, and stays so */
    test_subject_spawn(small, NULL, &options);
    test_subject_send(small, 1, 2);
    test_run(life->engine);
    check_outcome(small->self, NULL, BACKSTAGE_INBOX_FULL);
    check_outcome(BACKSTAGE_NONE, "small", BACKSTAGE_INBOX_FULL);
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_DROPPED_NEWEST], 2);
    test_life_close(life);
}

/* ---- At once ----------------------------------------------------------------------------- */

static void ask_badly(void *state) {
    static const char large[BACKSTAGE_PAYLOAD_BYTES_DEFAULT + 1];
    char long_id[BACKSTAGE_ID_BYTES_MAX + 2];
    backstage_payload *reply = untouched;
    backstage_ref receiver = *(backstage_ref *)state;
    memset(long_id, 'i', sizeof long_id);
    long_id[sizeof long_id - 1] = '\0';
    CHECK_STATUS(backstage_engine_request(life->engine, receiver, large, sizeof large, -1, &reply),
                 BACKSTAGE_PAYLOAD_TOO_LARGE);
    CHECK_STATUS(backstage_engine_request_to_id(life->engine, "", "x", 1, -1, &reply),
                 BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_engine_request_to_id(life->engine, long_id, "x", 1, -1, &reply),
                 BACKSTAGE_INVALID_ID);
    while (backstage_engine_send(life->engine, receiver, "x", 1) == BACKSTAGE_OK) {
    }
    CHECK_STATUS(backstage_engine_request(life->engine, receiver, "x", 1, -1, &reply),
                 BACKSTAGE_QUEUE_FULL);
    CHECK_STATUS(backstage_engine_request_to_id(life->engine, "actor", "x", 1, -1, &reply),
                 BACKSTAGE_QUEUE_FULL);
    CHECK(reply == untouched);
}

TEST(what_cannot_even_be_asked_is_refused_at_once_though_nobody_runs) {
    backstage_engine_options options = test_engine_options();
    options.remote_capacity = 8;
    life = test_life_open_with(&options);
    test_subject *actor = test_subject_open(life, NULL, "actor", NULL);
    test_elsewhere(ask_badly, &actor->self);
    test_run(life->engine);
    CHECK_EQ(actor->seen->count, 8);
    CHECK_EQ(test_statistics(life->engine).accepted, 8);
    test_life_close(life);
}
