/* Memory of a request with a timeout that has not been answered yet: what the system sees, and what
 * the engine's statistics say. */
#include "work.h"

#include <stdlib.h>

enum { AT_ONCE = 100, PAYLOAD = 16 };

struct asking {
    backstage_engine *engine;
    backstage_context *asker, *keeper;
    backstage_ref keeper_ref;
    backstage_reply_handle *handles; /* of the requests taken; NULL: it answers at once */
    uint64_t taken, answered;
    uint64_t resident, statistics; /* before the first request */
};

static uint64_t memory_bytes(backstage_engine *engine) {
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    return statistics.memory_bytes;
}

static backstage_status learn(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    struct asking *asking = state;
    (void)context;
    BENCH_CHECK(envelope->type == BACKSTAGE_REPLY && envelope->size == PAYLOAD);
    asking->answered++;
    return BACKSTAGE_OK;
}

static backstage_status take(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    struct asking *asking = state;
    uint64_t number = asking->taken++;
    BENCH_CHECK(envelope->type == BACKSTAGE_REQUEST && envelope->size == PAYLOAD);
    BENCH_CHECK(memcmp(envelope->payload, &number, sizeof number) == 0);
    if (asking->handles)
        return backstage_envelope_reply_handle(envelope, &asking->handles[number]);
    return backstage_reply(context, envelope, envelope->payload, envelope->size);
}

static backstage_ref spawn(struct asking *asking, backstage_receive_callback receive,
                           uint64_t capacity) {
    backstage_actor_options options = {.size = sizeof options,
                                       .receive = receive,
                                       .state = asking,
                                       .capacity = (uint32_t)capacity};
    backstage_ref actor;
    WORK_OK(backstage_engine_spawn(asking->engine, &options, &actor));
    return actor;
}

static void begin(struct asking *asking, uint64_t capacity) {
    asking->engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    asking->asker = work_context(asking->engine, spawn(asking, learn, 0));
    asking->keeper_ref = spawn(asking, take, capacity);
    asking->keeper = work_context(asking->engine, asking->keeper_ref);
    work_run(asking->engine);
    asking->resident = bench_resident_bytes();
    asking->statistics = memory_bytes(asking->engine);
}

/* Of a request each. */
static void measure(const struct asking *asking, uint64_t count, double *figures) {
    BENCH_CHECK(asking->answered == 0);
    figures[0] = (double)(bench_resident_bytes() - asking->resident) / (double)count;
    figures[1] = (double)(memory_bytes(asking->engine) - asking->statistics) / (double)count;
}

static void ask(struct asking *asking, uint64_t number) {
    int64_t timeout_ns = BACKSTAGE_SECONDS(3600) + (int64_t)number;
    unsigned char payload[PAYLOAD];
    uint64_t token;
    tally_stamp(payload, PAYLOAD, number);
    WORK_OK(
        backstage_request(asking->asker, asking->keeper_ref, payload, PAYLOAD, timeout_ns, &token));
}

/* The receiver takes them, a few at a time, and keeps their handles. These are its own affair: they
 * are there before the measure is taken. */
static void kept_requests(const bench_workload *workload, uint64_t count, double *figures) {
    struct asking asking = {.handles = bench_allocate(count, sizeof *asking.handles)};
    unsigned char reply[PAYLOAD] = {0};
    (void)workload;
    begin(&asking, 0);
    for (uint64_t i = 0; i < count; i++) {
        ask(&asking, i);
        if (i % AT_ONCE == AT_ONCE - 1)
            work_run(asking.engine);
    }
    work_run(asking.engine);
    BENCH_CHECK(asking.taken == count);
    measure(&asking, count, figures);
    for (uint64_t i = 0; i < count; i++) {
        WORK_OK(backstage_reply_later(asking.keeper, &asking.handles[i], reply, PAYLOAD));
        if (i % AT_ONCE == AT_ONCE - 1)
            work_run(asking.engine);
    }
    work_run(asking.engine);
    BENCH_CHECK(asking.answered == count);
    work_end(asking.engine);
    free(asking.handles);
}

/* The receiver has not had a turn yet: its inbox holds them all. */
static void queued_requests(const bench_workload *workload, uint64_t count, double *figures) {
    struct asking asking = {.handles = NULL};
    (void)workload;
    begin(&asking, count);
    for (uint64_t i = 0; i < count; i++)
        ask(&asking, i);
    BENCH_CHECK(asking.taken == 0);
    measure(&asking, count, figures);
    work_run(asking.engine);
    BENCH_CHECK(asking.taken == count && asking.answered == count);
    work_end(asking.engine);
}

#define OUTSTANDING(name_, side)                                                                   \
    {                                                                                              \
        .name = name_, .payload = PAYLOAD, .count = 1000000, .backstage = side,                    \
        .figures = {{"resident", "bytes"}, {"statistics", "bytes"}},                               \
    }

static const bench_workload workloads[] = {
    OUTSTANDING("1 M requests kept", kept_requests),
    OUTSTANDING("1 M requests queued", queued_requests),
};

const bench_group outstanding_group = BENCH_GROUP(workloads);
