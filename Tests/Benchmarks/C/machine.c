/* What it ran on: CPU, compiler, library; and where: pinning. */
#define _GNU_SOURCE
#include "bench.h"

#include <backstage.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

const char *bench_cpu_name(void) {
    static char name[128];
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && !name[0] && fgets(line, sizeof line, file)) {
        char *colon = strncmp(line, "model name", 10) == 0 ? strchr(line, ':') : NULL;
        if (colon)
            snprintf(name, sizeof name, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
    }
    if (file)
        fclose(file);
    return name[0] ? name : "unknown CPU";
}

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

long bench_cpu_count(void) { return sysconf(_SC_NPROCESSORS_ONLN); }

static int other_cpu = -1;

static bool pin_to(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

/* One that is allowed; or, below a taskset(1) that allows one alone, any that can be had. */
static int choose_other(int cpu, const cpu_set_t *allowed) {
    for (int other = 0; other < CPU_SETSIZE; other++)
        if (other != cpu && CPU_ISSET((size_t)other, allowed))
            return other;
    for (int other = 0; other < bench_cpu_count(); other++)
        if (other != cpu && pin_to(other))
            return other;
    return cpu;
}

bool bench_pin(bench_options *options) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return false;
    for (int cpu = CPU_SETSIZE; cpu-- > 0 && options->cpu == -2;)
        if (CPU_ISSET((size_t)cpu, &allowed))
            options->cpu = cpu;
    if (options->other_cpu == -2)
        options->other_cpu = options->cpu < 0 ? -1 : choose_other(options->cpu, &allowed);
    other_cpu = options->other_cpu;
    return options->cpu < 0 || (options->cpu < CPU_SETSIZE && pin_to(options->cpu));
}

void bench_start_other(pthread_t *thread, void *(*work)(void *), void *state) {
    pthread_attr_t attributes;
    cpu_set_t set;
    CPU_ZERO(&set);
    BENCH_CHECK(pthread_attr_init(&attributes) == 0);
    if (other_cpu >= 0) {
        CPU_SET((size_t)other_cpu, &set);
        BENCH_CHECK(pthread_attr_setaffinity_np(&attributes, sizeof set, &set) == 0);
    }
    BENCH_CHECK(pthread_create(thread, &attributes, work, state) == 0);
    pthread_attr_destroy(&attributes);
}
