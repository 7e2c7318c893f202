/* Other threads send to the main loop; where there is no room they yield and try again. Always in
 * wall time. */
#include "inflow.h"

enum { PAYLOAD = 16 };

struct count {
    peer_tally tally;
    guint64 warm_up, limit, started_ns, ended_ns;
    GMainLoop *loop;
};

struct sender {
    glib_inflow *inflow;
    guint64 first, step, limit;
    pthread_t thread;
};

static void receive(gconstpointer payload, gsize size, gpointer state) {
    struct count *count = state;
    peer_add(&count->tally, payload, size);
    if (count->tally.count == count->warm_up)
        count->started_ns = peer_wall_ns();
    if (count->tally.count < count->limit)
        return;
    count->ended_ns = peer_wall_ns();
    g_main_loop_quit(count->loop);
}

static void *feed(void *state) {
    struct sender *sender = state;
    unsigned char payload[PAYLOAD];
    for (guint64 i = sender->first; i < sender->limit; i += sender->step) {
        peer_stamp(payload, PAYLOAD, i);
        while (!glib_inflow_send(sender->inflow, payload, PAYLOAD))
            g_thread_yield();
    }
    return NULL;
}

static void from_threads(const peer_run *run, double *figures) {
    guint64 warm_up = peer_warm_up(run->count);
    struct count count = {
        {0, 0, PAYLOAD}, warm_up, warm_up + run->count, 0, 0, g_main_loop_new(NULL, FALSE)};
    glib_inflow *inflow = glib_inflow_new(receive, &count);
    struct sender *senders = g_new0(struct sender, run->size);
    for (guint32 i = 0; i < run->size; i++) {
        senders[i] =
            (struct sender){.inflow = inflow, .first = i, .step = run->size, .limit = count.limit};
        peer_start_other(&senders[i].thread, feed, &senders[i]);
    }
    g_main_loop_run(count.loop);
    for (guint32 i = 0; i < run->size; i++)
        peer_join(senders[i].thread);
    PEER_CHECK(peer_right(&count.tally, count.limit));
    figures[0] = peer_millions(run->count, (double)(count.ended_ns - count.started_ns) * 1e-9);
    glib_inflow_end(inflow);
    g_main_loop_unref(count.loop);
    g_free(senders);
}

static const peer_workload workloads[] = {
    {"send from another thread", PAYLOAD, 1, 1, from_threads},
    {"send from 2 other threads", PAYLOAD, 2, 1, from_threads},
};

const peer_group thread_group = PEER_GROUP(workloads);
