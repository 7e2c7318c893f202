/* Sockets in one process, joined by inproc. */
#ifndef WIRE_H
#define WIRE_H

#include "peer.h"

#include <zmq.h>

extern const peer_group ping_pong_group, flood_group, ring_group, fork_join_group, publish_group,
    thread_group, request_group, memory_group, latency_group, idle_group;

/* Two sockets: what is sent into `out` comes out of `in`. */
struct wire {
    void *out, *in;
};

void *zeromq_open(unsigned sockets);
void zeromq_close(void *context);

void *zeromq_socket(void *context, int type);
void zeromq_end(void *socket);
/* Unlimited queues, as single-threaded programs need them: nobody would read while a send waits. */
void zeromq_unlimit(void *socket);
/* Takes in what other sockets have told this one, such as their subscriptions. */
void zeromq_settle(void *socket);

struct wire zeromq_wire(void *context, int out_type, int in_type);
void zeromq_cut(struct wire *wire);

void zeromq_send(void *socket, const void *payload, size_t size);
void zeromq_receive(void *socket, void *payload, size_t size);
/* Without a copy. */
void zeromq_tally(void *socket, zmq_msg_t *message, peer_tally *tally);

#endif
