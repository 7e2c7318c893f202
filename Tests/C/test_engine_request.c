/* Requests from the engine's own thread, outside callbacks: the engine runs until the answer is
 * there. */
#include "support_life.h"

static test_life *life;
static test_subject *server, *other;
static backstage_reply_handle handle;

static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)state;
    if (envelope->type != BACKSTAGE_REQUEST) {
        return BACKSTAGE_OK;
    }
    CHECK_EQ(envelope->sender, BACKSTAGE_NONE);
    CHECK(envelope->token != 0);
    return backstage_reply(context, envelope, envelope->payload, envelope->size);
}

/* Keeps the handle, and answers nobody. */
static backstage_status keep(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)context, (void)state;
    return envelope->type == BACKSTAGE_REQUEST ? backstage_envelope_reply_handle(envelope, &handle)
                                               : BACKSTAGE_OK;
}

static void open_server(backstage_receive_callback act) {
    life = test_life_open();
    server = test_subject_open(life, NULL, "server", act);
    other = test_subject_open(life, NULL, "other", NULL);
    memset(&handle, 0, sizeof handle);
}

static backstage_status ask(const char *text, int64_t timeout_ns, backstage_payload **reply) {
    return backstage_engine_request(life->engine, server->self, text, strlen(text), timeout_ns,
                                    reply);
}

/* Checks that the reply is this text, and releases it. */
static void check_reply(backstage_payload *reply, const char *text) {
    if (CHECK(reply != NULL) && CHECK_EQ(backstage_payload_size(reply), strlen(text))) {
        CHECK_EQ(memcmp(backstage_payload_data(reply), text, strlen(text)), 0);
        CHECK_OK(backstage_payload_release(reply));
    }
}

TEST(a_request_runs_the_engine_until_it_is_answered) {
    backstage_payload *reply = NULL;
    open_server(echo);
    test_subject_send(server, 1, 100);
    CHECK_OK(ask("how are you", BACKSTAGE_FOREVER, &reply));
    check_reply(reply, "how are you");
    CHECK_EQ(server->seen->count, 101); /* those before it first */
    test_ledger(life->engine);
    CHECK_EQ(test_statistics(life->engine).queued, 0);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    test_life_close(life);
}

TEST(a_request_may_be_made_by_id) {
    backstage_payload *reply = NULL;
    open_server(echo);
    CHECK_OK(backstage_engine_request_to_id(life->engine, "server", "hi", 2, BACKSTAGE_SECONDS(1),
                                            &reply));
    check_reply(reply, "hi");
    test_life_close(life);
}

TEST(many_requests_are_answered_one_after_the_other) {
    open_server(echo);
    for (uint64_t i = 0; i < 5000; i++) {
        backstage_payload *reply = NULL;
        CHECK_OK(backstage_engine_request(life->engine, server->self, &i, sizeof i,
                                          i % 2 == 0 ? BACKSTAGE_FOREVER : 100, &reply));
        if (CHECK(reply != NULL)) {
            CHECK_EQ(memcmp(backstage_payload_data(reply), &i, sizeof i), 0);
            CHECK_OK(backstage_payload_release(reply));
        }
    }
    test_ledger(life->engine);
    test_life_close(life);
}

TEST(requests_and_answers_of_any_size_arrive_intact) {
    static const size_t sizes[] = {0, 1, 31, 32, 33, 1000, 65536, 1 << 20};
    unsigned char *bytes = test_alloc(1 << 20);
    open_server(echo);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        backstage_payload *reply = NULL;
        test_fill(bytes, sizes[i], i);
        CHECK_OK(backstage_engine_request(life->engine, server->self, bytes, sizes[i],
                                          BACKSTAGE_FOREVER, &reply));
        if (CHECK_EQ(backstage_payload_size(reply), sizes[i])) {
            CHECK(test_is_filled(backstage_payload_data(reply), sizes[i], i));
        }
        CHECK_OK(backstage_payload_release(reply));
    }
    test_life_close(life);
}

TEST(the_answer_outlives_the_engine) {
    static const size_t sizes[] = {0, 20, 5000, 1 << 20};
    unsigned char *bytes = test_alloc(1 << 20);
    backstage_payload *replies[4] = {NULL};
    open_server(echo);
    for (size_t i = 0; i < 4; i++) {
        test_fill(bytes, sizes[i], i);
        CHECK_OK(backstage_engine_request(life->engine, server->self, bytes, sizes[i],
                                          BACKSTAGE_FOREVER, &replies[i]));
    }
    test_life_close(life);
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ(backstage_payload_size(replies[i]), sizes[i]);
        CHECK(test_is_filled(backstage_payload_data(replies[i]), sizes[i], i));
        CHECK_OK(backstage_payload_release(replies[i]));
    }
}

