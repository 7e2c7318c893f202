/* One ball between two PAIR sockets. */
#include "wire.h"

struct ball {
    uint64_t bounces, limit;
};

/* Whether it goes on. */
static inline bool play(void *player, uint64_t *balls, uint64_t *sum) {
    struct ball ball;
    zeromq_receive(player, &ball, sizeof ball);
    ++*balls;
    *sum += ball.bounces;
    if (++ball.bounces == ball.limit)
        return false;
    zeromq_send(player, &ball, sizeof ball);
    return true;
}

static void play_all(const struct wire *players, uint64_t limit) {
    struct ball ball = {0, limit};
    uint64_t balls = 0, sum = 0;
    zeromq_send(players->out, &ball, sizeof ball);
    while (play(players->in, &balls, &sum) && play(players->out, &balls, &sum))
        continue;
    PEER_CHECK(balls == limit && sum == limit * (limit - 1) / 2);
}

static void ping_pong(const peer_run *run, double *figures) {
    void *context = zeromq_open(2);
    struct wire players = zeromq_wire(context, ZMQ_PAIR, ZMQ_PAIR);
    play_all(&players, peer_warm_up(run->count));
    double start = peer_seconds();
    play_all(&players, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    zeromq_cut(&players);
    zeromq_close(context);
}

static const peer_workload workloads[] = {
    {"ping-pong", 16, 2, 1, ping_pong},
};

const peer_group ping_pong_group = PEER_GROUP(workloads);
