/* Publish: one publisher's default topic, to one subscriber, to a thousand and to any number. A
 * message here is a delivery. */
#include "work.h"

#include <stdlib.h>

enum { BURST = 1000 }; /* deliveries under way */

/* `count` publications, so that about BURST deliveries are under way. */
static inline uint64_t publications_at_once(uint32_t subscribers) {
    return subscribers < BURST ? BURST / subscribers : 1;
}

static struct tally *make_tallies(const bench_workload *workload) {
    struct tally *tallies = bench_allocate(workload->actors, sizeof *tallies);
    for (uint32_t i = 0; i < workload->actors; i++)
        tallies[i].size = workload->payload;
    return tallies;
}

static void check(struct tally *tallies, uint32_t subscribers, uint64_t publications) {
    for (uint32_t i = 0; i < subscribers; i++) {
        BENCH_CHECK(tally_right(&tallies[i], publications, 1));
        tallies[i].count = tallies[i].sum = 0;
    }
}

static void floor_subscriber(floor_actor *self, const floor_message *message, void *state) {
    (void)self;
    tally_add(state, message->payload, message->size);
}

static void floor_round(const bench_workload *workload, floor_actor *const *subscribers,
                        unsigned char *payload, uint64_t publications) {
    uint64_t at_once = publications_at_once(workload->actors);
    for (uint64_t sent = 0; sent < publications;) {
        for (uint64_t end = sent + at_once; sent < end && sent < publications; sent++) {
            tally_stamp(payload, workload->payload, sent);
            BENCH_CHECK(
                floor_publish(NULL, subscribers, workload->actors, payload, workload->payload));
        }
        floor_run();
    }
}

/* What is under way at most, and no more: the rings of many subscribers fill the caches. */
static uint32_t ring_for(const bench_workload *workload) {
    uint64_t messages = publications_at_once(workload->actors) + 1, bytes = 64;
    while (bytes < messages * (workload->payload + 32))
        bytes *= 2;
    return (uint32_t)bytes;
}

static void floor_publishing(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t subscribers = workload->actors;
    uint64_t publications = count / subscribers, first = work_warm_up(publications);
    struct tally *tallies = make_tallies(workload);
    floor_actor *actors = bench_allocate(subscribers, sizeof *actors);
    floor_actor **list = bench_allocate(subscribers, sizeof *list);
    unsigned char *payload = bench_allocate(1, workload->payload);
    uint32_t ring_bytes = ring_for(workload);
    for (uint32_t i = 0; i < subscribers; i++)
        floor_actor_make(list[i] = &actors[i], floor_subscriber, &tallies[i], ring_bytes);
    floor_round(workload, list, payload, first);
    check(tallies, subscribers, first);
    double start = bench_seconds();
    floor_round(workload, list, payload, publications);
    figures[0] = work_millions(publications * subscribers, bench_seconds() - start);
    check(tallies, subscribers, publications);
    free(tallies);
    free(actors);
    free(list);
    free(payload);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context;
    tally_add(state, envelope->payload, envelope->size);
    return BACKSTAGE_OK;
}

static void backstage_round(const bench_workload *workload, backstage_engine *engine,
                            backstage_context *publisher, unsigned char *payload,
                            uint64_t publications) {
    uint64_t at_once = publications_at_once(workload->actors);
    for (uint64_t sent = 0; sent < publications;) {
        for (uint64_t end = sent + at_once; sent < end && sent < publications; sent++) {
            uint32_t receivers = 0;
            tally_stamp(payload, workload->payload, sent);
            WORK_OK(backstage_publish(publisher, payload, workload->payload, &receivers));
            BENCH_CHECK(receivers == workload->actors);
        }
        work_run(engine);
    }
}

static void backstage_publishing(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t subscribers = workload->actors;
    uint64_t publications = count / subscribers, first = work_warm_up(publications);
    struct tally *tallies = make_tallies(workload);
    unsigned char *payload = bench_allocate(1, workload->payload);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_context *publisher =
        work_context(engine, work_spawn(engine, "publisher", receive, NULL));
    for (uint32_t i = 0; i < subscribers; i++) {
        backstage_ref subscriber = work_spawn(engine, NULL, receive, &tallies[i]);
        WORK_OK(backstage_subscribe(work_context(engine, subscriber), "publisher"));
    }
    backstage_round(workload, engine, publisher, payload, first);
    check(tallies, subscribers, first);
    double start = bench_seconds();
    backstage_round(workload, engine, publisher, payload, publications);
    figures[0] = work_millions(publications * subscribers, bench_seconds() - start);
    check(tallies, subscribers, publications);
    work_end(engine);
    free(tallies);
    free(payload);
}

#define PUBLISH(name_, size, subscribers, count_)                                                  \
    {                                                                                              \
        .name = name_, .payload = size, .actors = subscribers, .count = count_,                    \
        .floor = floor_publishing, .backstage = backstage_publishing, .figures = {{"", "M/s"}},    \
    }

static const bench_workload workloads[] = {
    PUBLISH("publish 1 to 1", 16, 1, 10000000),
    PUBLISH("publish 1 to 1, 1 KiB", 1024, 1, 4000000),
    PUBLISH("publish 1 to 1000", 16, 1000, 20000000),
    PUBLISH("publish 1 to 1000, 1 KiB", 1024, 1000, 5000000),
    PUBLISH("publish to N subscribers", 16, 1000, 20000000),
};

const bench_group publish_group = BENCH_GROUP(workloads);
