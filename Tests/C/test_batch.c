/* receive_batch: several messages at once, never more than the budget, and failure in the middle.
 */
#include "support.h"

/* An actor that checks its batches and counts them. */
struct batches {
    uint64_t next;  /* the number that must come next */
    size_t largest; /* batch */
    uint64_t events;
    uint64_t fail_at; /* the number to fail on; 0: none */
    size_t told;      /* what to say in *handled then, if tells */
    bool tells;
};

static backstage_status receive(backstage_context *context, const backstage_envelope *envelopes,
                                size_t count, size_t *handled, void *state) {
    struct batches *batches = state;
    (void)context;
    CHECK_EQ(*handled, 0);
    if (envelopes->type == BACKSTAGE_TIMER) {
        CHECK_EQ(count, 1);
        batches->events++;
        return BACKSTAGE_OK;
    }
    batches->largest = count > batches->largest ? count : batches->largest;
    for (size_t i = 0; i < count; i++) {
        uint64_t number;
        CHECK_EQ(envelopes[i].type, BACKSTAGE_SEND);
        CHECK_EQ((uintptr_t)envelopes[i].payload % 16, 0);
        memcpy(&number, envelopes[i].payload, sizeof number);
        CHECK_EQ(number, batches->next);
        if (number == batches->fail_at && number != 0) {
            if (batches->tells) {
                *handled = batches->told == 0 ? i : batches->told;
            }
            return TEST_STATUS;
        }
        CHECK(test_is_filled((const char *)envelopes[i].payload + sizeof number,
                             envelopes[i].size - sizeof number, number));
        batches->next++;
    }
    return BACKSTAGE_OK;
}

static backstage_ref spawn(backstage_engine *engine, uint32_t budget,
                           backstage_receive_batch_callback callback, void *state) {
    backstage_actor_options options = test_options("a", NULL, state);
    options.receive_batch = callback;
    options.budget = budget;
    return test_spawn_with(engine, &options);
}

/* Sends the numbers from..to, as payloads that are longer by `extra` bytes. */
static void send(backstage_engine *engine, backstage_ref actor, uint64_t from, uint64_t to,
                 size_t extra) {
    unsigned char *data = test_alloc(sizeof from + extra);
    for (uint64_t number = from; number <= to; number++) {
        memcpy(data, &number, sizeof number);
        test_fill(data + sizeof number, extra, number);
        CHECK_OK(backstage_engine_send(engine, actor, data, sizeof number + extra));
    }
}

TEST(a_batch_holds_the_next_messages_and_no_more_than_the_budget) {
    static const uint32_t budgets[] = {1, 2, 7, 64, 255};
    static const size_t extras[] = {0, 24, 25, 2000};
    for (int i = 0; i < 20; i++) {
        backstage_engine *engine = test_engine();
        uint32_t budget = budgets[i % 5];
        struct batches batches = {.next = 1};
        backstage_ref actor = spawn(engine, budget, receive, &batches);
        send(engine, actor, 1, 1000, extras[i / 5]);
        test_run(engine);
        CHECK_EQ(batches.next, 1001);
        CHECK(batches.largest <= budget);
        CHECK(batches.largest > 1 || budget == 1);
        CHECK_EQ(test_statistics(engine).handled, 1000);
        test_end(engine);
    }
}

TEST(batches_stay_in_order_wherever_the_inbox_stands) {
    backstage_engine *engine = test_engine();
    backstage_actor_options options = test_options("a", NULL, NULL);
    struct batches batches = {.next = 1};
    uint64_t seed = 3, sent = 0;
    options.receive_batch = receive;
    options.state = &batches;
    options.budget = 5;
    options.capacity = 13;
    backstage_ref actor = test_spawn_with(engine, &options);
    for (int round = 0; round < 5000; round++) {
        uint64_t room = 13 - test_actor_statistics(engine, actor).queued;
        uint64_t count = test_random(&seed) % (room + 1);
        send(engine, actor, sent + 1, sent + count, round % 60);
        sent += count;
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    }
    test_run(engine);
    CHECK_EQ(batches.next, sent + 1);
    CHECK(batches.largest <= 5);
    test_end(engine);
}

TEST(an_event_comes_alone) {
    backstage_engine *engine = test_engine();
    struct batches batches = {.next = 1};
    uint64_t timer;
    backstage_ref actor = spawn(engine, 0, receive, &batches);
    CHECK_OK(backstage_timer_start(test_context(engine, actor), 10, 10, &timer));
    for (int round = 0; round < 5; round++) {
        send(engine, actor, (uint64_t)round * 10 + 1, (uint64_t)round * 10 + 10, 0);
        CHECK_OK(backstage_engine_advance(engine, 10));
        test_run(engine);
    }
    CHECK_EQ(batches.events, 5);
    CHECK_EQ(batches.next, 51);
    CHECK_EQ(test_statistics(engine).events, 5);
    CHECK_EQ(test_statistics(engine).handled, 50);
    test_end(engine);
}

