/* Clocks, memory, numbers and ids for the workloads. */
#define _GNU_SOURCE
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static clockid_t work_clock = CLOCK_MONOTONIC;

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void bench_use_cpu_time(bool use) { work_clock = use ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC; }

double bench_seconds(void) { return (double)nanoseconds(work_clock) * 1e-9; }

uint64_t bench_wall_ns(void) { return nanoseconds(CLOCK_MONOTONIC); }

uint64_t bench_resident_bytes(void) {
    unsigned long long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    BENCH_CHECK(file && fscanf(file, "%llu %llu", &size, &resident) == 2);
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

void bench_fail(const char *file, int line, const char *what) {
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    fflush(NULL);
    _exit(EXIT_FAILURE);
}

uint64_t bench_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void *bench_allocate(size_t count, size_t size) {
    void *memory = NULL;
    size_t bytes = count * size;
    BENCH_CHECK(posix_memalign(&memory, 64, bytes ? bytes : 1) == 0);
    memset(memory, 0, bytes);
    return memory;
}

char *bench_ids(uint64_t count) {
    char *ids = bench_allocate(count, BENCH_ID_STRIDE);
    for (uint64_t i = 0; i < count; i++)
        snprintf(ids + i * BENCH_ID_STRIDE, BENCH_ID_STRIDE, "actor-%07u", (unsigned)i);
    return ids;
}
