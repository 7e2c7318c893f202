/*
 * Stash: a link that is not up yet sets aside what it is to send, within the bound of its inbox,
 * and sends it in order once it is up.
 * Build: cc stash.c $(pkg-config --cflags --libs backstage) -o stash
 */
#include <backstage.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "stash: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

/* It takes a second to connect: here, a timer. */
static backstage_status connect(backstage_context *context, void *state) {
    uint64_t timer;
    (void)state;
    return backstage_timer_start(context, BACKSTAGE_SECONDS(1), 0, &timer);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    int *connected = state;
    if (envelope->type == BACKSTAGE_TIMER) {
        printf("connected\n");
        *connected = 1;
        return backstage_unstash(context, NULL);
    }
    if (!*connected)
        return backstage_stash(context, envelope);
    printf("sent %s\n", (const char *)envelope->payload);
    return BACKSTAGE_OK;
}

int main(void) {
    const char *lines[] = {"one", "two", "three", "four", "five"};
    int connected = 0;
    backstage_engine_options options = {.size = sizeof options, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_actor_options link = {.size = sizeof link, .init = connect, .receive = receive};
    backstage_engine *engine;
    backstage_ref actor;
    link.state = &connected;
    link.capacity = 4;
    check(backstage_engine_create(&options, &engine));
    check(backstage_engine_spawn(engine, &link, &actor));
    for (int i = 0; i < 5; i++) {
        const char *line = lines[i];
        backstage_status status = backstage_engine_send(engine, actor, line, strlen(line) + 1);
        printf("%s: %s\n", line, backstage_status_name(status));
        check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    }
    check(backstage_engine_advance(engine, BACKSTAGE_SECONDS(1)));
    check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    check(backstage_engine_destroy(engine));
    return EXIT_SUCCESS;
}
