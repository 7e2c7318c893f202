/*
 * Measures that a workload, once warm, calls the allocator not once. Include it in the one test
 * file of a program, after _GNU_SOURCE is defined.
 */
#ifndef TEST_STEADY_H
#define TEST_STEADY_H

#include "interpose.h"
#include "support.h"

static const size_t sizes[] = {16, 1024, 65536};
enum { SIZES = 3, LARGEST = 65536, MESSAGES = 1000000, WARM = 2000, AT_ONCE = 50 };

static char data[LARGEST];

/* Runs `rounds` rounds of something. */
typedef void (*workload)(backstage_engine *engine, void *state, size_t size, uint64_t rounds);

/* Warms up, then counts; each round is so many messages or events. */
static void measure(backstage_engine *engine, workload work, void *state, size_t size,
                    uint64_t per_round) {
    const uint64_t rounds = test_rounds(MESSAGES, 10000) / per_round + 1;
    work(engine, state, size, WARM / per_round + 1);
    backstage_statistics before = test_statistics(engine);
    uint64_t calls = memory_calls();
    work(engine, state, size, rounds);
    calls = memory_calls() - calls;
    backstage_statistics after = test_statistics(engine);
    CHECK_EQ(calls, 0);
    CHECK(after.handled + after.events - before.handled - before.events >= rounds * per_round);
    CHECK_EQ(after.memory_bytes, before.memory_bytes);
    CHECK_EQ(after.dead, before.dead);
}

#endif
