/* The stash: what is set aside comes back in order, before what waits, and is counted all along. */
#include "support_life.h"

/* Stashes while told to; what it gets when it is not is what it has handled. */
typedef struct stasher {
    backstage_engine *engine;
    backstage_ref actor;
    backstage_context *context;
    bool stashes;
    test_recorder *handled;
    uint64_t seen; /* calls */
} stasher;

static backstage_status stash_or_handle(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    stasher *s = state;
    s->seen++;
    if (s->stashes) {
        return backstage_stash(context, envelope);
    }
    return test_receive(context, envelope, s->handled);
}

static stasher *open_stasher(uint32_t capacity) {
    stasher *s = test_alloc(sizeof *s);
    s->engine = test_engine();
    s->handled = test_recorder_new();
    s->stashes = true;
    backstage_actor_options options = test_options("stasher", stash_or_handle, s);
    options.capacity = capacity;
    s->actor = test_spawn_with(s->engine, &options);
    s->context = test_context(s->engine, s->actor);
    return s;
}

static void send_numbers(const stasher *s, uint64_t from, uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        CHECK_OK(test_send_number(s->engine, s->actor, number));
    }
}

/* What the statistics say of it, and the ledger. */
static void check_counts(const stasher *s, uint64_t queued, uint64_t stashed, uint64_t handled) {
    backstage_actor_statistics now = test_actor_statistics(s->engine, s->actor);
    CHECK_EQ(now.queued, queued);
    CHECK_EQ(now.stashed, stashed);
    CHECK_EQ(now.handled, handled);
    CHECK_EQ(test_statistics(s->engine).queued, queued);
    CHECK_EQ(test_statistics(s->engine).handled, handled);
    test_ledger(s->engine);
}

static void unstash(const stasher *s, uint32_t expected) {
    uint32_t count = 77;
    CHECK_OK(backstage_unstash(s->context, &count));
    CHECK_EQ(count, expected);
}

static void check_order(const stasher *s, uint64_t from, uint64_t to) {
    if (CHECK_EQ(s->handled->count, to - from + 1)) {
        for (uint64_t i = 0; i <= to - from; i++) {
            CHECK_EQ(test_number(&s->handled->messages[i]), from + i);
        }
    }
}

TEST(what_is_stashed_comes_back_in_the_order_in_which_it_came) {
    stasher *s = open_stasher(0);
    send_numbers(s, 1, 10);
    check_counts(s, 10, 0, 0);
    test_run(s->engine);
    CHECK_EQ(s->seen, 10);
    check_counts(s, 10, 10, 0);
    test_run(s->engine);
    CHECK_EQ(s->seen, 10); /* it rests until taken back */
    s->stashes = false;
    unstash(s, 10);
    CHECK_EQ(s->handled->count, 0);
    check_counts(s, 10, 0, 0);
    test_run(s->engine);
    check_order(s, 1, 10);
    check_counts(s, 0, 0, 10);
    test_end(s->engine);
}

TEST(what_is_stashed_comes_back_before_what_waits) {
    stasher *s = open_stasher(0);
    send_numbers(s, 1, 5);
    test_run(s->engine);
    send_numbers(s, 6, 9);
    s->stashes = false;
    unstash(s, 5);
    send_numbers(s, 10, 12);
    check_counts(s, 12, 0, 0);
    test_run(s->engine);
    check_order(s, 1, 12);
    test_end(s->engine);
}

TEST(others_are_handled_meanwhile) {
    stasher *s = open_stasher(0);
    send_numbers(s, 1, 3);
    test_run(s->engine);
    s->stashes = false;
    send_numbers(s, 4, 6);
    test_run(s->engine);
    check_counts(s, 3, 3, 3);
    check_order(s, 4, 6);
    unstash(s, 3);
    test_run(s->engine);
    CHECK_EQ(test_number(&s->handled->messages[3]), 1);
    CHECK_EQ(test_number(&s->handled->messages[5]), 3);
    check_counts(s, 0, 0, 6);
    test_end(s->engine);
}

TEST(what_came_back_may_be_stashed_again_and_keeps_its_order) {
    stasher *s = open_stasher(0);
    send_numbers(s, 1, 4);
    for (int round = 0; round < 20; round++) {
        test_run(s->engine);
        check_counts(s, 4, 4, 0);
        unstash(s, 4);
        check_counts(s, 4, 0, 0);
    }
    test_run(s->engine);
    send_numbers(s, 5, 8); /* these join behind */
    test_run(s->engine);
    unstash(s, 8);
    test_run(s->engine);
    s->stashes = false;
    unstash(s, 8);
    test_run(s->engine);
    check_order(s, 1, 8);
    test_end(s->engine);
}

TEST(a_second_unstash_before_the_first_is_handled_finds_nothing) {
    stasher *s = open_stasher(0);
    unstash(s, 0);
    send_numbers(s, 1, 3);
    test_run(s->engine);
    s->stashes = false;
    unstash(s, 3);
    unstash(s, 0);
    CHECK_OK(backstage_unstash(s->context, NULL));
    test_run(s->engine);
    check_order(s, 1, 3);
    unstash(s, 0);
    test_end(s->engine);
}

