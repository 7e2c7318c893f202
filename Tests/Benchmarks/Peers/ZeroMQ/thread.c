/* Other threads send: a PUSH socket each, and one PULL socket. What is under way is bounded by the
 * sockets' limits, and a sender waits where they are reached. Always in wall time. */
#include "wire.h"

enum { PAYLOAD = 16, HALF_OF_LIMIT = 4096 };

struct sender {
    void *context;
    uint64_t first, step, limit;
    pthread_t thread;
};

static void limit_to(void *socket) {
    const int half = HALF_OF_LIMIT;
    PEER_CHECK(zmq_setsockopt(socket, ZMQ_SNDHWM, &half, sizeof half) == 0);
    PEER_CHECK(zmq_setsockopt(socket, ZMQ_RCVHWM, &half, sizeof half) == 0);
}

static void *feed(void *state) {
    struct sender *sender = state;
    unsigned char payload[PAYLOAD];
    void *socket = zeromq_socket(sender->context, ZMQ_PUSH);
    limit_to(socket);
    PEER_CHECK(zmq_connect(socket, "inproc://inflow") == 0);
    for (uint64_t i = sender->first; i < sender->limit; i += sender->step) {
        peer_stamp(payload, PAYLOAD, i);
        zeromq_send(socket, payload, PAYLOAD);
    }
    zeromq_end(socket);
    return NULL;
}

static double take_all(void *socket, uint64_t warm_up, uint64_t limit) {
    peer_tally tally = {0, 0, PAYLOAD};
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (tally.count < warm_up)
        zeromq_tally(socket, &message, &tally);
    uint64_t started_ns = peer_wall_ns();
    while (tally.count < limit)
        zeromq_tally(socket, &message, &tally);
    uint64_t ended_ns = peer_wall_ns();
    zmq_msg_close(&message);
    PEER_CHECK(peer_right(&tally, limit));
    return (double)(ended_ns - started_ns) * 1e-9;
}

static void from_threads(const peer_run *run, double *figures) {
    uint64_t warm_up = peer_warm_up(run->count), limit = warm_up + run->count;
    struct sender senders[8];
    void *context = zeromq_open(run->size + 1), *receiver = zeromq_socket(context, ZMQ_PULL);
    PEER_CHECK(run->size <= sizeof senders / sizeof *senders);
    limit_to(receiver);
    PEER_CHECK(zmq_bind(receiver, "inproc://inflow") == 0);
    for (uint32_t i = 0; i < run->size; i++) {
        senders[i] =
            (struct sender){.context = context, .first = i, .step = run->size, .limit = limit};
        peer_start_other(&senders[i].thread, feed, &senders[i]);
    }
    figures[0] = peer_millions(run->count, take_all(receiver, warm_up, limit));
    for (uint32_t i = 0; i < run->size; i++)
        peer_join(senders[i].thread);
    zeromq_end(receiver);
    zeromq_close(context);
}

static const peer_workload workloads[] = {
    {"send from another thread", PAYLOAD, 1, 1, from_threads},
    {"send from 2 other threads", PAYLOAD, 2, 1, from_threads},
};

const peer_group thread_group = PEER_GROUP(workloads);
