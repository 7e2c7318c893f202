/* The command line. */
#include "bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: backstage_bench --run SIDE --workload NAME [options]\n"
    "       backstage_bench --in-process [--side SIDE] [--only NAME] [options]\n"
    "       backstage_bench --list\n"
    "  --run SIDE       one run of `floor` or `backstage`\n"
    "  --workload NAME  of this workload\n"
    "  --in-process     one run of each workload and side, one after the other: for profilers\n"
    "  --side SIDE      only `floor` or `backstage`\n"
    "  --only NAME      only workloads whose name contains NAME, or is it: =NAME\n"
    "  --count N        so many messages, actors, timers, ...\n"
    "  --payload N      bytes of a message, where that may vary\n"
    "  --size N         so many receivers, members, subscribers, ..., where that may vary\n"
    "  --cpu N          run on CPU N (default: -1, anywhere)\n"
    "  --other-cpu N    where second threads run (default: -1, anywhere)\n"
    "  --cpu-time       measure CPU time, not wall time, where there is one thread\n"
    "  --figures-fd FD  write the figures as a JSON array to this descriptor\n"
    "  --list           name the workloads and end\n"
    "  --version        name the library's version and the compiler, and end\n";

static bool parse_number(const char *text, long long min, long long max, long long *number) {
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= min && *number <= max;
}

static bool parse_side(bench_options *options, const char *side) {
    options->floor = strcmp(side, "floor") == 0;
    options->backstage = strcmp(side, "backstage") == 0;
    return options->floor || options->backstage;
}

static bool parse_only(bench_options *options, const char *name) {
    options->part_of_name = *name != '=';
    options->name = options->part_of_name ? name : name + 1;
    return true;
}

static bool parse_amount(bench_options *options, int option, const char *value) {
    long long number = 0;
    if (!parse_number(value, option == 'p' ? 0 : 1, option == 'n' ? INT64_MAX : UINT32_MAX,
                      &number))
        return false;
    if (option == 'n')
        options->count = (uint64_t)number;
    else if (option == 'z')
        options->size = (uint64_t)number;
    else {
        options->payload = (uint32_t)number;
        options->other_payload = true;
    }
    return true;
}

static bool parse_small(int *small, int max, const char *value) {
    long long number = 0;
    if (!parse_number(value, -1, max, &number))
        return false;
    *small = (int)number;
    return true;
}

static bool parse_option(bench_options *options, int option, const char *value) {
    switch (option) {
    case 'R':
    case 's':
        return parse_side(options, value);
    case 'w':
        options->name = value;
        return true;
    case 'o':
        return parse_only(options, value);
    case 'n':
    case 'z':
    case 'p':
        return parse_amount(options, option, value);
    case 'c':
        return parse_small(&options->cpu, 4095, value);
    case 'C':
        return parse_small(&options->other_cpu, 4095, value);
    case 'f':
        return parse_small(&options->figures_fd, 65535, value);
    case 't':
        bench_use_cpu_time(true);
        return true;
    case 'l':
        return options->list = true;
    default:
        return option == 'i'; /* as it is anyway, where no name is told */
    }
}

/* What needs no run. */
static void answer(int option) {
    if (option == 'h')
        fputs(usage, stdout);
    else if (option == 'v')
        printf("%s\n%s\n", bench_library_version(), bench_compiler());
    else
        return;
    exit(EXIT_SUCCESS);
}

static bool parse(bench_options *options, int argc, char **argv) {
    static const struct option known[] = {
        {"run", required_argument, NULL, 'R'},     {"workload", required_argument, NULL, 'w'},
        {"in-process", no_argument, NULL, 'i'},    {"side", required_argument, NULL, 's'},
        {"only", required_argument, NULL, 'o'},    {"count", required_argument, NULL, 'n'},
        {"payload", required_argument, NULL, 'p'}, {"size", required_argument, NULL, 'z'},
        {"cpu", required_argument, NULL, 'c'},     {"other-cpu", required_argument, NULL, 'C'},
        {"cpu-time", no_argument, NULL, 't'},      {"figures-fd", required_argument, NULL, 'f'},
        {"list", no_argument, NULL, 'l'},          {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == '?')
            return false;
        answer(option);
        if (!parse_option(options, option, optarg)) {
            fprintf(stderr, "backstage_bench: bad value: %s\n", optarg);
            return false;
        }
    }
    return optind == argc && argc > 1;
}

static bool wanted(const bench_options *options, const bench_workload *workload) {
    if (!options->name)
        return true;
    return options->part_of_name ? !!strstr(workload->name, options->name)
                                 : !strcmp(workload->name, options->name);
}

/* How many workloads there were of that name; less than 0: one has failed. */
static int run_all(const bench_options *options) {
    int count = 0;
    for (size_t i = 0; bench_groups[i]; i++)
        for (size_t j = 0; j < bench_groups[i]->count; j++) {
            const bench_workload *workload = bench_groups[i]->workloads + j;
            if (!wanted(options, workload))
                continue;
            count++;
            if (options->list)
                puts(workload->name);
            else if (!bench_run(options, workload))
                return -1;
        }
    return count;
}

int main(int argc, char **argv) {
    bench_options options = {
        .floor = true, .backstage = true, .cpu = -1, .other_cpu = -1, .figures_fd = -1};
    if (!parse(&options, argc, argv)) {
        fputs(usage, stderr);
        return EXIT_FAILURE;
    }
    if (!bench_pin(options.cpu, options.other_cpu)) {
        fprintf(stderr, "backstage_bench: cannot run on CPU %d\n", options.cpu);
        return EXIT_FAILURE;
    }
    int count = run_all(&options);
    if (count < 0)
        fputs("backstage_bench: the figures could not be written\n", stderr);
    if (count == 0)
        fputs("backstage_bench: no workload of that name; --list names them\n", stderr);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
