/* Timers on a virtual clock: all armed, all cancelled in another order, all fired in time. */
#include "work.h"

#include <stdlib.h>

static const uint64_t span_ns = 1000000000, step_ns = 1000000;

/* An actor's timers, as they fire. */
struct watch {
    uint64_t last_due, fired, sum;
};

struct plan {
    uint64_t count, sum;
    uint64_t *after_ns; /* of each timer */
    uint32_t *order;    /* a shuffle, to cancel by */
    uint64_t *timers;
    struct watch *watches;
};

static struct plan make_plan(uint64_t count, uint32_t actors) {
    uint64_t seed = 1;
    struct plan plan = {count,
                        0,
                        bench_allocate(count, sizeof *plan.after_ns),
                        bench_allocate(count, sizeof *plan.order),
                        bench_allocate(count, sizeof *plan.timers),
                        bench_allocate(actors, sizeof *plan.watches)};
    for (uint64_t i = 0; i < count; i++) {
        uint64_t other = bench_random(&seed) % (i + 1);
        plan.after_ns[i] = 1 + bench_random(&seed) % span_ns;
        plan.sum += plan.after_ns[i];
        plan.order[i] = plan.order[other];
        plan.order[other] = (uint32_t)i;
    }
    return plan;
}

static void fired(struct watch *watch, uint64_t due_ns) {
    BENCH_CHECK(due_ns >= watch->last_due);
    watch->last_due = due_ns;
    watch->fired++;
    watch->sum += due_ns;
}

static void finish(struct plan *plan, uint32_t actors, const double *at, double *figures) {
    uint64_t all = 0, sum = 0;
    for (uint32_t i = 0; i < actors; i++) {
        all += plan->watches[i].fired;
        sum += plan->watches[i].sum;
    }
    BENCH_CHECK(all == plan->count && sum == plan->sum);
    figures[0] = work_millions(plan->count, at[1] - at[0]);
    figures[1] = work_millions(plan->count, at[2] - at[1]);
    figures[2] = work_millions(plan->count, at[4] - at[3]);
    free(plan->after_ns);
    free(plan->order);
    free(plan->timers);
    free(plan->watches);
}

static void floor_expired(uint64_t due_ns, void *state) { fired(state, due_ns); }

static void floor_arm(struct plan *plan, uint32_t actors) {
    for (uint64_t i = 0; i < plan->count; i++)
        plan->timers[i] =
            floor_timer_start(plan->after_ns[i], floor_expired, &plan->watches[i % actors]);
}

static void floor_timers(const bench_workload *workload, uint64_t count, double *figures) {
    struct plan plan = make_plan(count, workload->actors);
    double at[5];
    floor_timers_open((uint32_t)count);
    at[0] = bench_seconds();
    floor_arm(&plan, workload->actors);
    at[1] = bench_seconds();
    for (uint64_t i = 0; i < count; i++)
        floor_timer_cancel((uint32_t)plan.timers[plan.order[i]]);
    at[2] = bench_seconds();
    floor_arm(&plan, workload->actors);
    at[3] = bench_seconds();
    for (uint64_t now = step_ns; now <= span_ns; now += step_ns)
        floor_timers_advance(now);
    at[4] = bench_seconds();
    floor_timers_close();
    finish(&plan, workload->actors, at, figures);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    const backstage_timer_event *event = envelope->payload;
    (void)context;
    BENCH_CHECK(envelope->type == BACKSTAGE_TIMER && event->expirations == 1);
    fired(state, event->due_ns);
    return BACKSTAGE_OK;
}

static void arm(struct plan *plan, backstage_context **contexts, uint32_t actors) {
    for (uint64_t i = 0; i < plan->count; i++)
        WORK_OK(backstage_timer_start(contexts[i % actors], (int64_t)plan->after_ns[i], 0,
                                      &plan->timers[i]));
}

static void backstage_timers(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t actors = workload->actors;
    struct plan plan = make_plan(count, actors);
    backstage_context **contexts = bench_allocate(actors, sizeof *contexts);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_VIRTUAL);
    double at[5];
    for (uint32_t i = 0; i < actors; i++)
        contexts[i] = work_context(engine, work_spawn(engine, NULL, receive, &plan.watches[i]));
    at[0] = bench_seconds();
    arm(&plan, contexts, actors);
    at[1] = bench_seconds();
    for (uint64_t i = 0; i < count; i++) {
        uint32_t which = plan.order[i];
        WORK_OK(backstage_timer_cancel(contexts[which % actors], plan.timers[which]));
    }
    at[2] = bench_seconds();
    arm(&plan, contexts, actors);
    at[3] = bench_seconds();
    for (uint64_t now = step_ns; now <= span_ns; now += step_ns) {
        WORK_OK(backstage_engine_advance(engine, step_ns));
        work_run(engine);
    }
    at[4] = bench_seconds();
    work_end(engine);
    free(contexts);
    finish(&plan, actors, at, figures);
}

static const bench_workload workloads[] = {{
    .name = "1 M timers",
    .actors = 1000,
    .count = 1000000,
    .floor = floor_timers,
    .backstage = backstage_timers,
    .figures = {{"armed", "M/s"}, {"cancelled", "M/s"}, {"fired", "M/s"}},
}};

const bench_group timers_group = BENCH_GROUP(workloads);
