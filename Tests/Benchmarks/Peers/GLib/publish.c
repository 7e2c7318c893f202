/* Publish: one GBytes, a reference to it for each subscriber. A message here is a delivery. */
#include "crowd.h"

enum { BURST = 1000 }; /* deliveries under way */

static void publish_all(struct crowd *crowd, guint64 publications) {
    guint64 at_once = crowd->count < BURST ? BURST / crowd->count : 1;
    unsigned char *payload = g_malloc0(crowd->size);
    for (guint64 sent = 0; sent < publications;) {
        for (guint64 end = peer_least(sent + at_once, publications); sent < end; sent++) {
            peer_stamp(payload, crowd->size, sent);
            GBytes *bytes = g_bytes_new(payload, crowd->size);
            for (guint32 i = 0; i < crowd->count; i++)
                glib_actor_send_bytes(crowd->members[i].actor, bytes);
            g_bytes_unref(bytes);
        }
        crowd_run(crowd, sent * crowd->count);
    }
    crowd_check_each(crowd, publications);
    g_free(payload);
}

static void publish(const peer_run *run, double *figures) {
    guint64 publications = peer_share(run->count, run->size);
    struct crowd crowd;
    crowd_open(&crowd, run->size, run->payload);
    publish_all(&crowd, peer_warm_up(publications));
    double start = peer_seconds();
    publish_all(&crowd, publications);
    figures[0] = peer_millions(publications * run->size, peer_seconds() - start);
    crowd_close(&crowd);
}

static const peer_workload workloads[] = {
    {"publish 1 to 1", 16, 1, 1, publish},
    {"publish 1 to 1, 1 KiB", 1024, 1, 1, publish},
    {"publish 1 to 1000", 16, 1000, 1, publish},
    {"publish 1 to 1000, 1 KiB", 1024, 1000, 1, publish},
    {"publish to N subscribers", 16, 1000, 1, publish},
};

const peer_group publish_group = PEER_GROUP(workloads);
