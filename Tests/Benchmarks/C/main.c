/* The command line, and the way through all workloads. */
#include "bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: backstage_bench [options]\n"
    "  --rounds N       measured rounds of each workload (default 5)\n"
    "  --only NAME      only workloads whose name contains NAME, or is it: =NAME; may be repeated\n"
    "  --quick          a tenth of the work, for a first look\n"
    "  --json FILE      write every figure of every round to FILE too\n"
    "  --cpu N          run on CPU N (default: the last one allowed; -1: do not pin)\n"
    "  --other-cpu N    where second threads run (default: another one)\n"
    "  --cpu-time       measure CPU time, not wall time, where there is one thread\n"
    "  --side SIDE      only `floor` or `backstage`\n"
    "  --in-process     no process per run: for profilers\n"
    "  --list           name the workloads and end\n";

static bool parse_number(const char *text, long min, long max, long *number) {
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= min && *number <= max;
}

static bool parse_side(bench_options *options, const char *side) {
    options->no_backstage = strcmp(side, "floor") == 0;
    options->no_floor = strcmp(side, "backstage") == 0;
    return options->no_backstage || options->no_floor;
}

static bool parse_option(bench_options *options, int option, const char *value) {
    long number = 0;
    switch (option) {
    case 'r':
        if (!parse_number(value, 1, BENCH_ROUNDS_MAX, &number))
            return false;
        options->rounds = (unsigned)number;
        return true;
    case 'o':
        if (options->only_count == BENCH_ONLY_MAX)
            return false;
        options->only[options->only_count++] = value;
        return true;
    case 'c':
    case 'C':
        if (!parse_number(value, -1, 4095, &number))
            return false;
        *(option == 'c' ? &options->cpu : &options->other_cpu) = (int)number;
        return true;
    case 'R':
        options->once = true;
        return parse_side(options, value);
    case 's':
        return parse_side(options, value);
    case 'j':
        options->json = value;
        return true;
    case 'q':
        return options->quick = true;
    case 't':
        return options->cpu_time = true;
    case 'i':
        return options->in_process = true;
    case 'l':
        return options->list = true;
    default:
        return false;
    }
}

static bool parse(bench_options *options, int argc, char **argv) {
    static const struct option known[] = {
        {"rounds", required_argument, NULL, 'r'},
        {"only", required_argument, NULL, 'o'},
        {"cpu", required_argument, NULL, 'c'},
        {"other-cpu", required_argument, NULL, 'C'},
        {"side", required_argument, NULL, 's'},
        {"json", required_argument, NULL, 'j'},
        {"quick", no_argument, NULL, 'q'},
        {"cpu-time", no_argument, NULL, 't'},
        {"in-process", no_argument, NULL, 'i'},
        {"list", no_argument, NULL, 'l'},
        {"run", required_argument, NULL, 'R'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            exit(EXIT_SUCCESS);
        }
        if (option == '?')
            return false;
        if (!parse_option(options, option, optarg)) {
            fprintf(stderr, "backstage_bench: bad value: %s\n", optarg);
            return false;
        }
    }
    return optind == argc;
}

static bool wanted(const bench_options *options, const bench_workload *workload) {
    for (unsigned i = 0; i < options->only_count; i++) {
        const char *only = options->only[i];
        if (*only == '=' ? !strcmp(workload->name, only + 1) : !!strstr(workload->name, only))
            return true;
    }
    return options->only_count == 0;
}

static size_t figure_count(const bench_workload *workload) {
    size_t count = 0;
    while (workload->figures[count].name)
        count++;
    return count;
}

struct report {
    bench_result *results;
    size_t count;
    unsigned failures;
};

static void report_workload(struct report *report, const bench_options *options,
                            const bench_workload *workload) {
    size_t figures = figure_count(workload);
    if (options->no_backstage && !workload->floor)
        return;
    if (options->once) {
        report->failures += !bench_run_once(options, workload);
        return;
    }
    report->results = realloc(report->results, (report->count + figures) * sizeof *report->results);
    BENCH_CHECK(report->results != NULL);
    bench_result *results = report->results + report->count;
    if (!bench_run(options, workload, results)) {
        fprintf(stderr, "backstage_bench: FAILED: %s\n", workload->name);
        report->failures++;
        return;
    }
    for (size_t i = 0; i < figures; i++)
        bench_table_row(stdout, options, results + i);
    report->count += figures;
}

static struct report run_all(const bench_options *options) {
    struct report report = {NULL, 0, 0};
    for (size_t i = 0; bench_groups[i]; i++)
        for (size_t j = 0; j < bench_groups[i]->count; j++) {
            const bench_workload *workload = bench_groups[i]->workloads + j;
            if (!wanted(options, workload))
                continue;
            if (options->list)
                puts(workload->name);
            else
                report_workload(&report, options, workload);
        }
    return report;
}

int main(int argc, char **argv) {
    bench_options options = {.cpu = -2, .other_cpu = -2, .rounds = 5};
    if (!parse(&options, argc, argv)) {
        fputs(usage, stderr);
        return EXIT_FAILURE;
    }
    if (!bench_pin(&options)) {
        fprintf(stderr, "backstage_bench: cannot run on CPU %d\n", options.cpu);
        return EXIT_FAILURE;
    }
    bench_use_cpu_time(options.cpu_time);
    bool table = !options.list && !options.once;
    if (table)
        bench_table_head(stdout, &options);
    struct report report = run_all(&options);
    if (options.json && table &&
        !bench_json_write(options.json, &options, report.results, report.count)) {
        fprintf(stderr, "backstage_bench: cannot write %s\n", options.json);
        report.failures++;
    }
    if (report.count == 0 && report.failures == 0 && table) {
        fputs("backstage_bench: no workload of that name; --list names them\n", stderr);
        report.failures++;
    }
    free(report.results);
    return report.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
