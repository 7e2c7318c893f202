/* BACKSTAGE_YIELD: what is done is handled, what is not comes again, and others have their turn in
 * between. */
#include "support_life.h"

/* What happened, in order: a letter for each message or event handled. */
static char diary[512];

static void write_diary(char entry) {
    size_t length = strlen(diary);
    if (CHECK(length + 1 < sizeof diary)) {
        diary[length] = entry;
        diary[length + 1] = '\0';
    }
}

/* Writes down its letter, and returns what it is told to. */
typedef struct writer {
    char letter;
    backstage_status status;
} writer;

static backstage_status write_each(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    const writer *w = state;
    (void)context;
    write_diary(envelope->type == BACKSTAGE_TERMINATED ? '@' : w->letter);
    return w->status;
}

static backstage_ref spawn_writer(backstage_engine *engine, writer *w, char letter,
                                  backstage_status status) {
    *w = (writer){letter, status};
    diary[0] = '\0';
    return test_spawn(engine, NULL, write_each, w);
}

static void send_times(backstage_engine *engine, backstage_ref actor, int times) {
    for (int i = 0; i < times; i++) {
        CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    }
}

/* ---- One at a time ----------------------------------------------------------------------- */

TEST(a_message_is_handled_and_the_turn_is_over) {
    static const struct {
        backstage_status status;
        const char *diary;
    } rows[] = {{BACKSTAGE_YIELD, "abbbaa"},
                {BACKSTAGE_OK, "aaabbb"},
                {3, "aaabbb"},
                {INT32_MAX, "aaabbb"}};
    for (int i = 0; i < 4; i++) {
        backstage_engine *engine = test_engine();
        writer a, b;
        backstage_ref first = spawn_writer(engine, &a, 'a', rows[i].status);
        backstage_ref second = spawn_writer(engine, &b, 'b', BACKSTAGE_OK);
        send_times(engine, first, 3);
        send_times(engine, second, 3);
        test_run(engine);
        CHECK_STR(diary, rows[i].diary);
        CHECK_EQ(test_statistics(engine).handled, 6);
        CHECK_EQ(test_statistics(engine).failures, 0);
        test_end(engine);
    }
}

TEST(a_turn_each_for_one_that_always_yields) {
    backstage_engine *engine = test_engine();
    writer a;
    backstage_ref actor = spawn_writer(engine, &a, 'a', BACKSTAGE_YIELD);
    send_times(engine, actor, 5);
    for (uint64_t turn = 1; turn <= 5; turn++) {
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        CHECK_EQ(test_statistics(engine).handled, turn);
    }
    send_times(engine, actor, 1); /* one more, from rest */
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, 6);
    test_end(engine);
}

TEST(an_event_ends_the_turn_too) {
    static const struct {
        backstage_status status;
        const char *diary;
    } rows[] = {{BACKSTAGE_YIELD, "@b@ba"}, {BACKSTAGE_OK, "@@abb"}, {3, "@@abb"}};
    for (int i = 0; i < 3; i++) {
        backstage_engine *engine = test_engine();
        writer a, b;
        backstage_ref first = spawn_writer(engine, &a, 'a', rows[i].status);
        backstage_ref second = spawn_writer(engine, &b, 'b', BACKSTAGE_YIELD);
        for (int j = 0; j < 2; j++) {
            CHECK_OK(backstage_monitor_id(test_context(engine, first), "nobody", NULL));
        }
        send_times(engine, first, 1);
        send_times(engine, second, 2);
        test_run(engine);
        CHECK_STR(diary, rows[i].diary);
        CHECK_EQ(test_statistics(engine).events, 2);
        test_end(engine);
    }
}

static backstage_status init_status;
static backstage_status begin(backstage_context *context, void *state) {
    (void)context, (void)state;
    write_diary('+');
    return init_status;
}

TEST(an_init_ends_the_turn_too) {
    for (int i = 0; i < 2; i++) {
        backstage_engine *engine = test_engine();
        writer a, b;
        backstage_actor_options options = test_options(NULL, write_each, &a);
        options.init = begin;
        init_status = i == 0 ? BACKSTAGE_YIELD : BACKSTAGE_OK;
        backstage_ref first = test_spawn_with(engine, &options);
        backstage_ref second = spawn_writer(engine, &b, 'b', BACKSTAGE_OK);
        a = (writer){'a', BACKSTAGE_OK};
        send_times(engine, first, 2);
        send_times(engine, second, 2);
        test_run(engine);
        CHECK_STR(diary, i == 0 ? "+bbaa" : "+aabb");
        test_end(engine);
    }
}

static backstage_status end_status;
static backstage_status end(backstage_context *context, backstage_reason reason, void *state) {
    (void)context, (void)reason;
    ++*(int *)state;
    return end_status;
}

