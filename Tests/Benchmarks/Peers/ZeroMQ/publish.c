/* One PUB socket and its SUB sockets, which are read in turn. A message here is a delivery. */
#include "wire.h"

#include <stdlib.h>

enum { BURST = 1000 }; /* deliveries under way */

struct audience {
    void *publisher, **subscribers;
    peer_tally *tallies;
    unsigned char *payload;
    uint32_t count, size;
};

static void publish_all(struct audience *audience, uint64_t publications) {
    uint64_t at_once = audience->count < BURST ? BURST / audience->count : 1;
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (uint64_t sent = 0; sent < publications;) {
        uint64_t first = sent, end = peer_least(sent + at_once, publications);
        for (; sent < end; sent++) {
            peer_stamp(audience->payload, audience->size, sent);
            zeromq_send(audience->publisher, audience->payload, audience->size);
        }
        for (uint32_t i = 0; i < audience->count; i++)
            for (uint64_t n = first; n < end; n++)
                zeromq_tally(audience->subscribers[i], &message, &audience->tallies[i]);
    }
    zmq_msg_close(&message);
    for (uint32_t i = 0; i < audience->count; i++) {
        PEER_CHECK(peer_right(&audience->tallies[i], publications));
        audience->tallies[i] = (peer_tally){0, 0, audience->size};
    }
}

static void gather(void *context, struct audience *audience) {
    audience->publisher = zeromq_socket(context, ZMQ_PUB);
    zeromq_unlimit(audience->publisher);
    PEER_CHECK(zmq_bind(audience->publisher, "inproc://news") == 0);
    for (uint32_t i = 0; i < audience->count; i++) {
        void *subscriber = audience->subscribers[i] = zeromq_socket(context, ZMQ_SUB);
        zeromq_unlimit(subscriber);
        PEER_CHECK(zmq_connect(subscriber, "inproc://news") == 0);
        PEER_CHECK(zmq_setsockopt(subscriber, ZMQ_SUBSCRIBE, "", 0) == 0);
        audience->tallies[i].size = audience->size;
    }
    zeromq_settle(audience->publisher);
}

static void publish(const peer_run *run, double *figures) {
    uint64_t publications = peer_share(run->count, run->size);
    void *context = zeromq_open(run->size + 1);
    struct audience audience = {.subscribers = peer_allocate(run->size, sizeof(void *)),
                                .tallies = peer_allocate(run->size, sizeof(peer_tally)),
                                .payload = peer_allocate(1, run->payload),
                                .count = run->size,
                                .size = run->payload};
    gather(context, &audience);
    publish_all(&audience, peer_warm_up(publications));
    double start = peer_seconds();
    publish_all(&audience, publications);
    figures[0] = peer_millions(publications * run->size, peer_seconds() - start);
    for (uint32_t i = 0; i < run->size; i++)
        zeromq_end(audience.subscribers[i]);
    zeromq_end(audience.publisher);
    zeromq_close(context);
    free(audience.subscribers);
    free(audience.tallies);
    free(audience.payload);
}

static const peer_workload workloads[] = {
    {"publish 1 to 1", 16, 1, 1, publish},
    {"publish 1 to 1, 1 KiB", 1024, 1, 1, publish},
    {"publish 1 to 1000", 16, 1000, 1, publish},
    {"publish 1 to 1000, 1 KiB", 1024, 1000, 1, publish},
    {"publish to N subscribers", 16, 1000, 1, publish},
};

const peer_group publish_group = PEER_GROUP(workloads);
