/* Bounded buffer: producers that together are twice as fast as the consumers, whose inboxes are
 * small, under each overflow policy. A unit of work is an item that was handled. Where the inbox
 * refuses an item, the producer keeps it, sends itself a message to go on, and gives up its turn. */
#include "work.h"

#include <stdlib.h>

enum { PRODUCERS = 16, CONSUMERS = 4, BURST = 32, CAPACITY = 64, FLOOR_ITEM_BYTES = 32 };

struct item {
    uint32_t producer, reserved;
    uint64_t number;
};

struct producer {
    uint64_t made, limit, rejected;
    uint32_t place;
    struct buffer *buffer;
};

struct consumer {
    uint64_t handled, next[PRODUCERS]; /* next: the least number that may come, by producer */
};

struct buffer {
    struct producer producers[PRODUCERS];
    struct consumer consumers[CONSUMERS];
    floor_actor producer_actors[PRODUCERS], consumer_actors[CONSUMERS];
    backstage_ref producer_refs[PRODUCERS], consumer_refs[CONSUMERS];
    backstage_overflow overflow;
    uint64_t dropped;
};

static void start(struct buffer *buffer, uint64_t limit) {
    memset(buffer->consumers, 0, sizeof buffer->consumers);
    buffer->dropped = 0;
    for (uint32_t i = 0; i < PRODUCERS; i++)
        buffer->producers[i] = (struct producer){.limit = limit, .place = i, .buffer = buffer};
}

static inline uint64_t burst_end(const struct producer *producer) {
    uint64_t end = producer->made + BURST;
    return end < producer->limit ? end : producer->limit;
}

static inline struct item next_item(const struct producer *producer) {
    return (struct item){.producer = producer->place, .number = producer->made};
}

/* In the order sent, and if none may be missing, none is. */
static inline void consume(struct consumer *consumer, const void *payload, uint32_t size) {
    struct item item;
    BENCH_CHECK(size == sizeof item);
    memcpy(&item, payload, sizeof item);
    BENCH_CHECK(item.producer < PRODUCERS && item.number >= consumer->next[item.producer]);
    consumer->next[item.producer] = item.number + CONSUMERS;
    consumer->handled++;
}

/* The number of items that were handled. */
static uint64_t check(const struct buffer *buffer) {
    uint64_t handled = 0, made = 0, rejected = 0;
    for (uint32_t i = 0; i < CONSUMERS; i++)
        handled += buffer->consumers[i].handled;
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        BENCH_CHECK(buffer->producers[i].made == buffer->producers[i].limit);
        made += buffer->producers[i].made;
        rejected += buffer->producers[i].rejected;
    }
    BENCH_CHECK(handled + buffer->dropped == made);
    bool rejects = buffer->overflow == BACKSTAGE_OVERFLOW_REJECT;
    BENCH_CHECK(rejects ? rejected > 0 && buffer->dropped == 0 : buffer->dropped > 0);
    return handled;
}

/* ---- The floor: a ring of the capacity's size ------------------------------------------------ */

static bool floor_offer(struct producer *producer, floor_actor *self) {
    struct item item = next_item(producer);
    struct buffer *buffer = producer->buffer;
    floor_actor *consumer = &buffer->consumer_actors[producer->made % CONSUMERS];
    if (buffer->overflow == BACKSTAGE_OVERFLOW_DROP_OLDEST)
        buffer->dropped += floor_send_dropping(self, consumer, &item, sizeof item);
    else if (floor_send(self, consumer, &item, sizeof item))
        return true;
    else if (buffer->overflow == BACKSTAGE_OVERFLOW_REJECT)
        return false;
    else
        buffer->dropped++;
    return true;
}

static void floor_produce(floor_actor *self, const floor_message *message, void *state) {
    struct producer *producer = state;
    (void)message;
    for (uint64_t end = burst_end(producer); producer->made < end; producer->made++)
        if (!floor_offer(producer, self)) {
            producer->rejected++;
            break;
        }
    if (producer->made < producer->limit)
        BENCH_CHECK(floor_send(self, self, NULL, 0));
}

static void floor_consume(floor_actor *self, const floor_message *message, void *state) {
    (void)self;
    consume(state, message->payload, message->size);
}

static uint64_t floor_round(struct buffer *buffer, uint64_t limit) {
    start(buffer, limit);
    for (uint32_t i = 0; i < PRODUCERS; i++)
        BENCH_CHECK(floor_send(NULL, &buffer->producer_actors[i], NULL, 0));
    floor_run();
    return check(buffer);
}

