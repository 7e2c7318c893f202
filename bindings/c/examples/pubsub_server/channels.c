#include "channels.h"
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *one, const void *other) {
    const struct text *a = &((const struct channel *)one)->name;
    const struct text *b = &((const struct channel *)other)->name;
    int order = memcmp(a->data, b->data, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

struct channel *channels_find(const struct channels *channels, struct text name) {
    struct channel key = {.name = name};
    struct channel **found = tfind(&key, &channels->tree, by_name);
    return found ? *found : NULL;
}

static struct channel *make(struct channels *channels, struct text name) {
    struct channel *channel = malloc(sizeof *channel + name.size + 1);
    if (!channel)
        return NULL;
    char *copy = (char *)(channel + 1);
    memcpy(copy, name.data, name.size);
    *channel = (struct channel){.name = {copy, name.size}, .previous = channels->last};
    if (!tsearch(channel, &channels->tree, by_name)) {
        free(channel);
        return NULL;
    }
    snprintf(channel->topic, sizeof channel->topic, "%c.%" PRIu64, channels->prefix,
             ++channels->made);
    if (channels->last)
        channels->last->next = channel;
    else
        channels->first = channel;
    channels->last = channel;
    channels->count += 1;
    return channel;
}

struct channel *channels_use(struct channels *channels, struct text name) {
    struct channel *channel = channels_find(channels, name);
    if (!channel)
        channel = make(channels, name);
    if (channel)
        channel->subscribers += 1;
    return channel;
}

void channels_release(struct channels *channels, struct channel *channel) {
    channel->subscribers -= 1;
    if (channel->subscribers > 0)
        return;
    tdelete(channel, &channels->tree, by_name);
    if (channel->previous)
        channel->previous->next = channel->next;
    else
        channels->first = channel->next;
    if (channel->next)
        channel->next->previous = channel->previous;
    else
        channels->last = channel->previous;
    channels->count -= 1;
    free(channel);
}

static int by_address(const void *one, const void *other) {
    uintptr_t a = (uintptr_t)one, b = (uintptr_t)other;
    return (a > b) - (a < b);
}

enum subscriptions_added subscriptions_add(struct subscriptions *subscriptions,
                                           struct channel *channel) {
    if (tfind(channel, &subscriptions->tree, by_address))
        return SUBSCRIPTIONS_KNOWN;
    if (!tsearch(channel, &subscriptions->tree, by_address))
        return SUBSCRIPTIONS_NO_MEMORY;
    subscriptions->count += 1;
    return SUBSCRIPTIONS_NEW;
}

bool subscriptions_remove(struct subscriptions *subscriptions, struct channel *channel) {
    if (!tdelete(channel, &subscriptions->tree, by_address))
        return false;
    subscriptions->count -= 1;
    return true;
}

struct channel *subscriptions_any(const struct subscriptions *subscriptions) {
    /* The root of the tree is a node, which begins with a pointer to its item: see tsearch(3). */
    return subscriptions->tree ? *(struct channel **)subscriptions->tree : NULL;
}
