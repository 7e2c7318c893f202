#include "inflow.h"

enum { CAPACITY = 8192, AT_ONCE = 256 };

static gboolean is_waiting(GSource *source) {
    return g_async_queue_length(((glib_inflow *)source)->queue) > 0;
}

static gboolean prepare(GSource *source, gint *timeout) {
    *timeout = -1;
    return is_waiting(source);
}

/* Takes as many as it can under one lock. */
static guint take(glib_inflow *inflow, gpointer *messages) {
    guint count = 0;
    g_async_queue_lock(inflow->queue);
    while (count < AT_ONCE && (messages[count] = g_async_queue_try_pop_unlocked(inflow->queue)))
        count++;
    g_async_queue_unlock(inflow->queue);
    return count;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data) {
    glib_inflow *inflow = (glib_inflow *)source;
    gpointer messages[AT_ONCE];
    (void)callback, (void)data;
    guint count = take(inflow, messages);
    for (guint i = 0; i < count; i++) {
        gsize size = *(gsize *)messages[i];
        inflow->receive((gsize *)messages[i] + 1, size, inflow->state);
        g_free(messages[i]);
    }
    return G_SOURCE_CONTINUE;
}

static void finalize(GSource *source) { g_async_queue_unref(((glib_inflow *)source)->queue); }

glib_inflow *glib_inflow_new(void (*receive)(gconstpointer, gsize, gpointer), gpointer state) {
    static GSourceFuncs functions = {
        .prepare = prepare, .check = is_waiting, .dispatch = dispatch, .finalize = finalize};
    glib_inflow *inflow = (glib_inflow *)g_source_new(&functions, sizeof *inflow);
    inflow->queue = g_async_queue_new_full(g_free);
    inflow->context = g_main_context_default();
    inflow->receive = receive;
    inflow->state = state;
    g_source_attach(&inflow->source, inflow->context);
    return inflow;
}

void glib_inflow_end(glib_inflow *inflow) {
    g_source_destroy(&inflow->source);
    g_source_unref(&inflow->source);
}

/* The loop need only be woken where the queue was empty. */
gboolean glib_inflow_send(glib_inflow *inflow, gconstpointer payload, gsize size) {
    gsize *message = g_malloc(sizeof *message + size);
    *message = size;
    memcpy(message + 1, payload, size);
    g_async_queue_lock(inflow->queue);
    gint waiting = g_async_queue_length_unlocked(inflow->queue);
    if (waiting < CAPACITY)
        g_async_queue_push_unlocked(inflow->queue, message);
    g_async_queue_unlock(inflow->queue);
    if (waiting >= CAPACITY) {
        g_free(message);
        return FALSE;
    }
    if (waiting <= 0)
        g_main_context_wakeup(inflow->context);
    return TRUE;
}
