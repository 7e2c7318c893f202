#define _POSIX_C_SOURCE 200809L
#include "connection.h"
#include "input.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUDGET = 255 };

static const char *why_failed(backstage_status status) {
    switch (status) {
    case CONNECTION_PAST_LIMIT:
        return "it reads too slowly: the output limit is passed";
    case CONNECTION_OVERRUN:
        return "it reads too slowly: its inbox was full";
    case CONNECTION_REQUEST_SIZE:
        return "its request is too large";
    default:
        return backstage_status_name(status);
    }
}

/* The connection fails, and harms nobody else. */
static backstage_status fail(const struct connection *connection, backstage_status status) {
    fprintf(stderr, "pubsub_server: connection %" PRIu64 " is closed: %s\n",
            connection->client.number, why_failed(status));
    return status;
}

/* ---- What comes in ----------------------------------------------------------------------- */

/* Whether a publication has found the inbox full. */
static bool has_missed_some(backstage_context *context) {
    backstage_actor_statistics statistics = {.size = sizeof statistics};
    backstage_status status = backstage_engine_actor_statistics(
        backstage_context_engine(context), backstage_context_self(context), &statistics);
    return status == BACKSTAGE_OK && statistics.dead > 0;
}

/* Publications, and what sets the reading of requests going again. */
static backstage_status take_messages(struct connection *connection,
                                      const backstage_envelope *envelopes, size_t count,
                                      uint64_t *published) {
    struct output *output = &connection->client.output;
    bool goes_on = false;
    connection->in_hand = count;
    for (size_t i = 0; i < count; i++) {
        const backstage_envelope *envelope = &envelopes[i];
        if (envelope->type == BACKSTAGE_PUBLISH) {
            output_publication(output, envelope->payload, envelope->size);
            *published += 1;
        } else if (envelope->type == BACKSTAGE_SEND) {
            if (*(const char *)envelope->payload == CONNECTION_FENCE)
                output_release(output);
            goes_on = true;
        }
    }
    if (*published > 0 && has_missed_some(connection->client.context))
        return CONNECTION_OVERRUN;
    return goes_on ? input_go_on(connection) : BACKSTAGE_OK;
}

static backstage_status take_event(struct connection *connection,
                                   const backstage_envelope *envelope) {
    const backstage_io_event *event = envelope->payload;
    connection->in_hand = 0;
    if (event->events & BACKSTAGE_IO_ERROR)
        connection->client.output.state = OUTPUT_CLOSED;
    else if (envelope->token == connection->reader)
        return input_read(connection);
    return BACKSTAGE_OK;
}

/* ---- What goes out ----------------------------------------------------------------------- */

/* Waits for the socket to be writable for as long as something is kept. */
static backstage_status await_writable(struct connection *connection, bool is_kept) {
    backstage_context *context = connection->client.context;
    if (is_kept && !connection->writer)
        return backstage_watch_fd(context, connection->client.output.fd, BACKSTAGE_WRITABLE,
                                  &connection->writer);
    if (!is_kept && connection->writer) {
        uint64_t writer = connection->writer;
        connection->writer = 0;
        return backstage_unwatch(context, writer);
    }
    return BACKSTAGE_OK;
}

/* Nothing more is read; once all is written, it ends. */
static backstage_status close_in_order(struct connection *connection) {
    struct client *client = &connection->client;
    commands_forget(client);
    backstage_status status = input_pause(connection);
    if (status == BACKSTAGE_OK && client->output.state == OUTPUT_DONE && !client->output.is_held)
        status = backstage_shutdown(client->context);
    return status;
}

/* Writes what this turn has brought forth, in one go. */
static backstage_status finish_turn(struct connection *connection) {
    struct client *client = &connection->client;
    enum output_state state = output_flush(&client->output);
    backstage_status status = client->status;
    if (state == OUTPUT_CLOSED)
        return backstage_shutdown(client->context);
    if (state == OUTPUT_PAST_LIMIT)
        return CONNECTION_PAST_LIMIT;
    if (state == OUTPUT_NO_MEMORY)
        return BACKSTAGE_NO_MEMORY;
    if (status == BACKSTAGE_OK)
        status = await_writable(connection, state == OUTPUT_KEPT);
    if (status == BACKSTAGE_OK && client->is_closing)
        status = close_in_order(connection);
    return status;
}

/* ---- The actor --------------------------------------------------------------------------- */

static backstage_status connection_receive(backstage_context *context,
                                           const backstage_envelope *envelopes, size_t count,
                                           size_t *handled, void *state) {
    struct connection *connection = state;
    uint64_t published = 0;
    (void)handled; /* none, if this fails: publications are then dead letters */
    connection->client.context = context;
    backstage_status status = envelopes->type == BACKSTAGE_IO
                                  ? take_event(connection, envelopes)
                                  : take_messages(connection, envelopes, count, &published);
    backstage_status finished = finish_turn(connection);
    if (status == BACKSTAGE_OK)
        status = finished;
    if (status != BACKSTAGE_OK)
        return fail(connection, status);
    if (published > 0)
        hub_delivered(connection->client.hub, context, published);
    return BACKSTAGE_OK;
}

static backstage_status connection_init(backstage_context *context, void *state) {
    struct connection *connection = state;
    connection->client.context = context;
    connection->client.waiter.actor = backstage_context_self(context);
    return input_resume(connection);
}

/* A connection that failed is reset, so that its client does not take this for a good end. */
static void close_socket(int fd, bool is_reset) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (is_reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

static backstage_status connection_deinit(backstage_context *context, backstage_reason reason,
                                          void *state) {
    struct connection *connection = state;
    struct client *client = &connection->client;
    client->context = context;
    commands_forget(client);
    hub_forget(client->hub, &client->waiter);
    hub_delivered(client->hub, context, 0); /* those who wait for room: dead letters have left it */
    if (connection->reader)
        backstage_unwatch(context, connection->reader);
    if (connection->writer)
        backstage_unwatch(context, connection->writer);
    close_socket(client->output.fd, reason == BACKSTAGE_REASON_FAILED);
    connection->server->connections -= 1;
    output_free(&client->output);
    bytes_free(&connection->input);
    resp_close(&connection->parser);
    free(client->name);
    free(connection);
    return BACKSTAGE_OK;
}

backstage_status connection_spawn(struct server *server, int fd) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return BACKSTAGE_NO_MEMORY;
    connection->server = server;
    connection->client = (struct client){
        .number = server->accepted + 1,
        .hub = &server->hub,
        .output = {.fd = fd, .gather = &server->gather, .limit = server->options->output_limit},
    };
    resp_open(&connection->parser);
    backstage_actor_options options = {
        .size = sizeof options,
        .init = connection_init,
        .receive_batch = connection_receive,
        .deinit = connection_deinit,
        .state = connection,
        .capacity = INBOX_CAPACITY,
        .budget = BUDGET,
        .restart = BACKSTAGE_RESTART_TEMPORARY,
    };
    backstage_ref actor;
    backstage_status status = backstage_spawn_child(server->context, &options, &actor);
    if (status != BACKSTAGE_OK) {
        free(connection);
        return status;
    }
    server->accepted += 1;
    server->connections += 1;
    return BACKSTAGE_OK;
}
