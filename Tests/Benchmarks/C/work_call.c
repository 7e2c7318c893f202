/* Another thread asks an actor and waits for the answer, again and again. Always in wall time: two
 * threads take turns. */
#include "work.h"

enum { PAYLOAD = 16 };

struct calling {
    uint64_t warm_up, limit, sum;
    uint64_t answered; /* by the answering side */
    uint64_t started_ns, ended_ns;
    bool done;
    floor_box box;
    backstage_engine *engine;
    backstage_ref answerer;
};

/* The answer is the number and the answering side's count. */
static inline void answer(struct calling *calling, unsigned char *payload, uint32_t size) {
    uint64_t number;
    BENCH_CHECK(size == PAYLOAD);
    memcpy(&number, payload, sizeof number);
    BENCH_CHECK(number == calling->answered);
    calling->answered++;
    memcpy(payload + sizeof number, &calling->answered, sizeof calling->answered);
}

static inline void learn(struct calling *calling, const void *payload, uint64_t number) {
    uint64_t reply[2];
    memcpy(reply, payload, sizeof reply);
    BENCH_CHECK(reply[0] == number && reply[1] == number + 1);
    calling->sum += reply[1];
    if (number + 1 == calling->warm_up)
        calling->started_ns = bench_wall_ns();
    if (number + 1 == calling->limit)
        calling->ended_ns = bench_wall_ns();
}

static struct calling make(uint64_t count) {
    uint64_t warm_up = work_warm_up(count);
    return (struct calling){.warm_up = warm_up, .limit = warm_up + count};
}

static void finish(const struct calling *calling, uint64_t count, double *figures) {
    uint64_t limit = calling->limit;
    BENCH_CHECK(calling->answered == limit && calling->sum == limit * (limit + 1) / 2);
    double seconds = (double)(calling->ended_ns - calling->started_ns) * 1e-9;
    figures[0] = (double)count / seconds * 1e-3;
}

static void *floor_ask(void *state) {
    struct calling *calling = state;
    unsigned char payload[PAYLOAD];
    for (uint64_t i = 0; i < calling->limit; i++) {
        tally_stamp(payload, PAYLOAD, i);
        BENCH_CHECK(floor_call(&calling->box, payload, PAYLOAD, payload));
        learn(calling, payload, i);
    }
    return NULL;
}

static void floor_answer_one(unsigned char *payload, uint32_t size, void *state) {
    struct calling *calling = state;
    answer(calling, payload, size);
    calling->done = calling->answered == calling->limit;
}

static void floor_calls(const bench_workload *workload, uint64_t count, double *figures) {
    struct calling calling = make(count);
    pthread_t thread;
    (void)workload;
    floor_box_open(&calling.box);
    bench_start_other(&thread, floor_ask, &calling);
    floor_serve(&calling.box, floor_answer_one, &calling, &calling.done);
    BENCH_CHECK(pthread_join(thread, NULL) == 0);
    floor_box_close(&calling.box);
    finish(&calling, count, figures);
}

static void *ask(void *state) {
    struct calling *calling = state;
    unsigned char payload[PAYLOAD];
    backstage_payload *reply;
    for (uint64_t i = 0; i < calling->limit; i++) {
        tally_stamp(payload, PAYLOAD, i);
        WORK_OK(backstage_engine_request(calling->engine, calling->answerer, payload, PAYLOAD,
                                         BACKSTAGE_SECONDS(60), &reply));
        BENCH_CHECK(backstage_payload_size(reply) == PAYLOAD);
        learn(calling, backstage_payload_data(reply), i);
        WORK_OK(backstage_payload_release(reply));
    }
    WORK_OK(backstage_engine_stop(calling->engine));
    return NULL;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    unsigned char payload[PAYLOAD];
    BENCH_CHECK(envelope->type == BACKSTAGE_REQUEST && envelope->size == PAYLOAD);
    memcpy(payload, envelope->payload, PAYLOAD);
    answer(state, payload, PAYLOAD);
    return backstage_reply(context, envelope, payload, PAYLOAD);
}

static void backstage_calls(const bench_workload *workload, uint64_t count, double *figures) {
    struct calling calling = make(count);
    pthread_t thread;
    (void)workload;
    calling.engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    calling.answerer = work_spawn(calling.engine, NULL, receive, &calling);
    bench_start_other(&thread, ask, &calling);
    WORK_OK(backstage_engine_run(calling.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    BENCH_CHECK(pthread_join(thread, NULL) == 0);
    work_run(calling.engine);
    finish(&calling, count, figures);
    work_end(calling.engine);
}

static const bench_workload workloads[] = {{
    .name = "request from another thread",
    .payload = PAYLOAD,
    .count = 200000,
    .floor = floor_calls,
    .backstage = backstage_calls,
    .figures = {{"", "k/s"}},
}};

const bench_group call_group = BENCH_GROUP(workloads);
