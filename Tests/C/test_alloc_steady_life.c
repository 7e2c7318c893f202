/* In the steady state no restart, stash, change of callbacks, late answer, receive timeout or
 * request by id costs a call to the allocator. */
#define _GNU_SOURCE
#include "steady_few.h"

enum { RESTARTS = 20000 };

static uint64_t done; /* by the callbacks of a workload */

/* ---- Restarts ---------------------------------------------------------------------------- */

/* A child that is restarted whenever a message comes; messages are dead letters if it fails. */
static backstage_status fail_or_shut_down(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    (void)envelope;
    done++;
    return state == NULL ? backstage_shutdown(context) : TEST_STATUS;
}

static backstage_ref spawn_supervised(backstage_engine *engine, backstage_strategy strategy,
                                      const backstage_actor_options *child, int siblings) {
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    backstage_supervision supervision;
    backstage_ref actor = BACKSTAGE_NONE, sibling;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.strategy = strategy;
    supervision.restarts_max = BACKSTAGE_RESTARTS_MAX;
    supervision.window_ns = 1000;
    options.supervision = &supervision;
    backstage_context *context = test_context(engine, test_spawn_with(engine, &options));
    CHECK_OK(backstage_spawn_child(context, child, &actor));
    options = test_options(NULL, test_ignore, NULL);
    for (int i = 0; i < siblings; i++) {
        CHECK_OK(backstage_spawn_child(context, &options, &sibling));
    }
    return actor;
}

static void restart(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    for (uint64_t round = 0; round < rounds; round++) {
        CHECK_OK(backstage_engine_send(engine, actor, data, size));
        test_run(engine);
        CHECK_OK(backstage_engine_advance(engine, 10));
    }
}

TEST(restarts_allocate_nothing) {
    for (backstage_strategy strategy = 0; strategy <= BACKSTAGE_REST_FOR_ONE; strategy++) {
        for (int i = 0; i < SIZES; i++) {
            backstage_engine *engine = test_engine();
            backstage_actor_options child = test_options("child", fail_or_shut_down, NULL);
            backstage_ref actor = spawn_supervised(engine, strategy, &child, 3);
            done = 0;
            measure_few(engine, restart, &actor, sizes[i], RESTARTS);
            CHECK(done >= RESTARTS);
            CHECK(test_statistics(engine).restarts >= done);
            CHECK_EQ(test_statistics(engine).dead, 0);
            test_end(engine);
        }
    }
}

TEST(failures_and_their_restarts_allocate_nothing) {
    for (backstage_strategy strategy = 0; strategy <= BACKSTAGE_REST_FOR_ONE; strategy++) {
        backstage_engine *engine = test_engine();
        backstage_actor_options child = test_options("child", fail_or_shut_down, &done);
        backstage_ref actor = spawn_supervised(engine, strategy, &child, 3);
        measure_few(engine, restart, &actor, 1024, RESTARTS);
        CHECK(test_statistics(engine).restarts >= RESTARTS);
        CHECK_EQ(test_statistics(engine).handled, 0);
        test_end(engine);
    }
}

/* Has all that a restart takes away or ends, anew each time. */
static backstage_status begin_much(backstage_context *context, void *state) {
    backstage_actor_options options = test_options("grandchild", test_ignore, NULL);
    backstage_ref grandchild;
    uint64_t timer;
    (void)state;
    CHECK_OK(backstage_timer_start(context, 1000000, 1000000, &timer));
    CHECK_OK(backstage_receive_timeout(context, 1000000));
    CHECK_OK(backstage_become(context, fail_or_shut_down));
    return backstage_spawn_child(context, &options, &grandchild);
}

TEST(restarts_of_who_has_children_and_timers_allocate_nothing) {
    backstage_engine *engine = test_engine();
    backstage_actor_options child = test_options("child", test_ignore, NULL);
    child.init = begin_much;
    backstage_ref actor = spawn_supervised(engine, BACKSTAGE_ONE_FOR_ONE, &child, 0);
    measure_few(engine, restart, &actor, 16, RESTARTS);
    CHECK(test_statistics(engine).spawned >= RESTARTS);
    test_end(engine);
}

/* ---- The stash --------------------------------------------------------------------------- */

/* Stashes each message the first time it comes. */
static backstage_status stash_once(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    uint64_t *left = state;
    if (*left == 0) {
        return BACKSTAGE_OK;
    }
    if (--*left == 0) {
        CHECK_OK(backstage_stash(context, envelope));
        return backstage_unstash(context, NULL); /* all but this one */
    }
    return backstage_stash(context, envelope);
}

static uint64_t left;

static void stash(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    backstage_context *context = test_context(engine, actor);
    for (uint64_t round = 0; round < rounds; round++) {
        left = AT_ONCE;
        for (int i = 0; i < AT_ONCE; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, size));
        }
        test_run(engine);
        CHECK_OK(backstage_unstash(context, NULL));
        test_run(engine);
    }
}

TEST(stashing_and_taking_back_allocates_nothing) {
    for (int i = 0; i < SIZES; i++) {
        backstage_engine *engine = test_engine();
        backstage_ref actor = test_spawn(engine, NULL, stash_once, &left);
        measure(engine, stash, &actor, sizes[i], AT_ONCE);
        CHECK_EQ(test_statistics(engine).queued, 0);
        test_end(engine);
    }
}

/* ---- Changes of callbacks ---------------------------------------------------------------- */

static backstage_status second(backstage_context *context, const backstage_envelope *envelope,
                               void *state);

static backstage_status third(backstage_context *context, const backstage_envelope *envelopes,
                              size_t count, size_t *handled, void *state) {
    (void)envelopes, (void)count, (void)handled, (void)state;
    return backstage_become(context, second);
}

static backstage_status first(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    (void)envelope, (void)state;
    return backstage_become(context, second);
}

static backstage_status second(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    uint64_t *changes = state;
    (void)envelope;
    return ++*changes % 2 == 0 ? backstage_become(context, first)
                               : backstage_become_batch(context, third);
}

static void send(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    for (uint64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < AT_ONCE; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, size));
        }
        test_run(engine);
    }
}

TEST(becoming_another_allocates_nothing) {
    backstage_engine *engine = test_engine();
    uint64_t changes = 0;
    backstage_ref actor = test_spawn(engine, NULL, first, &changes);
    measure(engine, send, &actor, 16, AT_ONCE);
    CHECK(changes > 0);
    test_end(engine);
}

/* ---- Receive timeouts -------------------------------------------------------------------- */

static backstage_status ask_again(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    uint64_t *timeouts = state;
    *timeouts += envelope->type == BACKSTAGE_RECEIVE_TIMEOUT;
    if (*timeouts % 3 == 0) {
        CHECK_OK(backstage_receive_timeout(context, 0));
    }
    return backstage_receive_timeout(context, 7);
}

static void wait_or_send(backstage_engine *engine, void *state, size_t size, uint64_t rounds) {
    backstage_ref actor = *(backstage_ref *)state;
    for (uint64_t round = 0; round < rounds; round++) {
        if (round % 2 == 0) {
            CHECK_OK(backstage_engine_send(engine, actor, data, size));
            test_run(engine);
        }
        CHECK_OK(backstage_engine_advance(engine, 7));
        test_run(engine);
    }
}

TEST(receive_timeouts_allocate_nothing) {
    backstage_engine *engine = test_engine();
    uint64_t timeouts = 0;
    backstage_ref actor = test_spawn(engine, NULL, ask_again, &timeouts);
    measure(engine, wait_or_send, &actor, 16, 1);
    CHECK(timeouts > 0);
    test_end(engine);
}