/* Sends 1..10, fails on one, and checks the ledger to the message. */
static void check_failure(uint64_t fail_at, bool tells) {
    backstage_engine *engine = test_engine();
    test_report *report = test_report_of(engine);
    struct batches batches = {.next = 1, .fail_at = fail_at, .tells = tells};
    backstage_ref actor = spawn(engine, 0, receive, &batches);
    send(engine, actor, 1, 10, 0);
    test_run(engine);
    uint64_t handled = tells ? fail_at - 1 : 0, left = 10 - handled - 1;
    CHECK_EQ(test_statistics(engine).handled, handled);
    CHECK_EQ(test_statistics(engine).failures, 1);
    CHECK_EQ(report->letters_count, left + 1);
    CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_FAILED);
    for (uint64_t i = 0; i <= left; i++) {
        CHECK_EQ(test_letter_number(&report->letters[i]), handled + 1 + i);
        CHECK_EQ(report->letters[i].receiver, actor);
    }
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENDED], left);
    CHECK_STATUS(backstage_engine_send(engine, actor, "x", 1), BACKSTAGE_NOT_FOUND);
    test_end(engine);
}

TEST(a_failure_in_the_middle_kills_one_message_and_those_left_end_with_the_actor) {
    for (uint64_t fail_at = 1; fail_at <= 10; fail_at++) {
        check_failure(fail_at, true);
        check_failure(fail_at, false);
    }
}

TEST(a_wrong_count_of_handled_messages_breaks_no_ledger) {
    static const size_t told[] = {10, 11, 1000000, SIZE_MAX};
    for (int i = 0; i < 4; i++) {
        backstage_engine *engine = test_engine();
        struct batches batches = {.next = 1, .fail_at = 3, .tells = true, .told = told[i]};
        backstage_ref actor = spawn(engine, 0, receive, &batches);
        send(engine, actor, 1, 10, 0);
        test_run(engine);
        test_ledger(engine);
        CHECK_EQ(test_statistics(engine).failures, 1);
        CHECK_EQ(test_statistics(engine).queued, 0);
        CHECK_EQ(test_statistics(engine).handled + test_statistics(engine).dead, 10);
        test_end(engine);
    }
}

static backstage_status handles_one(backstage_context *context, const backstage_envelope *envelopes,
                                    size_t count, size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)count, (void)state;
    *handled = 1;
    return BACKSTAGE_OK;
}

TEST(success_handles_all_whatever_handled_says) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = spawn(engine, 0, handles_one, NULL);
    send(engine, actor, 1, 100, 0);
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, 100);
    CHECK_EQ(test_actor_statistics(engine, actor).handled, 100);
    test_end(engine);
}

/* On the first batch: floods itself, then checks that what is in hand is as it was. */
static backstage_status flood_self(backstage_context *context, const backstage_envelope *envelopes,
                                   size_t count, size_t *handled, void *state) {
    backstage_engine *engine = backstage_context_engine(context);
    backstage_ref self = backstage_context_self(context);
    uint64_t *seen = state, own = 0;
    (void)handled;
    for (size_t i = 0; i < count; i++) {
        own += envelopes[i].sender == self;
    }
    if (*seen == 0) {
        CHECK_EQ(test_actor_statistics(engine, self).queued, 20);
        for (uint64_t number = 1000; number < 6000; number++) {
            CHECK_OK(backstage_send(context, self, &number, sizeof number));
        }
        for (size_t i = 0; i < count; i++) {
            uint64_t number;
            memcpy(&number, envelopes[i].payload, sizeof number);
            CHECK_EQ(number, i + 1);
            CHECK(test_is_filled((const char *)envelopes[i].payload + sizeof number,
                                 envelopes[i].size - sizeof number, number));
        }
        CHECK_EQ(own, 0);
    }
    *seen += count;
    return BACKSTAGE_OK;
}

TEST(a_batch_in_hand_stays_while_its_actor_floods_itself) {
    for (int i = 0; i < 4; i++) {
        backstage_engine *engine = test_engine();
        backstage_actor_options options = test_options("a", NULL, NULL);
        uint64_t seen = 0, dropped = i / 2 == 1 ? 5000 - (100 - 19) : 0;
        options.receive_batch = flood_self;
        options.state = &seen;
        options.capacity = i / 2 == 1 ? 100 : 100000;
        options.overflow = BACKSTAGE_OVERFLOW_DROP_OLDEST;
        backstage_ref actor = test_spawn_with(engine, &options);
        send(engine, actor, 1, 20, i % 2 == 1 ? 500 : 0);
        test_run(engine);
        CHECK_EQ(seen, 5020 - dropped);
        CHECK_EQ(test_report_of(engine)->reasons[BACKSTAGE_DEAD_DROPPED_OLDEST], dropped);
        test_end(engine);
    }
}

static backstage_status shut_down(backstage_context *context, const backstage_envelope *envelopes,
                                  size_t count, size_t *handled, void *state) {
    size_t *in_hand = state;
    (void)envelopes, (void)handled;
    *in_hand += count;
    return backstage_shutdown(context);
}

TEST(a_shutdown_counts_the_batch_in_hand_as_handled) {
    backstage_engine *engine = test_engine();
    size_t in_hand = 0;
    backstage_ref actor = spawn(engine, 4, shut_down, &in_hand);
    send(engine, actor, 1, 10, 0);
    test_run(engine);
    CHECK(in_hand >= 1 && in_hand <= 4);
    CHECK_EQ(test_statistics(engine).handled, in_hand);
    CHECK_EQ(test_report_of(engine)->reasons[BACKSTAGE_DEAD_ENDED], 10 - in_hand);
    test_end(engine);
}
