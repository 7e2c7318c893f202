/* What the engine that this one re-creates wasted, each as a test: wake-ups, memory, descriptors,
 * and work for actors that have nothing to do. */
#define _GNU_SOURCE
#include "support.h"
#include "support_io.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* ---- An idle engine sleeps --------------------------------------------------------------- */

struct idle {
    backstage_engine *engine;
    pid_t engine_thread;
};

/* Lets the engine fall asleep, then keeps it waiting for as long as much other work takes. */
static void work_then_stop(void *state) {
    struct idle *idle = state;
    int ends[2];
    test_pipe(ends);
    test_wait_asleep(idle->engine_thread);
    for (size_t i = 0; i < test_rounds(100000, 5000); i++) {
        test_poke(ends[1]);
        CHECK_EQ(test_drain(ends[0]), 1);
    }
    test_close_pair(ends);
    CHECK_OK(backstage_engine_stop(idle->engine));
}

TEST(an_idle_engine_sleeps) {
    backstage_engine_options options = test_engine_options();
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    backstage_engine *engine = test_engine_with(&options);
    struct idle idle = {.engine = engine, .engine_thread = test_thread_id()};
    struct rusage before, after;
    for (int i = 0; i < 1000; i++) {
        test_spawn(engine, NULL, test_ignore, NULL);
    }
    test_run(engine);
    uint64_t polls = test_statistics(engine).polls;
    CHECK(getrusage(RUSAGE_THREAD, &before) == 0);
    test_thread *thread = test_thread_start(work_then_stop, &idle);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK(getrusage(RUSAGE_THREAD, &after) == 0);
    test_thread_join(thread);
    /* One look that finds nothing, one that waits; and what starting a thread may cost. */
    CHECK(test_statistics(engine).polls - polls <= 3);
    CHECK(after.ru_nvcsw - before.ru_nvcsw <= 5);
    test_end(engine);
}

/* ---- Idle actors cost busy ones nothing -------------------------------------------------- */

/* Memory that this process has looked at since forget_touched, in KiB. */
static long touched_kib(void) {
    long kib = -1;
    char line[256];
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "Referenced: %ld", &kib);
    }
    if (file != NULL) {
        fclose(file);
    }
    return kib;
}

static void forget_touched(void) {
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file != NULL) {
        fputs("1", file);
        fclose(file);
    }
}

struct player {
    backstage_ref peer;
    uint64_t left;
};

static backstage_status play(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    struct player *player = state;
    return player->left-- == 0
               ? BACKSTAGE_OK
               : backstage_send(context, player->peer, envelope->payload, envelope->size);
}

/* What a game of two costs beside so many idle actors: passes of the loop, and memory touched. */
static uint64_t play_beside(size_t idle_actors, long *touched) {
    backstage_engine *engine = test_engine();
    struct player players[2] = {{0, 10000}, {0, 10000}};
    uint64_t passes = 0;
    for (size_t i = 0; i < idle_actors; i++) {
        test_spawn(engine, NULL, test_ignore, NULL);
    }
    players[1].peer = test_spawn(engine, "first", play, &players[0]);
    players[0].peer = test_spawn(engine, "second", play, &players[1]);
    test_run(engine);
    CHECK_OK(backstage_engine_send(engine, players[1].peer, "x", 1));
    forget_touched();
    while (test_statistics(engine).queued > 0) {
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        passes++;
    }
    *touched = touched_kib();
    CHECK_EQ(test_statistics(engine).handled, 20001);
    test_end(engine);
    return passes;
}

TEST(idle_actors_are_not_even_looked_at) {
    const size_t many = test_rounds(400000, 20000);
    long alone = 0, beside = 0;
    uint64_t passes = play_beside(0, &alone);
    CHECK_EQ(play_beside(many, &beside), passes);
    /* Each idle actor is 64 bytes at the very least: nothing near that may have been touched. */
    CHECK(beside - alone < (long)(many * 64 / 1024) / 4);
}

/* ---- Memory ------------------------------------------------------------------------------ */

TEST(no_memory_is_kept_per_message) {
    static const size_t sizes[] = {16, 1024, 65536};
    char *data = test_alloc(65536);
    for (int size = 0; size < 3; size++) {
        backstage_engine *engine = test_engine();
        backstage_ref actor = test_spawn(engine, "a", test_ignore, NULL);
        const size_t rounds = test_rounds(size == 2 ? 100 : 10000, 20);
        uint64_t held = 0;
        for (size_t round = 0; round < rounds; round++) {
            for (int i = 0; i < 100; i++) {
                CHECK_OK(backstage_engine_send(engine, actor, data, sizes[size]));
            }
            test_run(engine);
            if (round == 10) {
                held = test_statistics(engine).memory_bytes;
            }
        }
        CHECK_EQ(test_statistics(engine).memory_bytes, held);
        CHECK_EQ(test_actor_statistics(engine, actor).memory_bytes, 0);
        CHECK_EQ(test_statistics(engine).handled, rounds * 100);
        test_end(engine);
    }
}

TEST(no_memory_is_kept_per_actor_that_has_ended) {
    backstage_engine *engine = test_engine();
    uint64_t held = 0;
    for (int round = 0; round < 1000; round++) {
        for (int i = 0; i < 100; i++) {
            char id[32];
            snprintf(id, sizeof id, "actor-%d-%d", round, i);
            backstage_ref actor = test_spawn(engine, id, test_ignore, NULL);
            CHECK_OK(backstage_engine_send(engine, actor, id, sizeof id));
            CHECK_OK(backstage_poison(test_context(engine, actor), actor));
        }
        test_run(engine);
        if (round == 10) {
            held = test_statistics(engine).memory_bytes;
        }
    }
    CHECK_EQ(test_statistics(engine).memory_bytes, held);
    CHECK_EQ(test_statistics(engine).handled, 100000);
    test_end(engine);
}

/* ---- Descriptors ------------------------------------------------------------------------- */

TEST(actors_need_no_descriptors) {
    size_t before = test_descriptors();
    backstage_engine *engine = test_engine();
    size_t with_engine = test_descriptors();
    for (int i = 0; i < 10000; i++) {
        backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
        CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    }
    test_run(engine);
    CHECK_EQ(test_statistics(engine).actors, 10000);
    CHECK_EQ(test_descriptors(), with_engine);
    CHECK(with_engine - before <= 4);
    test_end(engine);
    CHECK_EQ(test_descriptors(), before);
}
