/* Statistics: each field counts what it says, for the engine and per actor, inside callbacks too. */
#include "support_io.h"

TEST(a_new_engine_has_counted_nothing) {
    backstage_engine *engine = test_engine();
    backstage_statistics now = test_statistics(engine);
    CHECK_EQ(now.size, sizeof now);
    CHECK_EQ(now.accepted + now.handled + now.dead + now.queued + now.events, 0);
    CHECK_EQ(now.actors + now.spawned + now.failures + now.restarts, 0);
    CHECK(now.memory_bytes > 0);
    test_end(engine);
}

TEST(messages_are_counted_on_their_way) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    for (int i = 0; i < 10; i++) {
        CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    }
    CHECK_EQ(test_statistics(engine).accepted, 10);
    CHECK_EQ(test_statistics(engine).queued, 10);
    CHECK_EQ(test_actor_statistics(engine, actor).queued, 10);
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, 10);
    CHECK_EQ(test_statistics(engine).queued, 0);
    CHECK_EQ(test_actor_statistics(engine, actor).handled, 10);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    CHECK_OK(backstage_stop(test_context(engine, actor), actor));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).dead, 1);
    CHECK_EQ(test_statistics(engine).accepted, 11);
    test_end(engine);
}

TEST(actors_and_failures_are_counted) {
    backstage_engine *engine = test_engine();
    backstage_ref good = test_spawn(engine, NULL, test_ignore, NULL);
    backstage_ref bad = test_spawn(engine, NULL, test_fail, NULL);
    CHECK_EQ(test_statistics(engine).actors, 2);
    CHECK_OK(backstage_engine_send(engine, bad, "x", 1));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).actors, 1);
    CHECK_EQ(test_statistics(engine).spawned, 2);
    CHECK_EQ(test_statistics(engine).failures, 1);
    CHECK_EQ(test_statistics(engine).dead, 1); /* the message it failed on */
    CHECK_EQ(test_statistics(engine).restarts, 0);
    CHECK_OK(backstage_shutdown(test_context(engine, good)));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).actors, 0);
    CHECK_EQ(test_statistics(engine).spawned, 2);
    CHECK_EQ(test_statistics(engine).failures, 1);
    test_end(engine);
}

TEST(events_stand_apart) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    uint64_t timer;
    CHECK_OK(backstage_timer_start(test_context(engine, actor), 1, 1, &timer));
    for (int i = 0; i < 10; i++) {
        CHECK_OK(backstage_engine_advance(engine, 1));
        test_run(engine);
    }
    CHECK_EQ(test_statistics(engine).events, 10);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    CHECK_EQ(test_actor_statistics(engine, actor).handled, 0);
    test_end(engine);
}

/* Checks the ledger in the middle of a turn. */
static backstage_status check_inside(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    backstage_engine *engine = backstage_context_engine(context);
    backstage_statistics now = test_statistics(engine);
    uint64_t *count = state;
    (void)envelope;
    CHECK_EQ(now.accepted, now.handled + now.dead + now.queued);
    CHECK_EQ(now.handled, *count);
    CHECK_EQ(now.queued, 100 - *count); /* the message in hand included */
    backstage_actor_statistics own = test_actor_statistics(engine, backstage_context_self(context));
    CHECK_EQ(own.handled, *count);
    CHECK_EQ(own.queued, 100 - *count);
    CHECK_EQ(own.queued_max, 100);
    *count += 1;
    return BACKSTAGE_OK;
}

TEST(the_message_in_hand_counts_as_queued) {
    for (uint32_t budget = 1; budget <= 255; budget += 127) {
        backstage_engine *engine = test_engine();
        uint64_t count = 0;
        backstage_actor_options options = test_options(NULL, check_inside, &count);
        options.budget = budget;
        backstage_ref actor = test_spawn_with(engine, &options);
        for (int i = 0; i < 100; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
        }
        test_run(engine);
        CHECK_EQ(count, 100);
        test_end(engine);
    }
}

