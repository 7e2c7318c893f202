/* Calls of stash and unstash inside a callback: what they apply to, and what is refused. */
#include "support_life.h"

static backstage_engine *engine;

/* ---- What may be stashed ----------------------------------------------------------------- */

static backstage_envelope kept; /* a copy of the first message */
static const backstage_envelope *first_place;

static backstage_status stash_badly(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    backstage_envelope copy = *envelope;
    const backstage_status invalid = BACKSTAGE_INVALID_ARGUMENT;
    int *calls = state;
    CHECK_STATUS(backstage_stash(context, &copy), invalid);
    CHECK_STATUS(backstage_stash(context, envelope + 1), invalid);
    CHECK_STATUS(backstage_stash(context, envelope - 1), invalid);
    CHECK_STATUS(backstage_stash(context, NULL), invalid);
    if (++*calls == 1) {
        kept = *envelope;
        first_place = envelope;
        return BACKSTAGE_OK;
    }
    CHECK_STATUS(backstage_stash(context, &kept), invalid);
    CHECK_OK(backstage_stash(context, envelope));
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(backstage_stash(context, envelope), BACKSTAGE_EXISTS);
    }
    return BACKSTAGE_OK;
}

TEST(only_the_message_in_hand_may_be_stashed_and_that_once) {
    int calls = 0;
    engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, stash_badly, &calls);
    for (uint64_t i = 0; i < 3; i++) {
        CHECK_OK(test_send_number(engine, actor, i));
    }
    test_run(engine);
    CHECK_EQ(calls, 3);
    CHECK_EQ(test_stashed(engine, actor), 2);
    CHECK_EQ(test_actor_statistics(engine, actor).queued, 2);
    CHECK_EQ(test_actor_statistics(engine, actor).handled, 1);
    backstage_context *context = test_context(engine, actor); /* outside of any callback */
    CHECK_STATUS(backstage_stash(context, &kept), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_stash(context, first_place), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_EQ(test_stashed(engine, actor), 2);
    test_end(engine);
}

static backstage_status stash_event(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    int *events = state;
    CHECK_STATUS(backstage_stash(context, envelope), BACKSTAGE_INVALID_ARGUMENT);
    CHECK(envelope->type >= BACKSTAGE_FAILURE);
    ++*events;
    return BACKSTAGE_OK;
}

TEST(an_event_cannot_be_stashed) {
    int events = 0, ends[2];
    uint64_t number;
    engine = test_engine();
    test_pipe(ends);
    test_poke(ends[1]);
    backstage_ref other = test_spawn(engine, NULL, test_ignore, NULL);
    backstage_ref actor = test_spawn(engine, NULL, stash_event, &events);
    backstage_context *context = test_context(engine, actor);
    CHECK_OK(backstage_timer_start(context, 0, 0, &number));
    CHECK_OK(backstage_receive_timeout(context, 10));
    CHECK_OK(backstage_request(context, other, "x", 1, 5, &number));
    CHECK_OK(backstage_monitor(context, other));
    test_run(engine);
    CHECK_OK(backstage_engine_advance(engine, 5));
    test_run(engine);
    CHECK_EQ(events, 2);
    CHECK_OK(backstage_stop(context, other));
    test_run(engine);
    CHECK_EQ(events, 3);
    CHECK_OK(backstage_engine_advance(engine, 10));
    test_run(engine);
    CHECK_EQ(events, 4);
    CHECK_OK(backstage_watch_fd(context, ends[0], BACKSTAGE_READABLE, &number));
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK(events >= 5);
    CHECK_EQ(test_statistics(engine).events, events);
    CHECK_EQ(test_stashed(engine, actor), 0);
    CHECK_OK(backstage_unwatch(context, number));
    test_end(engine);
    test_close_pair(ends);
}

/* ---- Others ------------------------------------------------------------------------------ */

static backstage_context *other_context;

static backstage_status stash_as_another(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    CHECK_STATUS(backstage_stash(other_context, envelope), BACKSTAGE_INVALID_ARGUMENT);
    return BACKSTAGE_OK;
}

TEST(an_actor_cannot_stash_for_another) {
    engine = test_engine();
    backstage_ref other = test_spawn(engine, NULL, test_ignore, NULL);
    backstage_ref actor = test_spawn(engine, NULL, stash_as_another, NULL);
    other_context = test_context(engine, other);
    CHECK_OK(test_send_number(engine, actor, 1));
    CHECK_OK(test_send_number(engine, other, 2));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, 2);
    CHECK_EQ(test_stashed(engine, actor) + test_stashed(engine, other), 0);
    test_end(engine);
}

static backstage_status stash_in_deinit(backstage_context *context, backstage_reason reason,
                                        void *state) {
    (void)reason;
    CHECK_STATUS(backstage_stash(context, &kept), BACKSTAGE_INVALID_ARGUMENT);
    ++*(int *)state;
    return BACKSTAGE_OK;
}

