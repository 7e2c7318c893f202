/* A thousand sockets polled, and nothing to do. */
#include "peer_idle.h"
#include "wire.h"

#include <stdlib.h>

static void stop(void *socket) { zeromq_send(socket, NULL, 0); }

static void idle(const peer_run *run, double *figures) {
    void *context = zeromq_open(2 * run->size);
    struct wire *wires = peer_allocate(run->size, sizeof *wires);
    zmq_pollitem_t *items = peer_allocate(run->size, sizeof *items);
    for (uint32_t i = 0; i < run->size; i++) {
        wires[i] = zeromq_wire(context, ZMQ_PAIR, ZMQ_PAIR);
        items[i] = (zmq_pollitem_t){.socket = wires[i].in, .events = ZMQ_POLLIN};
    }
    peer_idle watch = {.seconds = run->count, .stop = stop, .state = wires[0].out};
    peer_idle_start(&watch);
    PEER_CHECK(zmq_poll(items, (int)run->size, -1) == 1 && items[0].revents == ZMQ_POLLIN);
    peer_idle_finish(&watch, figures);
    zeromq_receive(wires[0].in, NULL, 0);
    for (uint32_t i = 0; i < run->size; i++)
        zeromq_cut(&wires[i]);
    zeromq_close(context);
    free(items);
    free(wires);
}

static const peer_workload workloads[] = {
    {"idle", 0, 1000, 3, idle},
};

const peer_group idle_group = PEER_GROUP(workloads);
