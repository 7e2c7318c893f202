/* The ends of one actor: shutdown, stop, poison, and what may still be done with it then. */
#include "support.h"

struct actor {
    test_recorder *recorder;
    int deinits;
    backstage_reason reason;
};

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct actor *actor = state;
    CHECK_EQ(actor->deinits, 0);
    return test_receive(context, envelope, actor->recorder);
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    struct actor *actor = state;
    (void)context;
    actor->deinits++;
    actor->reason = reason;
    return BACKSTAGE_OK;
}

static backstage_ref spawn(backstage_engine *engine, struct actor *actor,
                           backstage_receive_callback callback) {
    backstage_actor_options options = test_options("a", callback, actor);
    options.deinit = deinit;
    actor->recorder = test_recorder_new();
    return test_spawn_with(engine, &options);
}

static void send_numbers(backstage_engine *engine, backstage_ref actor, uint64_t count) {
    for (uint64_t number = 0; number < count; number++) {
        CHECK_OK(test_send_number(engine, actor, number));
    }
}

/* That an actor is gone, with so many dead letters of one reason and no other. */
static void check_gone(backstage_engine *engine, backstage_ref ref, const struct actor *actor,
                       backstage_reason reason, uint64_t dead) {
    backstage_actor_statistics statistics = {.size = sizeof statistics};
    backstage_context *context = NULL;
    backstage_ref found;
    const char *id = NULL;
    CHECK_EQ(actor->deinits, 1);
    CHECK_EQ(actor->reason, reason);
    CHECK_STATUS(backstage_engine_send(engine, ref, "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_send_to_id(engine, "a", "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_find(engine, "a", &found), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_actor_id(engine, ref, &id), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_context(engine, ref, &context), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_actor_statistics(engine, ref, &statistics), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(test_report_of(engine)->letters_count, dead);
    CHECK_EQ(test_report_of(engine)->reasons[BACKSTAGE_DEAD_ENDED], dead);
    CHECK_EQ(test_statistics(engine).actors, 0);
    CHECK_EQ(test_statistics(engine).failures, 0);
}

/* Shuts down on the number 3. */
static backstage_status shut_down_on_3(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    uint64_t number;
    memcpy(&number, envelope->payload, sizeof number);
    if (number == 3) {
        CHECK_OK(backstage_shutdown(context));
    }
    return receive(context, envelope, state);
}

TEST(a_shutdown_takes_effect_once_the_callback_has_returned) {
    backstage_engine *engine = test_engine();
    struct actor actor = {0};
    backstage_ref ref = spawn(engine, &actor, shut_down_on_3);
    send_numbers(engine, ref, 10);
    test_run(engine);
    CHECK_EQ(actor.recorder->count, 4);
    CHECK_EQ(test_statistics(engine).handled, 4);
    check_gone(engine, ref, &actor, BACKSTAGE_REASON_NORMAL, 6);
    CHECK_EQ(test_letter_number(&test_report_of(engine)->letters[0]), 4);
    test_end(engine);
}

TEST(a_stop_takes_effect_before_what_is_queued) {
    backstage_engine *engine = test_engine();
    struct actor actor = {0};
    backstage_ref ref = spawn(engine, &actor, receive);
    backstage_ref other = test_spawn(engine, "other", test_ignore, NULL);
    send_numbers(engine, ref, 10);
    CHECK_OK(backstage_stop(test_context(engine, other), ref));
    CHECK_EQ(actor.deinits, 0);
    CHECK_STATUS(test_send_number(engine, ref, 10), BACKSTAGE_ENDING);
    test_run(engine);
    CHECK_EQ(actor.recorder->count, 0);
    CHECK_OK(backstage_shutdown(test_context(engine, other)));
    test_run(engine);
    check_gone(engine, ref, &actor, BACKSTAGE_REASON_STOPPED, 10);
    test_end(engine);
}

TEST(a_poison_takes_effect_after_what_is_queued) {
    backstage_engine *engine = test_engine();
    struct actor actor = {0};
    backstage_ref ref = spawn(engine, &actor, receive);
    send_numbers(engine, ref, 200);
    CHECK_OK(backstage_poison(test_context(engine, ref), ref));
    CHECK_STATUS(test_send_number(engine, ref, 200), BACKSTAGE_ENDING);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK(actor.recorder->count > 0);
    CHECK(actor.recorder->count <= BACKSTAGE_BUDGET_DEFAULT);
    CHECK_STATUS(test_send_number(engine, ref, 200), BACKSTAGE_ENDING);
    CHECK_EQ(actor.deinits, 0);
    test_run(engine);
    CHECK_EQ(actor.recorder->count, 200);
    check_gone(engine, ref, &actor, BACKSTAGE_REASON_STOPPED, 0);
    test_end(engine);
}

TEST(a_poison_needs_no_message_and_a_stop_overtakes_it) {
    backstage_engine *engine = test_engine();
    struct actor actor = {0};
    backstage_ref ref = spawn(engine, &actor, receive);
    CHECK_OK(backstage_poison(test_context(engine, ref), ref));
    test_run(engine);
    check_gone(engine, ref, &actor, BACKSTAGE_REASON_STOPPED, 0);
    CHECK_EQ(actor.recorder->count, 0);

    actor.deinits = 0;
    ref = spawn(engine, &actor, receive);
    send_numbers(engine, ref, 10);
    CHECK_OK(backstage_poison(test_context(engine, ref), ref));
    CHECK_OK(backstage_stop(test_context(engine, ref), ref));
    test_run(engine);
    CHECK_EQ(actor.recorder->count, 0);
    check_gone(engine, ref, &actor, BACKSTAGE_REASON_STOPPED, 10);
    test_end(engine);
}

TEST(ending_the_ended_is_told_and_ending_the_ending_does_nothing) {
    backstage_engine *engine = test_engine();
    struct actor actor = {0};
    backstage_ref ref = spawn(engine, &actor, receive);
    backstage_ref other = test_spawn(engine, "other", test_ignore, NULL);
    backstage_context *context = test_context(engine, other);
    for (int times = 0; times < 3; times++) {
        CHECK_OK(backstage_stop(context, ref));
        CHECK_OK(backstage_poison(context, ref));
    }
    test_run(engine);
    CHECK_EQ(actor.deinits, 1);
    CHECK_STATUS(backstage_stop(context, ref), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_poison(context, ref), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_stop(context, BACKSTAGE_NONE), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_poison(context, BACKSTAGE_NONE), BACKSTAGE_NOT_FOUND);
    test_end(engine);
}

/* All that an ending actor may not do; it can still send. */
static void check_ending(backstage_context *context) {
    backstage_actor_options options = test_options("new", test_ignore, NULL);
    backstage_ref self = backstage_context_self(context), made = 77;
    uint64_t token = 77;
    CHECK_STATUS(backstage_spawn(context, &options, &made), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_spawn_child(context, &options, &made), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_subscribe(context, "other"), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_subscribe_to_topic(context, "other", "t"), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_timer_start(context, 0, 0, &token), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_watch_fd(context, 0, BACKSTAGE_READABLE, &token), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_watch_signal(context, 10, &token), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_send(context, self, "x", 1), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_send_to_id(context, "a", "x", 1), BACKSTAGE_ENDING);
    CHECK_OK(backstage_send_to_id(context, "other", "last", 4));
    CHECK_OK(backstage_shutdown(context));
    CHECK_OK(backstage_stop(context, self));
    CHECK_EQ(made, 77);
    CHECK_EQ(token, 77);
}

static backstage_status stop_self(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    CHECK_OK(backstage_stop(context, backstage_context_self(context)));
    check_ending(context);
    return receive(context, envelope, state);
}

static backstage_status end_politely(backstage_context *context, backstage_reason reason,
                                     void *state) {
    check_ending(context);
    return deinit(context, reason, state);
}

TEST(an_actor_that_stopped_itself_still_sends_but_starts_nothing) {
    backstage_engine *engine = test_engine();
    struct actor actor = {.recorder = test_recorder_new()};
    test_recorder *other = test_recorder_new();
    backstage_actor_options options = test_options("a", stop_self, &actor);
    options.deinit = end_politely;
    backstage_ref ref = test_spawn_with(engine, &options);
    test_spawn(engine, "other", test_receive, other);
    send_numbers(engine, ref, 3);
    test_run(engine);
    CHECK_EQ(actor.recorder->count, 1);
    CHECK_EQ(actor.deinits, 1);
    CHECK_EQ(other->count, 2);
    CHECK_EQ(test_statistics(engine).dead, 2);
    CHECK_EQ(test_statistics(engine).spawned, 2);
    test_end(engine);
}

TEST(the_context_of_an_ended_actor_answers_not_found) {
    backstage_engine *engine = test_engine();
    struct actor actor = {0};
    backstage_ref ref = spawn(engine, &actor, receive), made = 77;
    backstage_ref other = test_spawn(engine, "other", test_ignore, NULL);
    backstage_context *context = test_context(engine, ref);
    backstage_actor_options options = test_options("new", test_ignore, NULL);
    uint64_t token = 77;
    uint32_t receivers = 77;
    CHECK_OK(backstage_shutdown(context));
    test_run(engine);
    const backstage_status gone = BACKSTAGE_NOT_FOUND;
    CHECK_STATUS(backstage_send(context, other, "x", 1), gone);
    CHECK_STATUS(backstage_send_to_id(context, "other", "x", 1), gone);
    CHECK_STATUS(backstage_broadcast(context, "k", "x", 1, &receivers), gone);
    CHECK_STATUS(backstage_publish(context, "x", 1, &receivers), gone);
    CHECK_STATUS(backstage_publish_to_topic(context, "t", "x", 1, &receivers), gone);
    CHECK_STATUS(backstage_spawn(context, &options, &made), gone);
    CHECK_STATUS(backstage_spawn_child(context, &options, &made), gone);
    CHECK_STATUS(backstage_stop(context, other), gone);
    CHECK_STATUS(backstage_poison(context, other), gone);
    CHECK_STATUS(backstage_shutdown(context), gone);
    CHECK_STATUS(backstage_monitor(context, other), gone);
    CHECK_STATUS(backstage_subscribe(context, "other"), gone);
    CHECK_STATUS(backstage_timer_start(context, 0, 0, &token), gone);
    CHECK_STATUS(backstage_request(context, other, "x", 1, 0, &token), gone);
    CHECK(made == 77 && token == 77 && receivers == 77);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    test_end(engine);
}

TEST(destroy_ends_those_alive_and_reports_what_was_queued) {
    backstage_engine *engine = test_engine();
    test_report *report = test_report_of(engine);
    struct actor actor = {0};
    backstage_ref ref = spawn(engine, &actor, receive);
    send_numbers(engine, ref, 10);
    test_end(engine);
    CHECK_EQ(actor.deinits, 1);
    CHECK_EQ(actor.reason, BACKSTAGE_REASON_ENGINE_ENDED);
    CHECK_EQ(actor.recorder->count, 0);
    CHECK_EQ(report->letters_count, 10);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENGINE_ENDED], 10);
    for (uint64_t i = 0; i < 10; i++) {
        CHECK_EQ(test_letter_number(&report->letters[i]), i);
        CHECK_EQ(report->letters[i].receiver, ref);
    }
}
