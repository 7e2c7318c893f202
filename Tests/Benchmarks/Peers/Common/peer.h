/*
 * What the peers in C and C++ share: one run of one workload, its options, its clock, its checks
 * and its figures. The work itself is each peer's own.
 */
#ifndef PEER_H
#define PEER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PEER_FIGURES_MAX = 6, PEER_ID_STRIDE = 16 };

typedef struct peer_run {
    uint64_t count;   /* pieces of work, besides the warm-up */
    uint32_t payload; /* bytes of a message */
    uint32_t size;    /* receivers, members of a ring, ... */
} peer_run;

typedef struct peer_workload {
    const char *name;
    uint32_t payload, size; /* unless told otherwise */
    unsigned figures;
    /* Figures that it does not fill in are written as null. */
    void (*work)(const peer_run *run, double *figures);
} peer_workload;

/* The workloads of one file. */
typedef struct peer_group {
    const peer_workload *workloads;
    size_t count;
} peer_group;

#define PEER_GROUP(array)                                                                          \
    { (array), sizeof(array) / sizeof *(array) }

/* The whole of `main`. The groups end with NULL. */
int peer_main(int argc, char **argv, const char *side, const peer_group *const *groups);

/* Starts a thread on the other CPU. */
void peer_start_other(pthread_t *thread, void *(*work)(void *), void *state);
void peer_join(pthread_t thread);

/* Now, in seconds: of the wall, or of this process's CPU under --cpu-time. */
double peer_seconds(void);
/* Always of the wall: CLOCK_MONOTONIC. */
uint64_t peer_wall_ns(void);
void peer_sleep_until(uint64_t wall_ns);

uint64_t peer_resident_bytes(void);
/* How often the threads of this process went to sleep, so far. */
uint64_t peer_sleeps(void);

#ifdef __cplusplus
#define PEER_NORETURN [[noreturn]]
#else
#define PEER_NORETURN __attribute__((noreturn, cold))
#endif

/* A result was wrong: says so and ends the run. */
PEER_NORETURN void peer_fail(const char *file, int line, const char *what);
#define PEER_CHECK(condition)                                                                      \
    ((condition) ? (void)0 : peer_fail(__FILE__, __LINE__, "not true: " #condition))

/* A repeatable stream of numbers: splitmix64. */
uint64_t peer_random(uint64_t *state);

void *peer_allocate(size_t count, size_t size); /* zeroed, never NULL */

/* `count` ids "actor-0000000", ... of PEER_ID_STRIDE bytes each. */
char *peer_ids(uint64_t count);

/* Sorts, and fills in p50, p99, p99.9 and max, in microseconds. */
void peer_percentiles(uint64_t *nanoseconds, uint64_t count, double *figures);

/* What receivers that only count do: 16 bytes and more carry a number at both ends. */
typedef struct peer_tally {
    uint64_t count, sum;
    uint32_t size;
} peer_tally;

static inline void peer_stamp(void *payload, uint32_t size, uint64_t number) {
    if (size < 2 * sizeof number)
        return;
    memcpy(payload, &number, sizeof number);
    memcpy((unsigned char *)payload + size - sizeof number, &number, sizeof number);
}

static inline void peer_add(peer_tally *tally, const void *payload, size_t size) {
    uint64_t first, last;
    PEER_CHECK(size == tally->size);
    tally->count++;
    if (size < 2 * sizeof first)
        return;
    memcpy(&first, payload, sizeof first);
    memcpy(&last, (const unsigned char *)payload + size - sizeof last, sizeof last);
    tally->sum += first + last;
}

/* Whether it saw each of the numbers 0 to count - 1. */
static inline bool peer_right(const peer_tally *tally, uint64_t count) {
    return tally->count == count && tally->sum == (tally->size < 16 ? 0 : count * (count - 1));
}

static inline uint64_t peer_least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Part of the work, done first and not measured. */
static inline uint64_t peer_warm_up(uint64_t count) { return count / 10 ? count / 10 : 1; }

static inline double peer_millions(uint64_t count, double seconds) {
    return (double)count / seconds * 1e-6;
}

/* `count` messages to so many receivers: how many each gets, one at least. */
static inline uint64_t peer_share(uint64_t count, uint64_t receivers) {
    return count / receivers ? count / receivers : 1;
}

/* As many messages at a time as a program that minds its cache would have under way. */
static inline uint64_t peer_burst(uint32_t payload) {
    uint64_t burst = (1 << 18) / (payload ? payload : 1);
    return burst > 1000 ? 1000 : burst ? burst : 1;
}

#ifdef __cplusplus
}
#endif

#endif
