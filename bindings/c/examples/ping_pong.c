/*
 * Ping-pong: two actors hand a number back and forth until it is 0, then the engine's ledger
 * shows that every message was handled. Usage: ping_pong [ROUNDS]
 * Build: cc ping_pong.c $(pkg-config --cflags --libs backstage) -o ping_pong
 */
#include <backstage.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void check(backstage_status status, const char *what) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "ping_pong: %s: %s\n", what, backstage_status_name(status));
    exit(EXIT_FAILURE);
}

/* Each player's state is the number of balls it has got. */
static backstage_status play(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    uint64_t *balls = state;
    uint64_t left = *(const uint64_t *)envelope->payload; /* payloads are aligned */
    *balls += 1;
    if (left == 0)
        return BACKSTAGE_OK;
    left -= 1;
    return backstage_send(context, envelope->sender, &left, sizeof left);
}

static backstage_ref spawn_player(backstage_engine *engine, const char *id, uint64_t *balls) {
    backstage_actor_options options = {
        .size = sizeof options, .id = id, .receive = play, .state = balls};
    backstage_ref player;
    check(backstage_engine_spawn(engine, &options, &player), id);
    return player;
}

static uint64_t rounds_of(int argc, char **argv) {
    char *end = NULL;
    if (argc < 2)
        return 100000;
    unsigned long rounds = strtoul(argv[1], &end, 10);
    if (argc == 2 && argv[1][0] >= '0' && argv[1][0] <= '9' && *end == '\0' && rounds > 0 &&
        rounds <= 1000000000)
        return rounds;
    fprintf(stderr, "usage: ping_pong [ROUNDS], from 1 to 1000000000\n");
    exit(2);
}

int main(int argc, char **argv) {
    uint64_t rounds = rounds_of(argc, argv);
    uint64_t pings = 0, pongs = 0;
    backstage_engine *engine;
    check(backstage_engine_create(NULL, &engine), "engine");
    backstage_ref ping = spawn_player(engine, "ping", &pings);
    backstage_ref pong = spawn_player(engine, "pong", &pongs);

    /* A round is two messages. Ping serves: acting as it, so that pong knows whom to answer. */
    uint64_t left = rounds * 2 - 1;
    backstage_context *as_ping;
    check(backstage_engine_context(engine, ping, &as_ping), "context");
    check(backstage_send(as_ping, pong, &left, sizeof left), "send");
    check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER), "run");

    backstage_statistics ledger = {.size = sizeof ledger};
    check(backstage_engine_statistics(engine, &ledger), "statistics");
    check(backstage_engine_destroy(engine), "destroy");
    printf("ping got %" PRIu64 ", pong got %" PRIu64 "\n", pings, pongs);
    printf("accepted %" PRIu64 " = handled %" PRIu64 " + dead %" PRIu64 " + queued %" PRIu64 "\n",
           ledger.accepted, ledger.handled, ledger.dead, ledger.queued);
    return pings == rounds && pongs == rounds ? EXIT_SUCCESS : EXIT_FAILURE;
}
