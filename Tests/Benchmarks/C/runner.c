/* Runs one workload: each run in a process of its own, so that none inherits another's heap, and
 * a run that fails or crashes takes nothing with it. */
#define _GNU_SOURCE
#include "bench.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool read_figures(int fd, double *figures) {
    size_t wanted = BENCH_FIGURES_MAX * sizeof *figures, got = 0;
    while (got < wanted) {
        ssize_t n = read(fd, (char *)figures + got, wanted - got);
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return true;
}

/* Once more this program, told to do one run: it finds its stack, heap and libraries at other
 * addresses each time, so that no side keeps the luck of one layout through all rounds. */
static void become_run(const bench_options *options, const bench_workload *workload, bool is_floor,
                       int fd) {
    char only[128], cpu[16], other[16];
    snprintf(only, sizeof only, "=%s", workload->name);
    snprintf(cpu, sizeof cpu, "%d", options->cpu);
    snprintf(other, sizeof other, "%d", options->other_cpu);
    const char *arguments[16] = {
        "backstage_bench", "--run", is_floor ? "floor" : "backstage", "--only", only, "--cpu", cpu,
        "--other-cpu",     other};
    size_t count = 9;
    if (options->quick)
        arguments[count++] = "--quick";
    if (options->cpu_time)
        arguments[count++] = "--cpu-time";
    if (dup2(fd, BENCH_FIGURES_FD) == BENCH_FIGURES_FD)
        execv("/proc/self/exe", (char *const *)(uintptr_t)arguments);
    _exit(EXIT_FAILURE);
}

static bool run_apart(const bench_options *options, const bench_workload *workload, bool is_floor,
                      double *figures) {
    int ends[2];
    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        become_run(options, workload, is_floor, ends[1]);
    close(ends[1]);
    bool complete = child > 0 && read_figures(ends[0], figures);
    close(ends[0]);
    int status = -1;
    if (child > 0)
        waitpid(child, &status, 0);
    if (status > 0 && WIFSIGNALED(status))
        fprintf(stderr, "%s: killed by signal %d\n", workload->name, WTERMSIG(status));
    return complete && status == 0;
}

static uint64_t count_of(const bench_options *options, const bench_workload *workload) {
    return options->quick && !workload->steady ? workload->count / 10 : workload->count;
}

static void run_here(const bench_options *options, const bench_workload *workload, bool is_floor,
                     double *figures) {
    bench_side side = is_floor ? workload->floor : workload->backstage;
    memset(figures, 0, BENCH_FIGURES_MAX * sizeof *figures);
    side(workload, count_of(options, workload), figures);
}

bool bench_run_once(const bench_options *options, const bench_workload *workload) {
    double figures[BENCH_FIGURES_MAX];
    run_here(options, workload, options->no_backstage, figures);
    return write(BENCH_FIGURES_FD, figures, sizeof figures) == (ssize_t)sizeof figures;
}

static bool run_side(const bench_options *options, const bench_workload *workload, bool is_floor,
                     double *figures) {
    if (!options->in_process)
        return run_apart(options, workload, is_floor, figures);
    run_here(options, workload, is_floor, figures);
    return true;
}

/* Both sides once. Round 0 is the warm-up, which leaves no result. */
static bool run_round(const bench_options *options, const bench_workload *workload, unsigned round,
                      bench_result *results) {
    double figures[BENCH_FIGURES_MAX];
    bool floor = workload->floor && !options->no_floor;
    if (floor && !run_side(options, workload, true, figures))
        return false;
    for (size_t i = 0; round > 0 && floor && workload->figures[i].name; i++)
        results[i].floor[round - 1] = figures[i];
    if (options->no_backstage)
        return true;
    if (!run_side(options, workload, false, figures))
        return false;
    for (size_t i = 0; round > 0 && workload->figures[i].name; i++)
        results[i].backstage[round - 1] = figures[i];
    return true;
}

bool bench_run(const bench_options *options, const bench_workload *workload,
               bench_result *results) {
    for (size_t i = 0; workload->figures[i].name; i++) {
        memset(results + i, 0, sizeof *results);
        results[i].workload = workload;
        results[i].figure = i;
        results[i].rounds = options->rounds;
    }
    /* A profile should show the work once, and not the warm-up too. */
    for (unsigned round = options->in_process ? 1 : 0; round <= options->rounds; round++)
        if (!run_round(options, workload, round, results))
            return false;
    return true;
}
