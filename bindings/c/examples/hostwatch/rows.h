/* The rows of the board's table: the latest of each topic, grouped by the topic's first word. */
#ifndef HOSTWATCH_ROWS_H
#define HOSTWATCH_ROWS_H

#include "describe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row {
    char topic[64];
    struct description description;
    uint64_t updated_ns;
    int group; /* where it stands: cpu first, failures last */
    bool alarm;
};

struct rows {
    struct row *items; /* by group; within one, the oldest first */
    size_t count, capacity;
};

/* ROWS_FOR_EVER as the time keeps a row from expiring. */
#define ROWS_FOR_EVER UINT64_MAX

/* Changes the topic's row, or adds one. False if there is no memory. */
bool rows_update(struct rows *rows, const char *topic, const struct description *description,
                 uint64_t now_ns);

/* Marks the topic's row, if it has one, until it is unmarked or gone. */
void rows_mark(struct rows *rows, const char *topic, bool alarm);

/* Removes a publisher's rows; and those that were last updated before a time. */
void rows_remove(struct rows *rows, const char *publisher);
void rows_expire(struct rows *rows, uint64_t before_ns);

void rows_free(struct rows *rows);

#endif
