/* Sends by id string, looked up in a GHashTable each time. */
#include "crowd.h"

#include <stdlib.h>

enum { BURST = 1000, PAYLOAD = 16 };

static void send_all(GHashTable *table, struct crowd *crowd, const char *ids, guint64 count) {
    unsigned char payload[PAYLOAD];
    guint32 receiver = 0;
    for (guint64 sent = 0; sent < count;) {
        for (guint64 end = peer_least(sent + BURST, count); sent < end; sent++) {
            peer_stamp(payload, PAYLOAD, sent);
            const char *id = ids + (gsize)receiver * PEER_ID_STRIDE;
            glib_actor_send(g_hash_table_lookup(table, id), NULL, payload, PAYLOAD);
            receiver = receiver + 1 == crowd->count ? 0 : receiver + 1;
        }
        crowd_run(crowd, sent);
    }
    crowd_check_shares(crowd, count);
}

static void by_id(const peer_run *run, double *figures) {
    GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);
    char *ids = peer_ids(run->size);
    struct crowd crowd;
    crowd_open(&crowd, run->size, PAYLOAD);
    for (guint32 i = 0; i < run->size; i++)
        g_hash_table_insert(table, ids + (gsize)i * PEER_ID_STRIDE, crowd.members[i].actor);
    send_all(table, &crowd, ids, peer_warm_up(run->count));
    double start = peer_seconds();
    send_all(table, &crowd, ids, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    crowd_close(&crowd);
    g_hash_table_unref(table);
    free(ids);
}

static const peer_workload workloads[] = {
    {"send by id, one receiver", PAYLOAD, 1, 1, by_id},
    {"send by id, 1000 receivers", PAYLOAD, 1000, 1, by_id},
};

const peer_group by_id_group = PEER_GROUP(workloads);
