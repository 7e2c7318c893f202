/* What a client can ask for. */
#ifndef PUBSUB_SERVER_COMMANDS_H
#define PUBSUB_SERVER_COMMANDS_H

#include "hub.h"
#include "output.h"
#include "resp.h"

enum { CLIENT_NAME_BYTES_MAX = 255 };

/* A client, as far as commands are concerned. */
struct client {
    uint64_t number;
    struct output output;
    struct hub *hub;
    backstage_context *context; /* of its connection, while that handles something */
    struct subscriptions channels;
    struct subscriptions patterns;
    struct waiter waiter;    /* while it cannot publish */
    bool is_closing;         /* once its output is written */
    backstage_status status; /* negative if the engine could not do what was asked for */
    char *name;              /* NULL: none */
};

struct request {
    const char *bytes;
    const struct resp_argument *arguments;
    size_t count;
};

struct command {
    const char *name;
    int arity;          /* with the name; at least so many if negative */
    bool in_subscribed; /* also for a client that is subscribed */
    void (*execute)(struct client *client, const struct request *request);
    const struct command *subcommands; /* ends with one that has no name */
};

static inline struct text argument(const struct request *request, size_t index) {
    const struct resp_argument *found = &request->arguments[index];
    return (struct text){request->bytes + found->offset, found->size};
}

/* Whether a text is this word, in capitals or not. */
bool text_is(struct text text, const char *word);

/* Executes a request and writes the reply. False if it must wait for HUB_HAS_ROOM first. */
bool commands_execute(struct client *client, const struct request *request);

/* All subscriptions taken back, without a word. */
void commands_forget(struct client *client);

/* The commands, all of them; ends with one that has no name. */
extern const struct command commands[];

/* By file; the table is in commands.c. */
void command_publish(struct client *client, const struct request *request);
void command_subscribe(struct client *client, const struct request *request);
void command_psubscribe(struct client *client, const struct request *request);
void command_unsubscribe(struct client *client, const struct request *request);
void command_punsubscribe(struct client *client, const struct request *request);
void command_pubsub_channels(struct client *client, const struct request *request);
void command_pubsub_numsub(struct client *client, const struct request *request);
void command_pubsub_numpat(struct client *client, const struct request *request);

void command_ping(struct client *client, const struct request *request);
void command_echo(struct client *client, const struct request *request);
void command_select(struct client *client, const struct request *request);
void command_quit(struct client *client, const struct request *request);
void command_reset(struct client *client, const struct request *request);
void command_hello(struct client *client, const struct request *request);
void command_client_id(struct client *client, const struct request *request);
void command_client_getname(struct client *client, const struct request *request);
void command_client_setname(struct client *client, const struct request *request);

void command_command(struct client *client, const struct request *request);
void command_command_count(struct client *client, const struct request *request);
void command_command_docs(struct client *client, const struct request *request);
void command_command_list(struct client *client, const struct request *request);
void command_config_get(struct client *client, const struct request *request);

#endif
