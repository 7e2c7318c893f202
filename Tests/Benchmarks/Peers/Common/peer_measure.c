/* Clocks, memory, numbers and ids. */
#define _GNU_SOURCE
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "peer_clock.h"

static clockid_t work_clock = CLOCK_MONOTONIC;

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Of the process: a peer may have threads of its own. */
void peer_use_cpu_time(bool use) { work_clock = use ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC; }

double peer_seconds(void) { return (double)nanoseconds(work_clock) * 1e-9; }

uint64_t peer_wall_ns(void) { return nanoseconds(CLOCK_MONOTONIC); }

void peer_sleep_until(uint64_t wall_ns) {
    struct timespec until = {(time_t)(wall_ns / 1000000000), (long)(wall_ns % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
        continue;
}

uint64_t peer_resident_bytes(void) {
    unsigned long long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    PEER_CHECK(file && fscanf(file, "%llu %llu", &size, &resident) == 2);
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t peer_sleeps(void) {
    struct rusage usage;
    PEER_CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return (uint64_t)usage.ru_nvcsw;
}

void peer_fail(const char *file, int line, const char *what) {
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    fflush(NULL);
    _exit(EXIT_FAILURE);
}

uint64_t peer_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void *peer_allocate(size_t count, size_t size) {
    size_t bytes = count * size;
    void *memory = malloc(bytes + 1);
    PEER_CHECK(memory != NULL);
    return memset(memory, 0, bytes); /* the system gives its pages here */
}

char *peer_ids(uint64_t count) {
    char *ids = peer_allocate(count, PEER_ID_STRIDE);
    for (uint64_t i = 0; i < count; i++)
        snprintf(ids + i * PEER_ID_STRIDE, PEER_ID_STRIDE, "actor-%07u", (unsigned)i);
    return ids;
}

static int compare(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

void peer_percentiles(uint64_t *late_ns, uint64_t count, double *figures) {
    static const double parts[] = {0.5, 0.99, 0.999};
    qsort(late_ns, count, sizeof *late_ns, compare);
    for (int i = 0; i < 3; i++)
        figures[i] = (double)late_ns[(uint64_t)((double)count * parts[i])] * 1e-3;
    figures[3] = (double)late_ns[count - 1] * 1e-3;
}
