/* What is left open and finished later, given back, sent many at a time, asked and given up calls the
 * allocator not once, warm: see steady.h. */
#define _GNU_SOURCE
#include "steady.h"

/* ---- Left open --------------------------------------------------------------------------- */

static backstage_status leave_open(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_PENDING;
}

/* Handles a third of a batch, and leaves the next one open. */
static backstage_status leave_one_open(backstage_context *context,
                                       const backstage_envelope *envelopes, size_t count,
                                       size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)state;
    *handled = count / 3;
    return BACKSTAGE_PENDING;
}

static void send_and_finish(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    backstage_context *context = test_context(engine, actor);
    for (uint64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < AT_ONCE; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, size));
        }
        do {
            test_run(engine);
        } while (backstage_finish(context, BACKSTAGE_OK) == BACKSTAGE_OK);
    }
}

TEST(messages_left_open_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref actor = test_spawn(engine, NULL, leave_open, NULL);
        measure(engine, send_and_finish, &actor, sizes[i], AT_ONCE);
        CHECK_EQ(test_statistics(engine).queued, 0);
        test_end(engine);
    }
}

TEST(batches_left_open_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_actor_options options = test_options(NULL, NULL, NULL);
        options.receive_batch = leave_one_open;
        backstage_ref actor = test_spawn_with(engine, &options);
        measure(engine, send_and_finish, &actor, sizes[i], AT_ONCE);
        CHECK_EQ(test_statistics(engine).queued, 0);
        test_end(engine);
    }
}

static void time_and_finish(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_context *context = test_context(engine, *(backstage_ref *)state);
    (void)size;
    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t timer;
        CHECK_OK(backstage_timer_start(context, 0, 0, &timer));
        test_run(engine);
        CHECK_OK(backstage_finish(context, BACKSTAGE_OK));
        test_run(engine);
    }
}

TEST(events_left_open_allocate_nothing) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, leave_open, NULL);
    measure(engine, time_and_finish, &actor, 0, 1);
    test_end(engine);
}

/* ---- Given back -------------------------------------------------------------------------- */

static backstage_status take_a_third(backstage_context *context,
                                     const backstage_envelope *envelopes, size_t count,
                                     size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)state;
    *handled = (count + 2) / 3;
    return BACKSTAGE_YIELD;
}

static void send_each(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    for (uint64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < AT_ONCE; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, size));
        }
        test_run(engine);
    }
}

TEST(batches_given_back_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_actor_options options = test_options(NULL, NULL, NULL);
        options.receive_batch = take_a_third;
        backstage_ref actor = test_spawn_with(engine, &options);
        measure(engine, send_each, &actor, sizes[i], AT_ONCE);
        CHECK_EQ(test_statistics(engine).queued, 0);
        test_end(engine);
    }
}

/* ---- Many at a time ---------------------------------------------------------------------- */

typedef struct lot {
    backstage_ref actor;
    unsigned char *bytes; /* room for AT_ONCE of the largest */
} lot;

static void send_lots(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    const lot *l = state;
    uint32_t lot_sizes[AT_ONCE];
    backstage_context *context = test_context(engine, l->actor);
    for (int i = 0; i < AT_ONCE; i++) {
        lot_sizes[i] = (uint32_t)size;
    }
    for (uint64_t round = 0; round < rounds; round++) {
        size_t accepted = 0;
        CHECK_OK(round % 2 == 0 ? backstage_send_many(context, l->actor, l->bytes, lot_sizes,
                                                      AT_ONCE, &accepted)
                                : backstage_engine_send_many(engine, l->actor, l->bytes, lot_sizes,
                                                             AT_ONCE, &accepted));
        CHECK_EQ(accepted, AT_ONCE);
        test_run(engine);
    }
}

TEST(many_at_a_time_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        lot l = {test_spawn(engine, NULL, test_ignore, NULL), test_alloc(AT_ONCE * LARGEST)};
        measure(engine, send_lots, &l, sizes[i], AT_ONCE);
        test_end(engine);
    }
}

/* ---- Given up ---------------------------------------------------------------------------- */

/* Half of them with a time; the request is handled all the same. */
static void ask_and_cancel(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref asked = *(backstage_ref *)state;
    backstage_context *context = test_context(engine, asked);
    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t token;
        CHECK_OK(backstage_request(context, asked, data, size, round % 2 ? 1000 : 0, &token));
        CHECK_OK(backstage_request_cancel(context, token));
        test_run(engine);
    }
}

TEST(requests_given_up_allocate_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
        measure(engine, ask_and_cancel, &actor, sizes[i], 1);
        test_end(engine);
    }
}
