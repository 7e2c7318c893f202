/* Restarts: an actor fails on every message, and the `init` of its restart sends it the next one.
 * Its siblings, if there are any, restart with it. */
#include "work.h"

#include <stdlib.h>

enum { PAYLOAD = 16 };

struct brood {
    uint64_t started, ended; /* calls of hooks for a restart */
    uint64_t failures, limit;
    uint64_t now_ns;
    floor_family family;
};

/* The state of a child: only the last one fails, when `init` has run for all. */
struct member {
    struct brood *brood;
    bool fails;
};

/* Whether to go on: sends itself the message that it will fail on. */
static inline bool start(struct member *member, unsigned char *payload) {
    struct brood *brood = member->brood;
    brood->started++;
    if (!member->fails || brood->failures == brood->limit)
        return false;
    tally_stamp(payload, PAYLOAD, brood->failures);
    return true;
}

/* Before it fails. */
static inline void check_message(struct member *member, const void *payload, uint32_t size) {
    uint64_t number;
    BENCH_CHECK(size == PAYLOAD && member->fails);
    memcpy(&number, payload, sizeof number);
    BENCH_CHECK(number == member->brood->failures++);
}

static void begin(struct brood *brood, uint64_t limit) {
    brood->started = brood->ended = brood->failures = 0;
    brood->limit = limit;
}

static void check(const struct brood *brood, uint64_t restarts) {
    BENCH_CHECK(brood->failures == brood->limit);
    BENCH_CHECK(brood->started == restarts && brood->ended == restarts);
}

static struct member *make_members(struct brood *brood, uint32_t count) {
    struct member *members = bench_allocate(count, sizeof *members);
    for (uint32_t i = 0; i < count; i++)
        members[i] = (struct member){.brood = brood, .fails = i + 1 == count};
    return members;
}

/* All of them restart together: so many are whole rounds. */
static uint64_t whole_rounds(uint64_t restarts, uint32_t actors) {
    return (restarts + actors - 1) / actors * actors;
}

static double nanoseconds(uint64_t count, double seconds) { return seconds * 1e9 / (double)count; }

static void floor_start(floor_actor *self) {
    unsigned char payload[PAYLOAD];
    if (start(self->state, payload))
        BENCH_CHECK(floor_send(self, self, payload, PAYLOAD));
}

static void floor_end_child(floor_actor *self) {
    struct member *member = self->state;
    member->brood->ended++;
}

static void floor_fail(floor_actor *self, const floor_message *message, void *state) {
    struct member *member = state;
    struct brood *brood = member->brood;
    check_message(member, message->payload, message->size);
    BENCH_CHECK(floor_restart(&brood->family, (floor_restartable *)(void *)self, brood->now_ns));
}

static void floor_round(struct brood *brood, uint64_t restarts) {
    floor_restartable *last = brood->family.children + brood->family.count - 1;
    unsigned char payload[PAYLOAD];
    begin(brood, restarts / brood->family.count);
    tally_stamp(payload, PAYLOAD, 0);
    BENCH_CHECK(floor_send(NULL, &last->actor, payload, PAYLOAD));
    floor_run();
    check(brood, restarts);
}

static void floor_restarts(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t actors = workload->actors;
    struct brood *brood = bench_allocate(1, sizeof *brood);
    struct member *members = make_members(brood, actors);
    brood->now_ns = bench_wall_ns();
    brood->family.children = bench_allocate(actors, sizeof(floor_restartable));
    brood->family.count = actors;
    brood->family.one_for_all = actors > 1;
    for (uint32_t i = 0; i < actors; i++) {
        floor_restartable *child = brood->family.children + i;
        floor_actor_make(&child->actor, floor_fail, &members[i], 4096);
        child->init = floor_start;
        child->deinit = floor_end_child;
    }
    uint64_t restarts = whole_rounds(count, actors);
    floor_round(brood, whole_rounds(work_warm_up(count), actors));
    double started = bench_seconds();
    floor_round(brood, restarts);
    figures[0] = nanoseconds(restarts, bench_seconds() - started);
    free(brood->family.children);
    free(members);
    free(brood);
}

