/* A callback that fails: what becomes of the message, the actor, its family, and who is told. */
#include "support.h"

static backstage_termination termination_of(const test_message *message) {
    backstage_termination told = {0};
    CHECK_EQ(message->type, BACKSTAGE_TERMINATED);
    if (CHECK_EQ(message->size, sizeof told)) {
        memcpy(&told, message->bytes, sizeof told);
    }
    return told;
}

/* Fails on the number 3. */
static backstage_status fail_on_3(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    uint64_t number;
    memcpy(&number, envelope->payload, sizeof number);
    CHECK_OK(test_receive(context, envelope, state));
    return number == 3 ? TEST_STATUS : BACKSTAGE_OK;
}

TEST(the_failing_message_is_a_dead_letter_and_its_actor_ends) {
    backstage_engine *engine = test_engine();
    test_report *report = test_report_of(engine);
    test_recorder *recorder = test_recorder_new();
    backstage_ref actor = test_spawn(engine, "sick", fail_on_3, recorder);
    for (uint64_t number = 0; number < 10; number++) {
        CHECK_OK(test_send_number(engine, actor, number));
    }
    test_run(engine);
    CHECK_EQ(recorder->count, 4);
    CHECK_EQ(test_statistics(engine).handled, 3);
    CHECK_EQ(test_statistics(engine).failures, 1);
    CHECK_EQ(test_statistics(engine).actors, 0);
    CHECK_EQ(report->letters_count, 7);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENDED], 6);
    CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_FAILED);
    for (uint64_t i = 0; i < 7; i++) {
        CHECK_EQ(test_letter_number(&report->letters[i]), 3 + i);
        CHECK_EQ(report->letters[i].receiver, actor);
    }
    CHECK_EQ(report->log_count, 1);
    CHECK(strstr(report->log_last, "sick") != NULL);
    CHECK_STATUS(test_send_number(engine, actor, 10), BACKSTAGE_NOT_FOUND);
    test_end(engine);
}

TEST(any_negative_status_is_a_failure_and_no_other) {
    static const backstage_status statuses[] = {BACKSTAGE_INVALID_ARGUMENT,
                                                BACKSTAGE_SYSTEM,
                                                BACKSTAGE_USER_STATUS,
                                                INT32_MIN,
                                                1,
                                                INT32_MAX};
    for (int i = 0; i < 6; i++) {
        backstage_engine *engine = test_engine();
        test_recorder *child = test_recorder_new(), *parent = test_recorder_new();
        backstage_actor_options options = test_options("child", test_receive, child);
        backstage_ref top = test_spawn(engine, "parent", test_receive, parent), ref;
        child->status = statuses[i];
        CHECK_OK(backstage_spawn_child(test_context(engine, top), &options, &ref));
        CHECK_OK(backstage_engine_send(engine, ref, "x", 1));
        test_run(engine);
        CHECK_EQ(parent->count, statuses[i] < 0 ? 1 : 0);
        CHECK_EQ(test_statistics(engine).failures, statuses[i] < 0 ? 1 : 0);
        if (parent->count == 1) {
            CHECK_EQ(parent->messages[0].sender, ref);
            CHECK_EQ(termination_of(&parent->messages[0]).reason, BACKSTAGE_REASON_FAILED);
            CHECK_STATUS(termination_of(&parent->messages[0]).status, statuses[i]);
        }
        test_end(engine);
    }
}

/* Fails after doing all it can. */
static backstage_status fail_busily(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    backstage_ref *peer = state, child, self = backstage_context_self(context);
    uint64_t timer;
    CHECK_OK(backstage_spawn_child(context, &options, &child));
    CHECK_OK(backstage_send(context, child, "x", 1));
    CHECK_OK(backstage_send(context, self, "x", 1));
    CHECK_OK(backstage_timer_start(context, 0, 1, &timer));
    CHECK_OK(backstage_subscribe(context, "peer"));
    CHECK_OK(backstage_forward(context, envelope, *peer));
    return TEST_STATUS;
}

TEST(what_a_failing_callback_did_before_stands) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref peer = test_spawn(engine, "peer", test_receive, recorder);
    backstage_ref sick = test_spawn(engine, "sick", fail_busily, &peer);
    CHECK_OK(backstage_engine_send(engine, sick, "x", 1));
    test_run(engine);
    CHECK_EQ(recorder->count, 1);
    CHECK_EQ(test_statistics(engine).actors, 1);
    CHECK_EQ(test_statistics(engine).spawned, 3);
    CHECK_OK(backstage_engine_advance(engine, 100));
    CHECK_OK(backstage_publish(test_context(engine, peer), "x", 1, NULL));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).events, 0);
    CHECK_EQ(test_statistics(engine).failures, 1);
    test_end(engine);
}

TEST(failures_climb_a_tree_only_as_far_as_parents_fail_too) {
    backstage_engine *engine = test_engine();
    test_recorder *top = test_recorder_new();
    backstage_ref refs[5] = {test_spawn(engine, "top", test_receive, top)};
    for (int level = 1; level < 5; level++) {
        backstage_actor_options options = test_options(NULL, test_fail, NULL);
        CHECK_OK(
            backstage_spawn_child(test_context(engine, refs[level - 1]), &options, &refs[level]));
    }
    CHECK_OK(backstage_engine_send(engine, refs[4], "x", 1));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).failures, 4);
    CHECK_EQ(test_statistics(engine).actors, 1);
    CHECK_EQ(test_report_of(engine)->log_count, 4);
    if (CHECK_EQ(top->count, 1)) {
        CHECK_EQ(top->messages[0].sender, refs[1]);
        CHECK_STATUS(termination_of(&top->messages[0]).status, TEST_STATUS);
    }
    test_end(engine);
}

static backstage_status shut_down_and_fail(backstage_context *context,
                                           const backstage_envelope *envelope, void *state) {
    (void)envelope, (void)state;
    CHECK_OK(backstage_shutdown(context));
    return TEST_STATUS;
}

TEST(a_failure_after_a_shutdown_is_still_counted) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, "sick", shut_down_and_fail, NULL);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    CHECK_OK(backstage_engine_send(engine, actor, "y", 1));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).failures, 1);
    CHECK_EQ(test_statistics(engine).handled, 0);
    CHECK_EQ(test_report_of(engine)->reasons[BACKSTAGE_DEAD_FAILED], 1);
    CHECK_EQ(test_report_of(engine)->reasons[BACKSTAGE_DEAD_ENDED], 1);
    CHECK_EQ(test_statistics(engine).actors, 0);
    test_end(engine);
}

TEST(many_failures_leave_nothing_behind) {
    backstage_engine *engine = test_engine();
    uint64_t held = 0;
    for (int round = 0; round < 2000; round++) {
        backstage_ref actor = test_spawn(engine, "sick", test_fail, NULL);
        char data[1000] = {0};
        for (int i = 0; i < 10; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, sizeof data));
        }
        test_run(engine);
        if (round == 100) {
            held = test_statistics(engine).memory_bytes;
        }
    }
    CHECK_EQ(test_statistics(engine).memory_bytes, held);
    CHECK_EQ(test_statistics(engine).failures, 2000);
    CHECK_EQ(test_report_of(engine)->letters_count, 20000);
    test_end(engine);
}
