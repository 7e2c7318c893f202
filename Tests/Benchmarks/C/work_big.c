/* Big: many actors; each sends a ping to another at random, waits for its pong, and goes on. A
 * message is a ping or a pong. */
#include "work.h"

#include <stdlib.h>

enum kind { START, PING, PONG };

struct ball {
    uint64_t kind, number;
};

struct player {
    uint64_t seed, left, sum; /* left: pings to come; sum: of the numbers in the pings it got */
    uint32_t place;
    struct game *game;
};

struct game {
    uint32_t players, finished;
    floor_actor *actors;
    backstage_ref *refs;
};

static inline struct ball ball_of(const void *payload, uint32_t size) {
    struct ball ball;
    BENCH_CHECK(size == sizeof ball);
    memcpy(&ball, payload, sizeof ball);
    return ball;
}

/* Another player: any but this one. */
static inline uint32_t choose(struct player *player) {
    uint64_t others = player->game->players - 1;
    uint32_t place = (uint32_t)((bench_random(&player->seed) >> 32) * others >> 32);
    return place + (place >= player->place);
}

/* Whether to send one more ping. */
static inline bool go_on(struct player *player, const struct ball *ball) {
    if (ball->kind == PONG) {
        BENCH_CHECK(ball->number == player->left);
        player->left--;
    }
    player->game->finished += player->left == 0;
    return player->left > 0;
}

static void start_game(struct game *game, struct player *players, uint64_t pings) {
    game->finished = 0;
    for (uint32_t i = 0; i < game->players; i++)
        players[i] = (struct player){.seed = i, .left = pings, .place = i, .game = game};
}

static void check_game(const struct game *game, const struct player *players, uint64_t pings) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < game->players; i++)
        sum += players[i].sum;
    BENCH_CHECK(game->finished == game->players);
    BENCH_CHECK(sum == game->players * (pings * (pings + 1) / 2));
}

static uint64_t pings_of(const bench_workload *workload, uint64_t count) {
    uint64_t pings = count / (2 * (uint64_t)workload->actors);
    return pings ? pings : 1;
}

static void floor_player(floor_actor *self, const floor_message *message, void *state) {
    struct player *player = state;
    struct ball ball = ball_of(message->payload, message->size);
    if (ball.kind == PING) {
        player->sum += ball.number;
        ball.kind = PONG;
        BENCH_CHECK(floor_send(self, message->sender, &ball, sizeof ball));
    } else if (go_on(player, &ball)) {
        struct ball ping = {PING, player->left};
        floor_actor *other = &player->game->actors[choose(player)];
        BENCH_CHECK(floor_send(self, other, &ping, sizeof ping));
    }
}

static void floor_round(struct game *game, struct player *players, uint64_t pings) {
    const struct ball start = {START, 0};
    start_game(game, players, pings);
    for (uint32_t i = 0; i < game->players; i++)
        BENCH_CHECK(floor_send(NULL, &game->actors[i], &start, sizeof start));
    floor_run();
    check_game(game, players, pings);
}

static void floor_big(const bench_workload *workload, uint64_t count, double *figures) {
    struct game game = {.players = workload->actors};
    struct player *players = bench_allocate(game.players, sizeof *players);
    uint64_t pings = pings_of(workload, count);
    uint32_t ring_bytes = 256;
    while (ring_bytes < (game.players + 2) * 32)
        ring_bytes *= 2;
    game.actors = bench_allocate(game.players, sizeof *game.actors);
    for (uint32_t i = 0; i < game.players; i++)
        floor_actor_make(&game.actors[i], floor_player, &players[i], ring_bytes);
    floor_round(&game, players, work_warm_up(pings));
    double start = bench_seconds();
    floor_round(&game, players, pings);
    figures[0] = work_millions(2 * pings * game.players, bench_seconds() - start);
    free(game.actors);
    free(players);
}

static backstage_status play(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    struct player *player = state;
    struct ball ball = ball_of(envelope->payload, envelope->size);
    if (ball.kind == PING) {
        player->sum += ball.number;
        ball.kind = PONG;
        WORK_OK(backstage_send(context, envelope->sender, &ball, sizeof ball));
    } else if (go_on(player, &ball)) {
        struct ball ping = {PING, player->left};
        backstage_ref other = player->game->refs[choose(player)];
        WORK_OK(backstage_send(context, other, &ping, sizeof ping));
    }
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, struct game *game, struct player *players,
                            uint64_t pings) {
    const struct ball start = {START, 0};
    start_game(game, players, pings);
    for (uint32_t i = 0; i < game->players; i++)
        WORK_OK(backstage_engine_send(engine, game->refs[i], &start, sizeof start));
    work_run(engine);
    check_game(game, players, pings);
}

static void backstage_big(const bench_workload *workload, uint64_t count, double *figures) {
    struct game game = {.players = workload->actors};
    struct player *players = bench_allocate(game.players, sizeof *players);
    uint64_t pings = pings_of(workload, count);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    game.refs = bench_allocate(game.players, sizeof *game.refs);
    for (uint32_t i = 0; i < game.players; i++)
        game.refs[i] = work_spawn(engine, NULL, play, &players[i]);
    backstage_round(engine, &game, players, work_warm_up(pings));
    double start = bench_seconds();
    backstage_round(engine, &game, players, pings);
    figures[0] = work_millions(2 * pings * game.players, bench_seconds() - start);
    work_end(engine);
    free(game.refs);
    free(players);
}

static const bench_workload workloads[] = {{
    .name = "big",
    .payload = sizeof(struct ball),
    .actors = 120,
    .count = 20000000,
    .floor = floor_big,
    .backstage = backstage_big,
    .figures = {{"", "M/s"}},
}};

const bench_group big_group = BENCH_GROUP(workloads);
