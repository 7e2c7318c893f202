/* Misuse of what drains, stashes, becomes, waits and answers later: a NULL, a value out of range,
 * an actor that is ending or gone. Each call is told so, and nothing changes. */
#include "support_calls.h"

static test_set set;
static backstage_statistics before;

static void open_set(void) {
    set = test_set_open();
    before = test_statistics(set.engine);
}

/* A call refused without a trace. */
static void check_refused(backstage_status got, backstage_status want, const char *text, int line) {
    test_check_status(got, want, __FILE__, line, text);
    test_check_unchanged_at(set.engine, &before, __FILE__, line);
}
#define REFUSED(call) check_refused((call), BACKSTAGE_INVALID_ARGUMENT, #call, __LINE__)
#define GIVES(call, status) check_refused((call), (status), #call, __LINE__)

static backstage_status ignore_batch(backstage_context *context,
                                     const backstage_envelope *envelopes, size_t count,
                                     size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)count, (void)handled, (void)state;
    return BACKSTAGE_OK;
}

TEST(a_null_engine_is_refused) {
    open_set();
    backstage_payload *reply = NULL;
    REFUSED(backstage_engine_drain(NULL, 1));
    REFUSED(backstage_engine_request(NULL, set.other, "x", 1, 1, &reply));
    REFUSED(backstage_engine_request_to_id(NULL, "other", "x", 1, 1, &reply));
    CHECK(reply == NULL);
    test_set_close(&set);
}

TEST(a_null_context_is_refused) {
    open_set();
    uint64_t token = 77;
    uint32_t count = 77;
    backstage_ref actor = 77;
    REFUSED(backstage_drain(NULL, set.other, 1));
    REFUSED(backstage_become(NULL, test_ignore));
    REFUSED(backstage_become_batch(NULL, ignore_batch));
    REFUSED(backstage_stash(NULL, &set.request));
    REFUSED(backstage_unstash(NULL, &count));
    REFUSED(backstage_receive_timeout(NULL, 1));
    REFUSED(backstage_finish(NULL, BACKSTAGE_OK));
    REFUSED(backstage_request_cancel(NULL, 1));
    REFUSED(backstage_monitor_id(NULL, "other", &actor));
    REFUSED(backstage_request_to_id(NULL, "other", "x", 1, 0, &token));
    REFUSED(backstage_reply_later(NULL, &set.handle, "x", 1));
    CHECK(token == 77 && count == 77 && actor == 77);
    test_set_close(&set);
}

TEST(other_nulls_are_refused) {
    open_set();
    uint64_t token = 77;
    backstage_ref actor = 77;
    backstage_payload *reply = NULL;
    backstage_reply_handle handle = {77, 77};
    backstage_engine *e = set.engine;
    REFUSED(backstage_become(set.context, NULL));
    REFUSED(backstage_become_batch(set.context, NULL));
    REFUSED(backstage_stash(set.context, NULL));
    REFUSED(backstage_monitor_id(set.context, NULL, &actor));
    REFUSED(backstage_request_to_id(set.context, NULL, "x", 1, 0, &token));
    REFUSED(backstage_request_to_id(set.context, "other", NULL, 1, 0, &token));
    REFUSED(backstage_request_to_id(set.context, "other", "x", 1, 0, NULL));
    REFUSED(backstage_envelope_reply_handle(NULL, &handle));
    REFUSED(backstage_envelope_reply_handle(&set.request, NULL));
    REFUSED(backstage_reply_later(set.context, NULL, "x", 1));
    REFUSED(backstage_reply_later(set.context, &set.handle, NULL, 1));
    REFUSED(backstage_engine_request(e, set.other, NULL, 1, 1, &reply));
    REFUSED(backstage_engine_request(e, set.other, "x", 1, 1, NULL));
    REFUSED(backstage_engine_request_to_id(e, NULL, "x", 1, 1, &reply));
    REFUSED(backstage_engine_request_to_id(e, "other", NULL, 1, 1, &reply));
    REFUSED(backstage_engine_request_to_id(e, "other", "x", 1, 1, NULL));
    CHECK(token == 77 && actor == 77 && handle.sender == 77 && reply == NULL);
    /* The request still waits. */
    CHECK_OK(backstage_reply_later(set.context, &set.handle, NULL, 0));
    test_set_close(&set);
}

static void call_elsewhere_with_nulls(void *state) {
    backstage_payload *reply = NULL;
    backstage_engine *e = set.engine;
    const backstage_status invalid = BACKSTAGE_INVALID_ARGUMENT;
    (void)state;
    CHECK_STATUS(backstage_engine_request(e, set.other, NULL, 1, -1, &reply), invalid);
    CHECK_STATUS(backstage_engine_request(e, set.other, "x", 1, -1, NULL), invalid);
    CHECK_STATUS(backstage_engine_request_to_id(e, NULL, "x", 1, -1, &reply), invalid);
    CHECK_STATUS(backstage_engine_request_to_id(e, "other", NULL, 1, -1, &reply), invalid);
    CHECK_STATUS(backstage_engine_request_to_id(e, "other", "x", 1, -1, NULL), invalid);
    CHECK(reply == NULL);
}

