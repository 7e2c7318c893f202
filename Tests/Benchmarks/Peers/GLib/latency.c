/* How long a message is under way between two receivers while pairs of others flood each other.
 * Always in wall time. */
#include "actor.h"

enum { PAIRS = 16, BALLS = 64 };

struct flood {
    glib_actor *players[2 * PAIRS], *probes[2];
    guint64 *late_ns, count, wanted, bounced;
};

static void bounce(glib_actor *self, const glib_message *message, gpointer state) {
    struct flood *flood = state;
    flood->bounced++;
    glib_actor_send(message->sender, self, message->payload, message->size);
}

static void stamp(glib_actor *to, glib_actor *from) {
    guint64 stamps[2] = {peer_wall_ns(), 0};
    glib_actor_send(to, from, stamps, sizeof stamps);
}

static void arrive(glib_actor *self, const glib_message *message, gpointer state) {
    struct flood *flood = state;
    guint64 now_ns = peer_wall_ns();
    PEER_CHECK(now_ns >= message->payload[0]);
    if (flood->count < flood->wanted)
        flood->late_ns[flood->count++] = now_ns - message->payload[0];
    stamp(message->sender, self);
}

static void sample(struct flood *flood, guint64 wanted) {
    flood->count = flood->bounced = 0;
    flood->wanted = wanted;
    while (flood->count < wanted)
        g_main_context_iteration(NULL, TRUE);
    PEER_CHECK(flood->bounced > wanted * BALLS);
}

static void start(struct flood *flood) {
    static const unsigned char ball[16];
    for (int i = 0; i < 2 * PAIRS; i++)
        flood->players[i] = glib_actor_new(NULL, bounce, flood);
    for (int i = 0; i < 2 * PAIRS; i += 2)
        for (int j = 0; j < BALLS; j++)
            glib_actor_send(flood->players[i + 1], flood->players[i], ball, sizeof ball);
    for (int i = 0; i < 2; i++)
        flood->probes[i] = glib_actor_new(NULL, arrive, flood);
    stamp(flood->probes[1], flood->probes[0]);
}

static void latency(const peer_run *run, double *figures) {
    struct flood flood = {.late_ns = g_new(guint64, run->count)};
    start(&flood);
    sample(&flood, peer_warm_up(run->count));
    sample(&flood, run->count);
    peer_percentiles(flood.late_ns, run->count, figures);
    for (int i = 0; i < 2 * PAIRS; i++)
        glib_actor_end(flood.players[i]);
    for (int i = 0; i < 2; i++)
        glib_actor_end(flood.probes[i]);
    g_free(flood.late_ns);
}

static const peer_workload workloads[] = {
    {"latency while flooded", 16, 2 * PAIRS + 2, 4, latency},
};

const peer_group latency_group = PEER_GROUP(workloads);
