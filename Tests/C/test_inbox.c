/* The inbox: its bound, what happens when it is full, and what it holds when idle. */
#include "support.h"

static const uint32_t capacities[] = {1, 2, 3, 5, 64, 1000};
enum { CAPACITIES = sizeof capacities / sizeof *capacities };

static backstage_ref spawn(backstage_engine *engine, uint32_t capacity, backstage_overflow overflow,
                           backstage_receive_callback receive, void *state) {
    backstage_actor_options options = test_options("a", receive, state);
    options.capacity = capacity;
    options.overflow = overflow;
    return test_spawn_with(engine, &options);
}

/* Checks that what was received is the numbers from first on. */
static void check_received(const test_recorder *recorder, uint64_t first, uint64_t count) {
    CHECK_EQ(recorder->count, count);
    for (size_t i = 0; i < recorder->count; i++) {
        CHECK_EQ(test_number(&recorder->messages[i]), first + i);
    }
}

static void check_letters(const test_report *report, backstage_ref receiver,
                          backstage_dead_reason reason, uint64_t first, uint64_t count) {
    CHECK_EQ(report->letters_count, count);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(report->letters[i].receiver, receiver);
        CHECK_EQ(report->letters[i].reason, reason);
        CHECK_EQ(test_letter_number(&report->letters[i]), first + i);
    }
}

TEST(a_full_inbox_rejects_and_takes_again_once_there_is_room) {
    for (int i = 0; i < CAPACITIES; i++) {
        backstage_engine *engine = test_engine();
        test_recorder *recorder = test_recorder_new();
        uint64_t capacity = capacities[i];
        backstage_ref actor =
            spawn(engine, capacities[i], BACKSTAGE_OVERFLOW_REJECT, test_receive, recorder);
        backstage_context *context = test_context(engine, actor);
        for (uint64_t number = 0; number < 3 * capacity; number++) {
            if (number % capacity == 0) {
                test_run(engine);
            }
            CHECK_OK(test_send_number(engine, actor, number));
        }
        CHECK_STATUS(test_send_number(engine, actor, 7), BACKSTAGE_INBOX_FULL);
        CHECK_STATUS(backstage_send(context, actor, "x", 1), BACKSTAGE_INBOX_FULL);
        CHECK_STATUS(backstage_send_to_id(context, "a", "x", 1), BACKSTAGE_INBOX_FULL);
        CHECK_EQ(test_actor_statistics(engine, actor).queued, capacity);
        test_ledger(engine);
        test_run(engine);
        check_received(recorder, 0, 3 * capacity);
        test_end(engine);
    }
}

TEST(drop_newest_keeps_the_first_and_reports_the_rest) {
    for (int i = 0; i < CAPACITIES; i++) {
        backstage_engine *engine = test_engine();
        test_recorder *recorder = test_recorder_new();
        uint64_t capacity = capacities[i];
        backstage_ref actor =
            spawn(engine, capacities[i], BACKSTAGE_OVERFLOW_DROP_NEWEST, test_receive, recorder);
        for (uint64_t number = 0; number < 3 * capacity; number++) {
            CHECK_OK(test_send_number(engine, actor, number));
            CHECK(test_actor_statistics(engine, actor).queued <= capacity);
        }
        check_letters(test_report_of(engine), actor, BACKSTAGE_DEAD_DROPPED_NEWEST, capacity,
                      2 * capacity);
        test_run(engine);
        check_received(recorder, 0, capacity);
        CHECK_EQ(test_actor_statistics(engine, actor).dead, 2 * capacity);
        test_end(engine);
    }
}

TEST(drop_oldest_keeps_the_last_and_reports_the_rest) {
    for (int i = 0; i < CAPACITIES; i++) {
        backstage_engine *engine = test_engine();
        test_recorder *recorder = test_recorder_new();
        uint64_t capacity = capacities[i];
        backstage_ref actor =
            spawn(engine, capacities[i], BACKSTAGE_OVERFLOW_DROP_OLDEST, test_receive, recorder);
        for (uint64_t number = 0; number < 3 * capacity; number++) {
            CHECK_OK(test_send_number(engine, actor, number));
            CHECK(test_actor_statistics(engine, actor).queued <= capacity);
        }
        check_letters(test_report_of(engine), actor, BACKSTAGE_DEAD_DROPPED_OLDEST, 0,
                      2 * capacity);
        test_run(engine);
        check_received(recorder, 2 * capacity, capacity);
        CHECK_EQ(test_actor_statistics(engine, actor).dead, 2 * capacity);
        test_end(engine);
    }
}

