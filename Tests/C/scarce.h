/*
 * Runs scenarios with the nth allocation of the library failing, for every n there is. Include it
 * in the one test file of a program, after _GNU_SOURCE is defined.
 */
#ifndef TEST_SCARCE_H
#define TEST_SCARCE_H

#include "interpose.h"
#include "support.h"

/* One run of a scenario with one allocation failing. */
struct trial {
    backstage_engine *engine;
    uint64_t taken;   /* messages that were accepted */
    uint64_t handled; /* of these */
    uint64_t wrapped, freed;
    uint64_t expected, answers; /* of requests */
    uint64_t timers, ticks;
};

typedef void (*scenario)(struct trial *trial);

/* Whether a call worked; if not, memory must have been short. */
#define WORKED(call) worked((call), __FILE__, __LINE__, #call)
static bool worked(backstage_status status, const char *file, int line, const char *text) {
    if (status == BACKSTAGE_NO_MEMORY) {
        test_check(memory_failed() > 0, file, line, "memory was short");
        return false;
    }
    return test_check_status(status, BACKSTAGE_OK, file, line, text);
}

static backstage_status count(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    struct trial *trial = state;
    (void)context;
    trial->handled += envelope->type <= BACKSTAGE_REPLY;
    trial->answers += envelope->type == BACKSTAGE_REPLY || envelope->type == BACKSTAGE_FAILURE;
    trial->ticks += envelope->type == BACKSTAGE_TIMER;
    return BACKSTAGE_OK;
}

/* Spawns what the scenario needs, before memory runs out. */
static backstage_ref spawn(struct trial *trial, const char *id) {
    backstage_actor_options options = test_options(id, count, trial);
    options.capacity = 100000;
    return test_spawn_with(trial->engine, &options);
}

/* That the engine still does all it should. */
static void check_use(struct trial *trial) {
    backstage_ref actor = spawn(trial, "afterwards");
    uint64_t handled = trial->handled;
    char data[5000] = {0};
    for (int i = 0; i < 100; i++) {
        CHECK_OK(backstage_engine_send(trial->engine, actor, data, sizeof data));
    }
    test_run(trial->engine);
    CHECK_EQ(trial->handled - handled, 100);
}

/* Runs a scenario with the nth allocation failing; whether there was one. `prepare` may be NULL. */
static bool run_with(scenario prepare, scenario run, uint64_t nth, bool on) {
    size_t live = memory_live();
    struct trial trial = {.engine = test_engine()};
    test_report *report = test_report_of(trial.engine);
    if (prepare != NULL) {
        prepare(&trial);
    }
    memory_fail(nth, on);
    run(&trial);
    uint64_t failed = memory_failed();
    memory_fail(0, false);
    test_run(trial.engine);
    test_ledger(trial.engine);
    CHECK_EQ(test_statistics(trial.engine).accepted, trial.taken);
    CHECK_EQ(trial.handled + report->letters_count, trial.taken);
    CHECK_EQ(trial.answers, trial.expected);
    check_use(&trial);
    test_end(trial.engine);
    CHECK_EQ(trial.freed, trial.wrapped);
    CHECK_EQ(memory_live(), live);
    return failed > 0;
}

static void fail_everywhere(scenario prepare, scenario run) {
    if (!CHECK(memory_watch())) {
        return;
    }
    for (int on = 0; on < 2; on++) {
        uint64_t nth = 1;
        while (run_with(prepare, run, nth, on == 1)) {
            nth++;
        }
        CHECK(nth > 1);
    }
}

#endif
