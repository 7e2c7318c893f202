/* Memory of an idle actor with an id, which has handled a message: what the system sees, and what
 * the engine's statistics say. */
#include "work.h"

#include <stdlib.h>

enum { AT_ONCE = 100 };

static uint64_t handled;

static void floor_receive_one(floor_actor *self, const floor_message *message, void *state) {
    (void)self, (void)message, (void)state;
}

/* The floor's actors have never had a message: by hand, their rings would be freed or shared. */
static void floor_memory(const bench_workload *workload, uint64_t count, double *figures) {
    char *ids = bench_ids(count);
    (void)workload;
    uint64_t before = bench_resident_bytes();
    for (uint64_t i = 0; i < count; i++)
        BENCH_CHECK(floor_spawn(ids + i * BENCH_ID_STRIDE, floor_receive_one, NULL, NULL));
    figures[0] = (double)(bench_resident_bytes() - before) / (double)count;
    free(ids);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context, (void)envelope, (void)state;
    handled++;
    return BACKSTAGE_OK;
}

static uint64_t memory_bytes(backstage_engine *engine) {
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    return statistics.memory_bytes;
}

static void backstage_memory(const bench_workload *workload, uint64_t count, double *figures) {
    char *ids = bench_ids(count);
    uint64_t number = 0;
    (void)workload;
    handled = 0;
    uint64_t before = bench_resident_bytes();
    backstage_engine *engine = work_engine((uint32_t)count, BACKSTAGE_CLOCK_MONOTONIC);
    uint64_t empty = memory_bytes(engine);
    for (uint64_t i = 0; i < count; i++) {
        backstage_ref actor = work_spawn(engine, ids + i * BENCH_ID_STRIDE, receive, NULL);
        WORK_OK(backstage_engine_send(engine, actor, &number, sizeof number));
        if (i % AT_ONCE == AT_ONCE - 1)
            work_run(engine);
    }
    work_run(engine);
    BENCH_CHECK(handled == count);
    figures[0] = (double)(bench_resident_bytes() - before) / (double)count;
    figures[1] = (double)(memory_bytes(engine) - empty) / (double)count;
    work_end(engine);
    free(ids);
}

static const bench_workload workloads[] = {{
    .name = "memory of an idle actor",
    .count = 1000000,
    .floor = floor_memory,
    .backstage = backstage_memory,
    .figures = {{"resident", "bytes"}, {"statistics", "bytes"}},
}};

const bench_group memory_group = BENCH_GROUP(workloads);
