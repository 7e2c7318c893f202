/* One ball between two receivers of one main loop. */
#include "actor.h"

struct ball {
    guint64 bounces, limit;
};

struct game {
    GMainLoop *loop;
    guint64 balls, sum;
};

static void play(glib_actor *self, const glib_message *message, gpointer state) {
    struct game *game = state;
    struct ball ball;
    PEER_CHECK(message->size == sizeof ball);
    memcpy(&ball, message->payload, sizeof ball);
    game->balls++;
    game->sum += ball.bounces;
    if (++ball.bounces < ball.limit)
        glib_actor_send(message->sender, self, &ball, sizeof ball);
    else
        g_main_loop_quit(game->loop);
}

static void play_all(struct game *game, glib_actor *one, glib_actor *other, guint64 limit) {
    struct ball ball = {0, limit};
    game->balls = game->sum = 0;
    glib_actor_send(one, other, &ball, sizeof ball);
    g_main_loop_run(game->loop);
    PEER_CHECK(game->balls == limit && game->sum == limit * (limit - 1) / 2);
}

static void ping_pong(const peer_run *run, double *figures) {
    struct game game = {.loop = g_main_loop_new(NULL, FALSE)};
    glib_actor *one = glib_actor_new(NULL, play, &game), *other = glib_actor_new(NULL, play, &game);
    play_all(&game, one, other, peer_warm_up(run->count));
    double start = peer_seconds();
    play_all(&game, one, other, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    glib_actor_end(one);
    glib_actor_end(other);
    g_main_loop_unref(game.loop);
}

static const peer_workload workloads[] = {
    {"ping-pong", sizeof(struct ball), 2, 1, ping_pong},
};

const peer_group ping_pong_group = PEER_GROUP(workloads);
