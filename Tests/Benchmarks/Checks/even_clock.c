/* A clock that goes on by as much at every look. Preloaded, so that what a program does does not
 * depend on how fast it runs: under a profiler an engine would look at the clock more often. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <time.h>

enum { SECOND = 1000000000, STEP = 10000 }; /* nanoseconds; some 300 messages take a step */

int clock_gettime(clockid_t clock, struct timespec *now) {
    static uint64_t looks;
    uint64_t ns = SECOND + STEP * __atomic_add_fetch(&looks, 1, __ATOMIC_RELAXED);
    (void)clock;
    now->tv_sec = (time_t)(ns / SECOND);
    now->tv_nsec = (long)(ns % SECOND);
    return 0;
}
