/* Requests that wait for their answer, from every place where nothing may wait. */
#include "support_calls.h"

typedef struct place {
    test_set set;
    int calls;
    bool lenient; /* which of two statuses says so is not promised */
} place;

static void call_here(place *p) {
    if (p->calls++ > 0) {
        return; /* what the calls bring about is not for this test */
    }
    if (!p->lenient) {
        test_call_waiting(&p->set, BACKSTAGE_IN_CALLBACK);
        return;
    }
    backstage_payload *reply = NULL;
    backstage_status status =
        backstage_engine_request(p->set.engine, p->set.other, "x", 1, 1000, &reply);
    CHECK(status == BACKSTAGE_IN_CALLBACK || status == BACKSTAGE_OTHER_ENGINE);
    CHECK(reply == NULL);
}

/* The call was made, and refused; and outside all is as ever: only that nobody answers. */
static void close_place(place *p) {
    CHECK_EQ(p->calls, 1);
    CHECK_EQ(test_statistics(p->set.engine).queued, 0);
    test_call_waiting(&p->set, BACKSTAGE_TIMEOUT);
    test_set_close(&p->set);
}

/* ---- Callbacks of actors ----------------------------------------------------------------- */

static backstage_status call_in_init(backstage_context *context, void *state) {
    (void)context;
    call_here(state);
    return BACKSTAGE_OK;
}

static backstage_status call_in_receive(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)context, (void)envelope;
    call_here(state);
    return BACKSTAGE_OK;
}

static backstage_status call_in_batch(backstage_context *context,
                                      const backstage_envelope *envelopes, size_t count,
                                      size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)count, (void)handled;
    call_here(state);
    return BACKSTAGE_OK;
}

static backstage_status call_in_deinit(backstage_context *context, backstage_reason reason,
                                       void *state) {
    (void)context, (void)reason;
    call_here(state);
    return BACKSTAGE_OK;
}

TEST(no_callback_of_an_actor_may_wait) {
    for (int way = 0; way < 4; way++) {
        place p = {test_set_open(), 0, false};
        backstage_actor_options options = test_options(NULL, test_ignore, &p);
        options.init = way == 0 ? call_in_init : NULL;
        options.receive = way == 1 ? call_in_receive : way == 2 ? NULL : test_ignore;
        options.receive_batch = way == 2 ? call_in_batch : NULL;
        options.deinit = way == 3 ? call_in_deinit : NULL;
        backstage_ref actor = test_spawn_with(p.set.engine, &options);
        CHECK_OK(backstage_engine_send(p.set.engine, actor, "x", 1));
        test_run(p.set.engine);
        CHECK_OK(backstage_stop(p.set.context, actor));
        test_run(p.set.engine);
        close_place(&p);
    }
}

static backstage_directive call_in_decide(backstage_context *supervisor, backstage_ref child,
                                          backstage_status status, uint64_t restarts, void *state) {
    (void)supervisor, (void)child, (void)status, (void)restarts;
    call_here(state);
    return BACKSTAGE_DIRECTIVE_STOP;
}

TEST(no_decision_may_wait) {
    place p = {test_set_open(), 0, false};
    backstage_supervision supervision;
    backstage_ref child;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.decide = call_in_decide;
    backstage_actor_options options = test_options(NULL, test_ignore, &p);
    options.supervision = &supervision;
    backstage_ref supervisor = test_spawn_with(p.set.engine, &options);
    options = test_options(NULL, test_fail, NULL);
    CHECK_OK(backstage_spawn_child(test_context(p.set.engine, supervisor), &options, &child));
    CHECK_OK(backstage_engine_send(p.set.engine, child, "x", 1));
    test_run(p.set.engine);
    close_place(&p);
}

/* ---- The host's callbacks ---------------------------------------------------------------- */

static void call_when_ready(backstage_engine *engine, int fd, uint32_t events, void *state) {
    (void)engine, (void)events;
    CHECK_EQ(test_drain(fd), 1);
    call_here(state);
}

