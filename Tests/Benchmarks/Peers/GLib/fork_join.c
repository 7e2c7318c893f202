/* Sixty receivers, and messages to them in turn. */
#include "crowd.h"

enum { BURST = 1000, PAYLOAD = 16 };

static void deal(struct crowd *crowd, guint64 count) {
    unsigned char payload[PAYLOAD];
    for (guint64 sent = 0; sent < count;) {
        for (guint64 end = peer_least(sent + BURST, count); sent < end; sent++) {
            peer_stamp(payload, PAYLOAD, sent);
            glib_actor_send(crowd->members[sent % crowd->count].actor, NULL, payload, PAYLOAD);
        }
        crowd_run(crowd, sent);
    }
    crowd_check_shares(crowd, count);
}

static void fork_join(const peer_run *run, double *figures) {
    struct crowd crowd;
    crowd_open(&crowd, run->size, PAYLOAD);
    deal(&crowd, peer_warm_up(run->count));
    double start = peer_seconds();
    deal(&crowd, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    crowd_close(&crowd);
}

static const peer_workload workloads[] = {
    {"fork-join throughput", PAYLOAD, 60, 1, fork_join},
};

const peer_group fork_join_group = PEER_GROUP(workloads);
