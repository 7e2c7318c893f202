/* Memory of an idle receiver: a socket and the one that writes to it, after a message. */
#include "wire.h"

#include <stdlib.h>

static void memory(const peer_run *run, double *figures) {
    struct wire *wires = peer_allocate(run->count, sizeof *wires);
    uint64_t number, sum = 0, before = peer_resident_bytes();
    void *context = zeromq_open(2 * (unsigned)run->count);
    for (uint64_t i = 0; i < run->count; i++) {
        wires[i] = zeromq_wire(context, ZMQ_PAIR, ZMQ_PAIR);
        zeromq_send(wires[i].out, &i, sizeof i);
        zeromq_receive(wires[i].in, &number, sizeof number);
        sum += number;
    }
    figures[0] = (double)(peer_resident_bytes() - before) / (double)run->count;
    PEER_CHECK(sum == run->count * (run->count - 1) / 2);
    for (uint64_t i = 0; i < run->count; i++)
        zeromq_cut(&wires[i]);
    zeromq_close(context);
    free(wires);
}

static const peer_workload workloads[] = {
    {"memory of an idle actor", 8, 1, 2, memory},
};

const peer_group memory_group = PEER_GROUP(workloads);
