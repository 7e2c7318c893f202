/* A flood from actor to actor: bursts as large as the inbox, the next one when the last one has
 * been handled. */
#include "work.h"

enum { BURST = BACKSTAGE_CAPACITY_DEFAULT, PAYLOAD = 16 };

struct stream {
    uint64_t sent, limit;
    struct tally tally;
    floor_actor producer, consumer;
    backstage_ref producer_ref, consumer_ref;
};

static inline uint64_t burst_end(const struct stream *stream) {
    uint64_t end = stream->sent + BURST;
    return end < stream->limit ? end : stream->limit;
}

static void reset(struct stream *stream, uint64_t limit) {
    stream->sent = 0;
    stream->limit = limit;
    stream->tally = (struct tally){.size = PAYLOAD};
}

/* Whether the consumer should ask for more. */
static inline bool consume(struct stream *stream, const void *payload, uint32_t size) {
    tally_add(&stream->tally, payload, size);
    return stream->tally.count == stream->sent && stream->sent < stream->limit;
}

static void floor_produce(floor_actor *self, const floor_message *message, void *state) {
    struct stream *stream = state;
    unsigned char payload[PAYLOAD];
    (void)message;
    for (uint64_t end = burst_end(stream); stream->sent < end; stream->sent++) {
        tally_stamp(payload, PAYLOAD, stream->sent);
        BENCH_CHECK(floor_send(self, &stream->consumer, payload, PAYLOAD));
    }
}

static void floor_consume(floor_actor *self, const floor_message *message, void *state) {
    if (consume(state, message->payload, message->size))
        BENCH_CHECK(floor_send(self, message->sender, NULL, 0));
}

static void floor_round(struct stream *stream, uint64_t limit) {
    reset(stream, limit);
    BENCH_CHECK(floor_send(NULL, &stream->producer, NULL, 0));
    floor_run();
    BENCH_CHECK(tally_right(&stream->tally, limit, 1));
}

static void floor_stream(const bench_workload *workload, uint64_t count, double *figures) {
    struct stream stream;
    (void)workload;
    floor_actor_make(&stream.producer, floor_produce, &stream, 4096);
    floor_actor_make(&stream.consumer, floor_consume, &stream, BURST * 32);
    floor_round(&stream, work_warm_up(count));
    double start = bench_seconds();
    floor_round(&stream, count);
    figures[0] = work_millions(count, bench_seconds() - start);
}

static backstage_status produce(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct stream *stream = state;
    unsigned char payload[PAYLOAD];
    (void)envelope;
    for (uint64_t end = burst_end(stream); stream->sent < end; stream->sent++) {
        tally_stamp(payload, PAYLOAD, stream->sent);
        WORK_OK(backstage_send(context, stream->consumer_ref, payload, PAYLOAD));
    }
    return BACKSTAGE_OK;
}

static backstage_status consume_message(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    if (consume(state, envelope->payload, envelope->size))
        WORK_OK(backstage_send(context, envelope->sender, NULL, 0));
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, struct stream *stream, uint64_t limit) {
    reset(stream, limit);
    WORK_OK(backstage_engine_send(engine, stream->producer_ref, NULL, 0));
    work_run(engine);
    BENCH_CHECK(tally_right(&stream->tally, limit, 1));
}

static void backstage_stream(const bench_workload *workload, uint64_t count, double *figures) {
    struct stream stream;
    (void)workload;
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    stream.producer_ref = work_spawn(engine, NULL, produce, &stream);
    stream.consumer_ref = work_spawn(engine, NULL, consume_message, &stream);
    backstage_round(engine, &stream, work_warm_up(count));
    double start = bench_seconds();
    backstage_round(engine, &stream, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    work_end(engine);
}

static const bench_workload workloads[] = {{
    .name = "flood, actor to actor",
    .payload = PAYLOAD,
    .count = 20000000,
    .floor = floor_stream,
    .backstage = backstage_stream,
    .figures = {{"", "M/s"}},
}};

const bench_group stream_group = BENCH_GROUP(workloads);