TEST(nulls_are_refused_on_other_threads_at_once) {
    open_set();
    test_elsewhere(call_elsewhere_with_nulls, NULL);
    test_check_unchanged(set.engine, &before);
    test_set_close(&set);
}

TEST(values_out_of_range_are_refused) {
    static const char large[BACKSTAGE_PAYLOAD_BYTES_DEFAULT + 1];
    open_set();
    uint64_t token = 77;
    REFUSED(backstage_receive_timeout(set.context, -1));
    REFUSED(backstage_receive_timeout(set.context, INT64_MIN));
    REFUSED(backstage_finish(set.context, 1));
    REFUSED(backstage_finish(set.context, INT32_MAX));
    GIVES(backstage_finish(set.context, BACKSTAGE_OK), BACKSTAGE_NOT_WAITING);
    GIVES(backstage_finish(set.context, INT32_MIN), BACKSTAGE_NOT_WAITING);
    GIVES(backstage_request_cancel(set.context, 77), BACKSTAGE_NOT_WAITING);
    GIVES(backstage_request_to_id(set.context, "", "x", 1, 0, &token), BACKSTAGE_INVALID_ID);
    GIVES(backstage_request_to_id(set.context, "other", large, sizeof large, 0, &token),
          BACKSTAGE_PAYLOAD_TOO_LARGE);
    GIVES(backstage_reply_later(set.context, &set.handle, large, sizeof large),
          BACKSTAGE_PAYLOAD_TOO_LARGE);
    GIVES(backstage_monitor_id(set.context, "", NULL), BACKSTAGE_INVALID_ID);
    REFUSED(backstage_monitor_id(set.context, "actor", NULL)); /* itself */
    CHECK_EQ(token, 77);
    test_set_close(&set);
}

/* ---- Actors on their way out ------------------------------------------------------------- */

TEST(an_actor_on_its_way_out_can_answer_and_not_begin_things) {
    open_set();
    uint64_t token = 77;
    backstage_ref monitored = 77;
    CHECK_OK(backstage_shutdown(set.context));
    before = test_statistics(set.engine);
    GIVES(backstage_monitor_id(set.context, "other", &monitored), BACKSTAGE_ENDING);
    GIVES(backstage_monitor_id(set.context, "nobody", &monitored), BACKSTAGE_ENDING);
    GIVES(backstage_request_to_id(set.context, "other", "x", 1, 0, &token), BACKSTAGE_ENDING);
    GIVES(backstage_request_to_id(set.context, "nobody", "x", 1, 0, &token), BACKSTAGE_ENDING);
    GIVES(backstage_receive_timeout(set.context, 5), BACKSTAGE_ENDING);
    CHECK(token == 77 && monitored == 77);
    CHECK_OK(backstage_reply_later(set.context, &set.handle, "bye", 3));
    test_run(set.engine);
    CHECK_EQ(test_statistics(set.engine).actors, 1);
    CHECK_OK(backstage_engine_advance(set.engine, 1000));
    test_run(set.engine);
    test_set_close(&set);
}

TEST(a_context_whose_actor_has_ended_finds_nothing) {
    open_set();
    CHECK_OK(backstage_shutdown(set.context));
    test_run(set.engine);
    before = test_statistics(set.engine);
    test_call_context(&set, BACKSTAGE_NOT_FOUND);
    test_check_unchanged(set.engine, &before);
    test_set_close(&set);
}

TEST(a_ref_or_id_whose_actor_has_ended_finds_nothing) {
    open_set();
    backstage_context *other = test_context(set.engine, set.other);
    backstage_payload *reply = NULL;
    CHECK_OK(backstage_shutdown(set.context));
    test_run(set.engine);
    before = test_statistics(set.engine);
    GIVES(backstage_drain(other, set.actor, 5), BACKSTAGE_NOT_FOUND);
    GIVES(backstage_drain(other, set.actor, 0), BACKSTAGE_NOT_FOUND);
    GIVES(backstage_engine_request(set.engine, set.actor, "x", 1, 1, &reply), BACKSTAGE_NOT_FOUND);
    GIVES(backstage_engine_request_to_id(set.engine, "actor", "x", 1, 1, &reply),
          BACKSTAGE_NOT_FOUND);
    CHECK(reply == NULL);
    test_set_close(&set);
}

/* ---- Another engine's -------------------------------------------------------------------- */

TEST(an_actor_of_another_engine_is_not_found) {
    test_set stranger = test_set_open();
    backstage_payload *reply = NULL;
    open_set();
    for (int i = 0; i < 10; i++) { /* so that no place of this engine is the same as one of that */
        stranger.other = test_spawn(stranger.engine, NULL, test_ignore, NULL);
    }
    backstage_status status = backstage_drain(set.context, stranger.other, 0);
    CHECK(status == BACKSTAGE_NOT_FOUND || status == BACKSTAGE_OTHER_ENGINE);
    status = backstage_engine_request(set.engine, stranger.other, "x", 1, 1, &reply);
    CHECK(status == BACKSTAGE_NOT_FOUND || status == BACKSTAGE_OTHER_ENGINE);
    test_check_unchanged(set.engine, &before);
    CHECK_EQ(test_statistics(stranger.engine).actors, 12);
    test_set_close(&set);
    test_set_close(&stranger);
}
