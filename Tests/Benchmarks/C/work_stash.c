/* Stash: messages are set aside until a last one tells the receiver to go on; then they are taken
 * back and handled in order. */
#include "work.h"

enum { PAYLOAD = 16, TOGETHER = 1000, CAPACITY = 1024, FLOOR_RING_BYTES = 65536 };

struct stashing {
    struct tally tally;
    bool waits;
    uint64_t stashed, next;
    floor_actor receiver;
    floor_stash stash;
    backstage_ref receiver_ref;
};

/* Whether to set it aside. */
static inline bool waits_with(struct stashing *stashing) {
    if (!stashing->waits)
        return false;
    stashing->stashed++;
    return true;
}

static inline void handle(struct stashing *stashing, const void *payload, uint32_t size) {
    uint64_t number;
    tally_add(&stashing->tally, payload, size);
    memcpy(&number, payload, sizeof number);
    BENCH_CHECK(number == stashing->next++);
    if (stashing->next % TOGETHER == 0)
        stashing->waits = true;
}

static void begin(struct stashing *stashing) {
    stashing->tally = (struct tally){.size = PAYLOAD};
    stashing->waits = true;
    stashing->stashed = stashing->next = 0;
}

static void check(const struct stashing *stashing, uint64_t count) {
    BENCH_CHECK(tally_right(&stashing->tally, count, 1) && stashing->stashed == count);
}

static void floor_receive_one(floor_actor *self, const floor_message *message, void *state) {
    struct stashing *stashing = state;
    if (message->size == 0) {
        stashing->waits = false;
        floor_unstash(&stashing->stash, self);
    } else if (waits_with(stashing)) {
        BENCH_CHECK(floor_stash_put(&stashing->stash, message));
    } else {
        handle(stashing, message->payload, message->size);
    }
}

static void floor_round(struct stashing *stashing, uint64_t count) {
    unsigned char payload[PAYLOAD];
    begin(stashing);
    for (uint64_t i = 0; i < count;) {
        for (uint64_t end = i + TOGETHER; i < end; i++) {
            tally_stamp(payload, PAYLOAD, i);
            BENCH_CHECK(floor_send(NULL, &stashing->receiver, payload, PAYLOAD));
        }
        BENCH_CHECK(floor_send(NULL, &stashing->receiver, NULL, 0));
        floor_run();
    }
    check(stashing, count);
}

static void floor_stashing(const bench_workload *workload, uint64_t count, double *figures) {
    struct stashing stashing;
    (void)workload;
    floor_actor_make(&stashing.receiver, floor_receive_one, &stashing, FLOOR_RING_BYTES);
    BENCH_CHECK(floor_stash_open(&stashing.stash, FLOOR_RING_BYTES));
    floor_round(&stashing, TOGETHER);
    double start = bench_seconds();
    floor_round(&stashing, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    floor_stash_close(&stashing.stash);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct stashing *stashing = state;
    if (envelope->size == 0) {
        uint32_t count;
        stashing->waits = false;
        WORK_OK(backstage_unstash(context, &count));
        BENCH_CHECK(count == TOGETHER);
    } else if (waits_with(stashing)) {
        WORK_OK(backstage_stash(context, envelope));
    } else {
        handle(stashing, envelope->payload, envelope->size);
    }
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, struct stashing *stashing, uint64_t count) {
    unsigned char payload[PAYLOAD];
    begin(stashing);
    for (uint64_t i = 0; i < count;) {
        for (uint64_t end = i + TOGETHER; i < end; i++) {
            tally_stamp(payload, PAYLOAD, i);
            WORK_OK(backstage_engine_send(engine, stashing->receiver_ref, payload, PAYLOAD));
        }
        WORK_OK(backstage_engine_send(engine, stashing->receiver_ref, NULL, 0));
        work_run(engine);
    }
    check(stashing, count);
}

static void backstage_stashing(const bench_workload *workload, uint64_t count, double *figures) {
    struct stashing stashing;
    backstage_actor_options options = {
        .size = sizeof options, .receive = receive, .state = &stashing, .capacity = CAPACITY};
    (void)workload;
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    WORK_OK(backstage_engine_spawn(engine, &options, &stashing.receiver_ref));
    backstage_round(engine, &stashing, TOGETHER);
    double start = bench_seconds();
    backstage_round(engine, &stashing, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    work_end(engine);
}

static const bench_workload workloads[] = {{
    .name = "stash and unstash 1000",
    .payload = PAYLOAD,
    .count = 5000000,
    .floor = floor_stashing,
    .backstage = backstage_stashing,
    .figures = {{"", "M/s"}},
}};

const bench_group stash_group = BENCH_GROUP(workloads);
