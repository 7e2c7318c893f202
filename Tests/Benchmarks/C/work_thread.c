/* Other threads send to an actor, all of them on the other CPU; when there is no room they yield and
 * try again. Always in wall time: the threads share the work. */
#define _GNU_SOURCE
#include "work.h"

#include <sched.h>

enum { PAYLOAD = 16, THREADS_MAX = 2 };

struct feeder {
    uint64_t first, next; /* of its numbers: what it sends first, and what should come next */
    struct inflow *inflow;
    pthread_t thread;
};

struct inflow {
    struct tally tally;
    struct feeder feeders[THREADS_MAX];
    uint64_t threads, warm_up, limit;
    uint64_t started_ns, ended_ns;
    bool done;
    floor_actor receiver;
    backstage_engine *engine;
    backstage_ref receiver_ref;
};

/* Whether this was the last one. Thread 0 of two sends the even numbers. */
static inline bool take(struct inflow *inflow, const void *payload, uint32_t size) {
    uint64_t number;
    tally_add(&inflow->tally, payload, size);
    memcpy(&number, payload, sizeof number);
    struct feeder *feeder = &inflow->feeders[number & (inflow->threads - 1)];
    BENCH_CHECK(number == feeder->next);
    feeder->next += inflow->threads;
    if (inflow->tally.count == inflow->warm_up)
        inflow->started_ns = bench_wall_ns();
    if (inflow->tally.count < inflow->limit)
        return false;
    inflow->ended_ns = bench_wall_ns();
    return inflow->done = true;
}

static void make(struct inflow *inflow, uint64_t threads, uint64_t count) {
    BENCH_CHECK(threads == 1 || threads == THREADS_MAX);
    uint64_t warm_up = work_warm_up(count);
    *inflow = (struct inflow){.tally = {.size = PAYLOAD},
                              .threads = threads,
                              .warm_up = warm_up,
                              .limit = warm_up + count};
    for (uint64_t i = 0; i < threads; i++)
        inflow->feeders[i] = (struct feeder){.first = i, .next = i, .inflow = inflow};
}

static void start(struct inflow *inflow, void *(*feed)(void *)) {
    for (uint64_t i = 0; i < inflow->threads; i++)
        bench_start_other(&inflow->feeders[i].thread, feed, &inflow->feeders[i]);
}

static void join(struct inflow *inflow) {
    for (uint64_t i = 0; i < inflow->threads; i++)
        BENCH_CHECK(pthread_join(inflow->feeders[i].thread, NULL) == 0);
}

static void finish(const struct inflow *inflow, uint64_t count, double *figures) {
    BENCH_CHECK(tally_right(&inflow->tally, inflow->limit, 1));
    figures[0] = work_millions(count, (double)(inflow->ended_ns - inflow->started_ns) * 1e-9);
}

static void *floor_feed(void *state) {
    const struct feeder *feeder = state;
    struct inflow *inflow = feeder->inflow;
    uint64_t limit = inflow->limit, threads = inflow->threads; /* the receiver writes close by */
    unsigned char payload[PAYLOAD];
    for (uint64_t i = feeder->first; i < limit; i += threads) {
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
    struct inflow inflow;
    make(&inflow, workload->actors, count);
    floor_actor_make(&inflow.receiver, floor_take, &inflow, 32768);
    floor_remote_open();
    start(&inflow, floor_feed);
    floor_remote_run(&inflow.done);
    join(&inflow);
    floor_remote_close();
    finish(&inflow, count, figures);
}

static void *feed(void *state) {
    const struct feeder *feeder = state;
    const struct inflow *inflow = feeder->inflow;
    uint64_t limit = inflow->limit, threads = inflow->threads;
    backstage_engine *engine = inflow->engine;
    backstage_ref receiver = inflow->receiver_ref;
    unsigned char payload[PAYLOAD];
    backstage_status status;
    for (uint64_t i = feeder->first; i < limit; i += threads) {
        tally_stamp(payload, PAYLOAD, i);
        while ((status = backstage_engine_send(engine, receiver, payload, PAYLOAD)) ==
               BACKSTAGE_QUEUE_FULL)
            sched_yield();
        WORK_OK(status);
    }
    return NULL;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    if (take(state, envelope->payload, envelope->size))
        WORK_OK(backstage_engine_stop(backstage_context_engine(context)));
    return BACKSTAGE_OK;
}

static void backstage_thread(const bench_workload *workload, uint64_t count, double *figures) {
    struct inflow inflow;
    make(&inflow, workload->actors, count);
    inflow.engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    inflow.receiver_ref = work_spawn(inflow.engine, NULL, receive, &inflow);
    start(&inflow, feed);
    WORK_OK(backstage_engine_run(inflow.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    join(&inflow);
    work_run(inflow.engine);
    finish(&inflow, count, figures);
    work_end(inflow.engine);
}

#define THREADS(name_, threads_)                                                                   \
    {                                                                                              \
        .name = name_, .payload = PAYLOAD, .actors = threads_, .count = 10000000,                  \
        .floor = floor_thread, .backstage = backstage_thread, .figures = {{"", "M/s"}},            \
    }

static const bench_workload workloads[] = {
    THREADS("send from another thread", 1),
    THREADS("send from 2 other threads", 2),
};

const bench_group thread_group = BENCH_GROUP(workloads);
