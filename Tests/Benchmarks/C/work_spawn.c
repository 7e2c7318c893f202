/* Births and ends of actors with ids, one by one: of the first ones, for which the system has yet
 * to give its pages, and of as many again when these have ended. */
#include "births.h"

#include <stdlib.h>

static void fill_in(uint64_t count, const double *at, double *figures) {
    figures[0] = work_millions(count, at[1] - at[0]);
    figures[1] = work_millions(count, at[3] - at[2]);
    figures[2] = work_millions(count, at[4] - at[3]);
}

static void floor_spawning(const bench_workload *workload, uint64_t count, double *figures) {
    char *ids = bench_ids(count);
    floor_named **actors = bench_allocate(count, sizeof *actors);
    double at[5];
    (void)workload;
    births_ended = 0;
    at[0] = bench_seconds();
    births_floor_spawn(ids, actors, count);
    at[1] = bench_seconds();
    births_floor_end(actors, count);
    at[2] = bench_seconds();
    births_floor_spawn(ids, actors, count);
    at[3] = bench_seconds();
    births_floor_end(actors, count);
    at[4] = bench_seconds();
    BENCH_CHECK(births_ended == 2 * count && !floor_find(ids));
    fill_in(count, at, figures);
    free(actors);
    free(ids);
}

static void backstage_spawning(const bench_workload *workload, uint64_t count, double *figures) {
    char *ids = bench_ids(count);
    backstage_ref *actors = bench_allocate(count, sizeof *actors);
    double at[5];
    (void)workload;
    births_ended = 0;
    backstage_engine *engine = work_engine((uint32_t)count + 1, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_context *stopper = births_stopper(engine);
    at[0] = bench_seconds();
    births_spawn(engine, ids, actors, count);
    at[1] = bench_seconds();
    births_end(engine, stopper, actors, count);
    births_check(engine, ids, count);
    at[2] = bench_seconds();
    births_spawn(engine, ids, actors, count);
    at[3] = bench_seconds();
    births_end(engine, stopper, actors, count);
    at[4] = bench_seconds();
    births_check(engine, ids, 2 * count);
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
