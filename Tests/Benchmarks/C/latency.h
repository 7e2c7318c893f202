/* What both sides of the latency workload do: a flood that never ends by itself, a writer on
 * another CPU, and how late each tick and each byte was served. */
#ifndef LATENCY_H
#define LATENCY_H

#include "work.h"

enum { LATENCY_PAIRS = 16, LATENCY_BALLS = 64 };

struct samples {
    uint64_t *late_ns;
    uint64_t count, wanted;
};

struct latency {
    struct samples ticks, stamps;
    uint64_t started_ns, flooded;
    int reader, writer; /* a pipe */
    bool over;
};

static const uint64_t latency_period_ns = 1000000;

void latency_open(struct latency *latency, uint64_t count);
/* Checks that all was seen and the flood went on, and fills in the figures. */
void latency_close(struct latency *latency, double *figures);

/* Writes the time into the pipe, once a period. A thread. */
void *latency_write(void *latency);

/* `expirations` more ticks are served now. */
void latency_tick(struct latency *latency, uint64_t expirations);
/* The pipe is readable: takes all that is there. */
void latency_read(struct latency *latency);

#endif
