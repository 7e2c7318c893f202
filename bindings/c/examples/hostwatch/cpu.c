/* How busy the CPUs are, from /proc/stat: a share of the time since the sample before. */
#include "messages.h"
#include "parse.h"
#include "sampler.h"
#include <inttypes.h>
#include <stdlib.h>

enum { CPUS_MAX = 65536 };

struct cpu_sampler {
    struct sampler base;
    struct cpu_times *before; /* by the CPU's number + 1; first of all, the total */
    size_t count;
};

/* The times of the sample before, zero if there was none; NULL if there is no memory. */
static struct cpu_times *times_before(struct cpu_sampler *cpus, size_t index) {
    if (index >= cpus->count) {
        struct cpu_times *grown = realloc(cpus->before, (index + 1) * sizeof *grown);
        if (!grown)
            return NULL;
        for (size_t i = cpus->count; i <= index; i++)
            grown[i] = (struct cpu_times){0, 0};
        cpus->before = grown;
        cpus->count = index + 1;
    }
    return &cpus->before[index];
}

/* The share of the time between that a CPU was busy, or a negative number when that is unknown:
 * no time has passed, or there is no sample before. Some counters go backwards now and then. */
static double busy_between(struct cpu_times before, struct cpu_times now) {
    uint64_t busy = now.busy > before.busy ? now.busy - before.busy : 0;
    uint64_t idle = now.idle > before.idle ? now.idle - before.idle : 0;
    if (busy + idle == 0 || before.busy + before.idle == 0)
        return -1;
    return (double)busy / ((double)busy + (double)idle);
}

static backstage_status cpu_line(backstage_context *context, struct sampler *sampler,
                                 const char *line) {
    struct cpu_sampler *cpus = (struct cpu_sampler *)sampler;
    struct cpu_times now;
    int32_t cpu;
    char topic[32] = "cpu.total";
    if (!parse_cpu(line, &cpu, &now) || cpu >= CPUS_MAX)
        return 0;
    struct cpu_times *before = times_before(cpus, (size_t)(cpu + 1));
    if (!before)
        return BACKSTAGE_NO_MEMORY;
    const struct share share = {.fraction = busy_between(*before, now)};
    if (now.busy + now.idle != before->busy + before->idle)
        *before = now; /* else the clock has not ticked yet: the time between goes on */
    if (share.fraction < 0)
        return 1;
    if (cpu != PARSE_CPU_TOTAL)
        snprintf(topic, sizeof topic, "cpu.%" PRId32, cpu);
    backstage_status status = sampler_publish(context, topic, &share, sizeof share);
    return status < 0 ? status : 1;
}

static backstage_status cpu_sample(backstage_context *context, struct sampler *sampler) {
    return sampler_lines(context, sampler, "stat", cpu_line);
}

static void cpu_free(struct sampler *sampler) {
    free(((struct cpu_sampler *)sampler)->before);
    free(sampler);
}

struct sampler *cpu_sampler(void) {
    struct cpu_sampler *cpus = calloc(1, sizeof *cpus);
    if (!cpus)
        return NULL;
    cpus->base = (struct sampler){.id = HOSTWATCH_CPU, .sample = cpu_sample, .free = cpu_free};
    return &cpus->base;
}
