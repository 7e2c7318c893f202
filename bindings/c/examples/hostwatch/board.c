#include "board.h"
#include "messages.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 65536, INTERVALS_SHOWN = 3 };

struct board {
    struct screen *screen;
    struct rows rows;
    uint64_t interval_ns;
    uint64_t started_ns;
    uint64_t now_ns;
};

static backstage_status board_init(backstage_context *context, void *state) {
    static const char *const publishers[] = {HOSTWATCH_CPU, HOSTWATCH_MEMORY, HOSTWATCH_NETWORK,
                                             HOSTWATCH_PROCESSES, HOSTWATCH_ALARM};
    struct board *board = state;
    backstage_status status =
        backstage_engine_now(backstage_context_engine(context), &board->started_ns);
    for (size_t i = 0; i < sizeof publishers / sizeof *publishers && status == BACKSTAGE_OK; i++)
        status = backstage_subscribe_to_topic(context, publishers[i], ">");
    return status;
}

/* Changes the table by what has come. */
static backstage_status update_rows(struct board *board, const char *topic,
                                    const backstage_envelope *envelope,
                                    const struct description *description) {
    struct rows *rows = &board->rows;
    uint64_t until_ns = board->now_ns;
    if (strncmp(topic, "alarm.", 6) == 0) {
        rows_mark(rows, topic + 6, ((const struct alarm *)envelope->payload)->raised);
        return BACKSTAGE_OK;
    }
    if (envelope->type == BACKSTAGE_SEND) {
        rows_remove(rows, ((const struct failed *)envelope->payload)->id);
        until_ns = ROWS_FOR_EVER;
    }
    return rows_update(rows, topic, description, until_ns) ? BACKSTAGE_OK : BACKSTAGE_NO_MEMORY;
}

static backstage_status show(struct board *board, const backstage_envelope *envelope) {
    struct description description;
    char failed_topic[32];
    const char *topic = backstage_envelope_topic(envelope);
    if (envelope->type == BACKSTAGE_SEND && envelope->size == sizeof(struct failed)) {
        const struct failed *failed = envelope->payload;
        snprintf(failed_topic, sizeof failed_topic, "failed.%s", failed->id);
        topic = failed_topic;
        describe_failed(failed, &description);
    } else if (!topic || !describe(topic, envelope->payload, envelope->size, &description))
        return BACKSTAGE_OK;
    if (board->screen->is_terminal)
        return update_rows(board, topic, envelope, &description);
    printf("%9.3f  %-*s %s\n", (double)(board->now_ns - board->started_ns) / 1e9,
           SCREEN_TOPIC_WIDTH, topic, description.text);
    return BACKSTAGE_OK;
}

static void draw(struct board *board) {
    char title[80];
    uint64_t shown_ns = board->interval_ns * INTERVALS_SHOWN;
    if (board->now_ns > shown_ns)
        rows_expire(&board->rows, board->now_ns - shown_ns);
    snprintf(title, sizeof title, "hostwatch  %.1f s, Ctrl-C ends it",
             (double)(board->now_ns - board->started_ns) / 1e9);
    screen_draw(board->screen, title, &board->rows);
}

/* Takes all that has come since the last turn, and then draws once. */
static backstage_status board_receive(backstage_context *context,
                                      const backstage_envelope *envelopes, size_t count,
                                      size_t *handled, void *state) {
    struct board *board = state;
    backstage_status status =
        backstage_engine_now(backstage_context_engine(context), &board->now_ns);
    for (*handled = 0; *handled < count && status == BACKSTAGE_OK; *handled += 1) {
        status = show(board, &envelopes[*handled]);
        if (status != BACKSTAGE_OK)
            return status;
    }
    if (status == BACKSTAGE_OK && board->screen->is_terminal)
        draw(board);
    return status;
}

static backstage_status board_deinit(backstage_context *context, backstage_reason reason,
                                     void *state) {
    struct board *board = state;
    (void)context, (void)reason;
    screen_close(board->screen);
    rows_free(&board->rows);
    free(board);
    return BACKSTAGE_OK;
}

backstage_status board_spawn(backstage_context *parent, struct screen *screen, int64_t interval_ns,
                             backstage_ref *actor) {
    struct board *board = calloc(1, sizeof *board);
    if (!board)
        return BACKSTAGE_NO_MEMORY;
    board->screen = screen;
    board->interval_ns = (uint64_t)interval_ns;
    backstage_actor_options options = {
        .size = sizeof options,
        .id = HOSTWATCH_BOARD,
        .init = board_init,
        .receive_batch = board_receive,
        .deinit = board_deinit,
        .state = board,
        .capacity = CAPACITY, /* a machine of many CPUs publishes much at once */
        .budget = BACKSTAGE_BUDGET_MAX,
    };
    backstage_status status = backstage_spawn_child(parent, &options, actor);
    if (status != BACKSTAGE_OK)
        free(board);
    return status;
}
