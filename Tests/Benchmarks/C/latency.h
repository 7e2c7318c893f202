/* What the latency workloads share: a flood that does not end by itself, a writer on another CPU,
 * and how late each tick, byte or message was served. */
#ifndef LATENCY_H
#define LATENCY_H

#include "work.h"

enum { LATENCY_PAIRS = 16, LATENCY_BALLS = 64, LATENCY_BALL_BYTES = 16 };

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

struct samples samples_make(uint64_t wanted);
/* Whether that was the last one wanted. */
bool samples_add(struct samples *samples, uint64_t due_ns, uint64_t now_ns);
/* Checks that all are there, and sorts them. */
void samples_sort(struct samples *samples);
/* Of sorted ones: 0.5 for the median, 1 for the largest. */
double samples_us(const struct samples *samples, double share);

/* Starts the flood: pairs of actors, with some messages each that they send to and fro until
 * latency->over. The floor's needs 2 * LATENCY_PAIRS actors. */
void latency_flood_floor(struct latency *latency, floor_actor *players);
void latency_flood_backstage(struct latency *latency, backstage_engine *engine);

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
