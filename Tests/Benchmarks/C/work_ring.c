/* A ring of actors, and one token that goes round. */
#include "work.h"

#include <stdlib.h>

struct token {
    uint64_t hops, limit;
};

struct member {
    uint64_t visits, sum;
    floor_actor *next;
    backstage_ref next_ref;
};

static inline bool pass(struct member *member, struct token *token, const void *payload,
                        uint32_t size) {
    BENCH_CHECK(size == sizeof *token);
    memcpy(token, payload, sizeof *token);
    member->visits++;
    member->sum += token->hops;
    return ++token->hops < token->limit;
}

static void check(struct member *members, uint32_t count, uint64_t limit) {
    uint64_t visits = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        BENCH_CHECK(members[i].visits == limit / count + (i < limit % count));
        visits += members[i].visits;
        sum += members[i].sum;
        members[i].visits = members[i].sum = 0;
    }
    BENCH_CHECK(visits == limit && sum == limit * (limit - 1) / 2);
}

static void floor_member(floor_actor *self, const floor_message *message, void *state) {
    struct member *member = state;
    struct token token;
    if (pass(member, &token, message->payload, message->size))
        BENCH_CHECK(floor_send(self, member->next, &token, sizeof token));
}

static void floor_round(floor_actor *actors, struct member *members, uint32_t count,
                        uint64_t limit) {
    struct token token = {0, limit};
    BENCH_CHECK(floor_send(NULL, actors, &token, sizeof token));
    floor_run();
    check(members, count, limit);
}

static void floor_ring(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t size = workload->actors;
    floor_actor *actors = bench_allocate(size, sizeof *actors);
    struct member *members = bench_allocate(size, sizeof *members);
    for (uint32_t i = 0; i < size; i++) {
        floor_actor_make(&actors[i], floor_member, &members[i], 4096);
        members[i].next = &actors[(i + 1) % size];
    }
    floor_round(actors, members, size, work_warm_up(count));
    double start = bench_seconds();
    floor_round(actors, members, size, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    free(actors);
    free(members);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct member *member = state;
    struct token token;
    if (pass(member, &token, envelope->payload, envelope->size))
        WORK_OK(backstage_send(context, member->next_ref, &token, sizeof token));
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, backstage_ref first, struct member *members,
                            uint32_t count, uint64_t limit) {
    struct token token = {0, limit};
    WORK_OK(backstage_engine_send(engine, first, &token, sizeof token));
    work_run(engine);
    check(members, count, limit);
}

static void backstage_ring(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t size = workload->actors;
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    struct member *members = bench_allocate(size, sizeof *members);
    backstage_ref first = work_spawn(engine, NULL, receive, &members[0]);
    for (uint32_t i = 1; i < size; i++)
        members[i - 1].next_ref = work_spawn(engine, NULL, receive, &members[i]);
    members[size - 1].next_ref = first;
    backstage_round(engine, first, members, size, work_warm_up(count));
    double start = bench_seconds();
    backstage_round(engine, first, members, size, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    work_end(engine);
    free(members);
}

static const bench_workload workloads[] = {{
    .name = "ring of 1000",
    .payload = sizeof(struct token),
    .actors = 1000,
    .count = 20000000,
    .floor = floor_ring,
    .backstage = backstage_ring,
    .figures = {{"", "M/s"}},
}};

const bench_group ring_group = BENCH_GROUP(workloads);
