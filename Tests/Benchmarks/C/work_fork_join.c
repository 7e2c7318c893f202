/* Fork and join: actors made one after the other, each for one message; and sixty actors told in
 * turn. */
#include "work.h"

#include <stdlib.h>

enum { PAYLOAD = 16, JOBS_AT_ONCE = 1000, ROUNDS_AT_ONCE = 16 };

/* ---- Create: an actor, one message, its end ------------------------------------------------ */

/* By hand: one allocation each, with room for its message, and freed once it is not running. */
struct job {
    floor_actor actor;
    struct job *ended;
    uint64_t ring[8];
};

static struct job *floor_ended;
static struct tally jobs;

static void floor_job(floor_actor *self, const floor_message *message, void *state) {
    struct job *job = state;
    (void)self;
    tally_add(&jobs, message->payload, message->size);
    job->ended = floor_ended;
    floor_ended = job;
}

static void floor_fork(uint64_t number) {
    unsigned char payload[PAYLOAD];
    struct job *job = malloc(sizeof *job);
    BENCH_CHECK(job != NULL);
    floor_actor_make(&job->actor, floor_job, job, sizeof job->ring);
    job->actor.ring = (unsigned char *)job->ring;
    tally_stamp(payload, PAYLOAD, number);
    BENCH_CHECK(floor_send(NULL, &job->actor, payload, PAYLOAD));
}

static void floor_fork_all(uint64_t count) {
    jobs = (struct tally){.size = PAYLOAD};
    for (uint64_t made = 0; made < count;) {
        uint64_t end = made + JOBS_AT_ONCE < count ? made + JOBS_AT_ONCE : count;
        for (; made < end; made++)
            floor_fork(made);
        floor_run();
        while (floor_ended) {
            struct job *job = floor_ended;
            floor_ended = job->ended;
            free(job);
        }
    }
    BENCH_CHECK(tally_right(&jobs, count, 1));
}

static void floor_create(const bench_workload *workload, uint64_t count, double *figures) {
    (void)workload;
    floor_fork_all(work_warm_up(count));
    double start = bench_seconds();
    floor_fork_all(count);
    figures[0] = work_millions(count, bench_seconds() - start);
}

static backstage_status do_job(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    tally_add(state, envelope->payload, envelope->size);
    return backstage_shutdown(context);
}

static void check_ended(backstage_engine *engine, uint64_t spawned) {
    backstage_statistics statistics = {.size = sizeof statistics};
    WORK_OK(backstage_engine_statistics(engine, &statistics));
    BENCH_CHECK(statistics.actors == 0 && statistics.spawned == spawned);
}

static void fork_all(backstage_engine *engine, uint64_t count) {
    backstage_actor_options options = {.size = sizeof options, .receive = do_job, .state = &jobs};
    unsigned char payload[PAYLOAD];
    backstage_ref actor;
    jobs = (struct tally){.size = PAYLOAD};
    for (uint64_t made = 0; made < count;) {
        uint64_t end = made + JOBS_AT_ONCE < count ? made + JOBS_AT_ONCE : count;
        for (; made < end; made++) {
            WORK_OK(backstage_engine_spawn(engine, &options, &actor));
            tally_stamp(payload, PAYLOAD, made);
            WORK_OK(backstage_engine_send(engine, actor, payload, PAYLOAD));
        }
        work_run(engine);
    }
    BENCH_CHECK(tally_right(&jobs, count, 1));
}

static void backstage_create(const bench_workload *workload, uint64_t count, double *figures) {
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    (void)workload;
    fork_all(engine, work_warm_up(count));
    double start = bench_seconds();
    fork_all(engine, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    check_ended(engine, work_warm_up(count) + count);
    work_end(engine);
}

/* ---- Throughput: rounds of one message to each --------------------------------------------- */

static void check_all(struct tally *tallies, uint32_t actors, uint64_t rounds) {
    for (uint32_t i = 0; i < actors; i++) {
        BENCH_CHECK(tally_right(&tallies[i], rounds, 1));
        tallies[i].count = tallies[i].sum = 0;
    }
}

static struct tally *make_tallies(uint32_t actors) {
    struct tally *tallies = bench_allocate(actors, sizeof *tallies);
    for (uint32_t i = 0; i < actors; i++)
        tallies[i].size = PAYLOAD;
    return tallies;
}

static void floor_count(floor_actor *self, const floor_message *message, void *state) {
    (void)self;
    tally_add(state, message->payload, message->size);
}

static void floor_tell_all(floor_actor *actors, uint32_t count, uint64_t rounds) {
    unsigned char payload[PAYLOAD];
    for (uint64_t round = 0; round < rounds;) {
        tally_stamp(payload, PAYLOAD, round);
        for (uint32_t i = 0; i < count; i++)
            BENCH_CHECK(floor_send(NULL, &actors[i], payload, PAYLOAD));
        if (++round % ROUNDS_AT_ONCE == 0)
            floor_run();
    }
    floor_run();
}

static void floor_throughput(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t size = workload->actors;
    uint64_t rounds = count / size, first = work_warm_up(rounds);
    struct tally *tallies = make_tallies(size);
    floor_actor *actors = bench_allocate(size, sizeof *actors);
    for (uint32_t i = 0; i < size; i++)
        floor_actor_make(&actors[i], floor_count, &tallies[i], 1024);
    floor_tell_all(actors, size, first);
    check_all(tallies, size, first);
    double start = bench_seconds();
    floor_tell_all(actors, size, rounds);
    figures[0] = work_millions(rounds * size, bench_seconds() - start);
    check_all(tallies, size, rounds);
    free(actors);
    free(tallies);
}

static backstage_status count_message(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    (void)context;
    tally_add(state, envelope->payload, envelope->size);
    return BACKSTAGE_OK;
}

static void tell_all(backstage_engine *engine, const backstage_ref *actors, uint32_t count,
                     uint64_t rounds) {
    unsigned char payload[PAYLOAD];
    for (uint64_t round = 0; round < rounds;) {
        tally_stamp(payload, PAYLOAD, round);
        for (uint32_t i = 0; i < count; i++)
            WORK_OK(backstage_engine_send(engine, actors[i], payload, PAYLOAD));
        if (++round % ROUNDS_AT_ONCE == 0)
            work_run(engine);
    }
    work_run(engine);
}

static void backstage_throughput(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t size = workload->actors;
    uint64_t rounds = count / size, first = work_warm_up(rounds);
    struct tally *tallies = make_tallies(size);
    backstage_ref *actors = bench_allocate(size, sizeof *actors);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    for (uint32_t i = 0; i < size; i++)
        actors[i] = work_spawn(engine, NULL, count_message, &tallies[i]);
    tell_all(engine, actors, size, first);
    check_all(tallies, size, first);
    double start = bench_seconds();
    tell_all(engine, actors, size, rounds);
    figures[0] = work_millions(rounds * size, bench_seconds() - start);
    check_all(tallies, size, rounds);
    work_end(engine);
    free(actors);
    free(tallies);
}

static const bench_workload workloads[] = {
    {
        .name = "fork-join create",
        .payload = PAYLOAD,
        .count = 5000000,
        .floor = floor_create,
        .backstage = backstage_create,
        .figures = {{"", "M/s"}},
    },
    {
        .name = "fork-join throughput",
        .payload = PAYLOAD,
        .actors = 60,
        .count = 20000000,
        .floor = floor_throughput,
        .backstage = backstage_throughput,
        .figures = {{"", "M/s"}},
    },
};

const bench_group fork_join_group = BENCH_GROUP(workloads);
