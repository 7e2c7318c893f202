/*
 * The benchmark's own terms. A *workload* is one piece of work done by two *sides*: the floor
 * (plain C written by hand for that work) and Backstage through its C ABI. Each does the same
 * handling, checks its own result, and yields one or more *figures*. This program does one run;
 * rounds, peers, spreads and goals are the driver's: see ../README.md.
 */
#ifndef BENCH_H
#define BENCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { BENCH_FIGURES_MAX = 8 };

/* The driver knows the same names and units, in the same order. */
typedef struct bench_figure {
    const char *name; /* what of the workload; "" if it is the only one; NULL ends the list */
    const char *unit;
} bench_figure;

typedef struct bench_workload bench_workload;

/* One run of one side: does `count` pieces of work and fills in the figures, in their order. One
 * that a side does not have it leaves as it is. */
typedef void (*bench_side)(const bench_workload *workload, uint64_t count, double *figures);

struct bench_workload {
    const char *name;
    uint32_t payload; /* bytes of a message; --payload replaces it */
    uint32_t actors;  /* receivers, members of the ring, ...; --size replaces it */
    uint64_t size;    /* what the workload grows by, where that may be more; --size replaces it */
    uint64_t count;   /* messages, actors or timers of a run, unless told otherwise */
    bench_side floor; /* NULL: there is nothing to compare with */
    bench_side backstage;
    bench_figure figures[BENCH_FIGURES_MAX + 1];
};

/* The workloads of one file. */
typedef struct bench_group {
    const bench_workload *workloads;
    size_t count;
} bench_group;

#define BENCH_GROUP(array)                                                                         \
    { (array), sizeof(array) / sizeof *(array) }

extern const bench_group *const bench_groups[]; /* ends with NULL */

/* ---- Runs --------------------------------------------------------------------------------- */

typedef struct bench_options {
    bool floor, backstage; /* which sides to run */
    const char *name;      /* of the workload; NULL: all of them */
    bool part_of_name;     /* the workloads that have `name` in theirs */
    uint64_t count, size;  /* 0: the workload's own */
    uint32_t payload;
    bool other_payload; /* it was given: 0 is one */
    int cpu;            /* where this process is pinned; -1: nowhere */
    int other_cpu;      /* for workloads with a second thread; -1: anywhere */
    int figures_fd;     /* where the figures go; -1: to standard output, for people */
    bool list;
} bench_options;

/* Runs the sides wanted of the workload, in this process. False: the figures could not be told. */
bool bench_run(const bench_options *options, const bench_workload *workload);

/* ---- The machine ------------------------------------------------------------------------- */

/* Pins this process, and says where second threads go. False: the CPU cannot be had. */
bool bench_pin(int cpu, int other_cpu);
/* Starts a thread on the other CPU. */
void bench_start_other(pthread_t *thread, void *(*work)(void *), void *state);
const char *bench_compiler(void);
const char *bench_library_version(void);

/* ---- For the workloads -------------------------------------------------------------------- */

/* Now, in seconds: of the wall, or of this thread's CPU under --cpu-time. */
double bench_seconds(void);
/* Always of the wall: CLOCK_MONOTONIC. */
uint64_t bench_wall_ns(void);
void bench_use_cpu_time(bool use);

/* Resident bytes of this process now. */
uint64_t bench_resident_bytes(void);

/* A result was wrong: says so and ends the run. */
void bench_fail(const char *file, int line, const char *what) __attribute__((noreturn, cold));
#define BENCH_CHECK(condition)                                                                     \
    ((condition) ? (void)0 : bench_fail(__FILE__, __LINE__, "not true: " #condition))

/* A repeatable stream of numbers: splitmix64. */
uint64_t bench_random(uint64_t *state);

void *bench_allocate(size_t count, size_t size); /* zeroed, never NULL, aligned to 64 */

/* `count` ids "actor-0000000", ... of `BENCH_ID_STRIDE` bytes each, made before the clock runs. */
enum { BENCH_ID_STRIDE = 16 };
char *bench_ids(uint64_t count);

#endif
