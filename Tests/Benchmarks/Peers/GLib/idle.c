/* A main loop with ten thousand receivers, and nothing to do. */
#include "actor.h"
#include "peer_idle.h"

static void never(glib_actor *self, const glib_message *message, gpointer state) {
    (void)self, (void)message, (void)state;
    PEER_CHECK(!"a message nobody sent");
}

static gboolean quit(gpointer loop) {
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

static void stop(void *loop) { g_main_context_invoke(NULL, quit, loop); }

static void idle(const peer_run *run, double *figures) {
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    glib_actor **actors = g_new(glib_actor *, run->size);
    for (guint32 i = 0; i < run->size; i++)
        actors[i] = glib_actor_new(NULL, never, NULL);
    peer_idle watch = {.seconds = run->count, .stop = stop, .state = loop};
    peer_idle_start(&watch);
    g_main_loop_run(loop);
    peer_idle_finish(&watch, figures);
    for (guint32 i = 0; i < run->size; i++)
        glib_actor_end(actors[i]);
    g_main_loop_unref(loop);
    g_free(actors);
}

static const peer_workload workloads[] = {
    {"idle", 0, 10000, 3, idle},
};

const peer_group idle_group = PEER_GROUP(workloads);
