#include "actor.h"

static gboolean prepare(GSource *source, gint *timeout) {
    *timeout = -1;
    return ((glib_actor *)source)->inbox.length > 0;
}

static gboolean check(GSource *source) { return ((glib_actor *)source)->inbox.length > 0; }

static void discard(glib_message *message) {
    if (message->data)
        g_bytes_unref(message->data);
    g_free(message);
}

/* Handles what has come so far; what comes meanwhile is for the next iteration. */
static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data) {
    glib_actor *actor = (glib_actor *)source;
    GQueue batch = actor->inbox;
    GList *link;
    (void)callback, (void)data;
    g_queue_init(&actor->inbox);
    while ((link = g_queue_pop_head_link(&batch)) != NULL) {
        glib_message *message = link->data;
        actor->receive(actor, message, actor->state);
        discard(message);
    }
    return G_SOURCE_CONTINUE;
}

static void finalize(GSource *source) {
    GList *link;
    while ((link = g_queue_pop_head_link(&((glib_actor *)source)->inbox)) != NULL)
        discard(link->data);
}

glib_actor *glib_actor_new(GMainContext *context, glib_receive receive, gpointer state) {
    static GSourceFuncs functions = {
        .prepare = prepare, .check = check, .dispatch = dispatch, .finalize = finalize};
    glib_actor *actor = (glib_actor *)g_source_new(&functions, sizeof *actor);
    g_queue_init(&actor->inbox);
    actor->receive = receive;
    actor->state = state;
    g_source_attach(&actor->source, context);
    return actor;
}

void glib_actor_end(glib_actor *actor) {
    g_source_destroy(&actor->source);
    g_source_unref(&actor->source);
}

static void enqueue(glib_actor *actor, glib_actor *sender, glib_message *message) {
    message->link.data = message;
    message->link.next = message->link.prev = NULL;
    message->sender = sender;
    g_queue_push_tail_link(&actor->inbox, &message->link);
}

void glib_actor_send(glib_actor *actor, glib_actor *sender, gconstpointer payload, guint32 size) {
    glib_message *message = g_malloc(sizeof *message + size);
    message->data = NULL;
    message->size = size;
    if (size)
        memcpy(message->payload, payload, size);
    enqueue(actor, sender, message);
}

void glib_actor_send_bytes(glib_actor *actor, GBytes *bytes) {
    glib_message *message = g_malloc(sizeof *message);
    message->data = g_bytes_ref(bytes);
    message->size = (guint32)g_bytes_get_size(bytes);
    enqueue(actor, NULL, message);
}
