/* Stashes of actors that receive batches, and stashes mixed with forwards. */
#include "support_life.h"

static backstage_engine *engine;
static backstage_ref actor, target;
static backstage_context *context_of_actor;

/* Stashes the multiples of three until it is ready; else notes what it handles. */
typedef struct batches {
    bool ready;
    uint64_t fail_at, told; /* a number; what to say in *handled */
    uint64_t numbers[20000];
    size_t count;
    size_t largest;
} batches;

static backstage_status receive_batch(backstage_context *context,
                                      const backstage_envelope *envelopes, size_t count,
                                      size_t *handled, void *state) {
    batches *b = state;
    bool fails = false;
    b->largest = count > b->largest ? count : b->largest;
    for (size_t i = 0; i < count; i++) {
        uint64_t number = test_envelope_number(&envelopes[i]);
        fails = fails || (number == b->fail_at && number != 0);
        if (!b->ready && number % 3 == 0) {
            CHECK_OK(backstage_stash(context, &envelopes[i]));
            CHECK_STATUS(backstage_stash(context, &envelopes[i]), BACKSTAGE_EXISTS);
        } else if (!fails && CHECK(b->count < sizeof b->numbers / sizeof *b->numbers)) {
            b->numbers[b->count++] = number;
        }
    }
    CHECK_STATUS(backstage_stash(context, &envelopes[count]), BACKSTAGE_INVALID_ARGUMENT);
    if (fails) {
        *handled = b->told;
    }
    return fails ? TEST_STATUS : BACKSTAGE_OK;
}

static batches *open_batches(uint32_t budget, uint32_t capacity) {
    batches *b = test_alloc(sizeof *b);
    engine = test_engine();
    backstage_actor_options options = test_options(NULL, NULL, b);
    options.receive_batch = receive_batch;
    options.budget = budget;
    options.capacity = capacity;
    actor = test_spawn_with(engine, &options);
    context_of_actor = test_context(engine, actor);
    return b;
}

static void send_numbers(uint64_t from, uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        CHECK_OK(test_send_number(engine, actor, number));
    }
}

TEST(any_messages_of_a_batch_may_be_stashed) {
    static const uint32_t budgets[] = {1, 2, 3, 7, 64, 255};
    for (size_t i = 0; i < 6; i++) {
        batches *b = open_batches(budgets[i], 3000);
        uint64_t next = 3;
        send_numbers(1, 3000);
        test_run(engine);
        CHECK(b->largest <= budgets[i]);
        CHECK_EQ(test_stashed(engine, actor), 1000);
        CHECK_EQ(test_statistics(engine).handled, 2000);
        CHECK_EQ(test_statistics(engine).queued, 1000);
        test_ledger(engine);
        b->ready = true;
        CHECK_OK(backstage_unstash(context_of_actor, NULL));
        test_run(engine);
        if (CHECK_EQ(b->count, 3000)) {
            for (size_t j = 2000; j < 3000; j++, next += 3) {
                CHECK_EQ(b->numbers[j], next);
            }
        }
        CHECK_EQ(test_statistics(engine).handled, 3000);
        CHECK_EQ(test_statistics(engine).queued, 0);
        test_end(engine);
    }
}

TEST(a_whole_batch_may_be_stashed_and_comes_back_before_what_waits) {
    batches *b = open_batches(5, 100);
    for (uint64_t number = 3; number <= 90; number += 3) {
        send_numbers(number, number);
    }
    test_run(engine);
    CHECK_EQ(test_stashed(engine, actor), 30);
    CHECK_EQ(b->count, 0);
    send_numbers(91, 92);
    b->ready = true;
    CHECK_OK(backstage_unstash(context_of_actor, NULL));
    send_numbers(93, 94);
    test_run(engine);
    if (CHECK_EQ(b->count, 34)) {
        for (size_t i = 0; i < 34; i++) {
            CHECK_EQ(b->numbers[i], i < 30 ? 3 * i + 3 : 61 + i);
        }
    }
    test_end(engine);
}

/* Whatever a batch that fails had stashed, each number is handled, queued or dead, and that once.
 */
static void check_failed_batch(uint64_t fail_at, uint64_t told) {
    batches *b = open_batches(0, 100);
    uint64_t seen[13] = {0};
    const test_report *report = test_report_of(engine);
    b->fail_at = fail_at;
    b->told = told;
    send_numbers(1, 12);
    test_run(engine);
    test_ledger(engine);
    CHECK_EQ(test_statistics(engine).failures, 1);
    CHECK_EQ(test_statistics(engine).queued, 0);
    CHECK_EQ(test_statistics(engine).handled + report->letters_count, 12);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    for (size_t i = 0; i < report->letters_count; i++) {
        seen[test_letter_number(&report->letters[i])]++;
    }
    for (uint64_t number = 1; number <= 12; number++) {
        CHECK(seen[number] <= 1);
        CHECK(seen[number] == 1 || number < told + 1);
    }
    CHECK_EQ(seen[told + 1], 1);
    test_end(engine);
}

