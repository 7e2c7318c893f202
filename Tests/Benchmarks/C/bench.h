/*
 * The benchmark's own terms. A *workload* is one piece of work done by two *sides*: the floor
 * (plain C written by hand for that work) and Backstage through its C ABI. Each does the same
 * handling, checks its own result, and yields one or more *figures*.
 */
#ifndef BENCH_H
#define BENCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { BENCH_FIGURES_MAX = 6, BENCH_ROUNDS_MAX = 99, BENCH_ONLY_MAX = 16, BENCH_FIGURES_FD = 3 };

typedef struct bench_options {
    int cpu;         /* where everything is pinned; -1: nowhere */
    int other_cpu;   /* for workloads with a second thread; -1: anywhere */
    unsigned rounds; /* measured rounds, interleaved: floor, Backstage, floor, Backstage ... */
    bool quick;      /* a tenth of the work */
    bool cpu_time;   /* time of this thread's CPU, not of the wall: for a machine that is busy */
    bool in_process; /* no process per run: for profilers */
    bool no_floor;   /* one side only */
    bool no_backstage;
    bool list;
    bool once;        /* this is one of the runs: see runner.c */
    const char *json; /* a file to write, or NULL */
    const char *only[BENCH_ONLY_MAX];
    unsigned only_count;
} bench_options;

typedef enum bench_goal {
    BENCH_NO_GOAL,
    BENCH_RATIO_AT_LEAST, /* of the floor */
    BENCH_AT_LEAST,
    BENCH_AT_MOST
} bench_goal;

typedef struct bench_figure {
    const char *name; /* what of the workload; "" if it is the only one; NULL ends the list */
    const char *unit;
    bench_goal goal;
    double target;
} bench_figure;

typedef struct bench_workload bench_workload;

/* One run of one side: does `count` pieces of work and fills in the figures, in their order. */
typedef void (*bench_side)(const bench_workload *workload, uint64_t count, double *figures);

struct bench_workload {
    const char *name;
    uint32_t payload; /* bytes of a message */
    uint32_t actors;  /* receivers, members of the ring, ... */
    uint64_t count;   /* messages, actors or timers of a run */
    bench_side floor; /* NULL: there is nothing to compare with */
    bench_side backstage;
    bool steady; /* the count stays as it is under --quick */
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

/* ---- Results ---------------------------------------------------------------------------- */

typedef struct bench_spread {
    double median, min, max;
} bench_spread;

typedef struct bench_result {
    const bench_workload *workload;
    size_t figure; /* index in workload->figures */
    unsigned rounds;
    double floor[BENCH_ROUNDS_MAX];
    double backstage[BENCH_ROUNDS_MAX];
} bench_result;

bench_spread bench_spread_of(const double *values, unsigned count);
bench_spread bench_ratio(const bench_result *result); /* of each round; needs both sides */
bool bench_has_floor(const bench_options *options, const bench_result *result);
bool bench_has_ratio(const bench_options *options, const bench_result *result);
bool bench_goal_met(const bench_options *options, const bench_result *result, bool *known);

/* Runs a workload: warm-up, then the rounds. Results of its figures go to `results`. False: a run
 * failed, and has said so on standard error. */
bool bench_run(const bench_options *options, const bench_workload *workload, bench_result *results);

/* Does one run, of the side that is left in, and writes its figures to BENCH_FIGURES_FD. */
bool bench_run_once(const bench_options *options, const bench_workload *workload);

/* ---- Output ------------------------------------------------------------------------------ */

void bench_table_head(FILE *file, const bench_options *options);
void bench_table_row(FILE *file, const bench_options *options, const bench_result *result);
bool bench_json_write(const char *path, const bench_options *options, const bench_result *results,
                      size_t count);

/* ---- The machine ------------------------------------------------------------------------- */

const char *bench_cpu_name(void);
const char *bench_compiler(void);
const char *bench_library_version(void);
long bench_cpu_count(void);
/* Chooses the CPUs that were not given, and pins this process. False: the CPU cannot be had. */
bool bench_pin(bench_options *options);
/* Starts a thread on the other CPU. */
void bench_start_other(pthread_t *thread, void *(*work)(void *), void *state);

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
