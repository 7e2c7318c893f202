/* How many processes there are, and which uses the most CPU time, from /proc/[pid]/stat and
 * /proc/loadavg. Processes come and go while they are looked at: one that is gone is skipped. */
#define _POSIX_C_SOURCE 200809L
#include "messages.h"
#include "parse.h"
#include "sampler.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The processes of one sample, by pid. */
struct census {
    struct process *processes;
    size_t count, capacity;
    uint64_t taken_ns;
};

struct process_sampler {
    struct sampler base;
    struct census before, now;
    double ticks_per_s;
};

static backstage_status add(struct census *census, const struct process *process) {
    if (census->count == census->capacity) {
        size_t capacity = census->capacity ? census->capacity * 2 : 256;
        struct process *grown = realloc(census->processes, capacity * sizeof *grown);
        if (!grown)
            return BACKSTAGE_NO_MEMORY;
        census->processes = grown;
        census->capacity = capacity;
    }
    census->processes[census->count++] = *process;
    return BACKSTAGE_OK;
}

static int by_pid(const void *left, const void *right) {
    const struct process *a = left, *b = right;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

/* Reads one line of a file: 1 if there was one, 0 if not, negative to fail. */
static backstage_status first_line(struct sampler *sampler, const char *name, const char **line) {
    FILE *file = source_file(sampler->source, sampler->tick, name);
    if (!file)
        return 0;
    backstage_status status = source_line(sampler->source, file, line);
    fclose(file);
    return status;
}

static backstage_status take_census(struct sampler *sampler, DIR *directory,
                                    struct census *census) {
    const struct dirent *entry;
    backstage_status status = BACKSTAGE_OK;
    while (status >= 0 && (entry = readdir(directory)) != NULL) {
        struct process process;
        const char *line;
        char name[32];
        if (!parse_pid(entry->d_name, &process.pid))
            continue;
        snprintf(name, sizeof name, "%d/stat", (int)process.pid);
        status = first_line(sampler, name, &line);
        if (status > 0 && parse_process(line, &process))
            status = add(census, &process);
    }
    if (census->count > 0)
        qsort(census->processes, census->count, sizeof *census->processes, by_pid);
    return status < 0 ? status : BACKSTAGE_OK;
}

static backstage_status publish_count(backstage_context *context, struct sampler *sampler,
                                      const struct census *census) {
    struct process_count count = {.total = (uint32_t)census->count, .load_average = -1};
    const char *line;
    for (size_t i = 0; i < census->count; i++) {
        char state = census->processes[i].state;
        count.running += state == 'R';
        count.blocked += state == 'D';
        count.zombies += state == 'Z';
    }
    backstage_status status = first_line(sampler, "loadavg", &line);
    if (status < 0)
        return status;
    if (status > 0)
        parse_load_average(line, &count.load_average);
    return sampler_publish(context, "processes.count", &count, sizeof count);
}

/* The CPU time that a process used since the sample before. One that is new, used it all since. */
static uint64_t ticks_since(const struct census *census, const struct process *process) {
    const struct process *before =
        census->count == 0
            ? NULL
            : bsearch(process, census->processes, census->count, sizeof *census->processes, by_pid);
    if (!before || before->start_ticks != process->start_ticks)
        return process->cpu_ticks;
    return process->cpu_ticks > before->cpu_ticks ? process->cpu_ticks - before->cpu_ticks : 0;
}

static backstage_status publish_busiest(backstage_context *context,
                                        const struct process_sampler *sampler) {
    const struct process *busiest = NULL;
    uint64_t ticks_max = 0;
    for (size_t i = 0; i < sampler->now.count; i++) {
        uint64_t ticks = ticks_since(&sampler->before, &sampler->now.processes[i]);
        if (ticks > ticks_max) {
            ticks_max = ticks;
            busiest = &sampler->now.processes[i];
        }
    }
    if (!busiest)
        return BACKSTAGE_OK;
    double seconds = (double)(sampler->now.taken_ns - sampler->before.taken_ns) / 1e9;
    struct busiest message = {.fraction = (double)ticks_max / sampler->ticks_per_s / seconds,
                              .pid = busiest->pid};
    memcpy(message.name, busiest->name, sizeof message.name);
    return sampler_publish(context, "processes.busiest", &message, sizeof message);
}

static backstage_status process_sample(backstage_context *context, struct sampler *base) {
    struct process_sampler *sampler = (struct process_sampler *)base;
    const struct census last = sampler->before;
    DIR *directory = source_directory(base->source, base->tick);
    if (!directory)
        return sampler_publish_unavailable(context, base, errno);
    sampler->before = sampler->now;
    sampler->now = (struct census){
        .processes = last.processes, .capacity = last.capacity, .taken_ns = base->now_ns};
    backstage_status status = take_census(base, directory, &sampler->now);
    closedir(directory);
    if (status == BACKSTAGE_OK && sampler->now.count == 0)
        return sampler_publish_unavailable(context, base, 0);
    if (status == BACKSTAGE_OK)
        status = publish_count(context, base, &sampler->now);
    if (status == BACKSTAGE_OK && sampler->before.count > 0 &&
        sampler->now.taken_ns > sampler->before.taken_ns)
        status = publish_busiest(context, sampler);
    return status;
}

static void process_free(struct sampler *base) {
    struct process_sampler *sampler = (struct process_sampler *)base;
    free(sampler->before.processes);
    free(sampler->now.processes);
    free(sampler);
}

struct sampler *process_sampler(void) {
    struct process_sampler *sampler = calloc(1, sizeof *sampler);
    if (!sampler)
        return NULL;
    sampler->base =
        (struct sampler){.id = HOSTWATCH_PROCESSES, .sample = process_sample, .free = process_free};
    sampler->ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    return &sampler->base;
}
