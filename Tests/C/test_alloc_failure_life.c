/* Out of memory with restarts, drains, stashes, changes of callbacks, receive timeouts and monitors
 * by id: see test_alloc_failure.c. */
#define _GNU_SOURCE
#include "scarce.h"

static backstage_context *context_of(struct trial *trial, const char *id) {
    backstage_ref actor = BACKSTAGE_NONE;
    CHECK_OK(backstage_engine_find(trial->engine, id, &actor));
    return test_context(trial->engine, actor);
}

static void run(struct trial *trial) {
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
}

/* ---- The stash --------------------------------------------------------------------------- */

static bool stashes;

/* Stashes, as far as there is memory; what cannot be stashed is handled. A timer, by when there is
 * memory again, takes all back. */
static backstage_status stash_or_count(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    if (envelope->type == BACKSTAGE_TIMER) {
        return backstage_unstash(context, NULL);
    }
    if (stashes && WORKED(backstage_stash(context, envelope))) {
        return BACKSTAGE_OK;
    }
    return count(context, envelope, state);
}

static void prepare_stasher(struct trial *trial) {
    backstage_actor_options options = test_options("a", stash_or_count, trial);
    options.capacity = 100000;
    backstage_ref actor = test_spawn_with(trial->engine, &options);
    uint64_t timer;
    CHECK_OK(backstage_timer_start(test_context(trial->engine, actor), 10, 0, &timer));
}

static void stash_much(struct trial *trial) {
    static const char data[3000];
    backstage_context *context = context_of(trial, "a");
    backstage_ref actor = backstage_context_self(context);
    for (int round = 0; round < 3; round++) {
        stashes = true;
        for (size_t i = 0; i < 300; i++) {
            trial->taken += WORKED(backstage_send(context, actor, data, i % 2 ? 8 : sizeof data));
        }
        run(trial);
        uint32_t back = 77;
        uint64_t stashed = test_actor_statistics(trial->engine, actor).stashed;
        if (WORKED(backstage_unstash(context, &back))) {
            CHECK_EQ(back, stashed);
            stashed = 0;
        }
        CHECK_EQ(test_actor_statistics(trial->engine, actor).stashed, stashed);
        test_ledger(trial->engine);
        stashes = false;
        run(trial);
    }
    CHECK_OK(backstage_engine_advance(trial->engine, 10)); /* for the run after this */
}

TEST(stashes_without_memory) { fail_everywhere(prepare_stasher, stash_much); }

/* ---- Changes of callbacks ---------------------------------------------------------------- */

static backstage_status count_too(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    (void)WORKED(backstage_become(context, count));
    return count(context, envelope, state);
}

static void become_much(struct trial *trial) {
    for (int i = 0; i < 100; i++) {
        char id[32];
        snprintf(id, sizeof id, "b-%d", i);
        backstage_context *context = context_of(trial, id);
        (void)WORKED(backstage_become(context, count_too));
        trial->taken += WORKED(backstage_engine_send_to_id(trial->engine, id, "x", 1));
        trial->taken += WORKED(backstage_engine_send_to_id(trial->engine, id, "x", 1));
    }
    run(trial);
    CHECK_EQ(trial->handled, trial->taken);
}

static void prepare_hundred(struct trial *trial) {
    for (int i = 0; i < 100; i++) {
        char id[32];
        snprintf(id, sizeof id, "b-%d", i);
        spawn(trial, id);
    }
}

TEST(changes_of_callbacks_without_memory) { fail_everywhere(prepare_hundred, become_much); }

/* ---- Receive timeouts and monitors ------------------------------------------------------- */

static void time_out_much(struct trial *trial) {
    uint64_t asked = 0, events = test_statistics(trial->engine).events;
    for (int i = 0; i < 100; i++) {
        char id[32];
        snprintf(id, sizeof id, "b-%d", i);
        asked += WORKED(backstage_receive_timeout(context_of(trial, id), 10));
    }
    CHECK_OK(backstage_engine_advance(trial->engine, 10));
    run(trial);
    CHECK_EQ(test_statistics(trial->engine).events - events, asked);
}

TEST(receive_timeouts_without_memory) { fail_everywhere(prepare_hundred, time_out_much); }

static void monitor_much(struct trial *trial) {
    uint64_t told = 0, events = test_statistics(trial->engine).events;
    backstage_context *context = context_of(trial, "b-0");
    for (int i = 1; i < 100; i++) {
        char id[32];
        backstage_ref actor = 77;
        snprintf(id, sizeof id, "b-%d", i);
        backstage_context *other = context_of(trial, id);
        if (WORKED(backstage_monitor_id(context, id, &actor))) {
            CHECK_EQ(actor, backstage_context_self(other));
            told++;
        } else {
            CHECK_EQ(actor, 77);
        }
        told += WORKED(backstage_monitor_id(context, "nobody", NULL));
        CHECK_OK(backstage_shutdown(other));
        run(trial);
    }
    CHECK_EQ(test_statistics(trial->engine).events - events, told);
}

TEST(monitors_by_id_without_memory) { fail_everywhere(prepare_hundred, monitor_much); }

/* ---- Drains ------------------------------------------------------------------------------ */

static void prepare_families(struct trial *trial) {
    for (int i = 0; i < 20; i++) {
        char id[32];
        snprintf(id, sizeof id, "b-%d", i);
        backstage_context *context = test_context(trial->engine, spawn(trial, id));
        for (int j = 0; j < 5; j++) {
            backstage_actor_options options = test_options(NULL, count, trial);
            backstage_ref child;
            CHECK_OK(backstage_spawn_child(context, &options, &child));
        }
    }
    spawn(trial, "a");
}

/* A family whose drain could not begin is as it was. */
static void drain_much(struct trial *trial) {
    backstage_context *context = context_of(trial, "a");
    for (int i = 0; i < 20; i++) {
        char id[32];
        snprintf(id, sizeof id, "b-%d", i);
        backstage_ref actor = backstage_context_self(context_of(trial, id));
        trial->taken += WORKED(backstage_send(context, actor, "x", 1));
        const uint64_t actors = test_statistics(trial->engine).actors;
        bool works = WORKED(backstage_drain(context, actor, i % 2 ? 100 : BACKSTAGE_FOREVER));
        backstage_status status = backstage_send(context, actor, "x", 1);
        trial->taken += status == BACKSTAGE_OK;
        CHECK(works ? status == BACKSTAGE_ENDING : status != BACKSTAGE_ENDING);
        run(trial);
        CHECK_EQ(test_statistics(trial->engine).actors, works ? actors - 6 : actors);
    }
    CHECK_EQ(trial->handled, trial->taken);
    CHECK_OK(backstage_engine_advance(trial->engine, 1000));
    run(trial);
}

TEST(drains_without_memory) { fail_everywhere(prepare_families, drain_much); }

static void drain_engine(struct trial *trial) {
    const uint64_t actors = test_statistics(trial->engine).actors;
    for (int i = 0; i < 20; i++) {
        char id[32];
        snprintf(id, sizeof id, "b-%d", i);
        trial->taken += WORKED(backstage_engine_send_to_id(trial->engine, id, "x", 1));
    }
    bool works = WORKED(backstage_engine_drain(trial->engine, 100));
    run(trial);
    CHECK_EQ(trial->handled, trial->taken);
    CHECK_EQ(test_statistics(trial->engine).actors, works ? 0 : actors);
}

TEST(the_drain_of_an_engine_without_memory) { fail_everywhere(prepare_families, drain_engine); }
