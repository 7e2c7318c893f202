/* Timeouts: all armed, all cancelled in another order, all armed again and fired. The clock is the
 * real one, so that they come due within a short while that begins when all are armed. */
#include "actor.h"

enum { SPAN_MS = 50 };

struct timers {
    GMainLoop *loop;
    guint64 count, fired, sum;
    guint *ids, *order;
    struct owner {
        struct timers *timers;
        guint64 number;
    } * owners;
};

static gboolean expire(gpointer data) {
    struct owner *owner = data;
    struct timers *timers = owner->timers;
    timers->sum += owner->number;
    if (++timers->fired == timers->count)
        g_main_loop_quit(timers->loop);
    return G_SOURCE_REMOVE;
}

static double arm(struct timers *timers, guint first_ms) {
    guint64 seed = 1;
    double start = peer_seconds();
    for (guint64 i = 0; i < timers->count; i++) {
        guint after_ms = first_ms + (guint)(peer_random(&seed) % SPAN_MS);
        timers->ids[i] = g_timeout_add(after_ms, expire, &timers->owners[i]);
    }
    return peer_seconds() - start;
}

static double cancel(struct timers *timers) {
    double start = peer_seconds();
    for (guint64 i = 0; i < timers->count; i++)
        g_source_remove(timers->ids[timers->order[i]]);
    return peer_seconds() - start;
}

static double fire(struct timers *timers) {
    double start = peer_seconds();
    g_main_loop_run(timers->loop);
    double seconds = peer_seconds() - start;
    PEER_CHECK(timers->fired == timers->count);
    PEER_CHECK(timers->sum == timers->count * (timers->count - 1) / 2);
    return seconds;
}

static void open_timers(struct timers *timers, guint64 count) {
    guint64 seed = 2;
    *timers = (struct timers){
        g_main_loop_new(NULL, FALSE), count, 0, 0, g_new(guint, count), g_new(guint, count),
        g_new(struct owner, count)};
    for (guint64 i = 0; i < count; i++) {
        guint64 other = peer_random(&seed) % (i + 1);
        timers->order[i] = timers->order[other];
        timers->order[other] = (guint)i;
        timers->owners[i] = (struct owner){timers, i};
    }
}

static void all_timers(const peer_run *run, double *figures) {
    struct timers timers;
    open_timers(&timers, run->count);
    guint64 start_ns = peer_wall_ns();
    figures[0] = peer_millions(run->count, arm(&timers, 3600000));
    guint64 took_ns = peer_wall_ns() - start_ns;
    figures[1] = peer_millions(run->count, cancel(&timers));
    /* Long enough to arm them all: several times what it took the first time. */
    guint first_ms = 200 + (guint)(4 * took_ns / 1000000);
    guint64 due_ns = peer_wall_ns() + (guint64)first_ms * 1000000;
    arm(&timers, first_ms);
    PEER_CHECK(peer_wall_ns() < due_ns);
    peer_sleep_until(due_ns);
    figures[2] = peer_millions(run->count, fire(&timers));
    g_main_loop_unref(timers.loop);
    g_free(timers.ids);
    g_free(timers.order);
    g_free(timers.owners);
}

static const peer_workload workloads[] = {
    {"1 M timers", 0, 1, 3, all_timers},
};

const peer_group timers_group = PEER_GROUP(workloads);