TEST(a_batch_that_fails_after_it_stashed_loses_nothing) {
    for (uint64_t told = 0; told < 12; told++) {
        check_failed_batch(12, told);
        check_failed_batch(told + 1, told);
    }
}

/* ---- Forwards ---------------------------------------------------------------------------- */

static test_recorder *handled;
static bool ready, stashes_first;

/* Stashes and forwards the same message, in either order; later it only forwards. */
static backstage_status forward_and_stash(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    (void)state;
    if (stashes_first && !ready) {
        CHECK_OK(backstage_stash(context, envelope));
    }
    CHECK_OK(backstage_forward(context, envelope, target));
    return ready || stashes_first ? BACKSTAGE_OK : backstage_stash(context, envelope);
}

static void check_forwards(void) {
    static const size_t sizes[] = {0, 20, 33, 5000, 100000};
    engine = test_engine();
    handled = test_recorder_new();
    ready = false;
    target = test_spawn(engine, NULL, test_receive, handled);
    actor = test_spawn(engine, NULL, forward_and_stash, NULL);
    unsigned char *bytes = test_alloc(100000);
    for (size_t i = 0; i < 5; i++) {
        test_fill(bytes, sizes[i], i);
        CHECK_OK(backstage_engine_send(engine, actor, bytes, sizes[i]));
    }
    test_run(engine);
    CHECK_EQ(handled->count, 5);
    CHECK_EQ(test_stashed(engine, actor), 5);
    CHECK_EQ(test_stashed(engine, target), 0);
    test_ledger(engine);
    ready = true;
    CHECK_OK(backstage_unstash(test_context(engine, actor), NULL));
    test_run(engine);
    if (CHECK_EQ(handled->count, 10)) {
        for (size_t i = 0; i < 10; i++) {
            CHECK_EQ(handled->messages[i].size, sizes[i % 5]);
            CHECK(test_is_filled(handled->messages[i].bytes, sizes[i % 5], i % 5));
        }
    }
    CHECK_EQ(test_statistics(engine).accepted, 15);
    CHECK_EQ(test_statistics(engine).handled, 15);
    test_end(engine);
}

TEST(a_message_may_be_forwarded_and_stashed) {
    stashes_first = false;
    check_forwards();
    stashes_first = true;
    check_forwards();
}

static backstage_payload *payloads[5];
static size_t payloads_count;

static backstage_status keep_and_stash(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    (void)state;
    CHECK_OK(backstage_envelope_payload(context, envelope, &payloads[payloads_count++]));
    return backstage_stash(context, envelope);
}

TEST(the_payload_of_a_stashed_message_may_be_kept) {
    static const size_t sizes[] = {0, 20, 33, 5000, 100000};
    engine = test_engine();
    payloads_count = 0;
    actor = test_spawn(engine, NULL, keep_and_stash, NULL);
    unsigned char *bytes = test_alloc(100000);
    for (size_t i = 0; i < 5; i++) {
        test_fill(bytes, sizes[i], i);
        CHECK_OK(backstage_engine_send(engine, actor, bytes, sizes[i]));
    }
    test_run(engine);
    CHECK_EQ(payloads_count, 5);
    test_end(engine); /* the stash goes, the payloads stay */
    for (size_t i = 0; i < payloads_count; i++) {
        CHECK_EQ(backstage_payload_size(payloads[i]), sizes[i]);
        CHECK(test_is_filled(backstage_payload_data(payloads[i]), sizes[i], i));
        CHECK_OK(backstage_payload_release(payloads[i]));
    }
}

static uint64_t frees;
static void count_free(void *data, size_t size, void *state) {
    (void)data, (void)size, (void)state;
    frees++;
}

TEST(a_wrapped_payload_is_freed_once_when_its_stash_ends) {
    static char bytes[100];
    for (int way = 0; way < 3; way++) {
        backstage_payload *payload;
        engine = test_engine();
        frees = 0;
        ready = true;
        handled = test_recorder_new();
        payloads_count = 0;
        target = test_spawn(engine, NULL, test_receive, handled);
        actor = test_spawn(engine, NULL, keep_and_stash, NULL);
        CHECK_OK(backstage_payload_wrap(engine, bytes, 100, count_free, NULL, &payload));
        CHECK_OK(backstage_engine_send_payload(engine, actor, payload));
        test_run(engine);
        CHECK_OK(backstage_payload_release(payloads[0]));
        CHECK_EQ(frees, 0);
        if (way == 0) { /* handled */
            CHECK_OK(backstage_become(test_context(engine, actor), test_ignore));
            CHECK_OK(backstage_unstash(test_context(engine, actor), NULL));
        } else if (way == 1) {
            CHECK_OK(backstage_stop(test_context(engine, actor), actor));
        }
        test_run(engine);
        CHECK_EQ(frees, way < 2);
        test_end(engine);
        CHECK_EQ(frees, 1);
    }
}
