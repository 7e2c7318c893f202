/* How often a process without work wakes up: a thread that went to sleep had woken up. */
#define _GNU_SOURCE
#include "peer_idle.h"

#include <math.h>
#include <sys/resource.h>
#include <time.h>

static const uint64_t settle_ns = 200000000, second_ns = 1000000000;

static double cpu_us(clockid_t clock) {
    struct timespec now;
    PEER_CHECK(clock_gettime(clock, &now) == 0);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

/* All threads but this one. */
static void look(uint64_t *sleeps, double *us) {
    struct rusage own;
    PEER_CHECK(getrusage(RUSAGE_THREAD, &own) == 0);
    *sleeps = peer_sleeps() - (uint64_t)own.ru_nvcsw;
    *us = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us(CLOCK_THREAD_CPUTIME_ID);
}

static void *watch(void *state) {
    peer_idle *idle = state;
    uint64_t start = peer_wall_ns() + settle_ns, sleeps[2];
    double us[2];
    peer_sleep_until(start);
    look(&sleeps[0], &us[0]);
    peer_sleep_until(start + idle->seconds * second_ns);
    look(&sleeps[1], &us[1]);
    idle->wakeups = (double)(sleeps[1] - sleeps[0]) / (double)idle->seconds;
    idle->cpu_us = fmax(us[1] - us[0], 0) / (double)idle->seconds; /* the clocks differ a little */
    idle->stop(idle->state);
    return NULL;
}

void peer_idle_start(peer_idle *idle) { peer_start_other(&idle->watcher, watch, idle); }

void peer_idle_finish(peer_idle *idle, double *figures) {
    peer_join(idle->watcher);
    figures[0] = idle->wakeups;
    figures[2] = idle->cpu_us;
}
