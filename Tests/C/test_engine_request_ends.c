/* Requests from the engine's own thread that get no answer: why not. */
#include "support_life.h"

static test_life *life;
static test_subject *server, *other;
static backstage_payload *reply;
static backstage_payload *const untouched = (backstage_payload *)&life;

static void open_server(backstage_receive_callback act) {
    life = test_life_open();
    server = test_subject_open(life, NULL, "server", act);
    other = test_subject_open(life, NULL, "other", NULL);
    test_run(life->engine);
    reply = untouched;
}

static backstage_status ask(backstage_ref receiver) {
    return backstage_engine_request(life->engine, receiver, "x", 1, 100, &reply);
}

static backstage_status ask_id(const char *id) {
    return backstage_engine_request_to_id(life->engine, id, "x", 1, 100, &reply);
}

static void close_server(void) {
    CHECK(reply == untouched);
    test_life_close(life);
}

static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)state;
    return envelope->type == BACKSTAGE_REQUEST
               ? backstage_reply(context, envelope, envelope->payload, envelope->size)
               : BACKSTAGE_OK;
}

TEST(nobody_is_not_found) {
    open_server(echo);
    CHECK_OK(backstage_stop(other->context, other->self));
    test_run(life->engine);
    backstage_statistics before = test_statistics(life->engine);
    CHECK_STATUS(ask(other->self), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(ask(BACKSTAGE_NONE), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(ask(~(backstage_ref)0), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(ask_id("other"), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(ask_id("nobody"), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(test_statistics(life->engine).accepted, before.accepted);
    close_server();
}

TEST(bad_arguments_are_refused) {
    static const char large[BACKSTAGE_PAYLOAD_BYTES_DEFAULT + 1];
    char long_id[BACKSTAGE_ID_BYTES_MAX + 2];
    memset(long_id, 'i', sizeof long_id);
    long_id[sizeof long_id - 1] = '\0';
    open_server(echo);
    backstage_statistics before = test_statistics(life->engine);
    CHECK_STATUS(ask_id(""), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(ask_id(long_id), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(
        backstage_engine_request(life->engine, server->self, large, sizeof large, 100, &reply),
        BACKSTAGE_PAYLOAD_TOO_LARGE);
    CHECK_EQ(test_statistics(life->engine).accepted, before.accepted);
    CHECK_EQ(test_statistics(life->engine).handled, before.handled);
    close_server();
}

TEST(who_is_ending_or_draining_takes_no_request) {
    open_server(echo);
    for (int way = 0; way < 3; way++) {
        test_subject *leaving = test_subject_open(life, NULL, "leaving", echo);
        test_subject_ask(leaving, other->self, 0);
        CHECK_OK(way == 0   ? backstage_stop(other->context, leaving->self)
                 : way == 1 ? backstage_poison(other->context, leaving->self)
                            : backstage_drain(other->context, leaving->self, BACKSTAGE_FOREVER));
        CHECK_STATUS(ask(leaving->self), BACKSTAGE_ENDING);
        CHECK_STATUS(ask_id("leaving"), BACKSTAGE_ENDING);
        CHECK_OK(backstage_stop(other->context, leaving->self));
        test_run(life->engine);
    }
    close_server();
}

/* ---- Full inboxes ------------------------------------------------------------------------ */

static backstage_status never_reply(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

TEST(a_full_inbox_is_an_outcome_whatever_its_policy) {
    for (backstage_overflow overflow = 0; overflow < 2; overflow++) {
        open_server(echo);
        test_subject *small = test_subject_new(life);
        backstage_actor_options options = test_subject_options(small, NULL);
        options.capacity = 2;
        options.overflow = overflow;
        test_subject_spawn(small, NULL, &options);
        test_subject_send(small, 1, 2);
        CHECK_STATUS(ask(small->self), BACKSTAGE_INBOX_FULL);
        test_run(life->engine);
        test_check_numbers(small, 1, 2);
        CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_DROPPED_NEWEST], overflow);
        test_ledger(life->engine);
        close_server();
    }
}

/* Fills the small one's inbox, so that the request in it is dropped. */
static test_subject *small;
static backstage_status fill_small(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    (void)envelope, (void)state;
    for (uint64_t i = 0; i < 3; i++) {
        CHECK_OK(backstage_send(context, small->self, &i, sizeof i));
    }
    return BACKSTAGE_OK;
}

TEST(a_request_that_is_dropped_as_the_oldest_met_a_full_inbox) {
    open_server(fill_small);
    small = test_subject_new(life);
    backstage_actor_options options = test_subject_options(small, NULL);
    options.capacity = 2;
    options.overflow = BACKSTAGE_OVERFLOW_DROP_OLDEST;
    test_subject_spawn(small, NULL, &options);
    test_run(life->engine);
    test_subject_send(server, 1, 1); /* has its turn before the small one */
    CHECK_STATUS(ask(small->self), BACKSTAGE_INBOX_FULL);
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_DROPPED_OLDEST], 2);
    close_server();
}

/* ---- Ends -------------------------------------------------------------------------------- */

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

static backstage_status drain_on_request(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    (void)envelope, (void)state;
    return backstage_drain(context, backstage_context_self(context), BACKSTAGE_FOREVER);
}

TEST(who_fails_on_it_or_ends_with_it_has_stopped) {
    const backstage_receive_callback acts[] = {fail_on_request, stop_on_request, drain_on_request};
    for (size_t i = 0; i < 3; i++) {
        open_server(acts[i]);
        CHECK_STATUS(ask(server->self), BACKSTAGE_STOPPED);
        test_run(life->engine);
        CHECK(!test_subject_lives(server));
        CHECK_EQ(test_statistics(life->engine).queued, 0);
        close_server();
    }
}

TEST(who_fails_on_it_and_restarts_has_stopped_for_this_request) {
    open_server(echo);
    test_subject *supervisor = test_supervisor_open(life, NULL);
    test_subject *child = test_subject_open(life, supervisor, NULL, fail_on_request);
    for (uint32_t i = 1; i <= 3; i++) {
        CHECK_STATUS(ask(child->self), BACKSTAGE_STOPPED);
        test_run(life->engine);
        CHECK_EQ(child->starts, i + 1);
    }
    close_server();
}

static backstage_status stop_engine(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)envelope, (void)state;
    return backstage_engine_stop(backstage_context_engine(context));
}

TEST(a_stop_of_the_run_ends_the_wait) {
    open_server(stop_engine);
    CHECK_STATUS(ask(server->self), BACKSTAGE_STOPPED);
    CHECK(test_subject_lives(server));
    server->act = echo;
    CHECK_OK(backstage_engine_stop(life->engine)); /* beforehand: nothing is run at all */
    CHECK_STATUS(ask(server->self), BACKSTAGE_STOPPED);
    CHECK_EQ(server->seen->count, 1);
    test_run(life->engine); /* it is handled now, and nobody waits */
    CHECK_EQ(server->seen->count, 2);
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
    close_server();
}

TEST(the_drain_of_the_engine_ends_the_wait) {
    open_server(never_reply);
    CHECK_OK(backstage_engine_drain(life->engine, BACKSTAGE_FOREVER));
    CHECK_STATUS(ask(server->self), BACKSTAGE_ENDING);
    CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(life->count, 2);
    CHECK_STATUS(ask(server->self), BACKSTAGE_NOT_FOUND);
    close_server();
}

/* Supervises a child whose failures end the run. */
static test_subject *open_escalating(void) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_subject_options(subject, NULL);
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.directive = BACKSTAGE_DIRECTIVE_ESCALATE;
    options.supervision = &supervision;
    test_subject_spawn(subject, NULL, &options);
    return subject;
}

static backstage_status fail_always(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)context, (void)envelope, (void)state;
    return TEST_STATUS;
}

TEST(a_failure_past_the_top_ends_the_wait_with_its_status) {
    open_server(never_reply);
    test_subject *child = test_subject_open(life, open_escalating(), NULL, fail_always);
    test_run(life->engine);
    test_subject_send(child, 1, 1);
    CHECK_STATUS(ask(server->self), TEST_STATUS);
    test_run(life->engine);
    CHECK(test_subject_lives(server));
    close_server();
}
