#include "commands.h"
#include "glob.h"
#include "reply.h"
#include <string.h>

static size_t count_of(const struct command *among) {
    size_t count = 0;
    for (; among->name; among++)
        count += 1;
    return count;
}

/* Every command: its name, how many arguments, its flags, and where its keys are: it has none. */
void command_command(struct client *client, const struct request *request) {
    struct output *output = &client->output;
    (void)request;
    reply_array(output, count_of(commands));
    for (const struct command *command = commands; command->name; command++) {
        uint64_t arity = (uint64_t)(command->arity < 0 ? -command->arity : command->arity);
        reply_array(output, 6);
        reply_string(output, command->name);
        if (command->arity < 0) {
            char room[NUMBER_BYTES_MAX + 4] = ":-";
            char *end = put_bytes(put_number(room + 2, arity), "\r\n", 2);
            output_reply(output, room, (size_t)(end - room));
        } else {
            reply_number(output, arity);
        }
        reply_array(output, 1);
        reply_simple(output, command->in_subscribed ? "pubsub" : "fast");
        for (int keys = 0; keys < 3; keys++)
            reply_number(output, 0);
    }
}

void command_command_count(struct client *client, const struct request *request) {
    (void)request;
    reply_number(&client->output, count_of(commands));
}

/* There is no documentation to show. */
void command_command_docs(struct client *client, const struct request *request) {
    (void)request;
    reply_array(&client->output, 0);
}

void command_command_list(struct client *client, const struct request *request) {
    (void)request;
    reply_array(&client->output, count_of(commands));
    for (const struct command *command = commands; command->name; command++)
        reply_string(&client->output, command->name);
}

/* What redis-benchmark asks for: nothing is ever saved. */
static const struct setting {
    const char *name;
    const char *value;
} settings[] = {{"appendonly", "no"}, {"save", ""}};
enum { SETTINGS = sizeof settings / sizeof *settings };

void command_config_get(struct client *client, const struct request *request) {
    bool wanted[SETTINGS] = {false};
    size_t count = 0;
    for (size_t s = 0; s < SETTINGS; s++) {
        struct text name = {settings[s].name, strlen(settings[s].name)};
        for (size_t i = 2; i < request->count; i++)
            wanted[s] |= glob_matches(argument(request, i), name);
        count += wanted[s];
    }
    reply_array(&client->output, count * 2);
    for (size_t s = 0; s < SETTINGS; s++) {
        if (!wanted[s])
            continue;
        reply_string(&client->output, settings[s].name);
        reply_string(&client->output, settings[s].value);
    }
}