static void floor_bounded(backstage_overflow overflow, uint64_t count, double *figures) {
    uint64_t each = count / PRODUCERS;
    struct buffer *buffer = bench_allocate(1, sizeof *buffer);
    buffer->overflow = overflow;
    for (uint32_t i = 0; i < PRODUCERS; i++)
        floor_actor_make(&buffer->producer_actors[i], floor_produce, &buffer->producers[i], 256);
    for (uint32_t i = 0; i < CONSUMERS; i++)
        floor_actor_make(&buffer->consumer_actors[i], floor_consume, &buffer->consumers[i],
                         CAPACITY * FLOOR_ITEM_BYTES);
    floor_round(buffer, work_warm_up(each));
    double begin = bench_seconds();
    uint64_t handled = floor_round(buffer, each);
    figures[0] = work_millions(handled, bench_seconds() - begin);
    free(buffer);
}

/* ---- Backstage ------------------------------------------------------------------------------ */

static backstage_status produce(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct producer *producer = state;
    struct buffer *buffer = producer->buffer;
    (void)envelope;
    for (uint64_t end = burst_end(producer); producer->made < end; producer->made++) {
        struct item item = next_item(producer);
        backstage_ref consumer = buffer->consumer_refs[producer->made % CONSUMERS];
        backstage_status status = backstage_send(context, consumer, &item, sizeof item);
        if (status == BACKSTAGE_INBOX_FULL) {
            producer->rejected++;
            break;
        }
        WORK_OK(status);
    }
    if (producer->made < producer->limit)
        WORK_OK(backstage_send(context, backstage_context_self(context), NULL, 0));
    return BACKSTAGE_YIELD;
}

static backstage_status consume_message(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)context;
    consume(state, envelope->payload, envelope->size);
    return BACKSTAGE_OK;
}

static backstage_statistics statistics_of(backstage_engine *engine) {
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    BENCH_CHECK(statistics.accepted == statistics.handled + statistics.dead);
    return statistics;
}

static uint64_t backstage_round(backstage_engine *engine, struct buffer *buffer, uint64_t limit) {
    uint64_t dead = statistics_of(engine).dead;
    start(buffer, limit);
    for (uint32_t i = 0; i < PRODUCERS; i++)
        WORK_OK(backstage_engine_send(engine, buffer->producer_refs[i], NULL, 0));
    work_run(engine);
    buffer->dropped = statistics_of(engine).dead - dead;
    return check(buffer);
}

static void backstage_bounded(backstage_overflow overflow, uint64_t count, double *figures) {
    uint64_t each = count / PRODUCERS;
    struct buffer *buffer = bench_allocate(1, sizeof *buffer);
    backstage_actor_options options = {.size = sizeof options,
                                       .receive = consume_message,
                                       .capacity = CAPACITY,
                                       .overflow = overflow};
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    buffer->overflow = overflow;
    for (uint32_t i = 0; i < PRODUCERS; i++)
        buffer->producer_refs[i] = work_spawn(engine, NULL, produce, &buffer->producers[i]);
    for (uint32_t i = 0; i < CONSUMERS; i++) {
        options.state = &buffer->consumers[i];
        WORK_OK(backstage_engine_spawn(engine, &options, &buffer->consumer_refs[i]));
    }
    backstage_round(engine, buffer, work_warm_up(each));
    double begin = bench_seconds();
    uint64_t handled = backstage_round(engine, buffer, each);
    figures[0] = work_millions(handled, bench_seconds() - begin);
    WORK_OK(backstage_engine_destroy(engine));
    free(buffer);
}

#define BOUNDED(name_, overflow)                                                                   \
    static void floor_##name_(const bench_workload *workload, uint64_t count, double *figures) {   \
        (void)workload;                                                                            \
        floor_bounded(overflow, count, figures);                                                   \
    }                                                                                              \
    static void backstage_##name_(const bench_workload *workload, uint64_t count,                  \
                                  double *figures) {                                               \
        (void)workload;                                                                            \
        backstage_bounded(overflow, count, figures);                                               \
    }

BOUNDED(reject, BACKSTAGE_OVERFLOW_REJECT)
BOUNDED(drop_newest, BACKSTAGE_OVERFLOW_DROP_NEWEST)
BOUNDED(drop_oldest, BACKSTAGE_OVERFLOW_DROP_OLDEST)

#define WORKLOAD(name_, side)                                                                      \
    {                                                                                              \
        .name = name_, .payload = sizeof(struct item), .actors = PRODUCERS + CONSUMERS,            \
        .count = 20000000, .floor = floor_##side, .backstage = backstage_##side,                   \
        .figures = {{"", "M/s"}},                                                                  \
    }

static const bench_workload workloads[] = {
    WORKLOAD("bounded buffer, reject", reject),
    WORKLOAD("bounded buffer, drop newest", drop_newest),
    WORKLOAD("bounded buffer, drop oldest", drop_oldest),
};

const bench_group bounded_group = BENCH_GROUP(workloads);
