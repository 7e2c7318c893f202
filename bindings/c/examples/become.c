/*
 * Become: a login as a state machine. Each state is a receive callback of its own, and the way to
 * the next state stands in it.
 * Build: cc become.c $(pkg-config --cflags --libs backstage) -o become
 */
#include <backstage.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "become: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

static backstage_status shell(backstage_context *, const backstage_envelope *, void *);

static backstage_status password(backstage_context *context, const backstage_envelope *line,
                                 void *failures) {
    printf("password: ********\n");
    if (strcmp(line->payload, "sesame") == 0)
        return backstage_become(context, shell);
    if (++*(int *)failures < 3)
        return BACKSTAGE_OK;
    printf("too many failures: good-bye\n");
    return backstage_shutdown(context);
}

static backstage_status login(backstage_context *context, const backstage_envelope *line,
                              void *failures) {
    printf("login: %s\n", (const char *)line->payload);
    *(int *)failures = 0;
    return backstage_become(context, password);
}

static backstage_status shell(backstage_context *context, const backstage_envelope *line,
                              void *failures) {
    (void)failures;
    printf("$ %s\n", (const char *)line->payload);
    return strcmp(line->payload, "logout") ? BACKSTAGE_OK : backstage_become(context, login);
}

int main(void) {
    const char *lines[] = {"ann", "guess", "sesame", "date", "logout", "bob", "a", "b", "c"};
    int failures = 0;
    backstage_actor_options options = {.size = sizeof options, .receive = login};
    backstage_engine *engine;
    backstage_ref terminal;
    options.state = &failures;
    check(backstage_engine_create(NULL, &engine));
    check(backstage_engine_spawn(engine, &options, &terminal));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        check(backstage_engine_send(engine, terminal, lines[i], strlen(lines[i]) + 1));
    check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    check(backstage_engine_destroy(engine));
    return EXIT_SUCCESS;
}
