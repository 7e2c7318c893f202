#include "parse.h"
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *skip_blanks(const char *at) {
    while (*at == ' ' || *at == '\t')
        at += 1;
    return at;
}

/* Reads the next number, unsigned, and moves behind it. One too large for 64 bits is the largest.
 */
static bool next_number(const char **at, uint64_t *number) {
    char *end;
    const char *start = skip_blanks(*at);
    if (!is_digit(*start))
        return false;
    *number = strtoull(start, &end, 10);
    *at = end;
    return true;
}

/* Moves behind the next `count` words, whatever they are. */
static bool skip_words(const char **at, int count) {
    for (; count > 0; count--) {
        *at = skip_blanks(*at);
        if (**at == '\0')
            return false;
        *at += strcspn(*at, " \t");
    }
    return true;
}

/* Copies a name, as much as fits, with '?' for what a terminal should not see. */
static void copy_name(char *to, size_t capacity, const char *from, size_t length) {
    size_t i = 0;
    for (; i < length && i + 1 < capacity; i++)
        to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
    to[i] = '\0';
}

bool parse_pid(const char *name, int32_t *pid) {
    uint64_t number;
    const char *at = name;
    if (!is_digit(*name) || !next_number(&at, &number) || *at != '\0' || number > INT32_MAX)
        return false;
    *pid = (int32_t)number;
    return true;
}

bool parse_cpu(const char *line, int32_t *cpu, struct cpu_times *times) {
    /* user nice system idle iowait irq softirq steal; old kernels end after the fourth. What
     * follows is in "user" already. */
    enum { IDLE = 3, IO_WAIT = 4, FIELDS_MIN = 4, FIELDS_MAX = 8 };
    struct cpu_times sum = {0, 0};
    uint64_t number;
    int32_t index = PARSE_CPU_TOTAL;
    int field = 0;
    if (strncmp(line, "cpu", 3) != 0)
        return false;
    const char *at = line + 3;
    if (is_digit(*at)) {
        if (!next_number(&at, &number) || number > INT32_MAX)
            return false;
        index = (int32_t)number;
    }
    if (*at != ' ')
        return false;
    for (; field < FIELDS_MAX && next_number(&at, &number); field++)
        *(field == IDLE || field == IO_WAIT ? &sum.idle : &sum.busy) += number;
    if (field < FIELDS_MIN)
        return false;
    *cpu = index;
    *times = sum;
    return true;
}

bool parse_memory(const char *line, const char *name, uint64_t *bytes) {
    size_t length = strlen(name);
    uint64_t kib;
    if (strncmp(line, name, length) != 0 || line[length] != ':')
        return false;
    const char *at = line + length + 1;
    if (!next_number(&at, &kib) || kib > UINT64_MAX / 1024)
        return false;
    *bytes = kib * 1024;
    return true;
}

bool parse_interface(const char *line, struct interface_bytes *bytes) {
    /* name: bytes packets errs drop fifo frame compressed multicast bytes ... */
    enum { SENT = 8 };
    struct interface_bytes result;
    const char *name = skip_blanks(line);
    const char *colon = strrchr(line, ':');
    if (!colon || colon <= name)
        return false;
    copy_name(result.name, sizeof result.name, name, (size_t)(colon - name));
    const char *received = colon + 1, *sent = colon + 1;
    if (!next_number(&received, &result.received) || !skip_words(&sent, SENT) ||
        !next_number(&sent, &result.sent))
        return false;
    *bytes = result;
    return true;
}

bool parse_process(const char *line, struct process *process) {
    /* pid (name) state, then words 4 to 13, then utime stime (14, 15), six more, starttime. The
     * name may hold blanks and parentheses: the last one ends it. */
    enum { WORDS_BEFORE_TIMES = 10, WORDS_BEFORE_START = 6 };
    struct process result;
    uint64_t pid, user, system;
    const char *at = line;
    const char *name = strchr(line, '('), *name_end = strrchr(line, ')');
    if (!next_number(&at, &pid) || pid > INT32_MAX || !name || !name_end || name_end < name)
        return false;
    result.pid = (int32_t)pid;
    copy_name(result.name, sizeof result.name, name + 1, (size_t)(name_end - name - 1));
    at = skip_blanks(name_end + 1);
    result.state = *at;
    if (!skip_words(&at, 1 + WORDS_BEFORE_TIMES) || !next_number(&at, &user) ||
        !next_number(&at, &system) || !skip_words(&at, WORDS_BEFORE_START) ||
        !next_number(&at, &result.start_ticks))
        return false;
    result.cpu_ticks = user + system;
    *process = result;
    return true;
}

bool parse_load_average(const char *line, double *load_average) {
    char *end;
    const char *start = skip_blanks(line);
    if (!is_digit(*start))
        return false;
    double value = strtod(start, &end);
    if (*end != ' ' && *end != '\0')
        return false;
    *load_average = value;
    return true;
}
