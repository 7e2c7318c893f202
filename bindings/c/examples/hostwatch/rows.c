#include "rows.h"
#include "messages.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is this the first word of the topic? */
static bool begins_with(const char *topic, const char *word) {
    size_t length = strlen(word);
    return strncmp(topic, word, length) == 0 && (topic[length] == '.' || topic[length] == '\0');
}

static int group_of(const char *topic) {
    static const char *const groups[] = {HOSTWATCH_CPU,       HOSTWATCH_MEMORY, HOSTWATCH_NETWORK,
                                         HOSTWATCH_PROCESSES, "unavailable",    "failed"};
    int group = 0, count = sizeof groups / sizeof *groups;
    while (group < count && !begins_with(topic, groups[group]))
        group += 1;
    return group;
}

static struct row *find(const struct rows *rows, const char *topic) {
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->items[i].topic, topic) == 0)
            return &rows->items[i];
    return NULL;
}

/* Makes room for a row at the end of its group. */
static struct row *insert(struct rows *rows, int group) {
    size_t at = rows->count;
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity ? rows->capacity * 2 : 32;
        struct row *grown = realloc(rows->items, capacity * sizeof *grown);
        if (!grown)
            return NULL;
        rows->items = grown;
        rows->capacity = capacity;
    }
    while (at > 0 && rows->items[at - 1].group > group)
        at -= 1;
    memmove(&rows->items[at + 1], &rows->items[at], (rows->count - at) * sizeof *rows->items);
    rows->count += 1;
    return &rows->items[at];
}

bool rows_update(struct rows *rows, const char *topic, const struct description *description,
                 uint64_t now_ns) {
    struct row *row = find(rows, topic);
    if (!row) {
        row = insert(rows, group_of(topic));
        if (!row)
            return false;
        *row = (struct row){.group = group_of(topic)};
        snprintf(row->topic, sizeof row->topic, "%s", topic);
    }
    row->description = *description;
    row->updated_ns = now_ns;
    return true;
}

void rows_mark(struct rows *rows, const char *topic, bool alarm) {
    struct row *row = find(rows, topic);
    if (row)
        row->alarm = alarm;
}

void rows_remove(struct rows *rows, const char *publisher) {
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (!begins_with(rows->items[i].topic, publisher))
            rows->items[kept++] = rows->items[i];
    rows->count = kept;
}

void rows_expire(struct rows *rows, uint64_t before_ns) {
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].updated_ns >= before_ns)
            rows->items[kept++] = rows->items[i];
    rows->count = kept;
}

void rows_free(struct rows *rows) {
    free(rows->items);
    *rows = (struct rows){NULL, 0, 0};
}