/* Sends and turns at random, beside a queue that is just two numbers. */
static void against_a_model(uint32_t capacity, backstage_overflow overflow) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_actor_options options = test_options("a", test_receive, recorder);
    uint64_t seed = capacity, number = 0, waiting = 0, handled = 0, dead = 0;
    options.capacity = capacity;
    options.overflow = overflow;
    options.budget = 3;
    backstage_ref actor = test_spawn_with(engine, &options);
    for (int step = 0; step < 2000; step++) {
        for (uint64_t sends = test_random(&seed) % (capacity + 2); sends > 0; sends--) {
            bool full = waiting == capacity, refused = full && overflow == 0;
            CHECK_STATUS(test_send_number(engine, actor, number),
                         refused ? BACKSTAGE_INBOX_FULL : BACKSTAGE_OK);
            dead += full && !refused;
            waiting += !full;
            number += !refused;
        }
        for (uint64_t turns = test_random(&seed) % (capacity / 2 + 2); turns > 0; turns--) {
            CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
            uint64_t taken = recorder->count - handled;
            CHECK(taken <= 3 && taken <= waiting && (taken > 0 || waiting == 0));
            handled += taken;
            waiting -= taken;
        }
        CHECK_EQ(test_actor_statistics(engine, actor).queued, waiting);
        CHECK_EQ(test_actor_statistics(engine, actor).dead, dead);
    }
    for (size_t i = 1; i < recorder->count; i++) {
        uint64_t before = test_number(&recorder->messages[i - 1]);
        uint64_t now = test_number(&recorder->messages[i]);
        CHECK(overflow == BACKSTAGE_OVERFLOW_REJECT ? now == before + 1 : now > before);
    }
    test_end(engine);
}

TEST(any_mix_of_sends_and_turns_keeps_order_and_bound) {
    for (backstage_overflow overflow = 0; overflow <= 2; overflow++) {
        for (uint32_t capacity = 1; capacity <= 17; capacity++) {
            against_a_model(capacity, overflow);
        }
    }
}

/* On the first message: sends itself so many numbers from 1 on, then checks what it has in hand. */
typedef struct flood_state {
    test_recorder *recorder;
    uint64_t count, refused;
    size_t size; /* of the first message */
    uint64_t queued_max;
} flood_state;

static backstage_status flood_self(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    flood_state *flood = state;
    backstage_ref self = backstage_context_self(context);
    if (envelope->sender != BACKSTAGE_NONE) {
        return test_receive(context, envelope, flood->recorder);
    }
    for (uint64_t number = 1; number <= flood->count; number++) {
        flood->refused +=
            backstage_send(context, self, &number, sizeof number) == BACKSTAGE_INBOX_FULL;
        uint64_t queued = test_actor_statistics(backstage_context_engine(context), self).queued;
        flood->queued_max = queued > flood->queued_max ? queued : flood->queued_max;
    }
    CHECK_EQ(envelope->sender, BACKSTAGE_NONE);
    CHECK_EQ(envelope->type, BACKSTAGE_SEND);
    CHECK_EQ(envelope->size, flood->size);
    CHECK(test_is_filled(envelope->payload, flood->size, 9));
    return BACKSTAGE_OK;
}

static void start_flood(backstage_engine *engine, flood_state *flood, uint32_t capacity,
                        backstage_overflow overflow) {
    unsigned char *data = test_alloc(flood->size);
    flood->recorder = test_recorder_new();
    test_fill(data, flood->size, 9);
    backstage_ref actor = spawn(engine, capacity, overflow, flood_self, flood);
    CHECK_OK(backstage_engine_send(engine, actor, data, flood->size));
    test_run(engine);
    /* What is in hand is counted as queued, but waits no more. */
    CHECK(flood->queued_max <= (uint64_t)capacity + 1);
    CHECK_EQ(test_actor_statistics(engine, actor).queued_max, flood->queued_max - 1);
}

