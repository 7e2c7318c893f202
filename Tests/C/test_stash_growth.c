/* Stashes in a callback that also fills its own inbox, which grows and moves meanwhile. */
#include "support_life.h"

enum { FLOOD = 3000, FIRST = 1000000 };

static backstage_engine *engine;

typedef struct flooder {
    bool before, after; /* it stashes before its flood, after it, or both (the second is refused) */
    bool unstashes;     /* takes back what there is after the flood */
    bool flooded;
    uint32_t in_hand; /* in the batch that floods */
    size_t size;      /* of each message, at least 8 bytes */
    test_recorder *handled;
} flooder;

/* A number, and after it bytes that depend on it. */
static void put_number(unsigned char *bytes, size_t size, uint64_t number) {
    memcpy(bytes, &number, sizeof number);
    test_fill(bytes + sizeof number, size - sizeof number, number);
}

static void flood(backstage_context *context, size_t size) {
    unsigned char *bytes = test_alloc(size);
    for (uint64_t number = 0; number < FLOOD; number++) {
        put_number(bytes, size, number);
        CHECK_OK(backstage_send(context, backstage_context_self(context), bytes, size));
    }
}

static void stash_all(backstage_context *context, const backstage_envelope *envelopes, size_t count,
                      backstage_status want) {
    for (size_t i = 0; i < count; i++) {
        CHECK_STATUS(backstage_stash(context, &envelopes[i]), want);
    }
}

/* Stashes all in hand when it comes first, and all of the flood that follows comes after. */
static backstage_status stash_and_flood(backstage_context *context,
                                        const backstage_envelope *envelopes, size_t count,
                                        size_t *handled, void *state) {
    flooder *f = state;
    (void)handled;
    if (f->flooded) {
        for (size_t i = 0; i < count; i++) {
            CHECK_OK(test_receive(context, &envelopes[i], f->handled));
        }
        return BACKSTAGE_OK;
    }
    f->flooded = true;
    f->in_hand = (uint32_t)count;
    if (f->before) {
        stash_all(context, envelopes, count, BACKSTAGE_OK);
    }
    flood(context, f->size);
    if (f->after) {
        stash_all(context, envelopes, count, f->before ? BACKSTAGE_EXISTS : BACKSTAGE_OK);
    }
    if (f->unstashes) {
        uint32_t taken = 77;
        CHECK_OK(backstage_unstash(context, &taken));
        CHECK_EQ(taken, 0);
    }
    return BACKSTAGE_OK;
}

static backstage_status stash_and_flood_single(backstage_context *context,
                                               const backstage_envelope *envelope, void *state) {
    return stash_and_flood(context, envelope, 1, NULL, state);
}

static uint64_t get_number(const test_message *message, size_t size) {
    uint64_t number = UINT64_MAX;
    if (CHECK_EQ(message->size, size)) {
        memcpy(&number, message->bytes, sizeof number);
        CHECK(test_is_filled(message->bytes + sizeof number, size - sizeof number, number));
    }
    return number;
}

static void check_flood(flooder *f, uint32_t messages, bool batch) {
    backstage_actor_options options = test_options(NULL, batch ? NULL : stash_and_flood_single, f);
    unsigned char *bytes = test_alloc(f->size);
    engine = test_engine();
    f->handled = test_recorder_new();
    f->flooded = false;
    options.receive_batch = batch ? stash_and_flood : NULL;
    options.capacity = 2 * FLOOD;
    backstage_ref actor = test_spawn_with(engine, &options);
    for (uint64_t number = FIRST; number < FIRST + messages; number++) {
        put_number(bytes, f->size, number);
        CHECK_OK(backstage_engine_send(engine, actor, bytes, f->size));
    }
    test_run(engine);
    CHECK_EQ(test_stashed(engine, actor), f->in_hand);
    CHECK_EQ(f->handled->count, FLOOD + messages - f->in_hand);
    test_ledger(engine);
    CHECK_OK(backstage_unstash(test_context(engine, actor), NULL));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, FLOOD + messages);
    if (CHECK_EQ(f->handled->count, FLOOD + messages)) {
        const test_message *m = f->handled->messages;
        for (uint64_t i = 0; i < messages - f->in_hand; i++) { /* those behind what was in hand */
            CHECK_EQ(get_number(&m[i], f->size), FIRST + f->in_hand + i);
        }
        for (uint64_t i = 0; i < FLOOD; i++) {
            CHECK_EQ(get_number(&m[messages - f->in_hand + i], f->size), i);
        }
        for (uint64_t i = 0; i < f->in_hand; i++) {
            CHECK_EQ(get_number(&m[FLOOD + messages - f->in_hand + i], f->size), FIRST + i);
        }
    }
    test_end(engine);
}