TEST(the_answer_may_be_sent_on) {
    backstage_payload *reply = NULL;
    open_server(echo);
    CHECK_OK(ask("pass it on", BACKSTAGE_FOREVER, &reply));
    CHECK_OK(backstage_engine_send_payload(life->engine, other->self, reply));
    test_run(life->engine);
    if (CHECK_EQ(other->seen->count, 1)) {
        CHECK_STR(test_text(&other->seen->messages[0]), "pass it on");
    }
    test_life_close(life);
}

/* ---- Answers by a detour ----------------------------------------------------------------- */

static backstage_status forward_to_other(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    (void)state;
    return backstage_forward(context, envelope, other->self);
}

TEST(who_a_request_is_forwarded_to_may_answer) {
    backstage_payload *reply = NULL;
    open_server(forward_to_other);
    other->act = echo;
    CHECK_OK(ask("hello", BACKSTAGE_FOREVER, &reply));
    check_reply(reply, "hello");
    test_life_close(life);
}

static backstage_status keep_and_start_timer(backstage_context *context,
                                             const backstage_envelope *envelope, void *state) {
    uint64_t timer;
    if (envelope->type == BACKSTAGE_TIMER) {
        return backstage_reply_later(context, &handle, "in time", 7);
    }
    CHECK_OK(keep(context, envelope, state));
    CHECK_OK(backstage_timer_start(context, 50, 0, &timer));
    return backstage_engine_advance(life->engine, 50);
}

TEST(a_timer_may_bring_the_answer) {
    backstage_payload *reply = NULL;
    open_server(keep_and_start_timer);
    CHECK_OK(ask("when", 100, &reply));
    check_reply(reply, "in time");
    test_life_close(life);
}

static void answer_elsewhere(void *state) {
    test_wait_asleep(*(pid_t *)state); /* until the engine has nothing to do */
    CHECK_OK(backstage_engine_send(life->engine, other->self, "now", 3));
}

static backstage_status answer_for_server(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    (void)envelope, (void)state;
    return backstage_reply_later(context, &handle, "for the server", 14);
}

TEST(a_message_from_another_thread_may_bring_the_answer) {
    backstage_payload *reply = NULL;
    pid_t self = test_thread_id();
    open_server(keep);
    other->act = answer_for_server;
    test_thread *thread = test_thread_start(answer_elsewhere, &self);
    CHECK_OK(ask("when", BACKSTAGE_FOREVER, &reply)); /* a virtual clock waits for threads */
    check_reply(reply, "for the server");
    test_thread_join(thread);
    test_life_close(life);
}

/* ---- Time -------------------------------------------------------------------------------- */

TEST(nobody_answers_in_time_on_a_clock_that_stands_still) {
    backstage_payload *reply = (backstage_payload *)&life;
    open_server(keep);
    CHECK_STATUS(ask("x", 100, &reply), BACKSTAGE_TIMEOUT);
    CHECK(reply == (backstage_payload *)&life);
    CHECK_EQ(server->seen->count, 1);
    CHECK_STATUS(backstage_reply_later(other->context, &handle, "late", 4), BACKSTAGE_NOT_WAITING);
    const test_report *report = test_report_of(life->engine);
    if (CHECK_EQ(report->letters_count, 1)) {
        CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_NOT_WAITING);
        CHECK_EQ(report->letters[0].type, BACKSTAGE_REPLY);
        CHECK_EQ(report->letters[0].receiver, BACKSTAGE_NONE);
        CHECK_EQ(report->letters[0].sender, other->self);
        CHECK_EQ(report->letters[0].token, handle.token);
    }
    test_ledger(life->engine);
    test_life_close(life);
}

TEST(nobody_answers_in_time_on_the_real_clock_and_not_early) {
    backstage_engine_options options = test_engine_options();
    backstage_payload *reply = NULL;
    uint64_t begun, ended;
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    life = test_life_open_with(&options);
    server = test_subject_open(life, NULL, NULL, keep);
    CHECK_OK(backstage_engine_now(life->engine, &begun));
    CHECK_STATUS(ask("x", BACKSTAGE_MILLISECONDS(2), &reply), BACKSTAGE_TIMEOUT);
    CHECK_OK(backstage_engine_now(life->engine, &ended));
    CHECK(ended - begun >= (uint64_t)BACKSTAGE_MILLISECONDS(2));
    CHECK(reply == NULL);
    CHECK_STATUS(backstage_reply_later(server->context, &handle, "late", 4), BACKSTAGE_NOT_WAITING);
    test_life_close(life);
}

TEST(a_handle_of_a_request_from_outside_answers_once) {
    backstage_payload *reply = NULL;
    open_server(keep_and_start_timer);
    CHECK_OK(ask("when", 100, &reply));
    check_reply(reply, "in time");
    CHECK_EQ(handle.sender, BACKSTAGE_NONE);
    CHECK_STATUS(backstage_reply_later(server->context, &handle, "twice", 5),
                 BACKSTAGE_NOT_WAITING);
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
    test_life_close(life);
}
