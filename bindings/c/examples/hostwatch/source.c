#define _POSIX_C_SOURCE 200809L
#include "source.h"
#include "messages.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The path of a file as of a tick, or of the directory if the name is "". */
static bool path_of(const struct source *source, uint64_t tick, const char *name,
                    char path[PATH_MAX]) {
    int length = source->ticks ? snprintf(path, PATH_MAX, "%s/tick-%" PRIu64 "/%s",
                                          source->directory, tick % source->ticks, name)
                               : snprintf(path, PATH_MAX, "%s/%s", source->directory, name);
    if (length >= 0 && length < PATH_MAX)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

static bool has_tick(const char *directory, uint64_t tick) {
    char path[PATH_MAX];
    struct stat status;
    int length = snprintf(path, sizeof path, "%s/tick-%" PRIu64, directory, tick);
    return length >= 0 && length < PATH_MAX && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

void source_open(struct source *source, const char *directory, uint64_t fail_at) {
    *source = (struct source){.directory = directory, .fail_at = fail_at};
    while (has_tick(directory, source->ticks))
        source->ticks += 1;
}

void source_close(struct source *source) {
    free(source->line);
    source->line = NULL;
}

FILE *source_file(const struct source *source, uint64_t tick, const char *name) {
    char path[PATH_MAX];
    return path_of(source, tick, name, path) ? fopen(path, "re") : NULL;
}

DIR *source_directory(const struct source *source, uint64_t tick) {
    char path[PATH_MAX];
    return path_of(source, tick, "", path) ? opendir(path) : NULL;
}

backstage_status source_line(struct source *source, FILE *file, const char **line) {
    ssize_t length = getline(&source->line, &source->line_capacity, file);
    if (length < 0)
        return 0;
    if (length > 0 && source->line[length - 1] == '\n')
        source->line[length - 1] = '\0';
    source->lines += 1;
    if (source->lines == source->fail_at)
        return HOSTWATCH_FAILED_AS_ASKED;
    *line = source->line;
    return 1;
}
