/* One run: the work, and its figures told. */
#include "bench.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static size_t figure_count(const bench_workload *workload) {
    size_t count = 0;
    while (workload->figures[count].name)
        count++;
    return count;
}

/* A JSON array, in one write: the other end may be a pipe. */
static bool tell_driver(int fd, const double *figures, size_t count) {
    char text[32 * BENCH_FIGURES_MAX + 8];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const char *before = i ? ", " : "[";
        int added =
            isnan(figures[i])
                ? snprintf(text + length, sizeof text - length, "%snull", before)
                : snprintf(text + length, sizeof text - length, "%s%.9g", before, figures[i]);
        length += (size_t)added;
    }
    memcpy(text + length, "]\n", 2);
    return write(fd, text, length + 2) == (ssize_t)(length + 2);
}

static bool tell_people(const char *side, const bench_workload *workload, const double *figures) {
    for (size_t i = 0; workload->figures[i].name; i++) {
        const bench_figure *figure = &workload->figures[i];
        if (!isnan(figures[i]))
            printf("%s%s%s, %s: %.6g %s\n", workload->name, *figure->name ? ": " : "", figure->name,
                   side, figures[i], figure->unit);
    }
    return fflush(stdout) == 0;
}

static bool run_side(const bench_options *options, const bench_workload *workload, bool is_floor) {
    bench_side side = is_floor ? workload->floor : workload->backstage;
    double figures[BENCH_FIGURES_MAX];
    for (size_t i = 0; i < BENCH_FIGURES_MAX; i++)
        figures[i] = NAN;
    side(workload, options->count ? options->count : workload->count, figures);
    if (options->figures_fd >= 0)
        return tell_driver(options->figures_fd, figures, figure_count(workload));
    return tell_people(is_floor ? "floor" : "backstage", workload, figures);
}

bool bench_run(const bench_options *options, const bench_workload *workload) {
    bench_workload changed = *workload;
    if (options->other_payload)
        changed.payload = options->payload;
    if (options->size) {
        changed.size = options->size;
        changed.actors = (uint32_t)options->size;
    }
    bool told = true;
    if (options->floor && workload->floor)
        told &= run_side(options, &changed, true);
    if (options->backstage)
        told &= run_side(options, &changed, false);
    return told;
}
