/*
 * Hello: one actor, one message.
 * Build: cc hello.c $(pkg-config --cflags --libs backstage) -o hello
 */
#include <backstage.h>
#include <stdio.h>
#include <stdlib.h>

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "hello: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

static backstage_status greet(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    (void)context, (void)state;
    printf("Hello, %.*s!\n", (int)envelope->size, (const char *)envelope->payload);
    return BACKSTAGE_OK;
}

int main(void) {
    backstage_actor_options options = {.size = sizeof options, .id = "greeter", .receive = greet};
    backstage_engine *engine;
    backstage_ref greeter;
    check(backstage_engine_create(NULL, &engine));
    check(backstage_engine_spawn(engine, &options, &greeter));
    check(backstage_engine_send(engine, greeter, "world", 5));
    check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    check(backstage_engine_destroy(engine));
    return EXIT_SUCCESS;
}
