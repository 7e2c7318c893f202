/* The flood of the latency workloads. */
#include "latency.h"

static const unsigned char ball[LATENCY_BALL_BYTES];

static void floor_player(floor_actor *self, const floor_message *message, void *state) {
    struct latency *latency = state;
    latency->flooded++;
    if (!latency->over)
        BENCH_CHECK(floor_send(self, message->sender, message->payload, message->size));
}

void latency_flood_floor(struct latency *latency, floor_actor *players) {
    for (int i = 0; i < 2 * LATENCY_PAIRS; i++) {
        floor_actor_make(&players[i], floor_player, latency, 16384);
        for (int j = 0; j < LATENCY_BALLS && i % 2; j++)
            BENCH_CHECK(floor_send(&players[i - 1], &players[i], ball, sizeof ball));
    }
}

static backstage_status player(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    struct latency *latency = state;
    latency->flooded++;
    if (!latency->over)
        WORK_OK(backstage_send(context, envelope->sender, envelope->payload, envelope->size));
    return BACKSTAGE_OK;
}

void latency_flood_backstage(struct latency *latency, backstage_engine *engine) {
    for (int i = 0; i < LATENCY_PAIRS; i++) {
        backstage_ref one = work_spawn(engine, NULL, player, latency);
        backstage_ref other = work_spawn(engine, NULL, player, latency);
        for (int j = 0; j < LATENCY_BALLS; j++)
            WORK_OK(backstage_send(work_context(engine, one), other, ball, sizeof ball));
    }
}
