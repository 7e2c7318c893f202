/* Ping-pong: one ball between two actors; alone, and among a million that are idle. */
#include "work.h"

#include <stdlib.h>

struct ball {
    uint64_t bounces, limit;
};

struct player {
    uint64_t balls, sum;
};

/* What a player does with a ball. Whether it goes back. */
static inline bool play(struct player *player, struct ball *ball, const void *payload,
                        uint32_t size) {
    BENCH_CHECK(size == sizeof *ball);
    memcpy(ball, payload, sizeof *ball);
    player->balls++;
    player->sum += ball->bounces;
    return ++ball->bounces < ball->limit;
}

static void check(const struct player *players, uint64_t limit) {
    BENCH_CHECK(players[0].balls + players[1].balls == limit);
    BENCH_CHECK(players[0].balls - players[1].balls <= 1);
    BENCH_CHECK(players[0].sum + players[1].sum == limit * (limit - 1) / 2);
}

static void floor_player(floor_actor *self, const floor_message *message, void *state) {
    struct ball ball;
    if (play(state, &ball, message->payload, message->size))
        BENCH_CHECK(floor_send(self, message->sender, &ball, sizeof ball));
}

static void floor_round(floor_actor *actors, struct player *players, uint64_t limit) {
    struct ball ball = {0, limit};
    memset(players, 0, 2 * sizeof *players);
    BENCH_CHECK(floor_send(&actors[1], &actors[0], &ball, sizeof ball));
    floor_run();
    check(players, limit);
}

static void floor_ping_pong(const bench_workload *workload, uint64_t count, double *figures) {
    floor_actor actors[2];
    struct player players[2];
    char *ids = bench_ids(workload->actors + 1);
    for (int i = 0; i < 2; i++)
        floor_actor_make(&actors[i], floor_player, &players[i], 4096);
    for (uint32_t i = 0; i < workload->actors; i++)
        BENCH_CHECK(floor_spawn(ids + (size_t)i * BENCH_ID_STRIDE, floor_player, NULL, NULL));
    floor_round(actors, players, work_warm_up(count));
    double start = bench_seconds();
    floor_round(actors, players, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    free(ids);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct ball ball;
    if (play(state, &ball, envelope->payload, envelope->size))
        WORK_OK(backstage_send(context, envelope->sender, &ball, sizeof ball));
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, const backstage_ref *actors,
                            struct player *players, uint64_t limit) {
    struct ball ball = {0, limit};
    memset(players, 0, 2 * sizeof *players);
    WORK_OK(backstage_send(work_context(engine, actors[1]), actors[0], &ball, sizeof ball));
    work_run(engine);
    check(players, limit);
}

static void backstage_ping_pong(const bench_workload *workload, uint64_t count, double *figures) {
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_ref actors[2];
    struct player players[2];
    char *ids = bench_ids(workload->actors + 1);
    for (int i = 0; i < 2; i++)
        actors[i] = work_spawn(engine, NULL, receive, &players[i]);
    for (uint32_t i = 0; i < workload->actors; i++)
        work_spawn(engine, ids + (size_t)i * BENCH_ID_STRIDE, receive, NULL);
    backstage_round(engine, actors, players, work_warm_up(count));
    double start = bench_seconds();
    backstage_round(engine, actors, players, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    free(ids);
    work_end(engine);
}

#define PING_PONG(name_, idle)                                                                     \
    {                                                                                              \
        .name = name_, .payload = sizeof(struct ball), .actors = idle, .count = 20000000,          \
        .floor = floor_ping_pong, .backstage = backstage_ping_pong, .figures = {{"", "M/s"}},      \
    }

static const bench_workload workloads[] = {
    PING_PONG("ping-pong", 0),
    PING_PONG("ping-pong among 1 M idle", 1000000),
};

const bench_group ping_pong_group = BENCH_GROUP(workloads);
