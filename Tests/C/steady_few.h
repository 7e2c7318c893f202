/*
 * As steady.h, for work that takes too long to be done a million times, or that makes dead letters.
 * Include it instead.
 */
#ifndef TEST_STEADY_FEW_H
#define TEST_STEADY_FEW_H

#include "steady.h"

/* Warms up, then counts over so many rounds. */
static void measure_few(backstage_engine *engine, workload work, void *state, size_t size,
                        uint64_t rounds) {
    work(engine, state, size, WARM / 10);
    const uint64_t held = test_statistics(engine).memory_bytes, calls = memory_calls();
    work(engine, state, size, rounds);
    CHECK_EQ(memory_calls(), calls);
    CHECK_EQ(test_statistics(engine).memory_bytes, held);
    test_ledger(engine);
}

#endif
