/* Receive timeouts in callbacks, of actors that batch, stash, drain, restart and end; and on the
 * real clock. */
#include "support_life.h"

static test_life *life;
static test_subject *actor;

static void open_actor(backstage_receive_callback act, int64_t after_ns) {
    life = test_life_open();
    actor = test_subject_open(life, NULL, NULL, act);
    CHECK_OK(backstage_receive_timeout(actor->context, after_ns));
    test_run(life->engine);
}

static void advance(uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(life->engine, by_ns));
    test_run(life->engine);
}

static size_t timeouts(const test_subject *subject) {
    return test_count_type(subject->seen, BACKSTAGE_RECEIVE_TIMEOUT);
}

/* ---- Inside callbacks -------------------------------------------------------------------- */

/* Works 80 ns on each message, and sends itself one less after that. */
static backstage_status work_and_send(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    (void)state;
    if (envelope->type != BACKSTAGE_SEND) {
        return BACKSTAGE_OK;
    }
    CHECK_OK(backstage_engine_advance(life->engine, 80));
    uint64_t number = test_envelope_number(envelope) - 1;
    return number == 0 ? BACKSTAGE_OK
                       : backstage_send(context, actor->self, &number, sizeof number);
}

TEST(a_message_that_comes_during_a_turn_counts_from_when_it_comes) {
    open_actor(work_and_send, 100);
    test_subject_send(actor, 3, 3); /* the last comes at 160, and is done at 240 */
    test_run(life->engine);
    CHECK_EQ(actor->seen->count, 3);
    CHECK_EQ(timeouts(actor), 0);
    advance(19);
    CHECK_EQ(timeouts(actor), 0); /* at 259 */
    advance(81);
    CHECK_EQ(timeouts(actor), 1); /* at 340 at the latest */
    test_life_close(life);
}

/* On the first message asks for it, works on for 90 ns, and then sends itself another. */
static backstage_status ask_work_and_send(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    const test_subject *subject = state;
    uint64_t number = 2;
    if (envelope->type != BACKSTAGE_SEND || test_envelope_number(envelope) == number) {
        return BACKSTAGE_OK;
    }
    CHECK_OK(backstage_receive_timeout(context, 100));
    CHECK_OK(backstage_engine_advance(life->engine, 90));
    return backstage_send(context, subject->self, &number, sizeof number);
}

TEST(one_asked_for_in_a_callback_is_put_off_by_what_the_callback_sends) {
    for (int before = 0; before < 2; before++) { /* there was one already */
        life = test_life_open();
        actor = test_subject_open(life, NULL, NULL, ask_work_and_send);
        CHECK_OK(backstage_receive_timeout(actor->context, before * 1000));
        test_subject_send(actor, 1, 1); /* the second comes at 90 */
        test_run(life->engine);
        CHECK_EQ(actor->seen->count, 2);
        advance(10);
        advance(89);
        CHECK_EQ(timeouts(actor), 0);
        advance(1);
        CHECK_EQ(timeouts(actor), 1);
        test_life_close(life);
    }
}

static backstage_status change_time(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    const test_subject *subject = state;
    return envelope->type == BACKSTAGE_RECEIVE_TIMEOUT
               ? backstage_receive_timeout(context, 50 - 10 * (int64_t)timeouts(subject))
               : BACKSTAGE_OK;
}

TEST(the_event_itself_may_change_it_or_take_it_back) {
    static const uint64_t due[] = {100, 140, 170, 190, 200};
    open_actor(change_time, 100); /* then 40, 30, 20, 10, and 0 */
    for (uint64_t now = 1; now < 1000; now++) {
        size_t expected = 0;
        advance(1);
        while (expected < 5 && due[expected] <= now) {
            expected++;
        }
        if (!CHECK_EQ(actor->seen->count, expected)) {
            break;
        }
    }
    test_life_close(life);
}

static backstage_status ask_in_init(backstage_context *context, void *state) {
    CHECK_OK(test_subject_init(context, state));
    return backstage_receive_timeout(context, 100);
}

TEST(init_may_ask_for_it) {
    life = test_life_open();
    actor = test_subject_new(life);
    backstage_actor_options options = test_subject_options(actor, NULL);
    options.init = ask_in_init;
    test_subject_spawn(actor, NULL, &options);
    advance(30); /* starts at 30 */
    advance(99);
    CHECK_EQ(timeouts(actor), 0);
    advance(1);
    CHECK_EQ(timeouts(actor), 1);
    test_life_close(life);
}

/* ---- Other lives ------------------------------------------------------------------------- */

static backstage_status receive_batch(backstage_context *context,
                                      const backstage_envelope *envelopes, size_t count,
                                      size_t *handled, void *state) {
    (void)handled;
    for (size_t i = 0; i < count; i++) {
        CHECK(count == 1 || envelopes[i].type == BACKSTAGE_SEND); /* an event comes alone */
        CHECK_OK(test_receive(context, &envelopes[i], ((test_subject *)state)->seen));
    }
    return BACKSTAGE_OK;
}

