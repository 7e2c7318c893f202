/*
 * The hub: the actor that publishes. It knows which channels and patterns are in use.
 *
 * So that no inbox overflows, no more than UNDELIVERED_MAX publications wait in all inboxes
 * together when another one is begun: until fewer do, connections with something to publish wait
 * too, and their clients with them. Only a client with thousands of patterns that match one channel
 * can have more in its inbox than that. If it is then full, the client misses a publication; its
 * connection sees that by its own dead letters, and closes.
 *
 * While the hub restarts, whoever publishes waits as well: subscriptions outlive it.
 */
#ifndef PUBSUB_SERVER_HUB_H
#define PUBSUB_SERVER_HUB_H

#include "channels.h"
#include <backstage.h>

#define HUB_ID "hub"

enum { UNDELIVERED_MAX = 65536, INBOX_CAPACITY = UNDELIVERED_MAX + 4096 };

/* Who waits with a publication. */
struct waiter {
    backstage_ref actor;
    bool waits;
    struct waiter *next;
    struct waiter *previous;
};

struct hub {
    backstage_context *context; /* NULL while it is not alive */
    backstage_ref actor;
    struct channels channels;
    struct channels patterns;
    uint64_t undelivered; /* publications in inboxes */
    struct waiter *waiters;
    bool wakes_waiters;
};

/* What connections are sent, by the hub and by themselves: one of these bytes. */
enum { HUB_HAS_ROOM = 'r', CONNECTION_FENCE = 'f' };

void hub_open(struct hub *hub);
backstage_status hub_spawn(backstage_context *parent, struct hub *hub);

/* Publishes to a channel and to the patterns that match it; how many got it. */
backstage_status hub_publish(struct hub *hub, struct text channel, struct text message,
                             uint64_t *receivers);

/* Whether publishing must wait: then call hub_wait, and a HUB_HAS_ROOM will come. */
bool hub_is_full(const struct hub *hub);
void hub_wait(struct hub *hub, struct waiter *waiter);
void hub_forget(struct hub *hub, struct waiter *waiter);

/* So many publications have left the inboxes. */
void hub_delivered(struct hub *hub, backstage_context *context, uint64_t count);

/* A publication has become a dead letter. Nobody is woken: the actor that it died with has to call
 * hub_delivered when it ends. */
void hub_dead_letter(struct hub *hub, backstage_dead_reason reason);

#endif
