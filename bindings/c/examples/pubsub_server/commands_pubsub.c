#include "commands.h"
#include "glob.h"
#include "reply.h"

/* Channels and patterns are subscribed to in the same way. */
struct sort {
    struct channels *all;      /* in use */
    struct subscriptions *own; /* the client's */
    const char *subscribed;    /* the words that confirm */
    const char *unsubscribed;
};

static struct sort channels_of(struct client *client) {
    return (struct sort){&client->hub->channels, &client->channels, "subscribe", "unsubscribe"};
}

static struct sort patterns_of(struct client *client) {
    return (struct sort){&client->hub->patterns, &client->patterns, "psubscribe", "punsubscribe"};
}

void command_publish(struct client *client, const struct request *request) {
    uint64_t receivers = 0;
    backstage_status status =
        hub_publish(client->hub, argument(request, 1), argument(request, 2), &receivers);
    if (status == BACKSTAGE_OK)
        reply_number(&client->output, receivers);
    else
        reply_error(&client->output, "cannot publish: %s", backstage_status_name(status));
}

/* ---- Subscriptions ----------------------------------------------------------------------- */

static void confirm(struct client *client, const char *word, const struct text *name) {
    reply_array(&client->output, 3);
    reply_string(&client->output, word);
    if (name)
        reply_bulk(&client->output, *name);
    else
        reply_null(&client->output);
    reply_number(&client->output, client->channels.count + client->patterns.count);
}

static backstage_status subscribe_to(struct client *client, struct sort *sort, struct text name) {
    struct channel *channel = channels_use(sort->all, name);
    if (!channel)
        return BACKSTAGE_NO_MEMORY;
    backstage_status status = BACKSTAGE_NO_MEMORY;
    enum subscriptions_added added = subscriptions_add(sort->own, channel);
    if (added == SUBSCRIPTIONS_NEW) {
        status = backstage_subscribe_to_topic(client->context, HUB_ID, channel->topic);
        if (status == BACKSTAGE_OK)
            return status;
        subscriptions_remove(sort->own, channel);
    }
    channels_release(sort->all, channel);
    return added == SUBSCRIPTIONS_KNOWN ? BACKSTAGE_OK : status;
}

static void subscribe(struct client *client, const struct request *request, struct sort sort) {
    for (size_t i = 1; i < request->count; i++) {
        struct text name = argument(request, i);
        backstage_status status = subscribe_to(client, &sort, name);
        if (status == BACKSTAGE_OK)
            confirm(client, sort.subscribed, &name);
        else
            reply_error(&client->output, "cannot subscribe: %s", backstage_status_name(status));
    }
}

static void unsubscribe_from(struct client *client, struct sort *sort, struct channel *channel) {
    if (!subscriptions_remove(sort->own, channel))
        return;
    backstage_status status =
        backstage_unsubscribe_from_topic(client->context, HUB_ID, channel->topic);
    if (status != BACKSTAGE_OK)
        client->status = status;
}

static void unsubscribe(struct client *client, const struct request *request, struct sort sort) {
    for (size_t i = 1; i < request->count; i++) {
        struct text name = argument(request, i);
        struct channel *channel = channels_find(sort.all, name);
        size_t before = sort.own->count;
        if (channel)
            unsubscribe_from(client, &sort, channel);
        if (sort.own->count < before)
            channels_release(sort.all, channel);
        confirm(client, sort.unsubscribed, &name);
    }
    if (request->count > 1)
        return;
    if (sort.own->count == 0)
        confirm(client, sort.unsubscribed, NULL);
    for (struct channel *channel; (channel = subscriptions_any(sort.own));) {
        unsubscribe_from(client, &sort, channel);
        confirm(client, sort.unsubscribed, &channel->name);
        channels_release(sort.all, channel);
    }
}

static void forget(struct client *client, struct sort sort) {
    for (struct channel *channel; (channel = subscriptions_any(sort.own));) {
        unsubscribe_from(client, &sort, channel);
        channels_release(sort.all, channel);
    }
}

void commands_forget(struct client *client) {
    forget(client, channels_of(client));
    forget(client, patterns_of(client));
}

void command_subscribe(struct client *client, const struct request *request) {
    subscribe(client, request, channels_of(client));
}

void command_psubscribe(struct client *client, const struct request *request) {
    subscribe(client, request, patterns_of(client));
}

void command_unsubscribe(struct client *client, const struct request *request) {
    unsubscribe(client, request, channels_of(client));
}

void command_punsubscribe(struct client *client, const struct request *request) {
    unsubscribe(client, request, patterns_of(client));
}

/* ---- What is in use ---------------------------------------------------------------------- */

void command_pubsub_channels(struct client *client, const struct request *request) {
    if (request->count > 3) {
        reply_error(&client->output,
                    "unknown subcommand or wrong number of arguments for '%.*s'. Try PUBSUB HELP.",
                    (int)argument(request, 1).size, argument(request, 1).data);
        return;
    }
    struct text pattern = request->count == 3 ? argument(request, 2) : (struct text){NULL, 0};
    const struct channel *first = client->hub->channels.first;
    size_t count = 0;
    for (const struct channel *channel = first; channel; channel = channel->next)
        count += !pattern.data || glob_matches(pattern, channel->name);
    reply_array(&client->output, count);
    for (const struct channel *channel = first; channel; channel = channel->next) {
        if (!pattern.data || glob_matches(pattern, channel->name))
            reply_bulk(&client->output, channel->name);
    }
}

void command_pubsub_numsub(struct client *client, const struct request *request) {
    reply_array(&client->output, (request->count - 2) * 2);
    for (size_t i = 2; i < request->count; i++) {
        const struct channel *channel = channels_find(&client->hub->channels, argument(request, i));
        reply_bulk(&client->output, argument(request, i));
        reply_number(&client->output, channel ? channel->subscribers : 0);
    }
}

void command_pubsub_numpat(struct client *client, const struct request *request) {
    (void)request;
    reply_number(&client->output, client->hub->patterns.count);
}