TEST(a_deinit_has_nothing_to_leave_open) {
    static const backstage_status statuses[] = {BACKSTAGE_PENDING, BACKSTAGE_YIELD, 3};
    for (int i = 0; i < 3; i++) {
        backstage_engine *engine = test_engine();
        int ends = 0;
        backstage_actor_options options = test_options(NULL, test_ignore, &ends);
        options.deinit = end;
        end_status = statuses[i];
        backstage_ref actor = test_spawn_with(engine, &options);
        CHECK_OK(backstage_shutdown(test_context(engine, actor)));
        test_run(engine);
        CHECK_EQ(ends, 1);
        CHECK_EQ(test_statistics(engine).actors, 0);
        CHECK_EQ(test_statistics(engine).failures, 0);
        test_end(engine);
    }
}

/* ---- Batches ----------------------------------------------------------------------------- */

/* Takes batches of numbers that come one after the other, and gives back what it has not handled. */
typedef struct taker {
    uint64_t next;  /* the number that must come next */
    size_t handles; /* so many of a batch at most */
    size_t tells;   /* so many more it says it handled, which are not there */
    size_t largest; /* batch */
    uint64_t calls, to_self;
    uint64_t stash_from; /* the first number to stash; 0: none */
    backstage_status status;
} taker;

static backstage_status take(backstage_context *context, const backstage_envelope *envelopes,
                             size_t count, size_t *handled, void *state) {
    taker *t = state;
    CHECK_EQ(*handled, 0);
    t->calls++;
    t->largest = count > t->largest ? count : t->largest;
    for (size_t i = 0; i < count; i++) {
        uint64_t number = test_envelope_number(&envelopes[i]);
        CHECK_EQ(number, t->next + i);
        if (t->stash_from != 0 && number >= t->stash_from) {
            CHECK_OK(backstage_stash(context, &envelopes[i]));
        }
    }
    for (; t->to_self > 0; t->to_self--) {
        CHECK_OK(backstage_send(context, backstage_context_self(context), "12345678", 8));
    }
    *handled = t->handles < count ? t->handles : count;
    t->next += *handled;
    *handled += t->tells;
    return t->status;
}

static backstage_ref spawn_taker(backstage_engine *engine, taker *t, uint32_t capacity) {
    backstage_actor_options options = test_options(NULL, NULL, t);
    options.receive_batch = take;
    options.capacity = capacity;
    return test_spawn_with(engine, &options);
}

static void send_numbers(backstage_engine *engine, backstage_ref actor, uint64_t from,
                         uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        CHECK_OK(test_send_number(engine, actor, number));
    }
}

TEST(what_a_batch_leaves_comes_again) {
    static const size_t shares[] = {1, 2, 7, 63, 64, 1000};
    for (int i = 0; i < 6; i++) {
        backstage_engine *engine = test_engine();
        taker t = {.next = 1, .handles = shares[i], .status = BACKSTAGE_YIELD};
        backstage_ref actor = spawn_taker(engine, &t, 0);
        send_numbers(engine, actor, 1, 500);
        test_run(engine);
        CHECK_EQ(t.next, 501);
        CHECK(t.calls >= 500 / shares[i] || shares[i] > 64);
        CHECK_EQ(test_statistics(engine).handled, 500);
        CHECK_EQ(test_actor_statistics(engine, actor).handled, 500);
        test_end(engine);
    }
}

TEST(others_have_their_turn_before_it_does) {
    backstage_engine *engine = test_engine();
    taker t = {.next = 1, .handles = 2, .status = BACKSTAGE_YIELD};
    writer b;
    backstage_ref actor = spawn_taker(engine, &t, 0);
    backstage_ref other = spawn_writer(engine, &b, 'b', BACKSTAGE_OK);
    send_numbers(engine, actor, 1, 6);
    send_times(engine, other, 1);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_EQ(t.calls, 1);
    CHECK_EQ(t.next, 3);
    CHECK_STR(diary, "b");
    backstage_actor_statistics statistics = test_actor_statistics(engine, actor);
    CHECK(statistics.handled == 2 && statistics.queued == 4);
    test_ledger(engine);
    test_run(engine);
    CHECK_EQ(t.next, 7);
    test_end(engine);
}

TEST(more_than_there_were_cannot_be_handled) {
    backstage_engine *engine = test_engine();
    taker t = {.next = 1, .handles = 100, .tells = 1000, .status = BACKSTAGE_YIELD};
    backstage_ref actor = spawn_taker(engine, &t, 0);
    send_numbers(engine, actor, 1, 10);
    test_run(engine);
    CHECK_EQ(t.next, 11);
    CHECK_EQ(test_statistics(engine).handled, 10);
    t.handles = t.next = 0;
    t.tells = SIZE_MAX; /* as much as it can say */
    CHECK_OK(test_send_number(engine, actor, 0));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, 11);
    test_end(engine);
}

