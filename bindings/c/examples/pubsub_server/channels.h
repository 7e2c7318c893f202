/* The channels, or the patterns, that somebody is subscribed to: each has a topic. */
#ifndef PUBSUB_SERVER_CHANNELS_H
#define PUBSUB_SERVER_CHANNELS_H

#include "bytes.h"
#include <stdint.h>

enum { TOPIC_BYTES = 24 };

struct channel {
    struct text name;        /* any bytes, so it cannot be the topic's name */
    char topic[TOPIC_BYTES]; /* "c.<number>" or "p.<number>", never given again */
    size_t subscribers;
    struct channel *next;
    struct channel *previous;
};

struct channels {
    char prefix; /* of their topics' names */
    size_t count;
    uint64_t made; /* ever */
    struct channel *first;
    struct channel *last;
    void *tree; /* of tsearch, by name */
};

/* NULL if nobody is subscribed. */
struct channel *channels_find(const struct channels *channels, struct text name);

/* Finds or makes a channel, for one subscriber more. NULL without memory. */
struct channel *channels_use(struct channels *channels, struct text name);
/* One subscriber less; with the last one the channel goes. */
void channels_release(struct channels *channels, struct channel *channel);

/* A connection's own subscriptions. */
struct subscriptions {
    size_t count;
    void *tree; /* of tsearch, by channel */
};

enum subscriptions_added { SUBSCRIPTIONS_NEW, SUBSCRIPTIONS_KNOWN, SUBSCRIPTIONS_NO_MEMORY };
enum subscriptions_added subscriptions_add(struct subscriptions *subscriptions,
                                           struct channel *channel);
/* False if there is none. */
bool subscriptions_remove(struct subscriptions *subscriptions, struct channel *channel);
/* Any of them, NULL if there is none. */
struct channel *subscriptions_any(const struct subscriptions *subscriptions);

#endif
