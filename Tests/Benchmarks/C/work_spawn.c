/* Births and ends of actors with ids, one by one: of the first ones, for which the system has yet
 * to give its pages, and of as many again when these have ended. */
#include "work.h"

#include <stdlib.h>

static uint64_t ended;

static void floor_nothing(floor_actor *self, const floor_message *message, void *state) {
    (void)self, (void)message, (void)state;
}

static void floor_ended(floor_named *named) {
    (void)named;
    ended++;
}

static void fill_in(uint64_t count, const double *at, double *figures) {
    figures[0] = work_millions(count, at[1] - at[0]);
    figures[1] = work_millions(count, at[3] - at[2]);
    figures[2] = work_millions(count, at[4] - at[3]);
}

static void floor_spawn_all(const char *ids, floor_named **actors, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        actors[i] = floor_spawn(ids + i * BENCH_ID_STRIDE, floor_nothing, floor_ended, NULL);
        BENCH_CHECK(actors[i] != NULL);
    }
}

static void floor_end_all(floor_named **actors, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        floor_end(actors[i]);
}

static void floor_spawning(const bench_workload *workload, uint64_t count, double *figures) {
    char *ids = bench_ids(count);
    floor_named **actors = bench_allocate(count, sizeof *actors);
    double at[5];
    (void)workload;
    ended = 0;
    at[0] = bench_seconds();
    floor_spawn_all(ids, actors, count);
    at[1] = bench_seconds();
    floor_end_all(actors, count);
    at[2] = bench_seconds();
    floor_spawn_all(ids, actors, count);
    at[3] = bench_seconds();
    floor_end_all(actors, count);
    at[4] = bench_seconds();
    BENCH_CHECK(ended == 2 * count && !floor_find(ids));
    fill_in(count, at, figures);
    free(actors);
    free(ids);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    (void)context, (void)state;
    ended += reason == BACKSTAGE_REASON_STOPPED;
    return BACKSTAGE_OK;
}

static void spawn_all(backstage_engine *engine, const char *ids, backstage_ref *actors,
                      uint64_t count) {
    backstage_actor_options options = {
        .size = sizeof options, .receive = receive, .deinit = deinit};
    for (uint64_t i = 0; i < count; i++) {
        options.id = ids + i * BENCH_ID_STRIDE;
        WORK_OK(backstage_engine_spawn(engine, &options, &actors[i]));
    }
}

static void stop_all(backstage_engine *engine, backstage_context *stopper,
                     const backstage_ref *actors, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        WORK_OK(backstage_stop(stopper, actors[i]));
    work_run(engine);
}

static void check_ended(backstage_engine *engine, const char *ids, uint64_t count) {
    backstage_ref found;
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    BENCH_CHECK(ended == count && statistics.actors == 1 && statistics.spawned == count + 1);
    BENCH_CHECK(backstage_engine_find(engine, ids, &found) == BACKSTAGE_NOT_FOUND);
}

static void backstage_spawning(const bench_workload *workload, uint64_t count, double *figures) {
    char *ids = bench_ids(count);
    backstage_ref *actors = bench_allocate(count, sizeof *actors);
    double at[5];
    (void)workload;
    ended = 0;
    backstage_engine *engine = work_engine((uint32_t)count + 1, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_context *stopper = work_context(engine, work_spawn(engine, "stopper", receive, NULL));
    at[0] = bench_seconds();
    spawn_all(engine, ids, actors, count);
    at[1] = bench_seconds();
    stop_all(engine, stopper, actors, count);
    check_ended(engine, ids, count);
    at[2] = bench_seconds();
    spawn_all(engine, ids, actors, count);
    at[3] = bench_seconds();
    stop_all(engine, stopper, actors, count);
    at[4] = bench_seconds();
    check_ended(engine, ids, 2 * count);
    fill_in(count, at, figures);
    work_end(engine);
    free(actors);
    free(ids);
}

#define SPAWN(name_, count_)                                                                       \
    {                                                                                              \
        .name = name_, .count = count_, .floor = floor_spawning, .backstage = backstage_spawning,  \
        .figures = {{"first spawn", "M/s"}, {"spawn", "M/s"}, {"end", "M/s"}},                     \
    }

static const bench_workload workloads[] = {
    SPAWN("1 M actors with ids", 1000000),
    SPAWN("4 M actors with ids", 4000000),
};

const bench_group spawn_group = BENCH_GROUP(workloads);
