#include "commands.h"
#include "reply.h"
#include <stdlib.h>
#include <string.h>

enum { DATABASES = 16, PROTOCOL = 2 };

void command_ping(struct client *client, const struct request *request) {
    struct output *output = &client->output;
    if (request->count > 2) {
        reply_error(output, "wrong number of arguments for 'ping' command");
    } else if (client->channels.count + client->patterns.count > 0) {
        reply_array(output, 2);
        reply_string(output, "pong");
        reply_bulk(output, request->count > 1 ? argument(request, 1) : (struct text){"", 0});
    } else if (request->count > 1) {
        reply_bulk(output, argument(request, 1));
    } else {
        output_reply(output, "+PONG\r\n", 7);
    }
}

void command_echo(struct client *client, const struct request *request) {
    reply_bulk(&client->output, argument(request, 1));
}

/* There is no data, so one database is as good as another. */
void command_select(struct client *client, const struct request *request) {
    int64_t number;
    struct text text = argument(request, 1);
    if (!resp_number(text.data, text.size, &number))
        reply_error(&client->output, "value is not an integer or out of range");
    else if (number < INT32_MIN || number > INT32_MAX)
        reply_error(&client->output, "value is out of range, value must between %d and %d",
                    INT32_MIN, INT32_MAX);
    else if (number < 0 || number >= DATABASES)
        reply_error(&client->output, "DB index is out of range");
    else
        reply_simple(&client->output, "OK");
}

void command_quit(struct client *client, const struct request *request) {
    (void)request;
    reply_simple(&client->output, "OK");
    client->is_closing = true;
}

static void set_name(struct client *client, char *name) {
    free(client->name);
    client->name = name;
}

void command_reset(struct client *client, const struct request *request) {
    (void)request;
    commands_forget(client);
    set_name(client, NULL);
    reply_simple(&client->output, "RESET");
}

/* False if the name cannot be, or there is no memory; then an error has been replied. */
static bool take_name(struct client *client, struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '!' || text.data[i] > '~') {
            reply_error(&client->output, "Client names cannot contain spaces, newlines or special "
                                         "characters.");
            return false;
        }
    }
    char *name = NULL;
    if (text.size > 0 && text.size <= CLIENT_NAME_BYTES_MAX)
        name = calloc(1, text.size + 1);
    if (text.size > 0 && !name) {
        reply_error(&client->output, "cannot take this name");
        return false;
    }
    if (name)
        memcpy(name, text.data, text.size);
    set_name(client, name);
    return true;
}

void command_client_id(struct client *client, const struct request *request) {
    (void)request;
    reply_number(&client->output, client->number);
}

void command_client_getname(struct client *client, const struct request *request) {
    (void)request;
    if (client->name)
        reply_string(&client->output, client->name);
    else
        reply_null(&client->output);
}

void command_client_setname(struct client *client, const struct request *request) {
    if (take_name(client, argument(request, 2)))
        reply_simple(&client->output, "OK");
}

static void describe_server(struct client *client) {
    struct output *output = &client->output;
    reply_array(output, 14);
    reply_string(output, "server");
    reply_string(output, "backstage");
    reply_string(output, "version");
    char version[NUMBER_BYTES_MAX * 3], *end = version;
    end = put_number(end, backstage_version() >> 16);
    *end++ = '.';
    end = put_number(end, backstage_version() >> 8 & 0xff);
    *end++ = '.';
    end = put_number(end, backstage_version() & 0xff);
    reply_bulk(output, (struct text){version, (size_t)(end - version)});
    reply_string(output, "proto");
    reply_number(output, PROTOCOL);
    reply_string(output, "id");
    reply_number(output, client->number);
    reply_string(output, "mode");
    reply_string(output, "standalone");
    reply_string(output, "role");
    reply_string(output, "master");
    reply_string(output, "modules");
    reply_array(output, 0);
}

/* Only version 2 of the protocol is spoken here. */
static bool is_spoken(struct client *client, struct text text) {
    int64_t version;
    if (!resp_number(text.data, text.size, &version)) {
        reply_error(&client->output, "Protocol version is not an integer or out of range");
        return false;
    }
    if (version != PROTOCOL)
        reply_error(&client->output, "-NOPROTO unsupported protocol version");
    return version == PROTOCOL;
}

/* HELLO [version [SETNAME name]] */
void command_hello(struct client *client, const struct request *request) {
    if (request->count > 1 && !is_spoken(client, argument(request, 1)))
        return;
    for (size_t i = 2; i < request->count; i += 2) {
        struct text option = argument(request, i);
        if (!text_is(option, "setname") || i + 1 == request->count) {
            reply_error(&client->output, "Syntax error in HELLO option '%.*s'",
                        option.size < 128 ? (int)option.size : 128, option.data);
            return;
        }
        if (!take_name(client, argument(request, i + 1)))
            return;
    }
    describe_server(client);
}