TEST(no_callback_of_a_descriptor_may_wait) {
    place p = {test_set_open(), 0, false};
    uint64_t watcher;
    int ends[2];
    test_pipe(ends);
    CHECK_OK(backstage_engine_watch_fd(p.set.engine, ends[0], BACKSTAGE_READABLE, call_when_ready,
                                       &p, &watcher));
    test_poke(ends[1]);
    test_run(p.set.engine);
    CHECK_OK(backstage_engine_unwatch_fd(p.set.engine, watcher));
    close_place(&p);
    test_close_pair(ends);
}

static int32_t call_for_actor(backstage_engine *engine, backstage_ref actor, void *state) {
    (void)engine, (void)actor;
    call_here(state);
    return 1;
}

TEST(no_callback_for_each_actor_may_wait) {
    place p = {test_set_open(), 0, false};
    CHECK_OK(backstage_engine_each_actor(p.set.engine, call_for_actor, &p));
    close_place(&p);
}

static void free_and_call(void *data, size_t size, void *state) {
    (void)data, (void)size;
    call_here(state);
}

TEST(no_free_callback_may_wait) {
    static char bytes[4];
    for (int carried = 0; carried < 2; carried++) {
        place p = {test_set_open(), 0, false};
        backstage_payload *payload;
        CHECK_OK(backstage_payload_wrap(p.set.engine, bytes, 4, free_and_call, &p, &payload));
        if (carried) {
            CHECK_OK(backstage_send_payload(p.set.context, p.set.other, payload));
            test_run(p.set.engine);
        } else {
            CHECK_OK(backstage_payload_release(payload));
        }
        close_place(&p);
    }
}

/* ---- Observers --------------------------------------------------------------------------- */

static place *observing;

static void call_in_letter(backstage_engine *engine, backstage_ref receiver,
                           const backstage_envelope *envelope, backstage_dead_reason reason,
                           void *state) {
    (void)engine, (void)receiver, (void)envelope, (void)reason, (void)state;
    call_here(observing);
}

static void call_in_log(backstage_log_level level, const char *message, void *state) {
    (void)level, (void)message, (void)state;
    call_here(observing);
}

TEST(no_observer_may_wait) {
    for (int in_log = 0; in_log < 2; in_log++) {
        place p;
        backstage_engine_options options = test_engine_options();
        memset(&p, 0, sizeof p);
        observing = &p;
        options.dead_letter = in_log ? NULL : call_in_letter;
        options.log = in_log ? call_in_log : NULL;
        CHECK_OK(backstage_engine_create(&options, &p.set.engine));
        p.set.other = test_spawn(p.set.engine, "other", test_ignore, NULL);
        backstage_ref failing = test_spawn(p.set.engine, NULL, test_fail, NULL);
        CHECK_OK(backstage_engine_send(p.set.engine, failing, "x", 1));
        test_run(p.set.engine);
        CHECK_EQ(p.calls, 1);
        test_call_waiting(&p.set, BACKSTAGE_TIMEOUT);
        CHECK_OK(backstage_engine_destroy(p.set.engine));
    }
}

/* ---- Elsewhere --------------------------------------------------------------------------- */

static void call_elsewhere(void *state) { test_call_waiting(state, BACKSTAGE_TIMEOUT); }

TEST(another_thread_may_wait) {
    place p = {test_set_open(), 1, false};
    test_elsewhere(call_elsewhere, &p.set);
    test_run(p.set.engine);
    close_place(&p);
}

TEST(a_callback_of_another_engine_on_the_same_thread_may_not_wait) {
    test_set host = test_set_open();
    place p = {test_set_open(), 0, true};
    backstage_statistics before = test_statistics(p.set.engine);
    backstage_ref visitor = test_spawn(host.engine, NULL, call_in_receive, &p);
    CHECK_OK(backstage_engine_send(host.engine, visitor, "x", 1));
    test_run(host.engine);
    test_check_unchanged(p.set.engine, &before);
    close_place(&p);
    test_set_close(&host);
}
