/*
 * Drain: a spooler and its printer finish their work. A plotter without paper cannot: it is killed.
 * Build: cc drain.c $(pkg-config --cflags --libs backstage) -o drain
 */
#include <backstage.h>
#include <stdio.h>
#include <stdlib.h>

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "drain: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

static backstage_status spool(backstage_context *context, const backstage_envelope *job,
                              void *printer) {
    return backstage_send(context, *(backstage_ref *)printer, job->payload, job->size);
}

static backstage_status print(backstage_context *context, const backstage_envelope *job,
                              void *paper) {
    printf("%s: %s\n", backstage_context_id(context), (const char *)job->payload);
    return paper ? BACKSTAGE_OK : backstage_stash(context, job);
}

static backstage_status end(backstage_context *context, backstage_reason reason, void *state) {
    const char *how = reason == BACKSTAGE_REASON_KILLED ? "killed" : "ended";
    (void)state;
    printf("%s: %s\n", backstage_context_id(context), how);
    return BACKSTAGE_OK;
}

int main(void) {
    backstage_engine_options virtual = {.size = sizeof virtual, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_engine *engine;
    backstage_context *context;
    backstage_ref parent, child, other;
    backstage_actor_options spooler = {
        .size = sizeof spooler, .id = "spooler", .receive = spool, .deinit = end, .state = &child};
    backstage_actor_options printer = {
        .size = sizeof printer, .id = "printer", .receive = print, .deinit = end, .state = "A4"};
    backstage_actor_options plotter = {
        .size = sizeof plotter, .id = "plotter", .receive = print, .deinit = end};
    check(backstage_engine_create(&virtual, &engine));
    check(backstage_engine_spawn(engine, &plotter, &other));
    check(backstage_engine_spawn(engine, &spooler, &parent));
    check(backstage_engine_context(engine, parent, &context));
    check(backstage_spawn_child(context, &printer, &child));
    check(backstage_engine_send(engine, other, "a map", 6));
    check(backstage_engine_send(engine, parent, "a letter", 9));
    check(backstage_drain(context, parent, BACKSTAGE_SECONDS(1)));
    printf("one more: %s\n", backstage_status_name(backstage_engine_send(engine, parent, "", 1)));
    check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    check(backstage_engine_drain(engine, BACKSTAGE_SECONDS(1)));
    check(backstage_engine_advance(engine, BACKSTAGE_SECONDS(1)));
    backstage_status status = backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, -1);
    printf("drained: %s\n", backstage_status_name(status));
    return backstage_engine_destroy(engine) == BACKSTAGE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
