/* What hostwatch makes of single lines of /proc, common ones and strange ones. */
#include "hostwatch/parse.h"
#include <stdio.h>
#include <string.h>

static int failures;

static void expect(bool holds, const char *what, int line) {
    if (holds)
        return;
    fprintf(stderr, "line %d: %s\n", line, what);
    failures += 1;
}
#define EXPECT(condition) expect(condition, #condition, __LINE__)

static void cpu_lines(void) {
    struct cpu_times times = {7, 7};
    int32_t cpu = 7;
    EXPECT(parse_cpu("cpu  1 2 3 40 5 6 7 8 900 900", &cpu, &times));
    EXPECT(cpu == PARSE_CPU_TOTAL && times.busy == 27 && times.idle == 45);
    EXPECT(parse_cpu("cpu12 1 2 3 4", &cpu, &times)); /* as old kernels write it */
    EXPECT(cpu == 12 && times.busy == 6 && times.idle == 4);
    EXPECT(parse_cpu("cpu0 99999999999999999999999 0 0 1", &cpu, &times));
    EXPECT(cpu == 0 && times.busy == UINT64_MAX && times.idle == 1);

    const char *const others[] = {"",
                                  "cpu",
                                  "cpu0",
                                  "cpu0 1 2 3",
                                  "cpu -1 2 3",
                                  "cpux 1 2 3 4",
                                  "cpu-1 1 2 3 4",
                                  "cpufreq 1 2 3 4",
                                  "intr 1 2 3 4",
                                  "cpu99999999999 1 2 3 4"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        EXPECT(!parse_cpu(others[i], &cpu, &times));
    EXPECT(cpu == 0 && times.busy == UINT64_MAX && times.idle == 1);
}

static void memory_lines(void) {
    uint64_t bytes = 7;
    EXPECT(parse_memory("MemFree:            3 kB", "MemFree", &bytes) && bytes == 3072);
    EXPECT(parse_memory("MemFree:\t4", "MemFree", &bytes) && bytes == 4096);
    EXPECT(!parse_memory("MemFreeze:          3 kB", "MemFree", &bytes));
    EXPECT(!parse_memory("MemFree             3 kB", "MemFree", &bytes));
    EXPECT(!parse_memory("MemFree:            - kB", "MemFree", &bytes));
    EXPECT(!parse_memory("MemFree: 18446744073709551615 kB", "MemFree", &bytes));
    EXPECT(!parse_memory("", "MemFree", &bytes) && bytes == 4096);
}

static void interface_lines(void) {
    struct interface_bytes bytes;
    EXPECT(parse_interface("  eth0: 10 1 2 3 4 5 6 7 20 1 2 3 4 5 6 7", &bytes));
    EXPECT(strcmp(bytes.name, "eth0") == 0 && bytes.received == 10 && bytes.sent == 20);
    EXPECT(parse_interface("a:1:4294967295 1 2 3 4 5 6 7 20", &bytes)); /* an alias, no blank */
    EXPECT(strcmp(bytes.name, "a:1") == 0 && bytes.received == 4294967295 && bytes.sent == 20);
    EXPECT(parse_interface("\033\x80: 1 1 2 3 4 5 6 7 2", &bytes));
    EXPECT(strcmp(bytes.name, "??") == 0);
    EXPECT(parse_interface("a-name-that-is-longer-than-any-interface-may-have: 1 1 2 3 4 5 6 7 2",
                           &bytes));
    EXPECT(strcmp(bytes.name, "a-name-that-is-longer-than-any-") == 0);

    const char *const others[] = {"",
                                  ":",
                                  ": 1 1 2 3 4 5 6 7 2",
                                  " face |bytes    packets",
                                  "eth0:",
                                  "eth0: 1 1 2 3 4 5 6 7",
                                  "eth0: x 1 2 3 4 5 6 7 8"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        EXPECT(!parse_interface(others[i], &bytes));
    EXPECT(bytes.received == 1 && bytes.sent == 2);
}

static void process_lines(void) {
    static const char rest[] = " S 1 2 3 0 -1 4 5 6 7 8 100 20 0 0 20 0 1 0 4242 99 1";
    struct process process;
    char line[256];
    snprintf(line, sizeof line, "17 (a) b (c))%s", rest);
    EXPECT(parse_process(line, &process));
    EXPECT(process.pid == 17 && process.state == 'S' && strcmp(process.name, "a) b (c)") == 0);
    EXPECT(process.cpu_ticks == 120 && process.start_ticks == 4242);
    snprintf(line, sizeof line, "18 (\n\033[31mthis is long)%s", rest);
    EXPECT(parse_process(line, &process) && strcmp(process.name, "??[31mthis is l") == 0);
    snprintf(line, sizeof line, "19 ()%s", rest);
    EXPECT(parse_process(line, &process) && process.pid == 19 && process.name[0] == '\0');

    const char *const others[] = {"",
                                  "20",
                                  "20 (a",
                                  "20 a) S",
                                  "20 )a( S 1",
                                  "20 (a)",
                                  "20 (a) ",
                                  "20 (a) S 1 2 3 0 -1 4 5 6 7 8 100",
                                  "x (a) S",
                                  "-1 (a) S",
                                  "20 (a) S 1 2 3 0 -1 4 5 6 7 8 100 20 0 0 20 0 1 0"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        EXPECT(!parse_process(others[i], &process));
    EXPECT(process.pid == 19);
}

static void other_lines(void) {
    double load = -1;
    int32_t pid = -1;
    EXPECT(!parse_load_average("", &load) && !parse_load_average("nan 1 2", &load));
    EXPECT(!parse_load_average("1.5x", &load) && !parse_load_average("-1.5", &load) && load == -1);
    EXPECT(parse_load_average("1.50 0.40 0.30 1/10 400", &load) && load == 1.5);
    EXPECT(!parse_pid("", &pid) && !parse_pid("self", &pid) && !parse_pid("12a", &pid));
    EXPECT(!parse_pid("-1", &pid) && !parse_pid("2147483648", &pid) && pid == -1);
    EXPECT(parse_pid("2147483647", &pid) && pid == 2147483647);
}

int main(void) {
    cpu_lines();
    memory_lines();
    interface_lines();
    process_lines();
    other_lines();
    return failures == 0 ? 0 : 1;
}
