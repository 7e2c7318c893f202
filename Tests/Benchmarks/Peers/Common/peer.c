/* Options in, figures out. */
#define _GNU_SOURCE
#include "peer.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "peer_clock.h"

enum { EXIT_USAGE = 2 };

struct options {
    const char *side, *workload;
    long long count, payload, size, cpu, other_cpu, figures_fd;
    bool cpu_time, list;
};

static int other_cpu = -1;

static bool number_option(const char *name, const char *value, struct options *options) {
    const struct {
        const char *name;
        long long *number;
    } known[] = {{"--count", &options->count},         {"--payload", &options->payload},
                 {"--size", &options->size},           {"--cpu", &options->cpu},
                 {"--other-cpu", &options->other_cpu}, {"--figures-fd", &options->figures_fd}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char *end;
        if (strcmp(name, known[i].name) != 0)
            continue;
        errno = 0;
        *known[i].number = strtoll(value, &end, 10);
        return errno == 0 && end != value && *end == '\0';
    }
    return false;
}

static bool parse(int argc, char **argv, struct options *options) {
    *options = (struct options){NULL, NULL, 0, -1, -1, -1, -1, STDOUT_FILENO, false, false};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0) {
            options->list = true;
        } else if (strcmp(argv[i], "--cpu-time") == 0) {
            options->cpu_time = true;
        } else if (i + 1 == argc) {
            return false;
        } else if (strcmp(argv[i], "--run") == 0) {
            options->side = argv[++i];
        } else if (strcmp(argv[i], "--workload") == 0) {
            options->workload = argv[++i];
        } else if (number_option(argv[i], argv[i + 1], options)) {
            i++;
        } else {
            return false;
        }
    }
    return options->list || (options->side && options->workload && options->count > 0);
}

static void list(const peer_group *const *groups) {
    for (; *groups; groups++)
        for (size_t i = 0; i < (*groups)->count; i++)
            puts((*groups)->workloads[i].name);
}

static const peer_workload *find(const peer_group *const *groups, const char *name) {
    for (; *groups; groups++)
        for (size_t i = 0; i < (*groups)->count; i++)
            if (strcmp((*groups)->workloads[i].name, name) == 0)
                return &(*groups)->workloads[i];
    return NULL;
}

static void pin(long long cpu) {
    cpu_set_t set;
    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    PEER_CHECK(sched_setaffinity(0, sizeof set, &set) == 0);
}

static bool write_figures(int fd, const double *figures, unsigned count) {
    char text[PEER_FIGURES_MAX * 40] = "[";
    int used = 1;
    for (unsigned i = 0; i < count; i++) {
        const char *comma = i ? ", " : "";
        char *at = text + used;
        size_t left = sizeof text - (size_t)used;
        used += isnan(figures[i]) ? snprintf(at, left, "%snull", comma)
                                  : snprintf(at, left, "%s%.9g", comma, figures[i]);
    }
    used += snprintf(text + used, sizeof text - (size_t)used, "]\n");
    return write(fd, text, (size_t)used) == used;
}

static void run(const struct options *options, const peer_workload *workload) {
    double figures[PEER_FIGURES_MAX];
    peer_run run = {(uint64_t)options->count,
                    options->payload < 0 ? workload->payload : (uint32_t)options->payload,
                    options->size < 0 ? workload->size : (uint32_t)options->size};
    for (int i = 0; i < PEER_FIGURES_MAX; i++)
        figures[i] = NAN;
    pin(options->cpu);
    other_cpu = (int)options->other_cpu;
    peer_use_cpu_time(options->cpu_time);
    workload->work(&run, figures);
    PEER_CHECK(write_figures((int)options->figures_fd, figures, workload->figures));
}

int peer_main(int argc, char **argv, const char *side, const peer_group *const *groups) {
    struct options options;
    if (!parse(argc, argv, &options)) {
        fprintf(stderr,
                "usage: %s --run %s --workload NAME --count N [--payload N] [--size N] [--cpu N] "
                "[--other-cpu N] [--figures-fd FD] [--cpu-time]\n       %s --list\n",
                argv[0], side, argv[0]);
        return EXIT_USAGE;
    }
    if (options.list) {
        list(groups);
        return EXIT_SUCCESS;
    }
    const peer_workload *workload = find(groups, options.workload);
    if (!workload || strcmp(options.side, side) != 0) {
        fprintf(stderr, "%s: nothing named %s of %s here\n", argv[0], options.workload,
                options.side);
        return EXIT_USAGE;
    }
    run(&options, workload);
    return EXIT_SUCCESS;
}

void peer_start_other(pthread_t *thread, void *(*work)(void *), void *state) {
    pthread_attr_t attributes;
    cpu_set_t set;
    CPU_ZERO(&set);
    PEER_CHECK(pthread_attr_init(&attributes) == 0);
    if (other_cpu >= 0) {
        CPU_SET((size_t)other_cpu, &set);
        PEER_CHECK(pthread_attr_setaffinity_np(&attributes, sizeof set, &set) == 0);
    }
    PEER_CHECK(pthread_create(thread, &attributes, work, state) == 0);
    PEER_CHECK(pthread_attr_destroy(&attributes) == 0);
}

void peer_join(pthread_t thread) { PEER_CHECK(pthread_join(thread, NULL) == 0); }
