/* Medians, spreads, ratios and goals. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

bench_spread bench_spread_of(const double *values, unsigned count) {
    double sorted[BENCH_ROUNDS_MAX];
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, compare);
    unsigned middle = count / 2;
    double median = count % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return (bench_spread){median, sorted[0], sorted[count - 1]};
}

bench_spread bench_ratio(const bench_result *result) {
    double ratios[BENCH_ROUNDS_MAX];
    for (unsigned i = 0; i < result->rounds; i++)
        ratios[i] = result->backstage[i] / result->floor[i];
    return bench_spread_of(ratios, result->rounds);
}

/* A floor that does not have one of the figures leaves it 0. */
bool bench_has_floor(const bench_options *options, const bench_result *result) {
    if (!result->workload->floor || options->no_floor)
        return false;
    for (unsigned i = 0; i < result->rounds; i++)
        if (!(result->floor[i] > 0))
            return false;
    return true;
}

bool bench_has_ratio(const bench_options *options, const bench_result *result) {
    return bench_has_floor(options, result) && !options->no_backstage;
}

bool bench_goal_met(const bench_options *options, const bench_result *result, bool *known) {
    const bench_figure *figure = &result->workload->figures[result->figure];
    double median = bench_spread_of(result->backstage, result->rounds).median;
    *known = figure->goal != BENCH_NO_GOAL && !options->no_backstage;
    switch (figure->goal) {
    case BENCH_RATIO_AT_LEAST:
        *known = bench_has_ratio(options, result);
        return *known && bench_ratio(result).median >= figure->target;
    case BENCH_AT_LEAST:
        return median >= figure->target;
    case BENCH_AT_MOST:
        return median <= figure->target;
    default:
        return false;
    }
}