TEST(the_message_in_hand_takes_no_room_and_is_never_dropped) {
    static const size_t sizes[] = {8, 32, 33, 100000};
    for (int i = 0; i < CAPACITIES * 4; i++) {
        uint64_t capacity = capacities[i / 4], count = 3 * capacity, kept = capacity;
        for (backstage_overflow overflow = 0; overflow <= 2; overflow++) {
            backstage_engine *engine = test_engine();
            test_report *report = test_report_of(engine);
            flood_state flood = {.count = count, .size = sizes[i % 4]};
            start_flood(engine, &flood, capacities[i / 4], overflow);
            CHECK_EQ(flood.refused, overflow == BACKSTAGE_OVERFLOW_REJECT ? count - kept : 0);
            CHECK_EQ(report->letters_count, count - kept - flood.refused);
            check_received(flood.recorder,
                           overflow == BACKSTAGE_OVERFLOW_DROP_OLDEST ? count - kept + 1 : 1, kept);
            CHECK_EQ(flood.queued_max, capacity + 1);
            test_end(engine);
        }
    }
}

TEST(an_inbox_that_grows_in_a_callback_keeps_the_message_in_hand) {
    static const size_t sizes[] = {0, 1, 32, 33, 5000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        backstage_engine *engine = test_engine();
        flood_state flood = {.count = 50000, .size = sizes[i]};
        start_flood(engine, &flood, 100000, BACKSTAGE_OVERFLOW_REJECT);
        check_received(flood.recorder, 1, 50000);
        test_end(engine);
    }
}

TEST(an_idle_inbox_holds_no_memory) {
    static const size_t sizes[] = {8, 1024, 65536};
    backstage_engine *engine = test_engine();
    char *data = test_alloc(65536);
    backstage_ref actor = spawn(engine, 0, BACKSTAGE_OVERFLOW_REJECT, test_ignore, NULL);
    CHECK_EQ(test_actor_statistics(engine, actor).memory_bytes, 0);
    for (int size = 0; size < 3; size++) {
        for (int i = 0; i < 1000; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, sizes[size]));
        }
        uint64_t held = test_actor_statistics(engine, actor).memory_bytes;
        CHECK(held >= 1000 * sizeof(backstage_envelope));
        CHECK(sizes[size] <= BACKSTAGE_INLINE_BYTES || held >= 1000 * sizes[size]);
        test_run(engine);
        CHECK_EQ(test_actor_statistics(engine, actor).memory_bytes, 0);
    }
    test_end(engine);
}

TEST(the_high_water_mark_stays) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = spawn(engine, 100, BACKSTAGE_OVERFLOW_DROP_OLDEST, test_ignore, NULL);
    static const uint64_t bursts[] = {1, 7, 3, 99, 250, 2};
    static const uint64_t marks[] = {1, 7, 7, 99, 100, 100};
    for (int i = 0; i < 6; i++) {
        for (uint64_t sends = 0; sends < bursts[i]; sends++) {
            CHECK_OK(test_send_number(engine, actor, sends));
        }
        CHECK_EQ(test_actor_statistics(engine, actor).queued_max, marks[i]);
        test_run(engine);
        CHECK_EQ(test_actor_statistics(engine, actor).queued_max, marks[i]);
        CHECK_EQ(test_actor_statistics(engine, actor).queued, 0);
    }
    CHECK_EQ(test_actor_statistics(engine, actor).handled, 1 + 7 + 3 + 99 + 100 + 2);
    CHECK_EQ(test_actor_statistics(engine, actor).dead, 150);
    test_end(engine);
}

TEST(a_full_inbox_refuses_a_long_payload_without_copying_it) {
    static char data[1000000];
    backstage_engine *engine = test_engine();
    backstage_actor_options options = {
        .size = sizeof options, .receive = test_ignore, .capacity = 1};
    backstage_ref actor;
    CHECK_OK(backstage_engine_spawn(engine, &options, &actor));
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    const uint64_t held = test_statistics(engine).memory_bytes;
    CHECK_STATUS(backstage_engine_send(engine, actor, data, sizeof data), BACKSTAGE_INBOX_FULL);
    CHECK_EQ(test_statistics(engine).memory_bytes, held);
    /* What is wrong with the message itself comes first. */
    CHECK_STATUS(backstage_engine_send(engine, actor, data, BACKSTAGE_PAYLOAD_BYTES_DEFAULT + 1),
                 BACKSTAGE_PAYLOAD_TOO_LARGE);
    CHECK_STATUS(backstage_engine_send(engine, actor, NULL, 1), BACKSTAGE_INVALID_ARGUMENT);
    test_end(engine);
}
