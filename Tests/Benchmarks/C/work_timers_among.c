/* A timer among many: short ones armed and fired, and others armed and cancelled, while N are
 * armed and far from due. On a virtual clock. */
#include "work.h"

#include <stdlib.h>

enum { ACTORS = 1000, BURST = 64 };

static const uint64_t far_ns = 1000000000000000, span_ns = 1000000000000, near_ns = 1000000;

/* The timers' times are random, the same on both sides. */
struct crowd {
    uint64_t seed, now_ns;
    uint64_t fired, due_sum, expected_sum;
};

static inline uint64_t far_after(struct crowd *crowd) {
    return far_ns + bench_random(&crowd->seed) % span_ns;
}

/* Due before the clock's next step. */
static inline uint64_t near_after(struct crowd *crowd) {
    uint64_t after_ns = 1 + (bench_random(&crowd->seed) & (near_ns / 2 - 1));
    crowd->expected_sum += crowd->now_ns + after_ns;
    return after_ns;
}

static void check(const struct crowd *crowd, uint64_t fired) {
    BENCH_CHECK(crowd->fired == fired && crowd->due_sum == crowd->expected_sum);
}

static void floor_fired(uint64_t due_ns, void *state) {
    struct crowd *crowd = state;
    crowd->fired++;
    crowd->due_sum += due_ns;
}

static void floor_fire(struct crowd *crowd, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        floor_timer_start(crowd->now_ns + near_after(crowd), floor_fired, crowd);
        if (i % BURST == BURST - 1)
            floor_timers_advance(crowd->now_ns += near_ns);
    }
    floor_timers_advance(crowd->now_ns += near_ns);
}

static void floor_cancel(struct crowd *crowd, uint64_t count) {
    uint32_t timers[BURST];
    for (uint64_t i = 0; i < count; i++) {
        timers[i % BURST] = floor_timer_start(crowd->now_ns + far_after(crowd), floor_fired, crowd);
        if (i % BURST == BURST - 1)
            for (uint32_t j = 0; j < BURST; j++)
                floor_timer_cancel(timers[j]);
    }
}

static void floor_among(const bench_workload *workload, uint64_t count, double *figures) {
    struct crowd crowd = {.seed = 1};
    uint64_t rounded = count / BURST * BURST;
    floor_timers_open((uint32_t)workload->size + BURST);
    for (uint64_t i = 0; i < workload->size; i++)
        floor_timer_start(far_after(&crowd), floor_fired, &crowd);
    floor_fire(&crowd, work_warm_up(rounded));
    double at[3] = {bench_seconds()};
    floor_fire(&crowd, rounded);
    at[1] = bench_seconds();
    floor_cancel(&crowd, rounded);
    at[2] = bench_seconds();
    check(&crowd, work_warm_up(rounded) + rounded);
    figures[0] = work_millions(rounded, at[1] - at[0]);
    figures[1] = work_millions(rounded, at[2] - at[1]);
    floor_timers_close();
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    const backstage_timer_event *event = envelope->payload;
    struct crowd *crowd = state;
    (void)context;
    BENCH_CHECK(envelope->type == BACKSTAGE_TIMER && event->expirations == 1);
    crowd->fired++;
    crowd->due_sum += event->due_ns;
    return BACKSTAGE_OK;
}

static inline uint64_t start(backstage_context *context, uint64_t after_ns) {
    uint64_t timer;
    WORK_OK(backstage_timer_start(context, (int64_t)after_ns, 0, &timer));
    return timer;
}

static void advance(backstage_engine *engine, struct crowd *crowd) {
    WORK_OK(backstage_engine_advance(engine, near_ns));
    crowd->now_ns += near_ns;
    work_run(engine);
}

static void fire(backstage_engine *engine, struct crowd *crowd, backstage_context **contexts,
                 uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        start(contexts[i % ACTORS], near_after(crowd));
        if (i % BURST == BURST - 1)
            advance(engine, crowd);
    }
    advance(engine, crowd);
}

static void cancel(struct crowd *crowd, backstage_context **contexts, uint64_t count) {
    uint64_t timers[BURST];
    for (uint64_t i = 0; i < count; i++) {
        timers[i % BURST] = start(contexts[i % BURST], far_after(crowd));
        if (i % BURST == BURST - 1)
            for (uint32_t j = 0; j < BURST; j++)
                WORK_OK(backstage_timer_cancel(contexts[j], timers[j]));
    }
}

static void backstage_among(const bench_workload *workload, uint64_t count, double *figures) {
    struct crowd crowd = {.seed = 1};
    uint64_t rounded = count / BURST * BURST;
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_VIRTUAL);
    backstage_context **contexts = bench_allocate(ACTORS, sizeof *contexts);
    for (uint32_t i = 0; i < ACTORS; i++)
        contexts[i] = work_context(engine, work_spawn(engine, NULL, receive, &crowd));
    for (uint64_t i = 0; i < workload->size; i++)
        start(contexts[i % ACTORS], far_after(&crowd));
    fire(engine, &crowd, contexts, work_warm_up(rounded));
    double at[3] = {bench_seconds()};
    fire(engine, &crowd, contexts, rounded);
    at[1] = bench_seconds();
    cancel(&crowd, contexts, rounded);
    at[2] = bench_seconds();
    check(&crowd, work_warm_up(rounded) + rounded);
    figures[0] = work_millions(rounded, at[1] - at[0]);
    figures[1] = work_millions(rounded, at[2] - at[1]);
    work_end(engine);
    free(contexts);
}

static const bench_workload workloads[] = {{
    .name = "timer among N",
    .actors = ACTORS,
    .size = 1000,
    .count = 1000000,
    .floor = floor_among,
    .backstage = backstage_among,
    .figures = {{"armed and fired", "M/s"}, {"armed and cancelled", "M/s"}},
}};

const bench_group timers_among_group = BENCH_GROUP(workloads);