static backstage_status init(backstage_context *context, void *state) {
    unsigned char payload[PAYLOAD];
    if (start(state, payload))
        WORK_OK(backstage_send(context, backstage_context_self(context), payload, PAYLOAD));
    return BACKSTAGE_OK;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    struct member *member = state;
    (void)context;
    member->brood->ended += reason == BACKSTAGE_REASON_RESTARTED;
    return BACKSTAGE_OK;
}

static backstage_status fail(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)context;
    check_message(state, envelope->payload, envelope->size);
    return BACKSTAGE_USER_STATUS;
}

/* Never handles anything. */
static backstage_status supervise(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_USER_STATUS;
}

static backstage_context *spawn_supervisor(backstage_engine *engine, bool one_for_all) {
    backstage_supervision supervision = {
        .size = sizeof supervision, .restarts_max = BACKSTAGE_RESTARTS_MAX, .window_ns = 1};
    backstage_actor_options options = {
        .size = sizeof options, .receive = supervise, .supervision = &supervision};
    backstage_ref supervisor;
    if (one_for_all)
        supervision.strategy = BACKSTAGE_ONE_FOR_ALL;
    WORK_OK(backstage_engine_spawn(engine, &options, &supervisor));
    return work_context(engine, supervisor);
}

/* Returns the last one. */
static backstage_ref spawn_children(backstage_context *supervisor, struct member *members,
                                    uint32_t count) {
    backstage_actor_options options = {
        .size = sizeof options, .init = init, .receive = fail, .deinit = deinit};
    backstage_ref child = BACKSTAGE_NONE;
    for (uint32_t i = 0; i < count; i++) {
        options.state = &members[i];
        WORK_OK(backstage_spawn_child(supervisor, &options, &child));
    }
    return child;
}

static void backstage_round(backstage_engine *engine, backstage_ref last, struct brood *brood,
                            uint64_t restarts, uint32_t actors) {
    unsigned char payload[PAYLOAD];
    begin(brood, restarts / actors);
    tally_stamp(payload, PAYLOAD, 0);
    WORK_OK(backstage_engine_send(engine, last, payload, PAYLOAD));
    work_run(engine);
    check(brood, restarts);
}

static void end_engine(backstage_engine *engine, uint64_t restarts, uint64_t failures) {
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    BENCH_CHECK(statistics.restarts == restarts && statistics.failures == failures);
    BENCH_CHECK(statistics.accepted == failures && statistics.dead == failures);
    WORK_OK(backstage_engine_destroy(engine));
}

static void backstage_restarts(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t actors = workload->actors;
    uint64_t restarts = whole_rounds(count, actors);
    uint64_t warm_up = whole_rounds(work_warm_up(count), actors);
    struct brood *brood = bench_allocate(1, sizeof *brood);
    struct member *members = make_members(brood, actors);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_ref last = spawn_children(spawn_supervisor(engine, actors > 1), members, actors);
    work_run(engine);
    BENCH_CHECK(brood->started == actors);
    backstage_round(engine, last, brood, warm_up, actors);
    double started = bench_seconds();
    backstage_round(engine, last, brood, restarts, actors);
    figures[0] = nanoseconds(restarts, bench_seconds() - started);
    end_engine(engine, warm_up + restarts, (warm_up + restarts) / actors);
    free(members);
    free(brood);
}

#define RESTART(name_, actors_)                                                                    \
    {                                                                                              \
        .name = name_, .payload = PAYLOAD, .actors = actors_, .count = 2000000,                    \
        .floor = floor_restarts, .backstage = backstage_restarts, .figures = {{"", "ns"}},         \
    }

static const bench_workload workloads[] = {
    RESTART("restart of a failing actor", 1),
    RESTART("restart of each of 1000 siblings", 1000),
};

const bench_group restart_group = BENCH_GROUP(workloads);
