/* A receiver as GLib's users write it: a custom GSource with a queue. */
#ifndef ACTOR_H
#define ACTOR_H

#include "peer.h"

#include <glib.h>

extern const peer_group ping_pong_group, flood_group, ring_group, fork_join_group, publish_group,
    by_id_group, thread_group, request_group, timers_group, memory_group, latency_group, idle_group;

typedef struct glib_actor glib_actor;

/* Its link is in it, so that the queue has nothing to allocate. */
typedef struct glib_message {
    GList link;
    glib_actor *sender;
    gpointer data; /* what it points to, if that is shared */
    guint32 size;
    guint64 payload[];
} glib_message;

typedef void (*glib_receive)(glib_actor *self, const glib_message *message, gpointer state);

struct glib_actor {
    GSource source; /* first */
    GQueue inbox;
    glib_receive receive;
    gpointer state;
};

glib_actor *glib_actor_new(GMainContext *context, glib_receive receive, gpointer state);
void glib_actor_end(glib_actor *actor);

void glib_actor_send(glib_actor *actor, glib_actor *sender, gconstpointer payload, guint32 size);
/* A reference to a payload that many receivers read. */
void glib_actor_send_bytes(glib_actor *actor, GBytes *bytes);

#endif