TEST(any_other_success_handles_all) {
    backstage_engine *engine = test_engine();
    taker t = {.next = 1, .handles = 100, .status = 3};
    backstage_ref actor = spawn_taker(engine, &t, 0);
    send_numbers(engine, actor, 1, 10);
    test_run(engine);
    CHECK_EQ(t.next, 11);
    CHECK_EQ(test_statistics(engine).handled, 10);
    test_end(engine);
}

/* Gives back all but one of a batch of large payloads. */
static backstage_status take_one_large(backstage_context *context,
                                       const backstage_envelope *envelopes, size_t count,
                                       size_t *handled, void *state) {
    uint64_t *next = state;
    (void)context;
    for (size_t i = 0; i < count; i++) {
        CHECK(test_is_filled(envelopes[i].payload, envelopes[i].size, *next + i));
    }
    *handled = 1;
    ++*next;
    return BACKSTAGE_YIELD;
}

TEST(large_payloads_are_given_back_once_they_are_handled) {
    enum { LARGE = 5000, COUNT = 20 };
    static unsigned char bytes[LARGE];
    backstage_engine *engine = test_engine();
    uint64_t next = 0;
    backstage_actor_options options = test_options(NULL, NULL, &next);
    options.receive_batch = take_one_large;
    backstage_ref actor = test_spawn_with(engine, &options);
    for (uint64_t i = 0; i < COUNT; i++) {
        test_fill(bytes, LARGE, i);
        CHECK_OK(backstage_engine_send(engine, actor, bytes, LARGE));
    }
    for (uint64_t left = COUNT; left > 0; left--) {
        CHECK(test_actor_statistics(engine, actor).memory_bytes >= left * LARGE);
        CHECK(test_actor_statistics(engine, actor).memory_bytes < (left + 1) * LARGE);
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    }
    CHECK_EQ(next, COUNT);
    CHECK_EQ(test_actor_statistics(engine, actor).memory_bytes, 0);
    test_end(engine);
}

TEST(what_it_stashed_of_what_it_leaves_is_not_stashed) {
    backstage_engine *engine = test_engine();
    taker t = {.next = 1, .handles = 5, .stash_from = 4, .status = BACKSTAGE_YIELD};
    backstage_ref actor = spawn_taker(engine, &t, 0);
    send_numbers(engine, actor, 1, 9);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    backstage_actor_statistics statistics = test_actor_statistics(engine, actor);
    CHECK_EQ(statistics.stashed, 2); /* 4 and 5 */
    CHECK_EQ(statistics.handled, 3);
    CHECK_EQ(statistics.queued, 6);
    t.stash_from = 0;
    test_run(engine);
    CHECK_EQ(t.next, 10);
    t.next = 4;
    CHECK_OK(backstage_unstash(test_context(engine, actor), NULL));
    test_run(engine);
    CHECK_EQ(t.next, 6);
    CHECK_EQ(test_statistics(engine).handled, 9);
    test_end(engine);
}

/* Its inbox grows, and moves, while it has the batch. */
TEST(a_batch_left_whole_comes_again_from_a_larger_inbox) {
    backstage_engine *engine = test_engine();
    taker t = {.next = 1, .handles = 0, .to_self = 100, .status = BACKSTAGE_YIELD};
    backstage_ref actor = spawn_taker(engine, &t, 0);
    send_numbers(engine, actor, 1, 4);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_EQ(test_statistics(engine).queued, 104);
    CHECK_EQ(test_statistics(engine).handled, 0);
    t.handles = 4;
    CHECK_OK(backstage_engine_stop(engine)); /* before the others, which are no such numbers */
    test_run(engine);
    CHECK_EQ(t.calls, 1);
    test_ledger(engine);
    test_end(engine);
}

TEST(a_batch_left_whole_may_be_one_too_many) {
    backstage_engine *engine = test_engine();
    taker t = {.next = 1, .handles = 0, .to_self = 1, .status = BACKSTAGE_YIELD};
    backstage_ref actor = spawn_taker(engine, &t, 3);
    send_numbers(engine, actor, 1, 3);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_EQ(test_actor_statistics(engine, actor).queued, 4);
    uint32_t room = 77;
    backstage_context *context = test_context(engine, actor);
    CHECK_OK(backstage_room(context, actor, &room));
    CHECK_EQ(room, 0);
    CHECK_STATUS(test_send_number(engine, actor, 4), BACKSTAGE_INBOX_FULL);
    test_end(engine);
}
