/* An engine with nothing to do: idle actors, each of which has handled a message, and a timer that
 * is far away. How often its thread is woken before the run is over, how often it looks at the system,
 * and how long it computes, while it runs for `count` seconds. Always in wall time. */
#define _GNU_SOURCE
#include "work.h"

#include <sys/resource.h>
#include <time.h>

struct usage {
    uint64_t switches; /* the thread gave up the CPU by itself: each is a wake-up later */
    uint64_t polls;
    double cpu_seconds;
};

static uint64_t handled;

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context, (void)state;
    BENCH_CHECK(envelope->type == BACKSTAGE_SEND);
    handled++;
    return BACKSTAGE_OK;
}

/* To the nanosecond; getrusage counts in ticks. */
static double cpu_seconds(void) {
    struct timespec now;
    BENCH_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct usage usage_of(backstage_engine *engine) {
    struct rusage now;
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    BENCH_CHECK(getrusage(RUSAGE_THREAD, &now) == 0);
    return (struct usage){(uint64_t)now.ru_nvcsw, statistics.polls, cpu_seconds()};
}

static void spawn_idle(backstage_engine *engine, uint32_t count) {
    uint64_t number = 0;
    handled = 0;
    for (uint32_t i = 0; i < count; i++) {
        backstage_ref actor = work_spawn(engine, NULL, receive, NULL);
        WORK_OK(backstage_engine_send(engine, actor, &number, sizeof number));
    }
    work_run(engine);
    BENCH_CHECK(handled == count);
}

static void backstage_idle(const bench_workload *workload, uint64_t count, double *figures) {
    uint64_t timer;
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    spawn_idle(engine, workload->actors);
    backstage_context *context = work_context(engine, work_spawn(engine, NULL, receive, NULL));
    WORK_OK(backstage_timer_start(context, BACKSTAGE_SECONDS(1000000), 0, &timer));
    work_run(engine);
    uint64_t started_ns = bench_wall_ns();
    struct usage before = usage_of(engine);
    BENCH_CHECK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED,
                                     BACKSTAGE_SECONDS((int64_t)count)) == BACKSTAGE_TIMEOUT);
    struct usage after = usage_of(engine);
    BENCH_CHECK(bench_wall_ns() - started_ns >= count * 1000000000);
    BENCH_CHECK(handled == workload->actors);
    BENCH_CHECK(after.switches > before.switches);
    figures[0] = (double)(after.switches - before.switches - 1) / (double)count; /* 1: its end */
    figures[1] = (double)(after.polls - before.polls) / (double)count;
    figures[2] = (after.cpu_seconds - before.cpu_seconds) * 1e6 / (double)count;
    work_end(engine);
}

static const bench_workload workloads[] = {{
    .name = "idle",
    .actors = 10000,
    .count = 1,
    .backstage = backstage_idle,
    .figures = {{"wake-ups", "/s"}, {"polls", "/s"}, {"CPU", "us/s"}},
}};

const bench_group idle_group = BENCH_GROUP(workloads);
