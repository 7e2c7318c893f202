/* Standard output: a terminal, on which a table is redrawn in place, or anything else, to which
 * lines are written. ASCII only. */
#ifndef HOSTWATCH_SCREEN_H
#define HOSTWATCH_SCREEN_H

#include "rows.h"
#include <backstage.h>
#include <stdbool.h>

enum { SCREEN_TOPIC_WIDTH = 22 };

struct screen {
    bool is_terminal;
    bool is_open; /* is the table on it, and the cursor hidden? */
    int rows, columns;
    int lines;     /* drawn, above the cursor */
    char log[160]; /* the latest line of the engine's log: it has no place but in the table */
};

/* Looks at what standard output is, and sets how it is buffered. Call it before any output. */
void screen_prepare(struct screen *screen);

/* Draws the table over the last one. */
void screen_draw(struct screen *screen, const char *title, const struct rows *rows);

/* Leaves the table as it stands and shows the cursor again. */
void screen_close(struct screen *screen);

/* A backstage_log_callback; its state is the screen. */
void screen_log(backstage_log_level level, const char *message, void *state);

#endif
