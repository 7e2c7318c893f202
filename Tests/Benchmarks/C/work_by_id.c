/* Sends by id string: to one id over and over, and to a thousand in turn. */
#include "work.h"

#include <stdlib.h>

enum { BURST = 1000, PAYLOAD = 16 };

/* Each receiver sees every n-th number: the sum over all of them is checked. */
static void check(struct tally *tallies, uint32_t receivers, uint64_t count) {
    struct tally all = {.size = PAYLOAD};
    for (uint32_t i = 0; i < receivers; i++) {
        BENCH_CHECK(tallies[i].count == count / receivers + (i < count % receivers));
        all.count += tallies[i].count;
        all.sum += tallies[i].sum;
        tallies[i] = (struct tally){.size = PAYLOAD};
    }
    BENCH_CHECK(tally_right(&all, count, 1));
}

static void floor_receiver(floor_actor *self, const floor_message *message, void *state) {
    (void)self;
    tally_add(state, message->payload, message->size);
}

static void floor_round(const char *ids, uint32_t receivers, uint64_t count) {
    unsigned char payload[PAYLOAD];
    uint32_t receiver = 0;
    for (uint64_t sent = 0; sent < count;) {
        for (uint64_t end = sent + BURST; sent < end && sent < count; sent++) {
            tally_stamp(payload, PAYLOAD, sent);
            const char *id = ids + (size_t)receiver * BENCH_ID_STRIDE;
            BENCH_CHECK(floor_send_to_id(NULL, id, payload, PAYLOAD));
            receiver = receiver + 1 == receivers ? 0 : receiver + 1;
        }
        floor_run();
    }
}

static void floor_by_id(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t receivers = workload->actors;
    uint64_t first = work_warm_up(count);
    char *ids = bench_ids(receivers);
    struct tally *tallies = bench_allocate(receivers, sizeof *tallies);
    for (uint32_t i = 0; i < receivers; i++) {
        tallies[i].size = PAYLOAD;
        floor_named *named =
            floor_spawn(ids + (size_t)i * BENCH_ID_STRIDE, floor_receiver, NULL, &tallies[i]);
        BENCH_CHECK(named != NULL);
        named->actor.ring_bytes = receivers == 1 ? 65536 : 4096;
    }
    floor_round(ids, receivers, first);
    check(tallies, receivers, first);
    double start = bench_seconds();
    floor_round(ids, receivers, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    check(tallies, receivers, count);
    free(tallies);
    free(ids);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context;
    tally_add(state, envelope->payload, envelope->size);
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, backstage_context *sender, const char *ids,
                            uint32_t receivers, uint64_t count) {
    unsigned char payload[PAYLOAD];
    uint32_t receiver = 0;
    for (uint64_t sent = 0; sent < count;) {
        for (uint64_t end = sent + BURST; sent < end && sent < count; sent++) {
            tally_stamp(payload, PAYLOAD, sent);
            const char *id = ids + (size_t)receiver * BENCH_ID_STRIDE;
            WORK_OK(backstage_send_to_id(sender, id, payload, PAYLOAD));
            receiver = receiver + 1 == receivers ? 0 : receiver + 1;
        }
        work_run(engine);
    }
}

static void backstage_by_id(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t receivers = workload->actors;
    uint64_t first = work_warm_up(count);
    char *ids = bench_ids(receivers);
    struct tally *tallies = bench_allocate(receivers, sizeof *tallies);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_context *sender = work_context(engine, work_spawn(engine, "sender", receive, NULL));
    for (uint32_t i = 0; i < receivers; i++) {
        tallies[i].size = PAYLOAD;
        work_spawn(engine, ids + (size_t)i * BENCH_ID_STRIDE, receive, &tallies[i]);
    }
    backstage_round(engine, sender, ids, receivers, first);
    check(tallies, receivers, first);
    double start = bench_seconds();
    backstage_round(engine, sender, ids, receivers, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    check(tallies, receivers, count);
    work_end(engine);
    free(tallies);
    free(ids);
}

/* The goal is 35 M/s where the floor has 47: as a ratio, since machines differ. */
#define BY_ID(name_, receivers)                                                                    \
    {                                                                                              \
        .name = name_, .payload = PAYLOAD, .actors = receivers, .count = 10000000,                 \
        .floor = floor_by_id, .backstage = backstage_by_id, .figures = {{"", "M/s"}},              \
    }

static const bench_workload workloads[] = {
    BY_ID("send by id, one receiver", 1),
    BY_ID("send by id, 1000 receivers", 1000),
};

const bench_group by_id_group = BENCH_GROUP(workloads);
