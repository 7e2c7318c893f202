#define _POSIX_C_SOURCE 200809L
#include "input.h"
#include "reply.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { REQUEST_BYTES_MAX = 1073741824, READ_MIN = 16384, READ_MAX = 1048576 };

backstage_status input_resume(struct connection *connection) {
    if (connection->reader)
        return BACKSTAGE_OK;
    return backstage_watch_fd(connection->client.context, connection->client.output.fd,
                              BACKSTAGE_READABLE, &connection->reader);
}

backstage_status input_pause(struct connection *connection) {
    uint64_t reader = connection->reader;
    connection->reader = 0;
    return reader ? backstage_unwatch(connection->client.context, reader) : BACKSTAGE_OK;
}

/* Whether requests wait for a fence, or to publish. */
static bool is_waiting(const struct connection *connection) {
    return connection->client.output.is_held || connection->client.waiter.waits;
}

/* Puts replies aside if publications wait in the inbox. */
static backstage_status hold_replies(struct connection *connection) {
    static const char fence = CONNECTION_FENCE;
    struct client *client = &connection->client;
    backstage_actor_statistics statistics = {.size = sizeof statistics};
    if (client->channels.count + client->patterns.count == 0)
        return BACKSTAGE_OK;
    backstage_ref self = backstage_context_self(client->context);
    backstage_status status = backstage_engine_actor_statistics(
        backstage_context_engine(client->context), self, &statistics);
    if (status != BACKSTAGE_OK || statistics.queued == connection->in_hand)
        return status;
    status = backstage_send(client->context, self, &fence, 1);
    client->output.is_held = status == BACKSTAGE_OK;
    return status == BACKSTAGE_INBOX_FULL ? (backstage_status)CONNECTION_OVERRUN : status;
}

/* Executes the request that the parser has found. False if it must wait. */
static bool execute(struct connection *connection, const char *bytes) {
    struct client *client = &connection->client;
    struct resp_parser *parser = &connection->parser;
    const struct request request = {bytes, parser->arguments, parser->count};
    if (parser->count == 0 || commands_execute(client, &request))
        return true;
    hub_wait(client->hub, &client->waiter);
    return false;
}

/* Handles the requests in a buffer; *done tells how many bytes that took. */
static backstage_status handle(struct connection *connection, char *bytes, size_t size,
                               size_t *done) {
    struct client *client = &connection->client;
    struct resp_parser *parser = &connection->parser;
    backstage_status status = hold_replies(connection);
    if (status != BACKSTAGE_OK)
        return status;
    *done = 0;
    while (*done < size && !client->is_closing) {
        enum resp_result result = resp_parse(parser, bytes + *done, size - *done);
        if (result == RESP_MORE)
            break;
        if (result == RESP_NO_MEMORY)
            return BACKSTAGE_NO_MEMORY;
        if (result == RESP_ERROR) {
            reply_error(&client->output, "Protocol error: %s", parser->error);
            client->is_closing = true;
            break;
        }
        if (!execute(connection, bytes + *done))
            break;
        *done += parser->taken;
        resp_next(parser);
    }
    return size - *done > REQUEST_BYTES_MAX ? (backstage_status)CONNECTION_REQUEST_SIZE
                                            : BACKSTAGE_OK;
}

/* Handles what is in the connection's own buffer. */
static backstage_status handle_input(struct connection *connection) {
    struct bytes *input = &connection->input;
    size_t done = 0;
    backstage_status status = handle(connection, input->data, input->size, &done);
    bytes_drop(input, done);
    return status;
}

/* Handles what is in the buffer shared by all; what is left over moves to the connection's own. */
static backstage_status handle_shared(struct connection *connection, size_t size) {
    char *bytes = connection->server->input;
    size_t done = 0;
    backstage_status status = handle(connection, bytes, size, &done);
    connection->input.size = 0;
    if (status == BACKSTAGE_OK && !bytes_append(&connection->input, bytes + done, size - done))
        status = BACKSTAGE_NO_MEMORY;
    bytes_drop(&connection->input, 0); /* an empty one holds no memory */
    return status;
}

/* The end of the other side's requests: what it is still to be told is written before this side
 * ends too. Or an error of the socket; or nothing was there after all. */
static backstage_status nothing_read(struct connection *connection, ssize_t size) {
    struct client *client = &connection->client;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return BACKSTAGE_OK;
    if (size < 0)
        client->output.state = OUTPUT_CLOSED;
    client->is_closing = true;
    return hold_replies(connection);
}

/* How many bytes to make room for: as many as the request at hand is known to lack, and not many
 * more than have come so far. */
static size_t wanted(const struct connection *connection) {
    size_t size = connection->input.size, needed = connection->parser.needed;
    size_t missing = needed > size ? needed - size : 0;
    return missing < READ_MIN ? READ_MIN : missing < READ_MAX ? missing : READ_MAX;
}

backstage_status input_read(struct connection *connection) {
    struct bytes *input = &connection->input;
    int fd = connection->client.output.fd;
    if (is_waiting(connection))
        return input_pause(connection);
    if (input->size <= INPUT_BYTES / 4) {
        char *shared = connection->server->input;
        ssize_t size = recv(fd, shared + input->size, INPUT_BYTES - input->size, 0);
        if (size <= 0)
            return nothing_read(connection, size);
        put_bytes(shared, input->data, input->size);
        return handle_shared(connection, input->size + (size_t)size);
    }
    if (!bytes_reserve(input, wanted(connection)))
        return BACKSTAGE_NO_MEMORY;
    ssize_t size = recv(fd, input->data + input->size, input->room - input->size, 0);
    if (size <= 0)
        return nothing_read(connection, size);
    input->size += (size_t)size;
    return handle_input(connection);
}

backstage_status input_go_on(struct connection *connection) {
    backstage_status status = BACKSTAGE_OK;
    if (is_waiting(connection) || connection->client.is_closing)
        return BACKSTAGE_OK;
    if (connection->input.size > 0)
        status = handle_input(connection);
    if (status == BACKSTAGE_OK && !is_waiting(connection))
        status = input_resume(connection);
    return status;
}
