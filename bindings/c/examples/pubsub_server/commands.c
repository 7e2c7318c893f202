#include "commands.h"
#include "reply.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES_SHOWN = 128 };

static const struct command pubsub[] = {
    {"channels", -2, false, command_pubsub_channels, NULL},
    {"numsub", -2, false, command_pubsub_numsub, NULL},
    {"numpat", 2, false, command_pubsub_numpat, NULL},
    {NULL, 0, false, NULL, NULL},
};
static const struct command client_commands[] = {
    {"id", 2, false, command_client_id, NULL},
    {"getname", 2, false, command_client_getname, NULL},
    {"setname", 3, false, command_client_setname, NULL},
    {NULL, 0, false, NULL, NULL},
};
static const struct command command_commands[] = {
    {"count", 2, false, command_command_count, NULL},
    {"docs", -2, false, command_command_docs, NULL},
    {"list", -2, false, command_command_list, NULL},
    {NULL, 0, false, NULL, NULL},
};
static const struct command config[] = {
    {"get", -3, false, command_config_get, NULL},
    {NULL, 0, false, NULL, NULL},
};
const struct command commands[] = {
    {"publish", 3, false, command_publish, NULL},
    {"ping", -1, true, command_ping, NULL},
    {"subscribe", -2, true, command_subscribe, NULL},
    {"unsubscribe", -1, true, command_unsubscribe, NULL},
    {"psubscribe", -2, true, command_psubscribe, NULL},
    {"punsubscribe", -1, true, command_punsubscribe, NULL},
    {"pubsub", -2, false, NULL, pubsub},
    {"echo", 2, false, command_echo, NULL},
    {"select", 2, false, command_select, NULL},
    {"quit", -1, true, command_quit, NULL},
    {"reset", 1, true, command_reset, NULL},
    {"hello", -1, false, command_hello, NULL},
    {"client", -2, false, NULL, client_commands},
    {"command", -1, false, command_command, command_commands},
    {"config", -2, false, NULL, config},
    {NULL, 0, false, NULL, NULL},
};

bool text_is(struct text text, const char *word) {
    return strncasecmp(text.data, word, text.size) == 0 && strlen(word) == text.size;
}

static const struct command *find(const struct command *among, struct text name) {
    for (; among->name; among++) {
        if (text_is(name, among->name))
            return among;
    }
    return NULL;
}

static int shown(struct text text) {
    return text.size < NAME_BYTES_SHOWN ? (int)text.size : NAME_BYTES_SHOWN;
}

/* Shows the arguments too, as many as fit into a line. */
static void reply_unknown(struct client *client, const struct request *request) {
    char list[NAME_BYTES_SHOWN + 8] = "";
    size_t used = 0;
    for (size_t i = 1; i < request->count && used < NAME_BYTES_SHOWN; i++) {
        struct text text = argument(request, i);
        int most = NAME_BYTES_SHOWN - (int)used;
        int size = text.size < (size_t)most ? (int)text.size : most;
        used += (size_t)snprintf(list + used, sizeof list - used, "'%.*s' ", size, text.data);
    }
    struct text name = argument(request, 0);
    reply_error(&client->output, "unknown command '%.*s', with args beginning with: %s",
                shown(name), name.data, list);
}

static void reply_unknown_subcommand(struct client *client, const struct request *request,
                                     const struct command *command) {
    char name[32] = "";
    for (size_t i = 0; command->name[i]; i++)
        name[i] = (char)(command->name[i] - 'a' + 'A');
    struct text subcommand = argument(request, 1);
    reply_error(&client->output, "unknown subcommand '%.*s'. Try %s HELP.", shown(subcommand),
                subcommand.data, name);
}

/* Whether the command may be executed now, as it is. `group` is the command that it is part of. */
static bool is_allowed(struct client *client, const struct request *request,
                       const struct command *command, const struct command *group) {
    size_t least = (size_t)(command->arity < 0 ? -command->arity : command->arity);
    const char *before = group ? group->name : "", *bar = group ? "|" : "";
    if (request->count < least || (command->arity > 0 && request->count > least)) {
        reply_error(&client->output, "wrong number of arguments for '%s%s%s' command", before, bar,
                    command->name);
        return false;
    }
    if (client->channels.count + client->patterns.count > 0 && !command->in_subscribed) {
        reply_error(&client->output,
                    "Can't execute '%s%s%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT "
                    "/ RESET are allowed in this context",
                    before, bar, command->name);
        return false;
    }
    return true;
}

bool commands_execute(struct client *client, const struct request *request) {
    const struct command *group = NULL;
    const struct command *command = find(commands, argument(request, 0));
    if (!command) {
        reply_unknown(client, request);
        return true;
    }
    if (command->subcommands && request->count > 1) {
        group = command;
        command = find(group->subcommands, argument(request, 1));
        if (!command) {
            reply_unknown_subcommand(client, request, group);
            return true;
        }
    }
    if (command->execute == command_publish && hub_is_full(client->hub))
        return false;
    if (is_allowed(client, request, command, group))
        command->execute(client, request);
    return true;
}
