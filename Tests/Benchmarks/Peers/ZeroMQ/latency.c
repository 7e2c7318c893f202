/* How long a message is under way between two sockets while pairs of others flood each other, all
 * polled by one thread. Always in wall time. */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>

enum { PAIRS = 16, BALLS = 64, BUDGET = 64, PROBE = 2 * PAIRS, SOCKETS = PROBE + 2 };

struct flood {
    zmq_pollitem_t items[SOCKETS]; /* the last two are the probe's */
    uint64_t *late_ns, count, wanted, bounced;
};

static void make(void *context, struct flood *flood) {
    static const unsigned char ball[16];
    for (int i = 0; i < SOCKETS; i += 2) {
        struct wire wire = zeromq_wire(context, ZMQ_PAIR, ZMQ_PAIR);
        flood->items[i] = (zmq_pollitem_t){.socket = wire.out, .events = ZMQ_POLLIN};
        flood->items[i + 1] = (zmq_pollitem_t){.socket = wire.in, .events = ZMQ_POLLIN};
        for (int j = 0; j < BALLS && i < PROBE; j++)
            zeromq_send(wire.out, ball, sizeof ball);
    }
}

static void bounce(struct flood *flood, void *socket) {
    unsigned char ball[16];
    for (int i = 0; i < BUDGET; i++) {
        if (zmq_recv(socket, ball, sizeof ball, ZMQ_DONTWAIT) < 0) {
            PEER_CHECK(errno == EAGAIN);
            return;
        }
        zeromq_send(socket, ball, sizeof ball);
        flood->bounced++;
    }
}

static void stamp(void *socket) {
    uint64_t stamps[2] = {peer_wall_ns(), 0};
    zeromq_send(socket, stamps, sizeof stamps);
}

static void arrive(struct flood *flood, void *socket) {
    uint64_t stamps[2];
    zeromq_receive(socket, stamps, sizeof stamps);
    uint64_t now_ns = peer_wall_ns();
    PEER_CHECK(now_ns >= stamps[0]);
    flood->late_ns[flood->count++] = now_ns - stamps[0];
    stamp(socket);
}

static void look(struct flood *flood) {
    PEER_CHECK(zmq_poll(flood->items, SOCKETS, -1) > 0);
    for (int i = 0; i < SOCKETS && flood->count < flood->wanted; i++) {
        if (!(flood->items[i].revents & ZMQ_POLLIN))
            continue;
        if (i < PROBE)
            bounce(flood, flood->items[i].socket);
        else
            arrive(flood, flood->items[i].socket);
    }
}

static void sample(struct flood *flood, uint64_t wanted) {
    flood->count = flood->bounced = 0;
    flood->wanted = wanted;
    while (flood->count < wanted)
        look(flood);
    PEER_CHECK(flood->bounced > wanted * BALLS);
}

static void latency(const peer_run *run, double *figures) {
    void *context = zeromq_open(SOCKETS);
    struct flood flood = {.late_ns = peer_allocate(run->count, sizeof(uint64_t))};
    make(context, &flood);
    stamp(flood.items[PROBE].socket);
    sample(&flood, peer_warm_up(run->count));
    sample(&flood, run->count);
    peer_percentiles(flood.late_ns, run->count, figures);
    for (int i = 0; i < SOCKETS; i++)
        zeromq_end(flood.items[i].socket);
    zeromq_close(context);
    free(flood.late_ns);
}

static const peer_workload workloads[] = {
    {"latency while flooded", 16, SOCKETS, 4, latency},
};

const peer_group latency_group = PEER_GROUP(workloads);