static backstage_status ignore_batch(backstage_context *context,
                                     const backstage_envelope *envelopes, size_t count,
                                     size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)count, (void)handled, (void)state;
    return BACKSTAGE_OK;
}

static void check_high_water_mark(bool in_batches) {
    backstage_engine *engine = test_engine();
    backstage_actor_options options = test_options(NULL, in_batches ? NULL : test_ignore, NULL);
    options.receive_batch = in_batches ? ignore_batch : NULL;
    backstage_ref actor = test_spawn_with(engine, &options);
    static const int bursts[] = {1, 5, 3, 200, 10};
    uint64_t most = 0;
    for (size_t i = 0; i < sizeof bursts / sizeof *bursts; i++) {
        for (int j = 0; j < bursts[i]; j++) {
            CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
        }
        most = (uint64_t)bursts[i] > most ? (uint64_t)bursts[i] : most;
        CHECK_EQ(test_actor_statistics(engine, actor).queued_max, most);
        test_run(engine);
        CHECK_EQ(test_actor_statistics(engine, actor).queued_max, most);
    }
    test_end(engine);
}

TEST(the_high_water_mark_stays) {
    check_high_water_mark(false);
    check_high_water_mark(true);
}

TEST(an_actors_dead_letters_are_its_own) {
    backstage_engine *engine = test_engine();
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    options.capacity = 2;
    options.overflow = BACKSTAGE_OVERFLOW_DROP_OLDEST;
    backstage_ref dropper = test_spawn_with(engine, &options);
    backstage_ref other = test_spawn(engine, NULL, test_ignore, NULL);
    for (int i = 0; i < 10; i++) {
        CHECK_OK(backstage_engine_send(engine, dropper, "x", 1));
        CHECK_OK(backstage_engine_send(engine, other, "x", 1));
    }
    CHECK_EQ(test_actor_statistics(engine, dropper).dead, 8);
    CHECK_EQ(test_actor_statistics(engine, dropper).queued, 2);
    CHECK_EQ(test_actor_statistics(engine, dropper).queued_max, 2);
    CHECK_EQ(test_actor_statistics(engine, other).dead, 0);
    test_run(engine);
    CHECK_EQ(test_actor_statistics(engine, dropper).handled, 2);
    test_end(engine);
}

TEST(memory_is_counted) {
    enum { LARGE = 1 << 20 };
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    char *bytes = test_alloc(LARGE);
    uint64_t idle = test_statistics(engine).memory_bytes;
    CHECK_EQ(test_actor_statistics(engine, actor).memory_bytes, 0); /* idle ones hold nothing */
    CHECK_OK(backstage_engine_send(engine, actor, bytes, LARGE));
    CHECK(test_statistics(engine).memory_bytes >= idle + LARGE);
    uint64_t own = test_actor_statistics(engine, actor).memory_bytes;
    CHECK(own >= LARGE && own < 2 * LARGE);
    test_run(engine);
    CHECK_EQ(test_actor_statistics(engine, actor).memory_bytes, 0);
    /* The same again needs no more: what was held is used again, or was given back. */
    uint64_t held = test_statistics(engine).memory_bytes;
    for (int i = 0; i < 20; i++) {
        CHECK_OK(backstage_engine_send(engine, actor, bytes, LARGE));
        test_run(engine);
    }
    CHECK(test_statistics(engine).memory_bytes <= held);
    test_end(engine);
}

TEST(a_look_at_the_system_is_counted) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref actor = test_spawn(engine, NULL, test_receive, seen);
    uint64_t watcher, polls = test_statistics(engine).polls;
    int ends[2];
    test_pipe(ends);
    CHECK_OK(
        backstage_watch_fd(test_context(engine, actor), ends[0], BACKSTAGE_READABLE, &watcher));
    test_run(engine);
    CHECK(test_statistics(engine).polls > polls);
    test_end(engine);
    test_close_pair(ends);
}
