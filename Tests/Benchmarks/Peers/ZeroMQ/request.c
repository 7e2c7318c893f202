/* Requests: a DEALER asks and a ROUTER answers whoever asked, an order of magnitude faster than REQ
 * and REP. A figure counts round trips. */
#include "wire.h"

struct question {
    uint64_t number, salt;
};

static const uint64_t salt = 0x5bd1e995;

static void answer(void *answerer) {
    struct question question;
    unsigned char asker[256];
    int size = zmq_recv(answerer, asker, sizeof asker, 0);
    PEER_CHECK(size > 0 && size <= (int)sizeof asker);
    zeromq_receive(answerer, &question, sizeof question);
    question.number ^= question.salt;
    PEER_CHECK(zmq_send(answerer, asker, (size_t)size, ZMQ_SNDMORE) == size);
    zeromq_send(answerer, &question, sizeof question);
}

static void ask_all(const struct wire *wire, uint64_t count) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct question question = {i, salt};
        zeromq_send(wire->out, &question, sizeof question);
        answer(wire->in);
        zeromq_receive(wire->out, &question, sizeof question);
        sum += question.number ^ salt;
    }
    PEER_CHECK(sum == count * (count - 1) / 2);
}

static void requests(const peer_run *run, double *figures) {
    void *context = zeromq_open(2);
    struct wire wire = zeromq_wire(context, ZMQ_DEALER, ZMQ_ROUTER);
    ask_all(&wire, peer_warm_up(run->count));
    double start = peer_seconds();
    ask_all(&wire, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    zeromq_cut(&wire);
    zeromq_close(context);
}

static const peer_workload workloads[] = {
    {"request and reply", sizeof(struct question), 2, 1, requests},
};

const peer_group request_group = PEER_GROUP(workloads);
