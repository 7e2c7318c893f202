/* What is stashed keeps its room in the inbox, and no policy drops it. */
#include "support_life.h"

static backstage_engine *engine;
static test_report *report;
static backstage_ref actor;
static backstage_context *context_of_actor;
static test_recorder *handled;
static bool stashes;

static backstage_status stash_or_handle(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)state;
    return stashes ? backstage_stash(context, envelope) : test_receive(context, envelope, handled);
}

static void open_actor(uint32_t capacity, backstage_overflow overflow) {
    engine = test_engine();
    report = test_report_of(engine);
    handled = test_recorder_new();
    stashes = true;
    backstage_actor_options options = test_options("actor", stash_or_handle, NULL);
    options.capacity = capacity;
    options.overflow = overflow;
    actor = test_spawn_with(engine, &options);
    context_of_actor = test_context(engine, actor);
}

static void send_numbers(uint64_t from, uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        CHECK_OK(test_send_number(engine, actor, number));
    }
}

/* Takes all back, and checks that these numbers come, in this order. */
static void check_all(const uint64_t *numbers, size_t count) {
    stashes = false;
    CHECK_OK(backstage_unstash(context_of_actor, NULL));
    test_run(engine);
    if (CHECK_EQ(handled->count, count)) {
        for (size_t i = 0; i < count; i++) {
            CHECK_EQ(test_number(&handled->messages[i]), numbers[i]);
        }
    }
    CHECK_EQ(test_statistics(engine).queued, 0);
    test_end(engine);
}

TEST(a_full_stash_fills_the_inbox) {
    static const uint64_t expected[] = {1, 2, 3, 4, 5};
    open_actor(5, BACKSTAGE_OVERFLOW_REJECT);
    send_numbers(1, 3);
    test_run(engine);
    send_numbers(4, 5);
    CHECK_STATUS(test_send_number(engine, actor, 6), BACKSTAGE_INBOX_FULL);
    test_run(engine); /* now all five are set aside */
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(test_send_number(engine, actor, 7), BACKSTAGE_INBOX_FULL);
        test_run(engine);
    }
    CHECK_EQ(test_stashed(engine, actor), 5);
    CHECK_EQ(test_actor_statistics(engine, actor).queued, 5);
    CHECK_EQ(test_actor_statistics(engine, actor).queued_max, 3);
    CHECK_EQ(test_statistics(engine).dead, 0);
    check_all(expected, 5);
}

TEST(room_comes_back_as_what_was_stashed_is_handled) {
    open_actor(4, BACKSTAGE_OVERFLOW_REJECT);
    for (uint64_t round = 0; round < 100; round++) {
        stashes = true;
        send_numbers(1, 4);
        CHECK_STATUS(test_send_number(engine, actor, 5), BACKSTAGE_INBOX_FULL);
        test_run(engine);
        CHECK_STATUS(test_send_number(engine, actor, 5), BACKSTAGE_INBOX_FULL);
        stashes = false;
        CHECK_OK(backstage_unstash(context_of_actor, NULL));
        CHECK_STATUS(test_send_number(engine, actor, 5), BACKSTAGE_INBOX_FULL);
        test_run(engine);
        CHECK_EQ(test_actor_statistics(engine, actor).queued, 0);
    }
    CHECK_EQ(handled->count, 400);
    test_end(engine);
}

TEST(the_newest_are_dropped_beside_a_stash) {
    static const uint64_t expected[] = {1, 2, 3, 4};
    open_actor(4, BACKSTAGE_OVERFLOW_DROP_NEWEST);
    send_numbers(1, 3);
    test_run(engine);
    send_numbers(4, 7); /* one has room */
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_DROPPED_NEWEST], 3);
    test_run(engine);
    send_numbers(8, 9);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_DROPPED_NEWEST], 5);
    CHECK_EQ(test_stashed(engine, actor), 4);
    test_ledger(engine);
    check_all(expected, 4);
}

TEST(the_oldest_is_dropped_of_those_that_are_not_stashed) {
    static const uint64_t expected[] = {1, 2, 8, 9};
    open_actor(4, BACKSTAGE_OVERFLOW_DROP_OLDEST);
    send_numbers(1, 2);
    test_run(engine);
    send_numbers(3, 9);
    if (CHECK_EQ(report->reasons[BACKSTAGE_DEAD_DROPPED_OLDEST], 5)) {
        for (uint64_t i = 0; i < 5; i++) {
            CHECK_EQ(test_letter_number(&report->letters[i]), 3 + i);
        }
    }
    CHECK_EQ(test_stashed(engine, actor), 2);
    CHECK_EQ(test_actor_statistics(engine, actor).queued, 4);
    test_ledger(engine);
    check_all(expected, 4);
}

