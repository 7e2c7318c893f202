/* Where samples come from: /proc, or a directory that looks like it, or a recording of several
 * such directories, DIR/tick-0, DIR/tick-1, ..., one for each time the samplers look. */
#ifndef HOSTWATCH_SOURCE_H
#define HOSTWATCH_SOURCE_H

#include <backstage.h>
#include <dirent.h>
#include <stdio.h>

struct source {
    const char *directory;
    uint64_t ticks;   /* of the recording; 0: there is none, read live */
    uint64_t fail_at; /* the line to fail at; 0: none */
    uint64_t lines;   /* read so far */
    char *line;       /* the line in hand: one for all, as an engine is one thread */
    size_t line_capacity;
};

/* The directory and the name are borrowed throughout. */
void source_open(struct source *source, const char *directory, uint64_t fail_at);
void source_close(struct source *source);

/* Opens a file, or the directory itself, as of a tick. NULL and errno if there is none. */
FILE *source_file(const struct source *source, uint64_t tick, const char *name);
DIR *source_directory(const struct source *source, uint64_t tick);

/* Reads a line of any length: 1 and the line, valid until the next call; 0 at the end, or when
 * the file can be read no further; HOSTWATCH_FAILED_AS_ASKED at the line to fail at. */
backstage_status source_line(struct source *source, FILE *file, const char **line);

#endif
