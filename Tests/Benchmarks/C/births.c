/* Actors with ids, born and ended one by one: the floor's and Backstage's. */
#include "births.h"

uint64_t births_ended;

static void floor_nothing(floor_actor *self, const floor_message *message, void *state) {
    (void)self, (void)message, (void)state;
}

static void floor_ended(floor_named *named) {
    (void)named;
    births_ended++;
}

void births_floor_spawn(const char *ids, floor_named **actors, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        actors[i] = floor_spawn(ids + i * BENCH_ID_STRIDE, floor_nothing, floor_ended, NULL);
        BENCH_CHECK(actors[i] != NULL);
    }
}

void births_floor_end(floor_named **actors, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        floor_end(actors[i]);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    (void)context, (void)state;
    births_ended += reason == BACKSTAGE_REASON_STOPPED;
    return BACKSTAGE_OK;
}

backstage_context *births_stopper(backstage_engine *engine) {
    return work_context(engine, work_spawn(engine, "stopper", receive, NULL));
}

void births_spawn(backstage_engine *engine, const char *ids, backstage_ref *actors,
                  uint64_t count) {
    backstage_actor_options options = {
        .size = sizeof options, .receive = receive, .deinit = deinit};
    for (uint64_t i = 0; i < count; i++) {
        options.id = ids + i * BENCH_ID_STRIDE;
        WORK_OK(backstage_engine_spawn(engine, &options, &actors[i]));
    }
}

void births_end(backstage_engine *engine, backstage_context *stopper, const backstage_ref *actors,
                uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        WORK_OK(backstage_stop(stopper, actors[i]));
    work_run(engine);
}

void births_check(backstage_engine *engine, const char *ids, uint64_t all) {
    backstage_ref found;
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    BENCH_CHECK(births_ended == all && statistics.actors == 1 && statistics.spawned == all + 1);
    BENCH_CHECK(backstage_engine_find(engine, ids, &found) == BACKSTAGE_NOT_FOUND);
}
