/* Where it runs, and what of: pinning, compiler, library. */
#define _GNU_SOURCE
#include "bench.h"

#include <backstage.h>
#include <sched.h>

const char *bench_compiler(void) {
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown compiler";
#endif
}

const char *bench_library_version(void) {
    static char text[32];
    uint32_t version = backstage_version();
    snprintf(text, sizeof text, "%u.%u.%u", version >> 16, version >> 8 & 255, version & 255);
    return text;
}

static int second_cpu = -1;

bool bench_pin(int cpu, int other_cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    second_cpu = other_cpu;
    if (cpu < 0)
        return true;
    if (cpu >= CPU_SETSIZE)
        return false;
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

void bench_start_other(pthread_t *thread, void *(*work)(void *), void *state) {
    pthread_attr_t attributes;
    cpu_set_t set;
    CPU_ZERO(&set);
    BENCH_CHECK(pthread_attr_init(&attributes) == 0);
    if (second_cpu >= 0) {
        CPU_SET((size_t)second_cpu, &set);
        BENCH_CHECK(pthread_attr_setaffinity_np(&attributes, sizeof set, &set) == 0);
    }
    BENCH_CHECK(pthread_create(thread, &attributes, work, state) == 0);
    pthread_attr_destroy(&attributes);
}
