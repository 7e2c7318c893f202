/* How late a periodic timer and a readable pipe are served while pairs of actors flood each
 * other. Always in wall time. */
#define _GNU_SOURCE
#include "latency.h"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int floor_timer(struct latency *latency) {
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct timespec period = {0, (long)latency_period_ns};
    struct itimerspec setting = {.it_interval = period, .it_value = period};
    latency->started_ns = bench_wall_ns();
    BENCH_CHECK(timer >= 0 && timerfd_settime(timer, 0, &setting, NULL) == 0);
    return timer;
}

/* By hand: a few turns, then a look at the descriptors. */
static void floor_loop(struct latency *latency) {
    struct pollfd watched[2] = {{floor_timer(latency), POLLIN, 0}, {latency->reader, POLLIN, 0}};
    uint64_t expirations;
    while (!latency->over) {
        floor_run_turns(64);
        if (poll(watched, 2, 0) <= 0)
            continue;
        if (watched[0].revents &&
            read(watched[0].fd, &expirations, sizeof expirations) == sizeof expirations)
            latency_tick(latency, expirations);
        if (watched[1].revents)
            latency_read(latency);
    }
    close(watched[0].fd);
}

static void floor_latency(const bench_workload *workload, uint64_t count, double *figures) {
    struct latency latency;
    floor_actor players[2 * LATENCY_PAIRS];
    pthread_t writer;
    (void)workload;
    latency_open(&latency, count);
    latency_flood_floor(&latency, players);
    bench_start_other(&writer, latency_write, &latency);
    floor_loop(&latency);
    BENCH_CHECK(pthread_join(writer, NULL) == 0);
    floor_run();
    latency_close(&latency, figures);
}

/* Sees the ticks and the pipe, and stops it all when it has seen enough. */
static backstage_status observer(backstage_context *context, const backstage_envelope *envelope,
                                 void *state) {
    struct latency *latency = state;
    if (latency->over)
        return BACKSTAGE_OK;
    if (envelope->type == BACKSTAGE_TIMER)
        latency_tick(latency, ((const backstage_timer_event *)envelope->payload)->expirations);
    else
        latency_read(latency);
    if (latency->over)
        WORK_OK(backstage_engine_stop(backstage_context_engine(context)));
    return BACKSTAGE_OK;
}

static void backstage_latency(const bench_workload *workload, uint64_t count, double *figures) {
    struct latency latency;
    pthread_t writer;
    uint64_t timer, watcher;
    (void)workload;
    latency_open(&latency, count);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_context *context = work_context(engine, work_spawn(engine, NULL, observer, &latency));
    latency_flood_backstage(&latency, engine);
    WORK_OK(backstage_watch_fd(context, latency.reader, BACKSTAGE_READABLE, &watcher));
    latency.started_ns = bench_wall_ns();
    WORK_OK(backstage_timer_start(context, (int64_t)latency_period_ns, (int64_t)latency_period_ns,
                                  &timer));
    bench_start_other(&writer, latency_write, &latency);
    WORK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    BENCH_CHECK(pthread_join(writer, NULL) == 0);
    WORK_OK(backstage_timer_cancel(context, timer));
    WORK_OK(backstage_unwatch(context, watcher));
    work_run(engine);
    work_end(engine);
    latency_close(&latency, figures);
}

static const bench_workload workloads[] = {{
    .name = "late while flooded",
    .payload = LATENCY_BALL_BYTES,
    .actors = 2 * LATENCY_PAIRS,
    .count = 2000,
    .floor = floor_latency,
    .backstage = backstage_latency,
    .figures = {{"timer, p50", "us"},
                {"timer, p99", "us"},
                {"timer, max", "us"},
                {"pipe, p50", "us"},
                {"pipe, p99", "us"},
                {"pipe, max", "us"}},
}};

const bench_group latency_group = BENCH_GROUP(workloads);
