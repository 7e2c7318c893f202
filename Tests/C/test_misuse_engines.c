/* Calls across engines: in another's callback, with another's actors and payloads. */
#include "support_calls.h"

/* What an actor of one engine does to another. */
typedef struct visit {
    test_set host; /* whose actor calls */
    test_set set;  /* who is called */
    int calls;
} visit;

static void call_other_engine(visit *v) {
    v->calls++;
    test_call_engine(&v->set, BACKSTAGE_OTHER_ENGINE);
    test_call_context(&v->set, BACKSTAGE_OTHER_ENGINE);
    /* No run and no end inside any callback, whosever it is. */
    backstage_status status = backstage_engine_run(v->set.engine, BACKSTAGE_RUN_NO_WAIT, 0);
    CHECK(status == BACKSTAGE_OTHER_ENGINE || status == BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_destroy(v->set.engine), BACKSTAGE_IN_CALLBACK);
}

static backstage_status receive_and_call(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    (void)context, (void)envelope;
    call_other_engine(state);
    return BACKSTAGE_OK;
}

static backstage_status deinit_and_call(backstage_context *context, backstage_reason reason,
                                        void *state) {
    (void)context, (void)reason;
    call_other_engine(state);
    return BACKSTAGE_OK;
}

static backstage_status init_and_call(backstage_context *context, void *state) {
    (void)context;
    call_other_engine(state);
    return BACKSTAGE_OK;
}

TEST(another_engines_callback_is_the_wrong_place) {
    visit v = {test_set_open(), test_set_open(), 0};
    backstage_statistics before = test_statistics(v.set.engine);
    backstage_actor_options options = test_options(NULL, receive_and_call, &v);
    options.init = init_and_call;
    options.deinit = deinit_and_call;
    backstage_ref visitor = test_spawn_with(v.host.engine, &options);
    CHECK_OK(backstage_engine_send(v.host.engine, visitor, "x", 1));
    test_run(v.host.engine);
    CHECK_OK(backstage_stop(v.host.context, visitor));
    test_run(v.host.engine);
    CHECK_EQ(v.calls, 3);
    test_check_unchanged(v.set.engine, &before);
    test_call_context(&v.set, BACKSTAGE_OK);
    test_call_engine(&v.set, BACKSTAGE_OK);
    test_set_close(&v.host);
    test_set_close(&v.set);
}

static backstage_status receive_and_call_any(backstage_context *context,
                                             const backstage_envelope *envelope, void *state) {
    visit *v = state;
    (void)context, (void)envelope;
    v->calls++;
    test_call_any_thread(&v->set, BACKSTAGE_OK);
    return BACKSTAGE_OK;
}

TEST(another_engines_callback_may_make_any_thread_calls) {
    visit v = {test_set_open(), test_set_open(), 0};
    backstage_ref visitor = test_spawn(v.host.engine, NULL, receive_and_call_any, &v);
    CHECK_OK(backstage_engine_send(v.host.engine, visitor, "x", 1));
    test_run(v.host.engine);
    CHECK_EQ(v.calls, 1);
    CHECK_OK(backstage_engine_run(v.set.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_run(v.set.engine);
    CHECK_EQ(test_statistics(v.set.engine).queued, 0);
    test_set_close(&v.host);
    test_set_close(&v.set);
}

TEST(a_payload_of_another_engine_is_refused) {
    test_set a = test_set_open(), b = test_set_open();
    backstage_statistics before = test_statistics(a.engine);
    const backstage_status other = BACKSTAGE_OTHER_ENGINE;
    uint32_t receivers = 77;
    CHECK_STATUS(backstage_send_payload(a.context, a.other, b.payload), other);
    CHECK_STATUS(backstage_publish_payload(a.context, NULL, b.payload, &receivers), other);
    CHECK_STATUS(backstage_publish_payload(a.context, "t", b.payload, &receivers), other);
    CHECK_STATUS(backstage_engine_send_payload(a.engine, a.other, b.payload), other);
    CHECK_EQ(receivers, 77);
    test_check_unchanged(a.engine, &before);
    CHECK_EQ(backstage_payload_size(b.payload), 100); /* still ours */
    test_set_close(&a);
    test_set_close(&b);
}

/* A ref of another engine names nobody here; which of two statuses says so is not promised. */
static void check_foreign(backstage_status status) {
    CHECK(status == BACKSTAGE_OTHER_ENGINE || status == BACKSTAGE_NOT_FOUND);
}

TEST(an_actor_of_another_engine_is_not_found) {
    test_set a = test_set_open(), b = test_set_open();
    backstage_statistics before = test_statistics(a.engine);
    backstage_statistics before_b = test_statistics(b.engine);
    backstage_context *context = NULL;
    const char *id = NULL;
    uint64_t token = 77;
    /* So that no place of this engine is the same as one of that. */
    for (int i = 0; i < 10; i++) {
        b.other = test_spawn(b.engine, NULL, test_ignore, NULL);
    }
    before_b.actors += 10;
    before_b.spawned += 10;
    before_b.memory_bytes = test_statistics(b.engine).memory_bytes;
    check_foreign(backstage_send(a.context, b.other, "x", 1));
    check_foreign(backstage_request(a.context, b.other, "x", 1, 0, &token));
    check_foreign(backstage_send_payload(a.context, b.other, a.payload));
    check_foreign(backstage_stop(a.context, b.other));
    check_foreign(backstage_poison(a.context, b.other));
    check_foreign(backstage_engine_send(a.engine, b.other, "x", 1));
    check_foreign(backstage_engine_send_payload(a.engine, b.other, a.payload));
    check_foreign(backstage_engine_publish(a.engine, b.other, NULL, "x", 1));
    check_foreign(backstage_engine_context(a.engine, b.other, &context));
    check_foreign(backstage_engine_actor_id(a.engine, b.other, &id));
    CHECK(token == 77 && context == NULL && id == NULL);
    test_check_unchanged(a.engine, &before);
    test_check_unchanged(b.engine, &before_b);
    test_set_close(&a);
    test_set_close(&b);
}