TEST(ten_thousand_are_stashed_and_come_back) {
    enum { MESSAGES = 10000 };
    stasher *s = open_stasher(2 * MESSAGES);
    send_numbers(s, 1, MESSAGES);
    test_run(s->engine);
    check_counts(s, MESSAGES, MESSAGES, 0);
    s->stashes = false;
    unstash(s, MESSAGES);
    send_numbers(s, MESSAGES + 1, 2 * MESSAGES);
    check_counts(s, 2 * MESSAGES, 0, 0);
    test_run(s->engine);
    check_order(s, 1, 2 * MESSAGES);
    check_counts(s, 0, 0, 2 * MESSAGES);
    CHECK_EQ(test_actor_statistics(s->engine, s->actor).queued_max, 2 * MESSAGES);
    test_end(s->engine);
}

TEST(every_other_of_ten_thousand_is_stashed_in_any_turn_and_none_is_lost) {
    enum { MESSAGES = 10000 };
    stasher *s = open_stasher(MESSAGES);
    uint64_t seed = 5, next = 1;
    for (uint64_t sent = 0; sent < MESSAGES; sent++) {
        s->stashes = test_random(&seed) % 2 == 0;
        send_numbers(s, sent + 1, sent + 1);
        test_run(s->engine);
    }
    uint64_t stashed = test_stashed(s->engine, s->actor), direct = s->handled->count;
    CHECK_EQ(stashed + direct, MESSAGES);
    check_counts(s, stashed, stashed, direct);
    s->stashes = false;
    unstash(s, (uint32_t)stashed);
    test_run(s->engine);
    if (CHECK_EQ(s->handled->count, MESSAGES)) {
        for (uint64_t i = direct; i < MESSAGES; i++) { /* rising, with gaps */
            CHECK(test_number(&s->handled->messages[i]) >= next);
            next = test_number(&s->handled->messages[i]) + 1;
        }
    }
    test_end(s->engine);
}

TEST(payloads_of_any_size_are_stashed_intact) {
    static const size_t sizes[] = {0, 1, 16, 31, 32, 33, 1000, 65536, 1 << 20};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    stasher *s = open_stasher(0);
    unsigned char *bytes = test_alloc(1 << 20);
    for (size_t i = 0; i < SIZES; i++) {
        test_fill(bytes, sizes[i], i);
        CHECK_OK(backstage_engine_send(s->engine, s->actor, bytes, sizes[i]));
        test_run(s->engine);
    }
    for (int round = 0; round < 3; round++) { /* and again, and the inbox moves on below them */
        unstash(s, SIZES);
        test_run(s->engine);
        s->stashes = false;
        send_numbers(s, 1, 1000);
        test_run(s->engine);
        CHECK_EQ(s->handled->count, 1000);
        s->handled->count = 0;
        s->stashes = true;
    }
    check_counts(s, SIZES, SIZES, 3000);
    s->stashes = false;
    unstash(s, SIZES);
    test_run(s->engine);
    if (CHECK_EQ(s->handled->count, SIZES)) {
        for (size_t i = 0; i < SIZES; i++) {
            CHECK_EQ(s->handled->messages[i].size, sizes[i]);
            CHECK(test_is_filled(s->handled->messages[i].bytes, sizes[i], i));
        }
    }
    test_end(s->engine);
}

TEST(a_stashed_message_stays_what_it_was) {
    stasher *s = open_stasher(0);
    backstage_ref sender = test_spawn(s->engine, "publisher", test_ignore, NULL);
    backstage_context *context = test_context(s->engine, sender);
    uint64_t token;
    CHECK_OK(backstage_subscribe(s->context, "publisher"));
    CHECK_OK(backstage_subscribe_to_topic(s->context, "publisher", "a.*"));
    CHECK_OK(backstage_send(context, s->actor, "sent", 4));
    CHECK_OK(backstage_publish(context, "published", 9, NULL));
    CHECK_OK(backstage_publish_to_topic(context, "a.b", "topical", 7, NULL));
    CHECK_OK(backstage_request(context, s->actor, "asked", 5, 0, &token));
    test_run(s->engine);
    check_counts(s, 4, 4, 0);
    CHECK_OK(backstage_unsubscribe_from_topic(s->context, "publisher", "a.*"));
    CHECK_OK(backstage_stop(s->context, sender)); /* the topic's name outlives its publisher */
    test_run(s->engine);
    s->stashes = false;
    unstash(s, 4);
    test_run(s->engine);
    if (CHECK_EQ(s->handled->count, 4)) {
        const test_message *m = s->handled->messages;
        for (size_t i = 0; i < 4; i++) {
            CHECK_EQ(m[i].sender, sender);
        }
        CHECK_EQ(m[0].type, BACKSTAGE_SEND);
        CHECK_EQ(m[1].type, BACKSTAGE_PUBLISH);
        CHECK_STR(m[1].topic, "");
        CHECK_EQ(m[2].type, BACKSTAGE_PUBLISH);
        CHECK_STR(m[2].topic, "a.b");
        CHECK_STR(test_text(&m[2]), "topical");
        CHECK_EQ(m[3].type, BACKSTAGE_REQUEST);
        CHECK_EQ(m[3].token, token);
    }
    test_end(s->engine);
}
