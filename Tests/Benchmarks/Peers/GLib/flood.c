/* Floods: bursts from outside, each handled before the next; and from a receiver to another, which
 * asks for the next burst. */
#include "actor.h"

enum { STREAM_BURST = 1024 };

struct flood {
    glib_actor *producer, *consumer;
    GMainLoop *loop;
    unsigned char *payload;
    guint64 sent, limit;
    peer_tally tally;
};

static void send_until(struct flood *flood, guint64 end) {
    guint32 size = flood->tally.size;
    for (; flood->sent < end; flood->sent++) {
        peer_stamp(flood->payload, size, flood->sent);
        glib_actor_send(flood->consumer, flood->producer, flood->payload, size);
    }
}

static void count_message(glib_actor *self, const glib_message *message, gpointer state) {
    struct flood *flood = state;
    (void)self;
    peer_add(&flood->tally, message->payload, message->size);
}

static void begin(struct flood *flood, guint64 limit) {
    flood->sent = 0;
    flood->limit = limit;
    flood->tally.count = flood->tally.sum = 0;
}

static void pour(struct flood *flood, guint64 count) {
    guint64 burst = peer_burst(flood->tally.size);
    begin(flood, count);
    while (flood->sent < count) {
        send_until(flood, peer_least(flood->sent + burst, count));
        while (flood->tally.count < flood->sent)
            g_main_context_iteration(NULL, TRUE);
    }
    PEER_CHECK(peer_right(&flood->tally, count));
}

static void produce(glib_actor *self, const glib_message *message, gpointer state) {
    struct flood *flood = state;
    (void)self, (void)message;
    send_until(flood, peer_least(flood->sent + STREAM_BURST, flood->limit));
}

static void consume(glib_actor *self, const glib_message *message, gpointer state) {
    struct flood *flood = state;
    peer_add(&flood->tally, message->payload, message->size);
    if (flood->tally.count == flood->limit)
        g_main_loop_quit(flood->loop);
    else if (flood->tally.count == flood->sent)
        glib_actor_send(flood->producer, self, NULL, 0);
}

static void flow(struct flood *flood, guint64 count) {
    begin(flood, count);
    glib_actor_send(flood->producer, NULL, NULL, 0);
    g_main_loop_run(flood->loop);
    PEER_CHECK(peer_right(&flood->tally, count));
}

static void run_with(const peer_run *run, glib_receive consumer,
                     void (*work)(struct flood *, guint64), double *figures) {
    struct flood flood = {.loop = g_main_loop_new(NULL, FALSE),
                          .payload = g_malloc0(run->payload + 16),
                          .tally = {.size = run->payload}};
    flood.producer = glib_actor_new(NULL, produce, &flood);
    flood.consumer = glib_actor_new(NULL, consumer, &flood);
    work(&flood, peer_warm_up(run->count));
    double start = peer_seconds();
    work(&flood, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    glib_actor_end(flood.producer);
    glib_actor_end(flood.consumer);
    g_main_loop_unref(flood.loop);
    g_free(flood.payload);
}

static void flood(const peer_run *run, double *figures) {
    run_with(run, count_message, pour, figures);
}

static void stream(const peer_run *run, double *figures) { run_with(run, consume, flow, figures); }

static const peer_workload workloads[] = {
    {"flood", 16, 1, 1, flood},           {"flood, actor to actor", 16, 1, 1, stream},
    {"flood 1 KiB", 1024, 1, 1, flood},   {"flood 0 B", 0, 1, 1, flood},
    {"flood 32 B", 32, 1, 1, flood},      {"flood 33 B", 33, 1, 1, flood},
    {"flood 64 B", 64, 1, 1, flood},      {"flood 128 B", 128, 1, 1, flood},
    {"flood 256 B", 256, 1, 1, flood},    {"flood 4 KiB", 4096, 1, 1, flood},
    {"flood 16 KiB", 16384, 1, 1, flood}, {"flood 64 KiB", 65536, 1, 1, flood},
};

const peer_group flood_group = PEER_GROUP(workloads);