TEST(nothing_is_dropped_of_an_inbox_that_is_all_stash) {
    static const uint64_t expected[] = {1, 2, 3};
    open_actor(3, BACKSTAGE_OVERFLOW_DROP_OLDEST);
    send_numbers(1, 3);
    test_run(engine);
    for (uint64_t i = 4; i < 8; i++) {
        backstage_status status = test_send_number(engine, actor, i);
        if (status == BACKSTAGE_OK) { /* then it is the one that is dropped */
            CHECK_EQ(test_letter_number(&report->letters[report->letters_count - 1]), i);
        } else {
            CHECK_STATUS(status, BACKSTAGE_INBOX_FULL);
        }
        CHECK_EQ(test_stashed(engine, actor), 3);
        CHECK_EQ(test_actor_statistics(engine, actor).queued, 3);
        test_ledger(engine);
    }
    check_all(expected, 3);
}

TEST(a_stash_taken_back_is_as_old_as_it_was_and_may_be_dropped) {
    static const uint64_t expected[] = {3, 4, 5};
    open_actor(3, BACKSTAGE_OVERFLOW_DROP_OLDEST);
    send_numbers(1, 2);
    test_run(engine);
    send_numbers(3, 3);
    CHECK_OK(backstage_unstash(context_of_actor, NULL));
    send_numbers(4, 5);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_DROPPED_OLDEST], 2);
    CHECK_EQ(test_letter_number(&report->letters[0]), 1);
    CHECK_EQ(test_letter_number(&report->letters[1]), 2);
    check_all(expected, 3);
}

/* ---- Any mix ----------------------------------------------------------------------------- */

/* Beside the actor: the numbers that must be stashed and that must wait. */
enum { CAPACITY_MAX = 16 };
typedef struct list {
    uint64_t numbers[2 * CAPACITY_MAX];
    size_t count;
} list;

static list waiting, aside;
static uint64_t seed;

static uint64_t take_first(list *l) {
    uint64_t first = l->numbers[0];
    l->count--;
    memmove(l->numbers, l->numbers + 1, l->count * sizeof *l->numbers);
    return first;
}

/* Stashes, takes back, or handles, at random; and checks that this number had to come. */
static backstage_status do_anything(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    uint64_t choice = test_random(&seed) % 8;
    uint32_t count = 0;
    list hand = {{0}, 0};
    (void)state;
    if (!CHECK(waiting.count > 0) ||
        !CHECK_EQ(test_envelope_number(envelope), waiting.numbers[0])) {
        return BACKSTAGE_OK;
    }
    uint64_t number = take_first(&waiting);
    if (choice < 4) {
        CHECK_OK(backstage_stash(context, envelope));
        hand.numbers[hand.count++] = number;
    }
    if (choice == 3 || choice == 7) {
        CHECK_OK(backstage_unstash(context, &count));
        CHECK_EQ(count, aside.count);
        memmove(waiting.numbers + aside.count, waiting.numbers,
                waiting.count * sizeof *waiting.numbers);
        memcpy(waiting.numbers, aside.numbers, aside.count * sizeof *aside.numbers);
        waiting.count += aside.count;
        aside.count = 0;
    }
    if (hand.count > 0) {
        aside.numbers[aside.count++] = number;
    }
    return BACKSTAGE_OK;
}

/* Sends a number, and says what must become of it. */
static void send_next(uint64_t number, uint32_t capacity, backstage_overflow overflow) {
    bool full = waiting.count + aside.count == capacity;
    backstage_status status = test_send_number(engine, actor, number);
    if (!full) {
        CHECK_OK(status);
    } else if (overflow == BACKSTAGE_OVERFLOW_REJECT) {
        CHECK_STATUS(status, BACKSTAGE_INBOX_FULL);
    } else if (overflow == BACKSTAGE_OVERFLOW_DROP_OLDEST && waiting.count > 0) {
        CHECK_OK(status);
        CHECK_EQ(test_letter_number(&report->letters[report->letters_count - 1]),
                 take_first(&waiting));
        full = false;
    }
    if (!full) {
        waiting.numbers[waiting.count++] = number;
    }
}

static void check_mix(uint32_t capacity, backstage_overflow overflow) {
    uint64_t next = 1;
    open_actor(1, overflow);
    backstage_actor_options options = test_options(NULL, do_anything, NULL);
    options.capacity = capacity;
    options.overflow = overflow;
    options.budget = 1 + capacity % 3;
    actor = test_spawn_with(engine, &options);
    waiting.count = aside.count = 0;
    for (int step = 0; step < 300; step++) {
        for (uint64_t left = test_random(&seed) % (capacity + 2); left > 0; left--) {
            send_next(next++, capacity, overflow);
        }
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        backstage_actor_statistics now = test_actor_statistics(engine, actor);
        if (!CHECK_EQ(now.stashed, aside.count) ||
            !CHECK_EQ(now.queued, aside.count + waiting.count) ||
            !CHECK(now.queued_max <= capacity)) {
            break;
        }
        test_ledger(engine);
    }
    test_end(engine);
}

TEST(any_mix_of_stashing_and_sending_keeps_order_bound_and_ledger) {
    seed = 11;
    for (uint32_t capacity = 1; capacity <= CAPACITY_MAX; capacity++) {
        for (backstage_overflow overflow = 0; overflow < 3; overflow++) {
            check_mix(capacity, overflow);
        }
    }
}
