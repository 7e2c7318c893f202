/* How long a message between two actors takes while pairs of others flood each other. The two
 * answer each other, and each looks at the time as soon as it is called. Always in wall time. */
#include "latency.h"

#include <stdlib.h>

struct probe {
    uint64_t sent_ns, number;
};

struct probing {
    struct latency flood; /* its `over` and `flooded` alone */
    struct samples samples;
    uint64_t next;
};

/* Whether to send one more. */
static inline bool arrived(struct probing *probing, struct probe *probe, const void *payload,
                           uint32_t size) {
    uint64_t now_ns = bench_wall_ns();
    BENCH_CHECK(size == sizeof *probe);
    memcpy(probe, payload, sizeof *probe);
    BENCH_CHECK(probe->number == probing->next);
    probing->flood.over = samples_add(&probing->samples, probe->sent_ns, now_ns);
    *probe = (struct probe){bench_wall_ns(), ++probing->next};
    return !probing->flood.over;
}

static struct probe start(struct probing *probing, uint64_t count) {
    *probing = (struct probing){.samples = samples_make(count)};
    return (struct probe){bench_wall_ns(), 0};
}

static void finish(struct probing *probing, double *figures) {
    /* A flood: a message has met hundreds of others, not a few. */
    BENCH_CHECK(probing->flood.flooded > probing->samples.wanted * 500);
    samples_sort(&probing->samples);
    figures[0] = samples_us(&probing->samples, 0.5);
    figures[1] = samples_us(&probing->samples, 0.99);
    figures[2] = samples_us(&probing->samples, 0.999);
    figures[3] = samples_us(&probing->samples, 1);
    free(probing->samples.late_ns);
}

static void floor_prober(floor_actor *self, const floor_message *message, void *state) {
    struct probe probe;
    if (arrived(state, &probe, message->payload, message->size))
        BENCH_CHECK(floor_send(self, message->sender, &probe, sizeof probe));
}

static void floor_latency_message(const bench_workload *workload, uint64_t count, double *figures) {
    struct probing probing;
    floor_actor players[2 * LATENCY_PAIRS], one, other;
    (void)workload;
    struct probe probe = start(&probing, count);
    latency_flood_floor(&probing.flood, players);
    floor_actor_make(&one, floor_prober, &probing, 256);
    floor_actor_make(&other, floor_prober, &probing, 256);
    BENCH_CHECK(floor_send(&one, &other, &probe, sizeof probe));
    floor_run();
    finish(&probing, figures);
}

static backstage_status prober(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    struct probe probe;
    if (arrived(state, &probe, envelope->payload, envelope->size))
        WORK_OK(backstage_send(context, envelope->sender, &probe, sizeof probe));
    return BACKSTAGE_OK;
}

static void backstage_latency_message(const bench_workload *workload, uint64_t count,
                                      double *figures) {
    struct probing probing;
    (void)workload;
    struct probe probe = start(&probing, count);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    latency_flood_backstage(&probing.flood, engine);
    backstage_ref one = work_spawn(engine, NULL, prober, &probing);
    backstage_ref other = work_spawn(engine, NULL, prober, &probing);
    WORK_OK(backstage_send(work_context(engine, one), other, &probe, sizeof probe));
    work_run(engine);
    work_end(engine);
    finish(&probing, figures);
}

static const bench_workload workloads[] = {{
    .name = "latency while flooded",
    .payload = sizeof(struct probe),
    .actors = 2 * LATENCY_PAIRS,
    .count = 50000,
    .floor = floor_latency_message,
    .backstage = backstage_latency_message,
    .figures = {{"p50", "us"}, {"p99", "us"}, {"p99.9", "us"}, {"max", "us"}},
}};

const bench_group latency_message_group = BENCH_GROUP(workloads);
