/*
 * Monitors: by ref or by id, a watcher is told why each actor ended, and where that began.
 * Build: cc monitors.c $(pkg-config --cflags --libs backstage) -o monitors
 */
#include <backstage.h>
#include <stdio.h>
#include <stdlib.h>

enum { NOBODY, WATCHER, GUEST, CLERK, PARSER, LEXER, ROBOT, COUNT };
static const char *names[] = {"nobody", "watcher", "guest", "clerk", "parser", "lexer", "robot"};
static const char *reasons[] = {"", "normal", "stopped", "failed", "killed", "ended", "not found"};
static backstage_ref refs[COUNT]; /* that of nobody is BACKSTAGE_NONE */

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "monitors: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

static const char *name_of(backstage_ref ref) {
    int i = COUNT - 1;
    while (refs[i] != ref)
        i--;
    return names[i];
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    const backstage_termination *end = envelope->payload;
    (void)context, (void)state;
    if (envelope->type != BACKSTAGE_TERMINATED)
        return BACKSTAGE_USER_STATUS; /* whoever is sent anything fails */
    printf("%s %s; it began with %s: %s\n", name_of(envelope->sender), reasons[end->reason],
           name_of(end->origin), reasons[end->origin_reason]);
    return BACKSTAGE_OK;
}

int main(void) {
    backstage_actor_options options = {.size = sizeof options, .receive = receive};
    backstage_context *contexts[COUNT];
    backstage_engine *engine;
    check(backstage_engine_create(NULL, &engine));
    for (int i = WATCHER; i < COUNT; i++) {
        options.id = names[i];
        check(i == LEXER ? backstage_spawn_child(contexts[PARSER], &options, &refs[i])
                         : backstage_engine_spawn(engine, &options, &refs[i]));
        check(backstage_engine_context(engine, refs[i], &contexts[i]));
    }
    for (int i = GUEST; i < ROBOT; i++)
        check(backstage_monitor(contexts[WATCHER], refs[i]));
    check(backstage_monitor_id(contexts[WATCHER], "robot", NULL));
    check(backstage_monitor_id(contexts[WATCHER], "nobody", NULL));
    check(backstage_shutdown(contexts[GUEST]));
    check(backstage_stop(contexts[WATCHER], refs[CLERK]));
    check(backstage_engine_send(engine, refs[PARSER], NULL, 0));
    check(backstage_drain(contexts[WATCHER], refs[ROBOT], 0));
    check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    return backstage_engine_destroy(engine) == BACKSTAGE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
