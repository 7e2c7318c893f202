/* An actor that changes how it receives: from the next message or event on. */
#include "support_life.h"

/* What was received, and by which callback. */
typedef struct diary {
    backstage_engine *engine;
    char by[4096];
    uint64_t numbers[4096];
    size_t count;
    uint64_t change_at; /* multiples of it */
} diary;

static diary *d;

static void note(char by, uint64_t number) {
    if (CHECK(d->count < sizeof d->by)) {
        d->by[d->count] = by;
        d->numbers[d->count++] = number;
    }
}

static uint64_t number_of(const backstage_envelope *envelope) {
    return envelope->type == BACKSTAGE_SEND ? test_envelope_number(envelope)
                                            : (uint64_t)1000 + envelope->type;
}

static backstage_status b(backstage_context *context, const backstage_envelope *envelope,
                          void *state);

/* Two callbacks, each of which hands over to the other at every number that is a multiple. */
static backstage_status a(backstage_context *context, const backstage_envelope *envelope,
                          void *state) {
    uint64_t number = number_of(envelope);
    CHECK(state == d);
    note('a', number);
    if (number % d->change_at == 0) {
        CHECK_OK(backstage_become(context, b));
    }
    return BACKSTAGE_OK;
}

static backstage_status b(backstage_context *context, const backstage_envelope *envelope,
                          void *state) {
    uint64_t number = number_of(envelope);
    CHECK(state == d);
    note('b', number);
    if (number % d->change_at == 0) {
        CHECK_OK(backstage_become(context, a));
    }
    return BACKSTAGE_OK;
}

/* A batch: one note with its first number, in capitals with each that follows. */
static backstage_status batch(backstage_context *context, const backstage_envelope *envelopes,
                              size_t count, size_t *handled, void *state) {
    (void)handled;
    CHECK(state == d);
    for (size_t i = 0; i < count; i++) {
        uint64_t number = number_of(&envelopes[i]);
        note('B', number);
        if (number % d->change_at == 0) {
            CHECK_OK(backstage_become(context, a));
        }
    }
    return BACKSTAGE_OK;
}

static backstage_ref open_diary(backstage_receive_callback receive, uint64_t change_at) {
    d = test_alloc(sizeof *d);
    d->engine = test_engine();
    d->change_at = change_at;
    return test_spawn(d->engine, "actor", receive, d);
}

static void send_numbers(backstage_ref actor, uint64_t from, uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        CHECK_OK(test_send_number(d->engine, actor, number));
    }
}

/* All numbers from..to came in order, by the callbacks of this text. */
static void check_by(uint64_t from, const char *text) {
    if (CHECK_EQ(d->count, strlen(text)) && CHECK_EQ(memcmp(d->by, text, d->count), 0)) {
        for (size_t i = 0; i < d->count; i++) {
            CHECK_EQ(d->numbers[i], from + i);
        }
    }
}

TEST(the_next_message_meets_the_new_callback) {
    backstage_ref actor = open_diary(a, 4);
    send_numbers(actor, 1, 14);
    test_run(d->engine);
    check_by(1, "aaaabbbbaaaabb");
    CHECK_EQ(test_statistics(d->engine).handled, 14);
    test_end(d->engine);
}

TEST(an_actor_may_become_another_at_every_message) {
    backstage_ref actor = open_diary(a, 1);
    send_numbers(actor, 1, 1000);
    test_run(d->engine);
    CHECK_EQ(d->count, 1000);
    for (size_t i = 0; i < d->count; i++) {
        CHECK_EQ(d->by[i], i % 2 == 0 ? 'a' : 'b');
        CHECK_EQ(d->numbers[i], i + 1);
    }
    test_end(d->engine);
}

TEST(an_event_meets_the_new_callback_too) {
    uint64_t timer;
    backstage_ref actor = open_diary(a, 2);
    send_numbers(actor, 2, 2);
    test_run(d->engine);
    CHECK_OK(backstage_timer_start(test_context(d->engine, actor), 5, 0, &timer));
    CHECK_OK(backstage_engine_advance(d->engine, 5));
    test_run(d->engine);
    CHECK_EQ(d->count, 2);
    CHECK_EQ(d->by[1], 'b');
    CHECK_EQ(d->numbers[1], 1000 + BACKSTAGE_TIMER);
    send_numbers(actor, 3, 3); /* the timer's number changed it again */
    test_run(d->engine);
    CHECK_EQ(d->by[2], 'a');
    test_end(d->engine);
}

