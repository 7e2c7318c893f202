/* The drain of one actor: it handles what it has, takes nothing new from others, and then ends. */
#include "support_life.h"

static test_life *life;
static test_subject *outsider, *actor;

static void open_two(void) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, "outsider", NULL);
    actor = test_subject_open(life, NULL, "actor", NULL);
}

static void drain(int64_t timeout_ns) {
    CHECK_OK(backstage_drain(outsider->context, actor->self, timeout_ns));
}

/* The actor has ended, as the only one. */
static void check_gone(backstage_reason reason) {
    CHECK_EQ(life->count, 1);
    test_check_departure(life, 0, actor, reason);
    CHECK(!test_subject_lives(actor));
    CHECK_EQ(test_statistics(life->engine).queued, 0);
}

TEST(a_drained_actor_handles_what_is_queued_and_ends_stopped) {
    open_two();
    test_subject_send(actor, 1, 500);
    drain(BACKSTAGE_FOREVER);
    CHECK_EQ(actor->seen->count, 0); /* nothing runs in the call */
    CHECK_EQ(life->count, 0);
    test_ledger(life->engine);
    test_run(life->engine);
    test_check_numbers(actor, 1, 500);
    check_gone(BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    CHECK_STATUS(test_send_number(life->engine, actor->self, 1), BACKSTAGE_NOT_FOUND);
    test_life_close(life);
}

TEST(an_idle_actor_ends_at_once) {
    open_two();
    test_run(life->engine);
    drain(BACKSTAGE_FOREVER);
    test_run(life->engine);
    check_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(an_actor_that_has_not_started_starts_first) {
    open_two();
    test_subject_send(actor, 1, 3);
    drain(BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(actor->starts, 1);
    test_check_numbers(actor, 1, 3);
    check_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(others_are_told_that_it_is_ending_and_change_nothing) {
    const backstage_status ending = BACKSTAGE_ENDING;
    uint64_t token = 77;
    backstage_payload *payload;
    void *data;
    open_two();
    backstage_engine *e = life->engine;
    CHECK_OK(backstage_payload_create(e, 8, &payload, &data));
    test_subject_send(actor, 1, 5);
    drain(BACKSTAGE_SECONDS(1));
    backstage_statistics before = test_statistics(e);
    CHECK_STATUS(backstage_send(outsider->context, actor->self, "x", 1), ending);
    CHECK_STATUS(backstage_send_to_id(outsider->context, "actor", "x", 1), ending);
    CHECK_STATUS(backstage_send_payload(outsider->context, actor->self, payload), ending);
    CHECK_STATUS(backstage_request(outsider->context, actor->self, "x", 1, 0, &token), ending);
    CHECK_STATUS(backstage_request_to_id(outsider->context, "actor", "x", 1, 0, &token), ending);
    CHECK_STATUS(backstage_engine_send(e, actor->self, "x", 1), ending);
    CHECK_STATUS(backstage_engine_send_to_id(e, "actor", "x", 1), ending);
    CHECK_STATUS(backstage_engine_send_payload(e, actor->self, payload), ending);
    CHECK_EQ(token, 77);
    CHECK_EQ(test_statistics(e).accepted, before.accepted);
    CHECK_EQ(test_statistics(e).dead, 0);
    CHECK_OK(backstage_payload_release(payload));
    test_run(e);
    test_check_numbers(actor, 1, 5);
    check_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

/* Passes a lesser number on to itself. */
static backstage_status count_down(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    uint64_t number = test_envelope_number(envelope) - 1;
    (void)state;
    if (number == 0) {
        return BACKSTAGE_OK;
    }
    CHECK_OK(number % 2 == 0
                 ? backstage_send(context, backstage_context_self(context), &number, sizeof number)
                 : backstage_send_to_id(context, "actor", &number, sizeof number));
    return BACKSTAGE_OK;
}

TEST(it_may_still_send_to_itself) {
    open_two();
    actor->act = count_down;
    test_subject_send(actor, 100, 100);
    drain(BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(actor->seen->count, 100);
    check_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

static backstage_status tell_outsider(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    (void)state;
    return backstage_send(context, outsider->self, envelope->payload, envelope->size);
}

TEST(it_may_still_send_to_others) {
    open_two();
    actor->act = tell_outsider;
    test_subject_send(actor, 1, 10);
    drain(BACKSTAGE_FOREVER);
    test_run(life->engine);
    test_check_numbers(outsider, 1, 10);
    check_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

/* Drains itself at the second message. */
static backstage_status drain_self(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    if (test_envelope_number(envelope) == 2) {
        CHECK_OK(backstage_drain(context, backstage_context_self(context), *(int64_t *)state));
        CHECK_STATUS(backstage_send(outsider->context, actor->self, "x", 1), BACKSTAGE_ENDING);
        CHECK_EQ(life->count, 0);
    }
    return BACKSTAGE_OK;
}

static backstage_status drain_self_gently(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    int64_t never = BACKSTAGE_FOREVER;
    (void)state;
    return drain_self(context, envelope, &never);
}

TEST(an_actor_may_drain_itself) {
    open_two();
    actor->act = drain_self_gently;
    test_subject_send(actor, 1, 10);
    test_run(life->engine);
    test_check_numbers(actor, 1, 10);
    check_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

static backstage_status kill_self(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    int64_t at_once = 0;
    (void)state;
    return drain_self(context, envelope, &at_once);
}

TEST(an_actor_that_gives_itself_no_time_handles_the_message_in_hand_at_last) {
    open_two();
    actor->act = kill_self;
    test_subject_send(actor, 1, 10);
    test_run(life->engine);
    test_check_numbers(actor, 1, 2);
    CHECK_EQ(test_statistics(life->engine).handled, 2);
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_ENDED], 8);
    check_gone(BACKSTAGE_REASON_KILLED);
    test_life_close(life);
}

TEST(a_thousand_drained_at_once_all_handle_what_they_have) {
    enum { ACTORS = 1000 };
    open_two();
    test_subject *members[ACTORS];
    for (size_t i = 0; i < ACTORS; i++) {
        members[i] = test_subject_open(life, NULL, NULL, NULL);
        test_subject_send(members[i], 1, i % 7);
        CHECK_OK(backstage_drain(outsider->context, members[i]->self,
                                 i % 2 == 0 ? BACKSTAGE_FOREVER : (int64_t)i + 1));
    }
    test_run(life->engine);
    CHECK_EQ(life->count, ACTORS);
    for (size_t i = 0; i < ACTORS; i++) {
        test_check_numbers(members[i], 1, i % 7);
        CHECK_EQ(members[i]->ends, 1);
        CHECK_EQ(life->departures[i].reason, BACKSTAGE_REASON_STOPPED);
    }
    CHECK_OK(backstage_engine_advance(life->engine, 10000)); /* no deadline is left */
    test_run(life->engine);
    CHECK_EQ(life->count, ACTORS);
    test_life_close(life);
}

TEST(who_has_ended_cannot_be_drained) {
    open_two();
    CHECK_OK(backstage_stop(outsider->context, actor->self));
    test_run(life->engine);
    backstage_statistics before = test_statistics(life->engine);
    const backstage_status gone = BACKSTAGE_NOT_FOUND;
    CHECK_STATUS(backstage_drain(outsider->context, actor->self, 5), gone);
    CHECK_STATUS(backstage_drain(outsider->context, BACKSTAGE_NONE, 5), gone);
    CHECK_STATUS(backstage_drain(outsider->context, ~(backstage_ref)0, 5), gone);
    CHECK_EQ(test_statistics(life->engine).memory_bytes, before.memory_bytes);
    CHECK(test_subject_lives(outsider));
    test_life_close(life);
}
