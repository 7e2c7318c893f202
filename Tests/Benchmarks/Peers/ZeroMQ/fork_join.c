/* Sixty receivers, a wire to each, and messages to them in turn. */
#include "wire.h"

#include <stdlib.h>

enum { BURST = 1000, PAYLOAD = 16 };

static void deal(struct wire *wires, uint32_t size, uint64_t count) {
    peer_tally tally = {0, 0, PAYLOAD};
    unsigned char payload[PAYLOAD];
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (uint64_t sent = 0; sent < count;) {
        uint64_t first = sent, end = peer_least(sent + BURST, count);
        for (; sent < end; sent++) {
            peer_stamp(payload, PAYLOAD, sent);
            zeromq_send(wires[sent % size].out, payload, PAYLOAD);
        }
        for (; first < end; first++)
            zeromq_tally(wires[first % size].in, &message, &tally);
    }
    zmq_msg_close(&message);
    PEER_CHECK(peer_right(&tally, count));
}

static void fork_join(const peer_run *run, double *figures) {
    void *context = zeromq_open(2 * run->size);
    struct wire *wires = peer_allocate(run->size, sizeof *wires);
    for (uint32_t i = 0; i < run->size; i++)
        wires[i] = zeromq_wire(context, ZMQ_PAIR, ZMQ_PAIR);
    deal(wires, run->size, peer_warm_up(run->count));
    double start = peer_seconds();
    deal(wires, run->size, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    for (uint32_t i = 0; i < run->size; i++)
        zeromq_cut(&wires[i]);
    zeromq_close(context);
    free(wires);
}

static const peer_workload workloads[] = {
    {"fork-join throughput", PAYLOAD, 60, 1, fork_join},
};

const peer_group fork_join_group = PEER_GROUP(workloads);
