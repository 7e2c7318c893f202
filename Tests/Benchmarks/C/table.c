/* The table on standard output. */
#include "bench.h"

static const char *how(const bench_options *options) {
    return options->in_process ? "in this process" : "each run in a process of its own";
}

void bench_table_head(FILE *file, const bench_options *options) {
    fprintf(file, "Backstage %s beside a floor of plain C, %s\n", bench_library_version(),
            bench_compiler());
    fprintf(file, "%s, %ld CPUs", bench_cpu_name(), bench_cpu_count());
    if (options->cpu >= 0)
        fprintf(file, "; pinned to CPU %d, second threads to %d", options->cpu, options->other_cpu);
    fprintf(file, "\n%u rounds after a warm-up%s, %s, %s; median (min-max)\n\n", options->rounds,
            options->quick ? ", a tenth of the work" : "", how(options),
            options->cpu_time ? "CPU time" : "wall time");
    fprintf(file, "%-36s %8s %-7s %-22s %-22s %-17s %s\n", "workload", "payload", "unit", "floor",
            "backstage", "ratio", "goal");
    fflush(file);
}

static int decimals(double value) { return value < 1 ? 3 : value < 10 ? 2 : value < 1000 ? 1 : 0; }

static void print_spread(char *text, size_t size, const double *values, unsigned count) {
    bench_spread spread = bench_spread_of(values, count);
    int digits = decimals(spread.median);
    snprintf(text, size, "%.*f (%.*f-%.*f)", digits, spread.median, digits, spread.min, digits,
             spread.max);
}

static void print_ratio(char *text, size_t size, const bench_options *options,
                        const bench_result *result) {
    snprintf(text, size, "-");
    if (!bench_has_ratio(options, result))
        return;
    bench_spread ratio = bench_ratio(result);
    snprintf(text, size, "%.2f (%.2f-%.2f)", ratio.median, ratio.min, ratio.max);
}

static void print_goal(char *text, size_t size, const bench_options *options,
                       const bench_result *result) {
    const bench_figure *figure = &result->workload->figures[result->figure];
    bool known, met = bench_goal_met(options, result, &known);
    const char *verdict = !known ? "" : met ? " met" : " MISSED";
    switch (figure->goal) {
    case BENCH_RATIO_AT_LEAST:
        snprintf(text, size, ">= %.2f of floor%s", figure->target, verdict);
        break;
    case BENCH_AT_LEAST:
        snprintf(text, size, ">= %g %s%s", figure->target, figure->unit, verdict);
        break;
    case BENCH_AT_MOST:
        snprintf(text, size, "<= %g %s%s", figure->target, figure->unit, verdict);
        break;
    default:
        snprintf(text, size, "-");
    }
}

void bench_table_row(FILE *file, const bench_options *options, const bench_result *result) {
    const bench_workload *workload = result->workload;
    const bench_figure *figure = &workload->figures[result->figure];
    char name[64], payload[16] = "-", floor[64] = "-", backstage[64] = "-", ratio[64], goal[64];
    snprintf(name, sizeof name, "%s%s%s", workload->name, figure->name[0] ? ": " : "",
             figure->name);
    if (workload->payload)
        snprintf(payload, sizeof payload, "%u", workload->payload);
    if (bench_has_floor(options, result))
        print_spread(floor, sizeof floor, result->floor, result->rounds);
    if (!options->no_backstage)
        print_spread(backstage, sizeof backstage, result->backstage, result->rounds);
    print_ratio(ratio, sizeof ratio, options, result);
    print_goal(goal, sizeof goal, options, result);
    fprintf(file, "%-36s %8s %-7s %-22s %-22s %-17s %s\n", name, payload, figure->unit, floor,
            backstage, ratio, goal);
    fflush(file);
}
