/* Another thread sends to an actor; when there is no room it yields and tries again. Always in
 * wall time: two threads share the work. */
#define _GNU_SOURCE
#include "work.h"

#include <sched.h>

enum { PAYLOAD = 16 };

struct inflow {
    struct tally tally;
    uint64_t next, warm_up, limit;
    uint64_t started_ns, ended_ns;
    bool done;
    floor_actor receiver;
    backstage_engine *engine;
    backstage_ref receiver_ref;
};

/* Whether this was the last one. */
static inline bool take(struct inflow *inflow, const void *payload, uint32_t size) {
    uint64_t number;
    tally_add(&inflow->tally, payload, size);
    memcpy(&number, payload, sizeof number);
    BENCH_CHECK(number == inflow->next++);
    if (inflow->next == inflow->warm_up)
        inflow->started_ns = bench_wall_ns();
    if (inflow->next < inflow->limit)
        return false;
    inflow->ended_ns = bench_wall_ns();
    return inflow->done = true;
}

static struct inflow make(uint64_t count) {
    uint64_t warm_up = work_warm_up(count);
    return (struct inflow){
        .tally = {.size = PAYLOAD}, .warm_up = warm_up, .limit = warm_up + count};
}

static void finish(const struct inflow *inflow, uint64_t count, double *figures) {
    BENCH_CHECK(tally_right(&inflow->tally, inflow->limit, 1));
    figures[0] = work_millions(count, (double)(inflow->ended_ns - inflow->started_ns) * 1e-9);
}

static void *floor_feed(void *state) {
    struct inflow *inflow = state;
    unsigned char payload[PAYLOAD];
    for (uint64_t i = 0; i < inflow->limit; i++) {
        tally_stamp(payload, PAYLOAD, i);
        while (!floor_remote_send(&inflow->receiver, payload, PAYLOAD))
            sched_yield();
    }
    return NULL;
}

static void floor_take(floor_actor *self, const floor_message *message, void *state) {
    (void)self;
    take(state, message->payload, message->size);
}

static void floor_thread(const bench_workload *workload, uint64_t count, double *figures) {
    struct inflow inflow = make(count);
    pthread_t thread;
    (void)workload;
    floor_actor_make(&inflow.receiver, floor_take, &inflow, 32768);
    floor_remote_open();
    bench_start_other(&thread, floor_feed, &inflow);
    floor_remote_run(&inflow.done);
    BENCH_CHECK(pthread_join(thread, NULL) == 0);
    floor_remote_close();
    finish(&inflow, count, figures);
}

static void *feed(void *state) {
    struct inflow *inflow = state;
    unsigned char payload[PAYLOAD];
    backstage_status status;
    for (uint64_t i = 0; i < inflow->limit; i++) {
        tally_stamp(payload, PAYLOAD, i);
        while ((status = backstage_engine_send(inflow->engine, inflow->receiver_ref, payload,
                                               PAYLOAD)) == BACKSTAGE_QUEUE_FULL)
            sched_yield();
        WORK_OK(status);
    }
    return NULL;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct inflow *inflow = state;
    if (take(inflow, envelope->payload, envelope->size))
        WORK_OK(backstage_engine_stop(backstage_context_engine(context)));
    return BACKSTAGE_OK;
}

static void backstage_thread(const bench_workload *workload, uint64_t count, double *figures) {
    struct inflow inflow = make(count);
    pthread_t thread;
    (void)workload;
    inflow.engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    inflow.receiver_ref = work_spawn(inflow.engine, NULL, receive, &inflow);
    bench_start_other(&thread, feed, &inflow);
    WORK_OK(backstage_engine_run(inflow.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    BENCH_CHECK(pthread_join(thread, NULL) == 0);
    work_run(inflow.engine);
    finish(&inflow, count, figures);
    work_end(inflow.engine);
}

static const bench_workload workloads[] = {{
    .name = "send from another thread",
    .payload = PAYLOAD,
    .count = 10000000,
    .floor = floor_thread,
    .backstage = backstage_thread,
    .figures = {{"", "M/s", BENCH_RATIO_AT_LEAST, 0.6}},
}};

const bench_group thread_group = BENCH_GROUP(workloads);
