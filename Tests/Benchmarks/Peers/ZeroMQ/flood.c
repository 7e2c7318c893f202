/* Floods: bursts into a PUSH socket, read from a PULL socket; or between two PAIR sockets, where
 * the reader asks for the next burst. */
#include "wire.h"

#include <stdlib.h>

enum { STREAM_BURST = 1024 };

static void send_burst(void *socket, unsigned char *payload, uint32_t size, uint64_t from,
                       uint64_t end) {
    for (; from < end; from++) {
        peer_stamp(payload, size, from);
        zeromq_send(socket, payload, size);
    }
}

static void pour(const struct wire *wire, unsigned char *payload, uint32_t size, uint64_t count) {
    peer_tally tally = {0, 0, size};
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (uint64_t sent = 0; sent < count;) {
        uint64_t end = peer_least(sent + peer_burst(size), count);
        send_burst(wire->out, payload, size, sent, end);
        for (; sent < end; sent++)
            zeromq_tally(wire->in, &message, &tally);
    }
    zmq_msg_close(&message);
    PEER_CHECK(peer_right(&tally, count));
}

static void flood(const peer_run *run, double *figures) {
    void *context = zeromq_open(2);
    unsigned char *payload = peer_allocate(1, run->payload + 16);
    struct wire wire = zeromq_wire(context, ZMQ_PUSH, ZMQ_PULL);
    pour(&wire, payload, run->payload, peer_warm_up(run->count));
    double start = peer_seconds();
    pour(&wire, payload, run->payload, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    zeromq_cut(&wire);
    zeromq_close(context);
    free(payload);
}

static void flow(const struct wire *wire, unsigned char *payload, uint32_t size, uint64_t count) {
    peer_tally tally = {0, 0, size};
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (uint64_t sent = 0; sent < count;) {
        uint64_t end = peer_least(sent + STREAM_BURST, count);
        send_burst(wire->out, payload, size, sent, end);
        for (; sent < end; sent++)
            zeromq_tally(wire->in, &message, &tally);
        zeromq_send(wire->in, NULL, 0);
        zeromq_receive(wire->out, NULL, 0);
    }
    zmq_msg_close(&message);
    PEER_CHECK(peer_right(&tally, count));
}

static void stream(const peer_run *run, double *figures) {
    void *context = zeromq_open(2);
    unsigned char *payload = peer_allocate(1, run->payload + 16);
    struct wire wire = zeromq_wire(context, ZMQ_PAIR, ZMQ_PAIR);
    flow(&wire, payload, run->payload, peer_warm_up(run->count));
    double start = peer_seconds();
    flow(&wire, payload, run->payload, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    zeromq_cut(&wire);
    zeromq_close(context);
    free(payload);
}

static const peer_workload workloads[] = {
    {"flood", 16, 1, 1, flood},           {"flood, actor to actor", 16, 1, 1, stream},
    {"flood 1 KiB", 1024, 1, 1, flood},   {"flood 0 B", 0, 1, 1, flood},
    {"flood 32 B", 32, 1, 1, flood},      {"flood 33 B", 33, 1, 1, flood},
    {"flood 64 B", 64, 1, 1, flood},      {"flood 128 B", 128, 1, 1, flood},
    {"flood 256 B", 256, 1, 1, flood},    {"flood 4 KiB", 4096, 1, 1, flood},
    {"flood 16 KiB", 16384, 1, 1, flood}, {"flood 64 KiB", 65536, 1, 1, flood},
};

const peer_group flood_group = PEER_GROUP(workloads);
