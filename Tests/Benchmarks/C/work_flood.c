/* Floods from outside: bursts to one receiver, sent in the name of another actor. */
#include "work.h"

#include <stdlib.h>

enum { OUTSIDE_BURST = 1000, BURST_BYTES = 1 << 18 };

/* As many messages at a time as a program that minds its cache would have under way. */
static uint64_t burst_of(uint32_t payload) {
    uint64_t burst = BURST_BYTES / (payload ? payload : 1);
    return burst > OUTSIDE_BURST ? OUTSIDE_BURST : burst ? burst : 1;
}

static uint32_t ring_bytes(uint32_t payload, uint64_t burst) {
    uint32_t bytes = 4096;
    while (bytes < (burst + 1) * (payload + 32))
        bytes *= 2;
    return bytes;
}

static void floor_count(floor_actor *self, const floor_message *message, void *state) {
    (void)self;
    tally_add(state, message->payload, message->size);
}

static void floor_pour(floor_actor *sender, floor_actor *receiver, struct tally *tally,
                       unsigned char *payload, uint64_t count) {
    uint32_t size = tally->size;
    uint64_t burst = burst_of(size), sent = 0;
    while (sent < count) {
        for (uint64_t end = sent + burst < count ? sent + burst : count; sent < end; sent++) {
            tally_stamp(payload, size, sent);
            BENCH_CHECK(floor_send(sender, receiver, payload, size));
        }
        floor_run();
    }
    BENCH_CHECK(tally_right(tally, count, 1));
    tally->count = tally->sum = 0;
}

static void floor_flood(const bench_workload *workload, uint64_t count, double *figures) {
    floor_actor sender, receiver;
    struct tally tally = {.size = workload->payload};
    unsigned char *payload = bench_allocate(1, workload->payload + 16);
    floor_actor_make(&sender, floor_count, NULL, 4096);
    floor_actor_make(&receiver, floor_count, &tally,
                     ring_bytes(workload->payload, burst_of(workload->payload)));
    floor_pour(&sender, &receiver, &tally, payload, work_warm_up(count));
    double start = bench_seconds();
    floor_pour(&sender, &receiver, &tally, payload, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    free(payload);
}

static backstage_status count_message(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    (void)context;
    tally_add(state, envelope->payload, envelope->size);
    return BACKSTAGE_OK;
}

static backstage_status count_batch(backstage_context *context, const backstage_envelope *envelopes,
                                    size_t count, size_t *handled, void *state) {
    (void)context, (void)handled;
    for (size_t i = 0; i < count; i++)
        tally_add(state, envelopes[i].payload, envelopes[i].size);
    return BACKSTAGE_OK;
}

static void backstage_pour(backstage_engine *engine, backstage_context *sender,
                           backstage_ref receiver, struct tally *tally, unsigned char *payload,
                           uint64_t count) {
    uint32_t size = tally->size;
    uint64_t burst = burst_of(size), sent = 0;
    while (sent < count) {
        for (uint64_t end = sent + burst < count ? sent + burst : count; sent < end; sent++) {
            tally_stamp(payload, size, sent);
            WORK_OK(backstage_send(sender, receiver, payload, size));
        }
        work_run(engine);
    }
    BENCH_CHECK(tally_right(tally, count, 1));
    tally->count = tally->sum = 0;
}

static void backstage_flood_with(const bench_workload *workload, uint64_t count,
                                 backstage_actor_options options, double *figures) {
    struct tally tally = {.size = workload->payload};
    unsigned char *payload = bench_allocate(1, workload->payload + 16);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_ref receiver;
    options.size = sizeof options;
    options.state = &tally;
    WORK_OK(backstage_engine_spawn(engine, &options, &receiver));
    backstage_context *sender = work_context(engine, work_spawn(engine, NULL, count_message, NULL));
    backstage_pour(engine, sender, receiver, &tally, payload, work_warm_up(count));
    double start = bench_seconds();
    backstage_pour(engine, sender, receiver, &tally, payload, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    free(payload);
    work_end(engine);
}

static void backstage_flood(const bench_workload *workload, uint64_t count, double *figures) {
    backstage_actor_options options = {.receive = count_message};
    backstage_flood_with(workload, count, options, figures);
}

static void backstage_flood_batch(const bench_workload *workload, uint64_t count, double *figures) {
    backstage_actor_options options = {.receive_batch = count_batch};
    backstage_flood_with(workload, count, options, figures);
}

#define FLOOD(name_, size, count_, side)                                                           \
    {                                                                                              \
        .name = name_, .payload = size, .count = count_, .floor = floor_flood, .backstage = side,  \
        .figures = {{"", "M/s"}},                                                                  \
    }

static const bench_workload workloads[] = {
    FLOOD("flood", 16, 20000000, backstage_flood),
    FLOOD("flood, receive_batch", 16, 20000000, backstage_flood_batch),
    FLOOD("flood 1 KiB", 1024, 5000000, backstage_flood),
    FLOOD("flood 0 B", 0, 20000000, backstage_flood),
    FLOOD("flood 32 B", 32, 20000000, backstage_flood),
    FLOOD("flood 33 B", 33, 10000000, backstage_flood),
    FLOOD("flood 64 B", 64, 10000000, backstage_flood),
    FLOOD("flood 128 B", 128, 10000000, backstage_flood),
    FLOOD("flood 256 B", 256, 10000000, backstage_flood),
    FLOOD("flood 4 KiB", 4096, 1000000, backstage_flood),
    FLOOD("flood 16 KiB", 16384, 200000, backstage_flood),
    FLOOD("flood 64 KiB", 65536, 50000, backstage_flood),
};

const bench_group flood_group = BENCH_GROUP(workloads);
