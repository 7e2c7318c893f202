/* A ring of members, each with a PAIR socket from the one before and one to the next; and one
 * token. Whose turn it is is known: nobody has to be polled. */
#include "wire.h"

#include <stdlib.h>

struct token {
    uint64_t hops, limit;
};

struct member {
    void *from, *to;
    uint64_t visits, sum;
};

static bool pass(struct member *member) {
    struct token token;
    zeromq_receive(member->from, &token, sizeof token);
    member->visits++;
    member->sum += token.hops;
    if (++token.hops == token.limit)
        return false;
    zeromq_send(member->to, &token, sizeof token);
    return true;
}

static void check(struct member *members, uint32_t size, uint64_t limit) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < size; i++) {
        PEER_CHECK(members[i].visits == limit / size + (i < limit % size));
        sum += members[i].sum;
        members[i].visits = members[i].sum = 0;
    }
    PEER_CHECK(sum == limit * (limit - 1) / 2);
}

static void go_round(struct member *members, uint32_t size, uint64_t limit) {
    struct token token = {0, limit};
    uint32_t turn = 0;
    zeromq_send(members[size - 1].to, &token, sizeof token);
    while (pass(&members[turn]))
        turn = turn + 1 == size ? 0 : turn + 1;
    check(members, size, limit);
}

static void ring(const peer_run *run, double *figures) {
    void *context = zeromq_open(2 * run->size);
    struct member *members = peer_allocate(run->size, sizeof *members);
    for (uint32_t i = 0; i < run->size; i++) {
        struct wire wire = zeromq_wire(context, ZMQ_PAIR, ZMQ_PAIR);
        members[i].to = wire.out;
        members[(i + 1) % run->size].from = wire.in;
    }
    go_round(members, run->size, peer_warm_up(run->count));
    double start = peer_seconds();
    go_round(members, run->size, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    for (uint32_t i = 0; i < run->size; i++) {
        zeromq_end(members[i].from);
        zeromq_end(members[i].to);
    }
    zeromq_close(context);
    free(members);
}

static const peer_workload workloads[] = {
    {"ring of 1000", 16, 1000, 1, ring},
};

const peer_group ring_group = PEER_GROUP(workloads);
