/*
 * Pending: a cook takes longer over an order than one callback. It leaves the order open, the oven
 * finishes it when it rings, and meanwhile the waiter goes on.
 * Build: cc pending.c $(pkg-config --cflags --libs backstage) -o pending
 */
#include <backstage.h>
#include <stdio.h>
#include <stdlib.h>

static backstage_context *cook, *oven;

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "pending: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

static backstage_status serve(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    uint64_t timer;
    printf("the %s has an order: %s\n", (char *)state, (const char *)envelope->payload);
    if (context != cook)
        return BACKSTAGE_OK;
    check(backstage_timer_start(oven, BACKSTAGE_SECONDS(2), 0, &timer));
    return BACKSTAGE_PENDING; /* the next order waits */
}

static backstage_status ring(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)context, (void)envelope;
    printf("the %s rings\n", (char *)state);
    return backstage_finish(cook, BACKSTAGE_OK);
}

int main(void) {
    static char names[][8] = {"cook", "waiter", "oven"};
    static const char orders[][8] = {"soup", "water", "cake", "bread"};
    backstage_engine_options virtual = {.size = sizeof virtual, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_actor_options options = {.size = sizeof options};
    backstage_engine *engine;
    backstage_ref actors[3];
    check(backstage_engine_create(&virtual, &engine));
    for (int i = 0; i < 3; i++) {
        options.receive = i == 2 ? ring : serve;
        options.state = names[i];
        check(backstage_engine_spawn(engine, &options, &actors[i]));
    }
    check(backstage_engine_context(engine, actors[0], &cook));
    check(backstage_engine_context(engine, actors[2], &oven));
    for (int i = 0; i < 4; i++)
        check(backstage_engine_send(engine, actors[i % 2], orders[i], sizeof orders[i]));
    for (int seconds = 0; seconds <= 4; seconds++) {
        printf("at %d s:\n", seconds);
        check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
        check(backstage_engine_advance(engine, BACKSTAGE_SECONDS(1)));
    }
    return backstage_engine_destroy(engine) == BACKSTAGE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
