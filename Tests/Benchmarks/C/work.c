#include "work.h"

void work_status_failed(const char *file, int line, const char *call, backstage_status status) {
    char text[256];
    snprintf(text, sizeof text, "%s: %s", backstage_status_name(status), call);
    bench_fail(file, line, text);
}

backstage_engine *work_engine(uint32_t actors_max, backstage_clock clock) {
    backstage_engine_options options = {
        .size = sizeof options, .clock = clock, .actors_max = actors_max};
    backstage_engine *engine = NULL;
    WORK_OK(backstage_engine_create(&options, &engine));
    return engine;
}

backstage_ref work_spawn(backstage_engine *engine, const char *id,
                         backstage_receive_callback receive, void *state) {
    backstage_actor_options options = {
        .size = sizeof options, .id = id, .receive = receive, .state = state};
    backstage_ref actor = BACKSTAGE_NONE;
    WORK_OK(backstage_engine_spawn(engine, &options, &actor));
    return actor;
}

backstage_context *work_context(backstage_engine *engine, backstage_ref actor) {
    backstage_context *context = NULL;
    WORK_OK(backstage_engine_context(engine, actor, &context));
    return context;
}

void work_run(backstage_engine *engine) {
    WORK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
}

void work_end(backstage_engine *engine) {
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    BENCH_CHECK(statistics.accepted == statistics.handled);
    BENCH_CHECK(statistics.dead == 0 && statistics.queued == 0 && statistics.failures == 0);
    WORK_OK(backstage_engine_destroy(engine));
}