TEST(it_may_be_changed_from_outside_its_callbacks) {
    backstage_ref actor = open_diary(a, 1000);
    backstage_context *context = test_context(d->engine, actor);
    CHECK_OK(backstage_become(context, b)); /* before its first message */
    send_numbers(actor, 1, 2);
    test_run(d->engine);
    send_numbers(actor, 3, 4);
    CHECK_OK(backstage_become(context, a)); /* with messages waiting */
    test_run(d->engine);
    CHECK_OK(backstage_become(context, b));
    CHECK_OK(backstage_become(context, a));
    CHECK_OK(backstage_become(context, b)); /* the last holds */
    send_numbers(actor, 5, 6);
    test_run(d->engine);
    check_by(1, "bbaabb");
    test_end(d->engine);
}

static backstage_status become_b_at_first(backstage_context *context, void *state) {
    (void)state;
    return backstage_become(context, b);
}

TEST(it_may_be_changed_in_init) {
    d = test_alloc(sizeof *d);
    d->engine = test_engine();
    d->change_at = 3;
    backstage_actor_options options = test_options(NULL, a, d);
    options.init = become_b_at_first;
    backstage_ref actor = test_spawn_with(d->engine, &options);
    send_numbers(actor, 1, 6);
    test_run(d->engine);
    check_by(1, "bbbaaa");
    test_end(d->engine);
}

TEST(null_changes_nothing) {
    backstage_ref actor = open_diary(a, 1000);
    backstage_context *context = test_context(d->engine, actor);
    CHECK_STATUS(backstage_become(context, NULL), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_become_batch(context, NULL), BACKSTAGE_INVALID_ARGUMENT);
    send_numbers(actor, 1, 3);
    test_run(d->engine);
    check_by(1, "aaa");
    test_end(d->engine);
}

/* ---- Batches ----------------------------------------------------------------------------- */

TEST(an_actor_may_begin_to_receive_batches) {
    backstage_ref actor = open_diary(a, 1000);
    send_numbers(actor, 1, 3);
    test_run(d->engine);
    CHECK_OK(backstage_become_batch(test_context(d->engine, actor), batch));
    send_numbers(actor, 4, 8);
    test_run(d->engine);
    check_by(1, "aaaBBBBB");
    CHECK_EQ(test_statistics(d->engine).handled, 8);
    test_end(d->engine);
}

static backstage_status become_batch_at_five(backstage_context *context,
                                             const backstage_envelope *envelope, void *state) {
    (void)state;
    note('x', number_of(envelope));
    return number_of(envelope) == 5 ? backstage_become_batch(context, batch) : BACKSTAGE_OK;
}

TEST(from_one_message_to_the_next_it_receives_batches) {
    backstage_ref actor = open_diary(become_batch_at_five, 1000);
    send_numbers(actor, 1, 10);
    test_run(d->engine);
    check_by(1, "xxxxxBBBBB");
    test_end(d->engine);
}

TEST(a_batch_in_hand_is_not_split_by_a_change) {
    d = test_alloc(sizeof *d);
    d->engine = test_engine();
    d->change_at = 2;
    backstage_actor_options options = test_options(NULL, NULL, d);
    options.receive_batch = batch;
    options.budget = 5;
    backstage_ref actor = test_spawn_with(d->engine, &options);
    send_numbers(actor, 1, 9);
    test_run(d->engine);
    CHECK_EQ(d->count, 9);
    size_t in_batch = 0;
    while (in_batch < d->count && d->by[in_batch] == 'B') {
        in_batch++;
    }
    CHECK(in_batch >= 2 && in_batch <= 5);
    for (size_t i = 0; i < d->count; i++) {
        CHECK_EQ(d->numbers[i], i + 1);
        CHECK(i < in_batch || d->by[i] != 'B');
    }
    CHECK_EQ(test_statistics(d->engine).handled, 9);
    test_end(d->engine);
}
