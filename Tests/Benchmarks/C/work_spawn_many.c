/* Births and ends of N actors with ids, over and over until there were enough of them: what one
 * costs as they become many, and what it holds. */
#include "work.h"

#include <stdlib.h>

enum { MEASURABLE = 1000 }; /* so many fill pages enough to tell what one holds */

static uint64_t ended;

static void floor_nothing(floor_actor *self, const floor_message *message, void *state) {
    (void)self, (void)message, (void)state;
}

static void floor_ended(floor_named *named) {
    (void)named;
    ended++;
}

static void floor_spawn_all(const char *ids, floor_named **actors, uint64_t size) {
    for (uint64_t i = 0; i < size; i++) {
        actors[i] = floor_spawn(ids + i * BENCH_ID_STRIDE, floor_nothing, floor_ended, NULL);
        BENCH_CHECK(actors[i] != NULL);
    }
}

static void floor_end_all(floor_named **actors, uint64_t size) {
    for (uint64_t i = 0; i < size; i++)
        floor_end(actors[i]);
}

static uint64_t rounds_of(uint64_t size, uint64_t count) { return (count + size - 1) / size; }

static void floor_many(const bench_workload *workload, uint64_t count, double *figures) {
    uint64_t size = workload->size, rounds = rounds_of(size, count);
    char *ids = bench_ids(size);
    floor_named **actors = bench_allocate(size, sizeof *actors);
    uint64_t resident = bench_resident_bytes();
    ended = 0;
    floor_spawn_all(ids, actors, size);
    if (size >= MEASURABLE)
        figures[1] = (double)(bench_resident_bytes() - resident) / (double)size;
    floor_end_all(actors, size);
    double start = bench_seconds();
    for (uint64_t i = 0; i < rounds; i++) {
        floor_spawn_all(ids, actors, size);
        floor_end_all(actors, size);
    }
    figures[0] = work_millions(rounds * size, bench_seconds() - start);
    BENCH_CHECK(ended == (rounds + 1) * size && !floor_find(ids));
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
                      uint64_t size) {
    backstage_actor_options options = {
        .size = sizeof options, .receive = receive, .deinit = deinit};
    for (uint64_t i = 0; i < size; i++) {
        options.id = ids + i * BENCH_ID_STRIDE;
        WORK_OK(backstage_engine_spawn(engine, &options, &actors[i]));
    }
}

static void stop_all(backstage_engine *engine, backstage_context *stopper,
                     const backstage_ref *actors, uint64_t size) {
    for (uint64_t i = 0; i < size; i++)
        WORK_OK(backstage_stop(stopper, actors[i]));
    work_run(engine);
}

static void check_ended(backstage_engine *engine, const char *ids, uint64_t all) {
    backstage_ref found;
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    BENCH_CHECK(ended == all && statistics.actors == 1 && statistics.spawned == all + 1);
    BENCH_CHECK(backstage_engine_find(engine, ids, &found) == BACKSTAGE_NOT_FOUND);
}

static void backstage_many(const bench_workload *workload, uint64_t count, double *figures) {
    uint64_t size = workload->size, rounds = rounds_of(size, count);
    char *ids = bench_ids(size);
    backstage_ref *actors = bench_allocate(size, sizeof *actors);
    backstage_engine *engine = work_engine((uint32_t)size + 1, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_context *stopper = work_context(engine, work_spawn(engine, "stopper", receive, NULL));
    uint64_t resident = bench_resident_bytes();
    ended = 0;
    spawn_all(engine, ids, actors, size);
    work_run(engine);
    if (size >= MEASURABLE)
        figures[1] = (double)(bench_resident_bytes() - resident) / (double)size;
    stop_all(engine, stopper, actors, size);
    double start = bench_seconds();
    for (uint64_t i = 0; i < rounds; i++) {
        spawn_all(engine, ids, actors, size);
        stop_all(engine, stopper, actors, size);
    }
    figures[0] = work_millions(rounds * size, bench_seconds() - start);
    check_ended(engine, ids, (rounds + 1) * size);
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
