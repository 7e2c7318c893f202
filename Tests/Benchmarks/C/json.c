/* The same results for programs: every figure of every round. */
#include "bench.h"

static void write_string(FILE *file, const char *key, const char *text) {
    fprintf(file, "\"%s\": \"", key);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', file);
        if ((unsigned char)*text >= ' ')
            fputc(*text, file);
    }
    fputc('"', file);
}

static void write_values(FILE *file, const char *key, const double *values, unsigned count) {
    bench_spread spread = bench_spread_of(values, count);
    fprintf(file, ",\n      \"%s\": {\"median\": %.9g, \"min\": %.9g, \"max\": %.9g, \"rounds\": [",
            key, spread.median, spread.min, spread.max);
    for (unsigned i = 0; i < count; i++)
        fprintf(file, "%s%.9g", i ? ", " : "", values[i]);
    fprintf(file, "]}");
}

static void write_goal(FILE *file, const bench_options *options, const bench_result *result) {
    static const char *const kinds[] = {"", "ratio at least", "at least", "at most"};
    const bench_figure *figure = &result->workload->figures[result->figure];
    bool known, met = bench_goal_met(options, result, &known);
    if (figure->goal == BENCH_NO_GOAL)
        return;
    fprintf(file, ",\n      \"goal\": {\"kind\": \"%s\", \"target\": %.9g, \"met\": %s}",
            kinds[figure->goal], figure->target,
            !known ? "null"
            : met  ? "true"
                   : "false");
}

static void write_result(FILE *file, const bench_options *options, const bench_result *result) {
    const bench_workload *workload = result->workload;
    const bench_figure *figure = &workload->figures[result->figure];
    fprintf(file, "    {");
    write_string(file, "workload", workload->name);
    fprintf(file, ", ");
    write_string(file, "figure", figure->name);
    fprintf(file, ", ");
    write_string(file, "unit", figure->unit);
    fprintf(file, ", \"payload\": %u", workload->payload);
    if (bench_has_floor(options, result))
        write_values(file, "floor", result->floor, result->rounds);
    if (!options->no_backstage)
        write_values(file, "backstage", result->backstage, result->rounds);
    if (bench_has_ratio(options, result)) {
        bench_spread ratio = bench_ratio(result);
        fprintf(file, ",\n      \"ratio\": {\"median\": %.4f, \"min\": %.4f, \"max\": %.4f}",
                ratio.median, ratio.min, ratio.max);
    }
    write_goal(file, options, result);
    fprintf(file, "}");
}

bool bench_json_write(const char *path, const bench_options *options, const bench_result *results,
                      size_t count) {
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    fprintf(file, "{\n  ");
    write_string(file, "cpu", bench_cpu_name());
    fprintf(file, ",\n  \"cpus\": %ld,\n  ", bench_cpu_count());
    write_string(file, "compiler", bench_compiler());
    fprintf(file, ",\n  ");
    write_string(file, "library", bench_library_version());
    fprintf(file, ",\n  \"pinned\": %d,\n  \"rounds\": %u,\n  \"quick\": %s,\n  ", options->cpu,
            options->rounds, options->quick ? "true" : "false");
    write_string(file, "clock", options->cpu_time ? "cpu" : "wall");
    fprintf(file, ",\n  \"results\": [\n");
    for (size_t i = 0; i < count; i++) {
        write_result(file, options, results + i);
        fprintf(file, i + 1 < count ? ",\n" : "\n");
    }
    fprintf(file, "  ]\n}\n");
    bool written = !ferror(file);
    return fclose(file) == 0 && written;
}
