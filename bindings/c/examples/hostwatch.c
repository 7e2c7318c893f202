/*
 * Hostwatch: actors watch the machine they run on. Samplers read /proc on a timer and publish; an
 * alarm and a board subscribe; a supervisor starts them, and ends them in good order on Ctrl-C.
 * Build: cc hostwatch.c hostwatch/[a-z]*.c common/ledger.c
 *        $(pkg-config --cflags --libs backstage) -o hostwatch
 */
#include "common/ledger.h"
#include "hostwatch/options.h"
#include "hostwatch/screen.h"
#include "hostwatch/source.h"
#include "hostwatch/supervisor.h"
#include <backstage.h>
#include <stdio.h>

/* Asks the supervisor to end everything, unless it has ended already. */
static backstage_status ask_to_end(backstage_engine *engine, backstage_ref supervisor) {
    backstage_status status = backstage_engine_send(engine, supervisor, NULL, 0);
    return status == BACKSTAGE_NOT_FOUND || status == BACKSTAGE_ENDING ? BACKSTAGE_OK : status;
}

/* Runs in real time, until the supervisor has ended: it stops the run. */
static backstage_status run_live(backstage_engine *engine, backstage_ref supervisor,
                                 const struct options *options) {
    int64_t limit = options->seconds ? BACKSTAGE_SECONDS(options->seconds) : BACKSTAGE_FOREVER;
    backstage_status status = backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, limit);
    if (status != BACKSTAGE_TIMEOUT)
        return status;
    status = ask_to_end(engine, supervisor);
    if (status != BACKSTAGE_OK)
        return status;
    return backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER);
}

/* Plays a recording: on a clock that is moved by hand, so that nobody waits. */
static backstage_status run_recording(backstage_engine *engine, backstage_ref supervisor,
                                      const struct options *options, uint64_t ticks,
                                      const bool *ended) {
    backstage_status status = BACKSTAGE_OK;
    if (options->seconds)
        ticks = options->seconds * 1000 / options->interval_ms;
    for (uint64_t tick = 0; tick < ticks && !*ended && status == BACKSTAGE_OK; tick++) {
        if (tick > 0)
            status = backstage_engine_advance(engine, options->interval_ms * 1000000);
        if (status == BACKSTAGE_OK)
            status = backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    }
    if (status == BACKSTAGE_OK)
        status = ask_to_end(engine, supervisor);
    if (status == BACKSTAGE_OK && !*ended)
        status = backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    return status;
}

/* Runs it all in a new engine; tells what became of the messages. */
static backstage_status watch(const struct options *options, struct supervisor *supervisor,
                              struct dead_letters *dead, backstage_statistics *statistics) {
    uint64_t recorded = supervisor->source->ticks;
    backstage_engine_options engine_options = {
        .size = sizeof engine_options,
        .clock = recorded ? BACKSTAGE_CLOCK_VIRTUAL : BACKSTAGE_CLOCK_MONOTONIC,
        .dead_letter = ledger_dead_letter,
        .dead_letter_state = dead,
        .log = screen_log,
        .log_state = supervisor->screen,
    };
    backstage_engine *engine;
    backstage_ref actor;
    backstage_status status = backstage_engine_create(&engine_options, &engine);
    if (status != BACKSTAGE_OK)
        return status;
    status = supervisor_spawn(engine, supervisor, &actor);
    if (status == BACKSTAGE_OK)
        status = recorded ? run_recording(engine, actor, options, recorded, &supervisor->ended)
                          : run_live(engine, actor, options);
    backstage_status counted = backstage_engine_statistics(engine, statistics);
    backstage_status destroyed = backstage_engine_destroy(engine);
    if (status == BACKSTAGE_OK)
        status = counted;
    return status == BACKSTAGE_OK ? destroyed : status;
}

int main(int argc, char **argv) {
    struct options options;
    struct source source;
    struct screen screen;
    struct dead_letters dead = {{0}};
    backstage_statistics statistics = {.size = sizeof statistics};
    enum options_result result = options_read(&options, argc, argv);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_HELP ? 0 : 2;

    screen_prepare(&screen);
    source_open(&source, options.directory, options.fail_at);
    struct supervisor supervisor = {.source = &source,
                                    .screen = &screen,
                                    .interval_ns = BACKSTAGE_MILLISECONDS(options.interval_ms)};
    backstage_status status = watch(&options, &supervisor, &dead, &statistics);
    source_close(&source);

    if (status != BACKSTAGE_OK)
        fprintf(stderr, "hostwatch: %s\n", backstage_status_name(status));
    else if (!supervisor.in_order)
        fprintf(stderr, "hostwatch: ended early\n");
    bool balanced = ledger_print(&statistics, &dead);
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    return status == BACKSTAGE_OK && supervisor.in_order && balanced && statistics.actors == 0 &&
                   statistics.queued == 0 && written
               ? 0
               : 1;
}
