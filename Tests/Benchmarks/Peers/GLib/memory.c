/* Memory of an idle receiver with an id, which has handled a message. */
#include "actor.h"

#include <stdlib.h>

enum { PARTS = 20 };

static void receive(glib_actor *self, const glib_message *message, gpointer state) {
    guint64 *sum = state;
    (void)self;
    PEER_CHECK(message->size == sizeof *sum);
    *sum += message->payload[0];
}

static void memory(const peer_run *run, double *figures) {
    char *ids = peer_ids(run->count);
    guint64 sum = 0, before = peer_resident_bytes();
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint64 i = 0; i < run->count; i++) {
        glib_actor *actor = glib_actor_new(NULL, receive, &sum);
        g_hash_table_insert(table, g_strdup(ids + i * PEER_ID_STRIDE), actor);
        glib_actor_send(actor, NULL, &i, sizeof i);
        if (i % (run->count / PARTS + 1) == 0)
            g_main_context_iteration(NULL, FALSE);
    }
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    figures[0] = (double)(peer_resident_bytes() - before) / (double)run->count;
    PEER_CHECK(sum == run->count * (run->count - 1) / 2);
    PEER_CHECK(g_hash_table_size(table) == run->count);
    g_hash_table_unref(table); /* the receivers end with the process */
    free(ids);
}

static const peer_workload workloads[] = {
    {"memory of an idle actor", 8, 1, 2, memory},
};

const peer_group memory_group = PEER_GROUP(workloads);
