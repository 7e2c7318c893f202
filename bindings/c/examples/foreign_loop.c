/*
 * A foreign loop: a program that already runs on libev takes an engine into its own loop. One
 * ev_run drives the program's timer and the engine's actors; it ends when neither has work left.
 * Build: cc foreign_loop.c $(pkg-config --cflags --libs backstage) -lev -o foreign_loop
 */
#include <backstage.h>
#include <ev.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICKS = 3 };

static void check(backstage_status status, const char *what) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "foreign_loop: %s: %s\n", what, backstage_status_name(status));
    exit(EXIT_FAILURE);
}

struct program {
    struct ev_loop *loop;
    ev_timer timer;
    backstage_engine *engine;
    backstage_ref counter;
    uint32_t ticks;
};

/* The program's own timer: it tells the actor of the tick. */
static void program_tick(struct ev_loop *loop, ev_timer *timer, int events) {
    struct program *program = timer->data;
    (void)loop, (void)events;
    program->ticks += 1;
    printf("program: tick %" PRIu32 "\n", program->ticks);
    check(backstage_engine_send(program->engine, program->counter, &program->ticks,
                                sizeof program->ticks),
          "send");
}

/* The actor: takes a tick from the program, waits for a timer of its own, and lets the program
 * go on. After the last tick it ends, and nothing holds the loop open any more. */
static backstage_status counter_receive(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    struct program *program = state;
    uint64_t timer;
    if (envelope->type == BACKSTAGE_SEND) {
        printf("actor: message %" PRIu32 "\n", *(const uint32_t *)envelope->payload);
        return backstage_timer_start(context, BACKSTAGE_MILLISECONDS(5), 0, &timer);
    }
    printf("actor: timer\n");
    if (program->ticks == TICKS)
        return backstage_shutdown(context);
    ev_timer_set(&program->timer, 0.005, 0.);
    ev_timer_start(program->loop, &program->timer);
    return BACKSTAGE_OK;
}

int main(void) {
    struct program program = {.loop = ev_loop_new(EVFLAG_AUTO)};
    if (!program.loop) {
        fprintf(stderr, "foreign_loop: no loop\n");
        return EXIT_FAILURE;
    }
    backstage_engine_options engine_options = {.size = sizeof engine_options, .loop = program.loop};
    backstage_actor_options counter_options = {.size = sizeof counter_options,
                                               .id = "counter",
                                               .receive = counter_receive,
                                               .state = &program};
    check(backstage_engine_create(&engine_options, &program.engine), "engine");
    check(backstage_engine_spawn(program.engine, &counter_options, &program.counter), "spawn");

    ev_timer_init(&program.timer, program_tick, 0.005, 0.);
    program.timer.data = &program;
    ev_timer_start(program.loop, &program.timer);
    ev_run(program.loop, 0);

    printf("program: the loop has ended after %" PRIu32 " ticks\n", program.ticks);
    check(backstage_engine_destroy(program.engine), "destroy"); /* before its loop */
    ev_loop_destroy(program.loop);
    return EXIT_SUCCESS;
}
