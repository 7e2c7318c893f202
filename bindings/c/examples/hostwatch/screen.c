#define _GNU_SOURCE
#include "screen.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"
#define CLEAR_SCREEN "\033[2J\033[H"
#define CLEAR_REST_OF_LINE "\033[K"
#define CLEAR_REST_OF_SCREEN "\033[J"
#define BOLD "\033[1m"
#define ALARM "\033[1;31m"
#define PLAIN "\033[0m"

enum { TOPIC_WIDTH = SCREEN_TOPIC_WIDTH, BAR_WIDTH_MIN = 4, BAR_WIDTH_MAX = 30, TEXT_WIDTH = 32 };

void screen_prepare(struct screen *screen) {
    const char *terminal = getenv("TERM");
    *screen = (struct screen){.rows = 24, .columns = 80};
    screen->is_terminal =
        isatty(STDOUT_FILENO) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
    /* A frame at a time, or a line at a time. */
    setvbuf(stdout, NULL, screen->is_terminal ? _IOFBF : _IOLBF, 1 << 16);
}

/* Finds out the size; true if it has changed. */
static bool look_at_size(struct screen *screen) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return false;
    bool changed = screen->rows != size.ws_row || screen->columns != size.ws_col;
    screen->rows = size.ws_row;
    screen->columns = size.ws_col;
    return changed;
}

/* Draws a line, clipped to the width; none beyond the height, as the table must not scroll. */
static void draw_line(struct screen *screen, const char *text, const char *attributes) {
    if (screen->lines + 1 >= screen->rows)
        return;
    printf("%s%.*s%s" CLEAR_REST_OF_LINE "\n", attributes, screen->columns - 1, text,
           *attributes ? PLAIN : "");
    screen->lines += 1;
}

static void draw_row(struct screen *screen, const struct row *row) {
    char bar[BAR_WIDTH_MAX + 4] = "", line[256];
    double fraction = row->description.fraction;
    int width = screen->columns - TOPIC_WIDTH - TEXT_WIDTH - 4;
    width = width > BAR_WIDTH_MAX ? BAR_WIDTH_MAX : width;
    if (fraction >= 0 && width >= BAR_WIDTH_MIN) {
        int filled = (int)((fraction > 1 ? 1 : fraction) * width + 0.5);
        snprintf(bar, sizeof bar, "[%-*.*s] ", width, filled, "##############################");
    }
    snprintf(line, sizeof line, "%-*s %s%s%s", TOPIC_WIDTH, row->topic, bar, row->description.text,
             row->alarm ? "  ALARM" : "");
    draw_line(screen, line, row->alarm ? ALARM : "");
}

/* The size of the group that begins at a row. */
static size_t group_size(const struct rows *rows, size_t first) {
    size_t count = 0;
    while (first + count < rows->count &&
           rows->items[first + count].group == rows->items[first].group)
        count += 1;
    return count;
}

/* How many lines the table has when no group gets more than `most`, blank lines aside. */
static size_t lines_with(const struct screen *screen, const struct rows *rows, size_t most,
                         size_t *groups) {
    size_t lines = 1 + (screen->log[0] != '\0');
    *groups = 0;
    for (size_t at = 0, count; at < rows->count; at += count) {
        count = group_size(rows, at);
        lines += count < most ? count : most;
        *groups += 1;
    }
    return lines;
}

/* A group gets as many lines as it has rows, or `most`: then the last one tells of the rest. */
static void draw_group(struct screen *screen, const struct row *rows, size_t count, size_t most) {
    char line[48];
    size_t shown = count <= most ? count : most - 1;
    for (size_t i = 0; i < shown; i++)
        draw_row(screen, &rows[i]);
    if (shown == count)
        return;
    snprintf(line, sizeof line, "... and %zu more", count - shown);
    draw_line(screen, line, "");
}

/* When not all has room, the blank lines go first, then rows of the largest groups. */
static void draw_all(struct screen *screen, const char *title, const struct rows *rows) {
    size_t room = (size_t)screen->rows - 1, most = room > 2 ? room : 2, groups;
    while (most > 2 && lines_with(screen, rows, most, &groups) > room)
        most -= 1;
    bool spaced = lines_with(screen, rows, most, &groups) + groups + 1 <= room;
    screen->lines = 0;
    draw_line(screen, title, BOLD);
    for (size_t at = 0, count; at < rows->count; at += count) {
        count = group_size(rows, at);
        if (spaced)
            draw_line(screen, "", "");
        draw_group(screen, &rows->items[at], count, most);
    }
    if (screen->log[0] && spaced)
        draw_line(screen, "", "");
    if (screen->log[0])
        draw_line(screen, screen->log, "");
}

void screen_draw(struct screen *screen, const char *title, const struct rows *rows) {
    bool resized = look_at_size(screen);
    if (!screen->is_open)
        fputs(HIDE_CURSOR, stdout);
    else if (resized)
        fputs(CLEAR_SCREEN, stdout);
    else if (screen->lines > 0)
        printf("\033[%dA", screen->lines);
    screen->is_open = true;
    draw_all(screen, title, rows);
    fputs(CLEAR_REST_OF_SCREEN, stdout);
    fflush(stdout);
}

void screen_close(struct screen *screen) {
    if (!screen->is_open)
        return;
    fputs(SHOW_CURSOR "\n", stdout);
    fflush(stdout);
    screen->is_open = false;
}

void screen_log(backstage_log_level level, const char *message, void *state) {
    struct screen *screen = state;
    if (screen->is_open)
        snprintf(screen->log, sizeof screen->log, "log: %s", message);
    else
        backstage_log_to_stderr(level, message, NULL);
}
