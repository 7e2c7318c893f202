/* Broadcast: to every living actor of a kind, in order of birth. */
#include "support.h"

static backstage_ref spawn(backstage_engine *engine, const char *kind, uint32_t capacity,
                           test_recorder *recorder) {
    backstage_actor_options options = test_options(NULL, test_receive, recorder);
    options.kind = kind;
    options.capacity = capacity;
    return test_spawn_with(engine, &options);
}

/* Records who receives, in order. */
struct order {
    backstage_ref refs[1000];
    size_t count;
};

static backstage_status note(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    struct order *order = state;
    CHECK_EQ(envelope->type, BACKSTAGE_SEND);
    if (CHECK(order->count < 1000)) {
        order->refs[order->count++] = backstage_context_self(context);
    }
    return BACKSTAGE_OK;
}

TEST(all_of_a_kind_get_it_in_order_of_birth_the_sender_included) {
    backstage_engine *engine = test_engine();
    struct order *order = test_alloc(sizeof *order);
    backstage_ref born[100];
    uint32_t receivers = 77;
    backstage_actor_options options = test_options(NULL, note, order);
    for (int i = 0; i < 100; i++) {
        options.kind = "other";
        test_spawn_with(engine, &options);
        options.kind = NULL;
        test_spawn_with(engine, &options);
        options.kind = "k";
        born[i] = test_spawn_with(engine, &options);
    }
    test_run(engine);
    CHECK_OK(backstage_broadcast(test_context(engine, born[42]), "k", "x", 1, &receivers));
    CHECK_EQ(receivers, 100);
    test_run(engine);
    CHECK_EQ(order->count, 100);
    for (size_t i = 0; i < order->count; i++) {
        CHECK_EQ(order->refs[i], born[i]);
    }
    test_end(engine);
}

TEST(the_order_of_birth_holds_when_places_are_used_again) {
    backstage_engine *engine = test_engine();
    struct order *order = test_alloc(sizeof *order);
    backstage_ref living[50] = {0};
    uint64_t seed = 8;
    backstage_actor_options options = test_options(NULL, note, order);
    options.kind = "k";
    for (int round = 0; round < 1000; round++) {
        /* The eldest are at the front. */
        size_t victim = test_random(&seed) % 50;
        if (living[victim] != BACKSTAGE_NONE) {
            CHECK_OK(backstage_shutdown(test_context(engine, living[victim])));
            test_run(engine);
        }
        memmove(&living[victim], &living[victim + 1], (49 - victim) * sizeof *living);
        living[49] = test_spawn_with(engine, &options);
    }
    test_run(engine);
    CHECK_OK(backstage_engine_broadcast(engine, "k", "x", 1));
    test_run(engine);
    size_t next = 0;
    for (size_t i = 0; i < 50; i++) {
        if (living[i] != BACKSTAGE_NONE) {
            CHECK(next < order->count && order->refs[next] == living[i]);
            next++;
        }
    }
    CHECK_EQ(order->count, next);
    test_end(engine);
}

TEST(who_has_ended_or_is_ending_gets_nothing) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref refs[10];
    uint32_t receivers = 77;
    for (int i = 0; i < 10; i++) {
        refs[i] = spawn(engine, "k", 0, recorder);
    }
    backstage_context *context = test_context(engine, refs[9]);
    CHECK_OK(backstage_stop(context, refs[0]));
    CHECK_OK(backstage_stop(context, refs[1]));
    test_run(engine);
    CHECK_OK(backstage_stop(context, refs[2]));
    CHECK_OK(backstage_poison(context, refs[3]));
    CHECK_OK(backstage_broadcast(context, "k", "x", 1, &receivers));
    CHECK_EQ(receivers, 6);
    test_run(engine);
    CHECK_EQ(recorder->count, 6);
    CHECK_EQ(test_statistics(engine).dead, 0);
    test_end(engine);
}

TEST(a_full_inbox_makes_a_dead_letter_and_stops_nobody_else) {
    backstage_engine *engine = test_engine();
    test_report *report = test_report_of(engine);
    test_recorder *first = test_recorder_new(), *full = test_recorder_new();
    test_recorder *last = test_recorder_new();
    uint32_t receivers = 77;
    backstage_ref sender = spawn(engine, "k", 0, first);
    backstage_ref small = spawn(engine, "k", 2, full);
    spawn(engine, "k", 0, last);
    for (uint64_t number = 0; number < 5; number++) {
        CHECK_OK(backstage_broadcast(test_context(engine, sender), "k", &number, sizeof number,
                                     &receivers));
        CHECK_EQ(receivers, number < 2 ? 3 : 2);
    }
    CHECK_EQ(report->letters_count, 3);
    for (uint64_t i = 0; i < report->letters_count; i++) {
        CHECK_EQ(report->letters[i].receiver, small);
        CHECK_EQ(report->letters[i].sender, sender);
        CHECK_EQ(report->letters[i].reason, BACKSTAGE_DEAD_INBOX_FULL);
        CHECK_EQ(test_letter_number(&report->letters[i]), i + 2);
    }
    test_run(engine);
    CHECK_EQ(first->count, 5);
    CHECK_EQ(full->count, 2);
    CHECK_EQ(last->count, 5);
    test_end(engine);
}

TEST(a_kind_without_actors_is_reached_without_error) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref actor = spawn(engine, "k", 0, recorder);
    backstage_context *context = test_context(engine, actor);
    uint32_t receivers = 77;
    CHECK_OK(backstage_broadcast(context, "nobody", "x", 1, &receivers));
    CHECK_EQ(receivers, 0);
    CHECK_OK(backstage_broadcast(context, "k", "x", 1, NULL));
    CHECK_OK(backstage_engine_broadcast(engine, "nobody", "x", 1));
    receivers = 77;
    CHECK_STATUS(backstage_broadcast(context, "", "x", 1, &receivers), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_engine_broadcast(engine, "", "x", 1), BACKSTAGE_INVALID_ID);
    CHECK_EQ(receivers, 77);
    CHECK_EQ(test_statistics(engine).accepted, 1);
    test_end(engine);
}

TEST(kinds_come_and_go) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    uint64_t held = 0;
    for (int round = 0; round < 300; round++) {
        char kind[2] = {(char)('a' + round % 26), '\0'};
        backstage_ref actor = spawn(engine, kind, 0, recorder);
        CHECK_OK(backstage_engine_broadcast(engine, kind, "x", 1));
        test_run(engine);
        CHECK_OK(backstage_shutdown(test_context(engine, actor)));
        test_run(engine);
        CHECK_OK(backstage_engine_broadcast(engine, kind, "x", 1));
        if (round == 100) {
            held = test_statistics(engine).memory_bytes;
        }
    }
    CHECK_EQ(recorder->count, 300);
    CHECK_EQ(test_statistics(engine).memory_bytes, held);
    test_end(engine);
}

TEST(a_large_broadcast_reaches_all_intact) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    unsigned char *data = test_alloc(70000);
    test_fill(data, 70000, 2);
    for (int i = 0; i < 100; i++) {
        spawn(engine, "k", 0, recorder);
    }
    CHECK_OK(backstage_engine_broadcast(engine, "k", data, 70000));
    memset(data, 0, 70000);
    test_run(engine);
    CHECK_EQ(recorder->count, 100);
    for (size_t i = 0; i < recorder->count; i++) {
        CHECK_EQ(recorder->messages[i].size, 70000);
        CHECK(test_is_filled(recorder->messages[i].bytes, 70000, 2));
    }
    test_end(engine);
}
