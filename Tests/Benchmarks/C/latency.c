/* Samples, and the ticks and bytes of one of the latency workloads. */
#define _GNU_SOURCE
#include "latency.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct samples samples_make(uint64_t wanted) {
    return (struct samples){bench_allocate(wanted, sizeof(uint64_t)), 0, wanted};
}

bool samples_add(struct samples *samples, uint64_t due_ns, uint64_t now_ns) {
    BENCH_CHECK(now_ns >= due_ns); /* never early */
    if (samples->count < samples->wanted)
        samples->late_ns[samples->count++] = now_ns - due_ns;
    return samples->count == samples->wanted;
}

static int compare(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

void samples_sort(struct samples *samples) {
    BENCH_CHECK(samples->count == samples->wanted);
    qsort(samples->late_ns, samples->count, sizeof *samples->late_ns, compare);
}

double samples_us(const struct samples *samples, double share) {
    uint64_t at = (uint64_t)((double)samples->count * share);
    return (double)samples->late_ns[at < samples->count ? at : samples->count - 1] * 1e-3;
}

void latency_open(struct latency *latency, uint64_t count) {
    int ends[2];
    *latency = (struct latency){0};
    latency->ticks = samples_make(count);
    latency->stamps = samples_make(count);
    BENCH_CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    latency->reader = ends[0];
    latency->writer = ends[1];
}

static void add(struct latency *latency, struct samples *samples, uint64_t due_ns,
                uint64_t now_ns) {
    samples_add(samples, due_ns, now_ns);
    latency->over = latency->ticks.count == latency->ticks.wanted &&
                    latency->stamps.count == latency->stamps.wanted;
}

void latency_tick(struct latency *latency, uint64_t expirations) {
    uint64_t now_ns = bench_wall_ns();
    BENCH_CHECK(expirations > 0);
    for (; expirations > 0 && latency->ticks.count < latency->ticks.wanted; expirations--)
        add(latency, &latency->ticks,
            latency->started_ns + (latency->ticks.count + 1) * latency_period_ns, now_ns);
}

void latency_read(struct latency *latency) {
    uint64_t stamps[64];
    ssize_t got = read(latency->reader, stamps, sizeof stamps);
    uint64_t now_ns = bench_wall_ns();
    BENCH_CHECK(got > 0 || errno == EAGAIN);
    for (ssize_t i = 0; i < got / (ssize_t)sizeof *stamps; i++)
        add(latency, &latency->stamps, stamps[i], now_ns);
}

void *latency_write(void *state) {
    struct latency *latency = state;
    uint64_t next_ns = bench_wall_ns();
    for (uint64_t i = 0; i < latency->stamps.wanted; i++) {
        next_ns += latency_period_ns;
        struct timespec until = {(time_t)(next_ns / 1000000000), (long)(next_ns % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        uint64_t now_ns = bench_wall_ns();
        BENCH_CHECK(write(latency->writer, &now_ns, sizeof now_ns) == sizeof now_ns);
    }
    return NULL;
}

static void percentiles(struct samples *samples, double *figures) {
    samples_sort(samples);
    figures[0] = samples_us(samples, 0.5);
    figures[1] = samples_us(samples, 0.99);
    figures[2] = samples_us(samples, 1);
    free(samples->late_ns);
}

void latency_close(struct latency *latency, double *figures) {
    /* A flood: the period held hundreds of messages, not a few. */
    BENCH_CHECK(latency->flooded > latency->ticks.wanted * 500);
    percentiles(&latency->ticks, figures);
    percentiles(&latency->stamps, figures + 3);
    close(latency->reader);
    close(latency->writer);
}
