#include "wire.h"

#include <stdio.h>
#include <sys/resource.h>

void *zeromq_open(unsigned sockets) {
    struct rlimit files;
    void *context = zmq_ctx_new();
    PEER_CHECK(context != NULL);
    PEER_CHECK(zmq_ctx_set(context, ZMQ_IO_THREADS, 0) == 0); /* inproc needs none */
    PEER_CHECK(zmq_ctx_set(context, ZMQ_MAX_SOCKETS, (int)sockets + 16) == 0);
    /* A descriptor each. */
    PEER_CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0);
    files.rlim_cur = files.rlim_max;
    PEER_CHECK(setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max > sockets + 64);
    return context;
}

void zeromq_close(void *context) { PEER_CHECK(zmq_ctx_term(context) == 0); }

void *zeromq_socket(void *context, int type) {
    void *socket = zmq_socket(context, type);
    PEER_CHECK(socket != NULL);
    return socket;
}

void zeromq_end(void *socket) { PEER_CHECK(zmq_close(socket) == 0); }

void zeromq_unlimit(void *socket) {
    const int none = 0;
    PEER_CHECK(zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none) == 0);
    PEER_CHECK(zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none) == 0);
}

void zeromq_settle(void *socket) {
    int events;
    size_t size = sizeof events;
    PEER_CHECK(zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0);
}

struct wire zeromq_wire(void *context, int out_type, int in_type) {
    static unsigned wires;
    char name[32];
    struct wire wire = {zeromq_socket(context, out_type), zeromq_socket(context, in_type)};
    zeromq_unlimit(wire.out);
    zeromq_unlimit(wire.in);
    snprintf(name, sizeof name, "inproc://wire-%u", wires++);
    PEER_CHECK(zmq_bind(wire.in, name) == 0 && zmq_connect(wire.out, name) == 0);
    return wire;
}

void zeromq_cut(struct wire *wire) {
    zeromq_end(wire->out);
    zeromq_end(wire->in);
}

void zeromq_send(void *socket, const void *payload, size_t size) {
    PEER_CHECK(zmq_send(socket, payload, size, 0) == (int)size);
}

void zeromq_receive(void *socket, void *payload, size_t size) {
    PEER_CHECK(zmq_recv(socket, payload, size, 0) == (int)size);
}

void zeromq_tally(void *socket, zmq_msg_t *message, peer_tally *tally) {
    PEER_CHECK(zmq_msg_recv(message, socket, 0) >= 0);
    peer_add(tally, zmq_msg_data(message), zmq_msg_size(message));
}
