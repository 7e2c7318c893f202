/* Reads single lines of the files under /proc. Each function is true if the line is of its sort,
 * and changes its results only then. See proc(5). */
#ifndef HOSTWATCH_PARSE_H
#define HOSTWATCH_PARSE_H

#include <stdbool.h>
#include <stdint.h>

enum { PARSE_CPU_TOTAL = -1, PARSE_NAME_BYTES = 32 };

/* Of /proc/stat, in clock ticks since the machine started. */
struct cpu_times {
    uint64_t busy;
    uint64_t idle;
};
/* A "cpu" or "cpuN" line; `cpu` is N, or PARSE_CPU_TOTAL. */
bool parse_cpu(const char *line, int32_t *cpu, struct cpu_times *times);

/* The line of /proc/meminfo that begins with "name:", in bytes. */
bool parse_memory(const char *line, const char *name, uint64_t *bytes);

/* Of /proc/net/dev, in bytes since the interface exists. */
struct interface_bytes {
    char name[PARSE_NAME_BYTES];
    uint64_t received;
    uint64_t sent;
};
bool parse_interface(const char *line, struct interface_bytes *bytes);

/* Of /proc/[pid]/stat. */
struct process {
    int32_t pid;
    char state;
    char name[16];
    uint64_t cpu_ticks;   /* clock ticks of CPU time, so far */
    uint64_t start_ticks; /* when it started: tells it from another one of the same pid */
};
bool parse_process(const char *line, struct process *process);

/* The first number of /proc/loadavg. */
bool parse_load_average(const char *line, double *load_average);

/* A process's number, from the name of its directory: digits only. */
bool parse_pid(const char *name, int32_t *pid);

#endif
