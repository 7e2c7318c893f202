/* Out of memory when something is left open, sent many at a time, or asked and given up: see
 * test_alloc_failure.c. */
#define _GNU_SOURCE
#include "scarce.h"

enum { ACTORS = 400 }; /* more than share one piece of memory */

static backstage_ref actors[ACTORS];

static void run(struct trial *trial) {
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
}

/* What was handled is what the engine says: a message left open was, if it has been finished. */
static void count_handled(struct trial *trial) {
    trial->handled = test_statistics(trial->engine).handled;
}

static backstage_context *context_of(struct trial *trial, int place) {
    backstage_context *context = NULL;
    backstage_status status = backstage_engine_context(trial->engine, actors[place], &context);
    CHECK(status == BACKSTAGE_OK || status == BACKSTAGE_NOT_FOUND);
    return context;
}

/* ---- Left open --------------------------------------------------------------------------- */

static bool leaves_open;

static backstage_status leave_open(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    struct trial *trial = state;
    (void)context;
    trial->ticks += envelope->type == BACKSTAGE_TIMER;
    return leaves_open ? BACKSTAGE_PENDING : BACKSTAGE_OK;
}

static backstage_status begin_open(backstage_context *context, void *state) {
    (void)context, (void)state;
    return BACKSTAGE_PENDING;
}

static void spawn_all(struct trial *trial, backstage_init_callback init) {
    leaves_open = true;
    for (int i = 0; i < ACTORS; i++) {
        backstage_actor_options options = test_options(NULL, leave_open, trial);
        options.init = init;
        actors[i] = test_spawn_with(trial->engine, &options);
    }
}

static void prepare_messages(struct trial *trial) {
    spawn_all(trial, NULL);
    for (int i = 0; i < 3 * ACTORS; i++) {
        CHECK_OK(backstage_engine_send(trial->engine, actors[i % ACTORS], "x", 1));
        trial->taken++;
    }
}

static void prepare_starting(struct trial *trial) { spawn_all(trial, begin_open); }

/* Each pends or, without the memory to, has failed: then it is no more. */
static void finish_all(struct trial *trial) {
    uint64_t pending = 0;
    for (int i = 0; i < ACTORS; i++) {
        backstage_context *context = context_of(trial, i);
        if (context != NULL) {
            CHECK_OK(backstage_finish(context, BACKSTAGE_OK));
            pending++;
        }
    }
    const uint64_t failures = test_statistics(trial->engine).failures;
    CHECK_EQ(pending + failures, ACTORS);
    CHECK(failures == 0 || memory_failed() > 0);
    leaves_open = false;
    run(trial);
    CHECK_EQ(test_statistics(trial->engine).queued, 0);
    test_ledger(trial->engine);
}

static void leave_messages_open(struct trial *trial) {
    run(trial);
    finish_all(trial);
    count_handled(trial);
}

TEST(messages_left_open_without_memory) { fail_everywhere(prepare_messages, leave_messages_open); }

static void leave_starts_open(struct trial *trial) {
    run(trial);
    finish_all(trial);
    count_handled(trial);
}

TEST(starts_left_open_without_memory) { fail_everywhere(prepare_starting, leave_starts_open); }

static void prepare_timers(struct trial *trial) {
    spawn_all(trial, NULL);
    for (int i = 0; i < ACTORS; i++) {
        uint64_t timer;
        CHECK_OK(backstage_timer_start(context_of(trial, i), 10, 0, &timer));
    }
}

static void leave_events_open(struct trial *trial) {
    CHECK_OK(backstage_engine_advance(trial->engine, 10));
    run(trial);
    CHECK_EQ(trial->ticks, ACTORS);
    finish_all(trial);
    count_handled(trial);
}

TEST(events_left_open_without_memory) { fail_everywhere(prepare_timers, leave_events_open); }

/* ---- Many at a time ---------------------------------------------------------------------- */

static void prepare_one(struct trial *trial) { actors[0] = spawn(trial, "a"); }

/* It goes on until one finds no memory, and says how many did. */
static void send_lots(struct trial *trial) {
    enum { LOT = 60, SIZE = 3000 };
    static unsigned char bytes[LOT * SIZE];
    uint32_t sizes[LOT];
    for (uint32_t i = 0; i < LOT; i++) {
        sizes[i] = i % 4 == 0 ? SIZE : i % 33;
    }
    for (int round = 0; round < 20; round++) {
        size_t accepted = 77;
        const bool works = WORKED(
            backstage_engine_send_many(trial->engine, actors[0], bytes, sizes, LOT, &accepted));
        CHECK(works ? accepted == LOT : accepted < LOT);
        trial->taken += accepted;
        CHECK_EQ(test_statistics(trial->engine).accepted, trial->taken);
        if (round % 5 == 4) {
            run(trial);
        }
    }
}

TEST(many_at_a_time_without_memory) { fail_everywhere(prepare_one, send_lots); }

/* ---- Given up ---------------------------------------------------------------------------- */

/* What was not asked cannot be given up; what was, needs no memory for that. Of the rest each fails
 * once, when its time is over. */
static void ask_and_cancel(struct trial *trial) {
    backstage_context *context = context_of(trial, 0);
    for (int i = 0; i < 600; i++) {
        uint64_t token = 77;
        const bool works = WORKED(backstage_request(context, actors[0], "q", 1, 1000, &token));
        trial->taken += works;
        if (works && i % 3 != 0) {
            CHECK_OK(backstage_request_cancel(context, token));
        } else {
            trial->expected += works;
        }
    }
    CHECK_OK(backstage_engine_advance(trial->engine, 1000)); /* for the run after this */
}

TEST(requests_given_up_without_memory) { fail_everywhere(prepare_one, ask_and_cancel); }