TEST(a_stash_holds_while_the_inbox_grows_under_it) {
    static const size_t sizes[] = {8, 32, 33, 1000};
    static const uint32_t messages[] = {1, 2, 3, 8, 50};
    for (int way = 0; way < 16; way++) {
        for (size_t i = 0; i < 5; i++) {
            flooder f = {.before = way % 4 != 1, .after = way % 4 >= 1, .unstashes = way / 8 == 1};
            f.size = sizes[way % 4];
            check_flood(&f, messages[i], way / 4 % 2 == 1);
        }
    }
}

/* ---- Greed ------------------------------------------------------------------------------- */

typedef struct greedy {
    uint64_t sent, most;
    uint32_t capacity;
    bool stashes;
    uint64_t next; /* that must come, once it stashes no more */
} greedy;

/* Sets aside what it has, and fills its own inbox. */
static backstage_status fill_and_stash(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    greedy *g = state;
    backstage_ref self = backstage_context_self(context);
    if (!g->stashes) {
        CHECK_EQ(test_envelope_number(envelope), g->next++);
        return BACKSTAGE_OK;
    }
    CHECK_OK(backstage_stash(context, envelope));
    while (backstage_send(context, self, &g->sent, sizeof g->sent) == BACKSTAGE_OK) {
        g->sent++;
    }
    uint64_t queued = test_actor_statistics(engine, self).queued;
    g->most = queued > g->most ? queued : g->most;
    return BACKSTAGE_OK;
}

TEST(an_actor_that_stashes_and_fills_its_inbox_holds_no_more_than_its_capacity) {
    for (uint32_t capacity = 1; capacity < 40; capacity++) {
        greedy g = {0, 0, capacity, true, 0};
        engine = test_engine();
        backstage_actor_options options = test_options(NULL, fill_and_stash, &g);
        options.capacity = capacity;
        backstage_ref actor = test_spawn_with(engine, &options);
        CHECK_OK(backstage_engine_send(engine, actor, &g.sent, sizeof g.sent));
        g.sent++;
        test_run(engine);
        CHECK_EQ(g.most, capacity);
        CHECK(test_actor_statistics(engine, actor).queued_max <= capacity);
        CHECK_EQ(g.sent, capacity);
        CHECK_EQ(test_stashed(engine, actor), g.sent);
        CHECK_STATUS(test_send_number(engine, actor, 1), BACKSTAGE_INBOX_FULL);
        test_ledger(engine);
        g.stashes = false;
        CHECK_OK(backstage_unstash(test_context(engine, actor), NULL));
        test_run(engine);
        CHECK_EQ(g.next, g.sent);
        CHECK_EQ(test_statistics(engine).queued, 0);
        test_end(engine);
    }
}

/* ---- No room left to stash in ------------------------------------------------------------- */

/* Fills its own inbox first, so that there is no room to set a message aside. */
static backstage_status fill_then_stash(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    greedy *g = state;
    backstage_ref self = backstage_context_self(context);
    if (g->sent >= g->capacity) {
        return BACKSTAGE_OK;
    }
    while (backstage_send(context, self, &g->sent, sizeof g->sent) == BACKSTAGE_OK) {
        g->sent++;
    }
    CHECK_STATUS(backstage_stash(context, envelope), BACKSTAGE_INBOX_FULL);
    CHECK_EQ(test_stashed(engine, self), 0);
    return BACKSTAGE_OK;
}

TEST(a_message_cannot_be_stashed_once_its_room_is_taken) {
    for (uint32_t capacity = 1; capacity < 40; capacity++) {
        greedy g = {0, 0, capacity, true, 0};
        engine = test_engine();
        backstage_actor_options options = test_options(NULL, fill_then_stash, &g);
        options.capacity = capacity;
        backstage_ref actor = test_spawn_with(engine, &options);
        CHECK_OK(backstage_engine_send(engine, actor, &g.sent, sizeof g.sent));
        test_run(engine);
        CHECK_EQ(test_statistics(engine).handled, capacity + 1);
        CHECK_EQ(test_actor_statistics(engine, actor).queued_max, capacity);
        test_end(engine);
    }
}