TEST(an_actor_that_receives_batches_gets_it_alone) {
    life = test_life_open();
    actor = test_subject_new(life);
    backstage_actor_options options = test_subject_options(actor, NULL);
    options.receive = NULL;
    options.receive_batch = receive_batch;
    test_subject_spawn(actor, NULL, &options);
    CHECK_OK(backstage_receive_timeout(actor->context, 100));
    for (int i = 0; i < 5; i++) {
        test_subject_send(actor, 1, 10);
        advance(99);
        CHECK_EQ(timeouts(actor), (size_t)i);
        advance(100);
        CHECK_EQ(timeouts(actor), (size_t)i + 1);
    }
    CHECK_EQ(actor->seen->count, 55);
    test_life_close(life);
}

static backstage_status stash_messages(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    (void)state;
    return envelope->type == BACKSTAGE_SEND ? backstage_stash(context, envelope) : BACKSTAGE_OK;
}

TEST(a_message_that_is_stashed_has_come_and_one_that_lies_there_does_not) {
    open_actor(stash_messages, 100);
    advance(60);
    test_subject_send(actor, 1, 1);
    test_run(life->engine);
    advance(99);
    CHECK_EQ(timeouts(actor), 0);
    advance(1);
    CHECK_EQ(timeouts(actor), 1);
    advance(100);
    CHECK_EQ(timeouts(actor), 2);
    test_life_close(life);
}

static backstage_status fail_on_messages(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    return envelope->type == BACKSTAGE_SEND ? TEST_STATUS : BACKSTAGE_OK;
}

TEST(a_restart_ends_it) {
    life = test_life_open();
    test_subject *supervisor = test_supervisor_open(life, NULL);
    actor = test_subject_open(life, supervisor, NULL, fail_on_messages);
    CHECK_OK(backstage_receive_timeout(actor->context, 100));
    test_run(life->engine);
    advance(100);
    CHECK_EQ(timeouts(actor), 1);
    test_subject_send(actor, 1, 1);
    test_run(life->engine);
    CHECK_EQ(actor->starts, 2);
    advance(1000);
    CHECK_EQ(timeouts(actor), 1);
    CHECK_OK(backstage_receive_timeout(actor->context, 100)); /* it may ask again */
    advance(100);
    CHECK_EQ(timeouts(actor), 2);
    test_life_close(life);
}

TEST(an_end_ends_it) {
    open_actor(NULL, 100);
    CHECK_OK(backstage_shutdown(actor->context));
    CHECK_STATUS(backstage_receive_timeout(actor->context, 100), BACKSTAGE_ENDING);
    test_run(life->engine);
    CHECK_EQ(life->count, 1);
    CHECK_STATUS(backstage_receive_timeout(actor->context, 100), BACKSTAGE_NOT_FOUND);
    advance(1000);
    CHECK_EQ(actor->seen->count, 0);
    test_life_close(life);
}

TEST(it_still_comes_while_its_actor_drains) {
    open_actor(NULL, 100);
    test_subject *other = test_subject_open(life, NULL, NULL, NULL);
    test_subject_ask(actor, other->self, 0);
    CHECK_OK(backstage_drain(other->context, actor->self, 250));
    test_run(life->engine);
    advance(100);
    CHECK_EQ(timeouts(actor), 1);
    advance(100);
    CHECK_EQ(timeouts(actor), 2);
    advance(100);
    CHECK_EQ(timeouts(actor), 2);
    test_check_departure(life, 0, actor, BACKSTAGE_REASON_KILLED);
    test_life_close(life);
}

TEST(each_of_a_thousand_actors_has_its_own) {
    enum { ACTORS = 1000 };
    test_subject *subjects[ACTORS];
    life = test_life_open();
    for (size_t i = 0; i < ACTORS; i++) {
        subjects[i] = test_subject_open(life, NULL, NULL, NULL);
        CHECK_OK(backstage_receive_timeout(subjects[i]->context, 1 + (int64_t)i % 50));
    }
    for (uint64_t now = 1; now <= 200; now++) {
        advance(1);
        for (size_t i = 0; i < ACTORS; i++) {
            if (subjects[i]->seen->count != now / (1 + i % 50)) {
                CHECK_EQ(subjects[i]->seen->count, now / (1 + i % 50));
            }
        }
    }
    test_life_close(life);
}

/* ---- The real clock ---------------------------------------------------------------------- */

static backstage_status stop_at_timeout(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)state;
    CHECK_EQ(envelope->type, BACKSTAGE_RECEIVE_TIMEOUT);
    return backstage_engine_stop(backstage_context_engine(context));
}

TEST(it_wakes_a_run_that_sleeps_and_not_early) {
    backstage_engine_options options = test_engine_options();
    uint64_t begun, ended;
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    life = test_life_open_with(&options);
    actor = test_subject_open(life, NULL, NULL, stop_at_timeout);
    CHECK_OK(backstage_engine_now(life->engine, &begun));
    CHECK_OK(backstage_receive_timeout(actor->context, BACKSTAGE_MILLISECONDS(1)));
    for (uint64_t i = 1; i <= 3; i++) {
        CHECK_OK(
            backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
        CHECK_OK(backstage_engine_now(life->engine, &ended));
        CHECK_EQ(timeouts(actor), i);
        CHECK(ended - begun >= i * (uint64_t)BACKSTAGE_MILLISECONDS(1));
    }
    test_life_close(life);
}
