/* An engine with nothing to do, watched from another thread: how often its own thread wakes. */
#define _GNU_SOURCE
#include "checks.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ACTORS = 10000, WAITING = 100, SETTLE_MS = 20, SETTLE_TIMES = 500 };

struct watch {
    backstage_engine *engine;
    pid_t thread; /* the engine's */
    uint64_t milliseconds, woken;
};

static backstage_status ignore(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

/* Actors that have all worked once; some wait for a descriptor and a timer, which do not come. */
static backstage_engine *open_idle(int fd) {
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    for (int i = 0; i < ACTORS; i++) {
        backstage_ref actor = work_spawn(engine, NULL, ignore, NULL);
        WORK_OK(backstage_engine_send(engine, actor, "x", 1));
        if (i < WAITING) {
            backstage_context *context = work_context(engine, actor);
            uint64_t token;
            WORK_OK(backstage_watch_fd(context, fd, BACKSTAGE_READABLE, &token));
            WORK_OK(backstage_timer_start(context, BACKSTAGE_SECONDS(3600), 0, &token));
        }
    }
    work_run(engine);
    return engine;
}

static void sleep_ms(uint64_t milliseconds) {
    struct timespec time = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
    BENCH_CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) == 0);
}

/* How often a thread has gone to sleep until now; in `*asleep`, whether it sleeps. */
static uint64_t sleeps(pid_t thread, bool *asleep) {
    char path[64], line[128], state = '?';
    unsigned long long count = UINT64_MAX;
    snprintf(path, sizeof path, "/proc/self/task/%d/status", (int)thread);
    FILE *file = fopen(path, "r");
    BENCH_CHECK(file != NULL);
    while (fgets(line, sizeof line, file)) {
        (void)sscanf(line, "State: %c", &state);
        (void)sscanf(line, "voluntary_ctxt_switches: %llu", &count);
    }
    fclose(file);
    BENCH_CHECK(count != UINT64_MAX);
    *asleep = state == 'S';
    return count;
}

/* Until it sleeps, and has slept for a while: its start is over. */
static void await_sleep(pid_t thread) {
    bool asleep = false, still_asleep = false;
    for (int i = 0; i < SETTLE_TIMES; i++) {
        uint64_t before = sleeps(thread, &asleep);
        sleep_ms(SETTLE_MS);
        if (sleeps(thread, &still_asleep) == before && asleep && still_asleep)
            return;
    }
    bench_fail(__FILE__, __LINE__, "the engine's thread does not sleep");
}

static void *watch(void *state) {
    struct watch *watch = state;
    bool asleep = false;
    await_sleep(watch->thread);
    uint64_t before = sleeps(watch->thread, &asleep);
    sleep_ms(watch->milliseconds);
    watch->woken = sleeps(watch->thread, &asleep) - before;
    WORK_OK(backstage_engine_stop(watch->engine));
    return NULL;
}

static uint64_t polls(backstage_engine *engine) {
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    return statistics.polls;
}

void check_idle(uint64_t milliseconds) {
    int ends[2];
    pthread_t thread;
    BENCH_CHECK(pipe(ends) == 0);
    struct watch watched = {open_idle(ends[0]), (pid_t)syscall(SYS_gettid), milliseconds, 0};
    uint64_t before = polls(watched.engine);
    BENCH_CHECK(pthread_create(&thread, NULL, watch, &watched) == 0);
    WORK_OK(backstage_engine_run(watched.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    uint64_t looked = polls(watched.engine) - before;
    BENCH_CHECK(pthread_join(thread, NULL) == 0);
    work_end(watched.engine);
    close(ends[0]);
    close(ends[1]);
    printf("[%llu, %llu]\n", (unsigned long long)watched.woken, (unsigned long long)looked);
}
