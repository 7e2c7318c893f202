/* Births and ends of N actors with ids, over and over until there were enough of them: what one
 * costs as they become many, and what it holds. */
#include "births.h"

#include <stdlib.h>

enum { MEASURABLE = 1000 }; /* so many fill pages enough to tell what one holds */

static uint64_t rounds_of(uint64_t size, uint64_t count) { return (count + size - 1) / size; }

static void floor_many(const bench_workload *workload, uint64_t count, double *figures) {
    uint64_t size = workload->size, rounds = rounds_of(size, count);
    char *ids = bench_ids(size);
    floor_named **actors = bench_allocate(size, sizeof *actors);
    uint64_t resident = bench_resident_bytes();
    births_ended = 0;
    births_floor_spawn(ids, actors, size);
    if (size >= MEASURABLE)
        figures[1] = (double)(bench_resident_bytes() - resident) / (double)size;
    births_floor_end(actors, size);
    double start = bench_seconds();
    for (uint64_t i = 0; i < rounds; i++) {
        births_floor_spawn(ids, actors, size);
        births_floor_end(actors, size);
    }
    figures[0] = work_millions(rounds * size, bench_seconds() - start);
    BENCH_CHECK(births_ended == (rounds + 1) * size && !floor_find(ids));
    free(actors);
    free(ids);
}

static void backstage_many(const bench_workload *workload, uint64_t count, double *figures) {
    uint64_t size = workload->size, rounds = rounds_of(size, count);
    char *ids = bench_ids(size);
    backstage_ref *actors = bench_allocate(size, sizeof *actors);
    backstage_engine *engine = work_engine((uint32_t)size + 1, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_context *stopper = births_stopper(engine);
    uint64_t resident = bench_resident_bytes();
    births_ended = 0;
    births_spawn(engine, ids, actors, size);
    work_run(engine);
    if (size >= MEASURABLE)
        figures[1] = (double)(bench_resident_bytes() - resident) / (double)size;
    births_end(engine, stopper, actors, size);
    double start = bench_seconds();
    for (uint64_t i = 0; i < rounds; i++) {
        births_spawn(engine, ids, actors, size);
        births_end(engine, stopper, actors, size);
    }
    figures[0] = work_millions(rounds * size, bench_seconds() - start);
    births_check(engine, ids, (rounds + 1) * size);
    work_end(engine);
    free(actors);
    free(ids);
}

static const bench_workload workloads[] = {{
    .name = "spawn of N actors",
    .size = 1000,
    .count = 1000000,
    .floor = floor_many,
    .backstage = backstage_many,
    .figures = {{"spawn and end", "M/s"}, {"resident", "bytes"}},
}};

const bench_group spawn_many_group = BENCH_GROUP(workloads);
