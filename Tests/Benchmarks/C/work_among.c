/* A message among many actors: tokens that go from actor to actor at random. What a hop costs as
 * the actors become too many for the caches. */
#include "work.h"

#include <stdlib.h>

enum { TOKENS = 64, AT_ONCE = 64, ITEM_BYTES = 32 };

struct token {
    uint64_t random;
    uint32_t hops, limit;
};

struct member {
    uint64_t visits, sum;
    struct crowd *crowd;
};

struct crowd {
    uint64_t size;
    struct member *members;
    unsigned char *places; /* the floor's actors and their rings */
    size_t stride;
    backstage_ref *refs;
};

/* Whether to pass it on. */
static inline bool visit(struct member *member, struct token *token, const void *payload,
                         uint32_t size) {
    BENCH_CHECK(size == sizeof *token);
    memcpy(token, payload, sizeof *token);
    member->visits++;
    member->sum += token->hops;
    return ++token->hops < token->limit;
}

static inline uint64_t choose(const struct crowd *crowd, struct token *token) {
    return (bench_random(&token->random) >> 32) * crowd->size >> 32;
}

static struct crowd make_crowd(uint64_t size) {
    BENCH_CHECK(size >= 2 && size < UINT32_MAX);
    return (struct crowd){.size = size, .members = bench_allocate(size, sizeof(struct member))};
}

static void check(struct crowd *crowd, uint64_t tokens, uint64_t hops) {
    uint64_t visits = 0, sum = 0;
    for (uint64_t i = 0; i < crowd->size; i++) {
        visits += crowd->members[i].visits;
        sum += crowd->members[i].sum;
        crowd->members[i].visits = crowd->members[i].sum = 0;
    }
    BENCH_CHECK(visits == tokens * hops && sum == tokens * (hops * (hops - 1) / 2));
}

/* An actor and its ring are in one place. */
static inline floor_actor *floor_at(const struct crowd *crowd, uint64_t at) {
    return (floor_actor *)(void *)(crowd->places + at * crowd->stride);
}

static void floor_member(floor_actor *self, const floor_message *message, void *state) {
    struct member *member = state;
    struct token token;
    if (!visit(member, &token, message->payload, message->size))
        return;
    floor_actor *next = floor_at(member->crowd, choose(member->crowd, &token));
    BENCH_CHECK(floor_send(self, next, &token, sizeof token));
}

static void floor_start(struct crowd *crowd, uint64_t at, uint32_t hops) {
    struct token token = {.random = at, .limit = hops};
    BENCH_CHECK(floor_send(NULL, floor_at(crowd, at), &token, sizeof token));
}

/* Room for all tokens; where the actors are many, for as many as may ever meet at one of them: more
 * in a run of a billion hops is less likely than 1 in a billion. */
static uint32_t ring_for(uint64_t actors) {
    uint32_t items = actors < 256 ? TOKENS : actors < 4096 ? 16 : 8;
    return items * ITEM_BYTES;
}

/* Every actor is visited once before the clock runs. */
static void floor_make(struct crowd *crowd) {
    uint32_t ring_bytes = ring_for(crowd->size);
    crowd->stride = 64 + ring_bytes;
    crowd->places = bench_allocate(crowd->size, crowd->stride);
    for (uint64_t i = 0; i < crowd->size; i++) {
        crowd->members[i].crowd = crowd;
        floor_actor_make(floor_at(crowd, i), floor_member, &crowd->members[i], ring_bytes);
        floor_at(crowd, i)->ring = crowd->places + i * crowd->stride + 64;
        floor_start(crowd, i, 1);
        if (i % AT_ONCE == AT_ONCE - 1)
            floor_run();
    }
    floor_run();
    check(crowd, crowd->size, 1);
}

static void floor_round(struct crowd *crowd, uint64_t tokens, uint64_t hops) {
    for (uint64_t i = 0; i < tokens; i++)
        floor_start(crowd, i, (uint32_t)hops);
    floor_run();
    check(crowd, tokens, hops);
}

static void floor_among(const bench_workload *workload, uint64_t count, double *figures) {
    struct crowd crowd = make_crowd(workload->size);
    uint64_t tokens = crowd.size < TOKENS ? crowd.size : TOKENS, hops = count / tokens;
    floor_make(&crowd);
    floor_round(&crowd, tokens, work_warm_up(hops));
    double start = bench_seconds();
    floor_round(&crowd, tokens, hops);
    figures[0] = work_millions(tokens * hops, bench_seconds() - start);
    free(crowd.places);
    free(crowd.members);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct member *member = state;
    struct token token;
    if (!visit(member, &token, envelope->payload, envelope->size))
        return BACKSTAGE_OK;
    backstage_ref next = member->crowd->refs[choose(member->crowd, &token)];
    WORK_OK(backstage_send(context, next, &token, sizeof token));
    return BACKSTAGE_OK;
}

static void backstage_start(backstage_engine *engine, struct crowd *crowd, uint64_t at,
                            uint32_t hops) {
    struct token token = {.random = at, .limit = hops};
    WORK_OK(backstage_engine_send(engine, crowd->refs[at], &token, sizeof token));
}

static void backstage_make(backstage_engine *engine, struct crowd *crowd) {
    crowd->refs = bench_allocate(crowd->size, sizeof *crowd->refs);
    for (uint64_t i = 0; i < crowd->size; i++) {
        crowd->members[i].crowd = crowd;
        crowd->refs[i] = work_spawn(engine, NULL, receive, &crowd->members[i]);
        backstage_start(engine, crowd, i, 1);
        if (i % AT_ONCE == AT_ONCE - 1)
            work_run(engine);
    }
    work_run(engine);
    check(crowd, crowd->size, 1);
}

static void backstage_round(backstage_engine *engine, struct crowd *crowd, uint64_t tokens,
                            uint64_t hops) {
    for (uint64_t i = 0; i < tokens; i++)
        backstage_start(engine, crowd, i, (uint32_t)hops);
    work_run(engine);
    check(crowd, tokens, hops);
}

static void backstage_among(const bench_workload *workload, uint64_t count, double *figures) {
    struct crowd crowd = make_crowd(workload->size);
    uint64_t tokens = crowd.size < TOKENS ? crowd.size : TOKENS, hops = count / tokens;
    backstage_engine *engine = work_engine((uint32_t)crowd.size, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_make(engine, &crowd);
    backstage_round(engine, &crowd, tokens, work_warm_up(hops));
    double start = bench_seconds();
    backstage_round(engine, &crowd, tokens, hops);
    figures[0] = work_millions(tokens * hops, bench_seconds() - start);
    work_end(engine);
    free(crowd.refs);
    free(crowd.members);
}

static const bench_workload workloads[] = {{
    .name = "message among N actors",
    .payload = sizeof(struct token),
    .size = 1000,
    .count = 10000000,
    .floor = floor_among,
    .backstage = backstage_among,
    .figures = {{"", "M/s"}},
}};

const bench_group among_group = BENCH_GROUP(workloads);
