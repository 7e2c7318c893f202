#define _GNU_SOURCE
#include "harness.h"

#include <sched.h>
#include <stddef.h>

bool harness_pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}