TEST(there_is_no_message_in_hand_in_the_last_hook) {
    int calls = 0;
    engine = test_engine();
    backstage_actor_options options = test_options(NULL, test_ignore, &calls);
    options.deinit = stash_in_deinit;
    backstage_ref actor = test_spawn_with(engine, &options);
    CHECK_OK(backstage_stop(test_context(engine, actor), actor));
    test_run(engine);
    CHECK_EQ(calls, 1);
    test_end(engine);
}

/* ---- Both in one callback ---------------------------------------------------------------- */

static test_recorder *handled;

/* Odd numbers are stashed; a ten takes back what was before, and is stashed itself the first time,
 * before that or after it. */
static bool stashes_first;
static int tens;
static backstage_status stash_and_unstash(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    uint64_t number = test_envelope_number(envelope);
    uint32_t count = 77;
    (void)state;
    if (number != 10) {
        return number % 2 == 1 ? backstage_stash(context, envelope)
                               : test_receive(context, envelope, handled);
    }
    if (++tens > 1) {
        return test_receive(context, envelope, handled);
    }
    if (stashes_first) {
        CHECK_OK(backstage_stash(context, envelope));
    }
    CHECK_OK(backstage_unstash(context, &count));
    CHECK_EQ(count, 3);
    CHECK_OK(backstage_unstash(context, &count));
    CHECK_EQ(count, 0);
    if (!stashes_first) {
        CHECK_OK(backstage_stash(context, envelope));
    }
    return BACKSTAGE_OK;
}

TEST(what_the_callback_in_hand_stashed_stays_when_it_takes_back_the_rest) {
    for (int order = 0; order < 2; order++) {
        engine = test_engine();
        handled = test_recorder_new();
        stashes_first = order == 0;
        tens = 0;
        backstage_ref actor = test_spawn(engine, NULL, stash_and_unstash, NULL);
        for (uint64_t i = 1; i <= 6; i++) {
            CHECK_OK(test_send_number(engine, actor, i));
        }
        CHECK_OK(test_send_number(engine, actor, 10));
        CHECK_OK(test_send_number(engine, actor, 12));
        test_run(engine);
        CHECK_EQ(handled->count, 4); /* 2 4 6 12 */
        CHECK_EQ(test_stashed(engine, actor), 4);
        CHECK_OK(backstage_unstash(test_context(engine, actor), NULL));
        test_run(engine);
        CHECK_EQ(handled->count, 5); /* and the ten, which came before them */
        CHECK_EQ(test_stashed(engine, actor), 3);
        CHECK_EQ(tens, 2);
        test_ledger(engine);
        test_end(engine);
    }
}

/* Hands each message out again as soon as it is stashed, and so for ever. */
static backstage_status stash_then_poke(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    uint64_t *left = state;
    if (envelope->type == BACKSTAGE_SEND && test_envelope_number(envelope) == 0) {
        return backstage_unstash(context, NULL);
    }
    if (*left == 0) {
        return BACKSTAGE_OK;
    }
    uint64_t zero = 0;
    --*left;
    CHECK_OK(backstage_stash(context, envelope));
    return backstage_send(context, backstage_context_self(context), &zero, sizeof zero);
}

TEST(a_message_may_be_stashed_a_thousand_times) {
    uint64_t left = 1000;
    engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, stash_then_poke, &left);
    CHECK_OK(test_send_number(engine, actor, 1));
    test_run(engine);
    CHECK_EQ(left, 0);
    CHECK_EQ(test_statistics(engine).accepted, 1001);
    CHECK_EQ(test_statistics(engine).handled, 1001);
    CHECK_EQ(test_stashed(engine, actor), 0);
    test_end(engine);
}

/* Stashes each message once. */
static backstage_status stash_first_time(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    uint64_t *calls = state;
    return ++*calls <= 5 ? backstage_stash(context, envelope)
                         : test_receive(context, envelope, handled);
}

static backstage_status unstash_other(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    uint32_t count = 77;
    (void)context, (void)envelope, (void)state;
    CHECK_OK(backstage_unstash(other_context, &count));
    CHECK_EQ(count, 5);
    return BACKSTAGE_OK;
}

TEST(a_stash_may_be_taken_back_inside_another_actors_callback) {
    uint64_t calls = 0;
    engine = test_engine();
    handled = test_recorder_new();
    backstage_ref other = test_spawn(engine, NULL, stash_first_time, &calls);
    backstage_ref actor = test_spawn(engine, NULL, unstash_other, NULL);
    other_context = test_context(engine, other);
    for (uint64_t i = 1; i <= 5; i++) {
        CHECK_OK(test_send_number(engine, other, i));
    }
    test_run(engine);
    CHECK_EQ(test_stashed(engine, other), 5);
    CHECK_OK(test_send_number(engine, actor, 1));
    test_run(engine);
    if (CHECK_EQ(handled->count, 5)) {
        for (uint64_t i = 0; i < 5; i++) {
            CHECK_EQ(test_number(&handled->messages[i]), i + 1);
        }
    }
    CHECK_EQ(test_statistics(engine).queued, 0);
    test_end(engine);
}
