/*
 * Supervision: a feed goes on after a timeout, but restarts when cut off: three times in 5 s.
 * Build: cc supervision.c $(pkg-config --cflags --libs backstage) -o supervision
 */
#include <backstage.h>
#include <stdio.h>

static backstage_status start(backstage_context *context, void *state) {
    uint64_t now = 0;
    (void)state;
    backstage_engine_now(backstage_context_engine(context), &now);
    printf("%.1f s: %s starts\n", (double)now * 1e-9, backstage_context_id(context));
    return BACKSTAGE_OK;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context, (void)state;
    return *(const backstage_status *)envelope->payload; /* how the next read goes */
}

static backstage_directive decide(backstage_context *supervisor, backstage_ref child,
                                  backstage_status status, uint64_t restarts, void *state) {
    (void)supervisor, (void)child, (void)state;
    printf("%s after %u restarts\n", backstage_status_name(status), (unsigned)restarts);
    return status == BACKSTAGE_TIMEOUT ? BACKSTAGE_DIRECTIVE_RESUME : BACKSTAGE_DIRECTIVE_RESTART;
}

static backstage_status spawn_both(backstage_context *supervisor, void *state) {
    backstage_actor_options child = {.size = sizeof child, .init = start, .receive = receive};
    backstage_ref ref;
    (void)state;
    child.id = "feed";
    backstage_status status = backstage_spawn_child(supervisor, &child, &ref);
    child.id = "reader"; /* born after the feed, and so it restarts with it */
    return status == BACKSTAGE_OK ? backstage_spawn_child(supervisor, &child, &ref) : status;
}

int main(void) {
    backstage_supervision rules = {.size = sizeof rules, .decide = decide, .restarts_max = 3};
    backstage_actor_options desk = {.size = sizeof desk, .init = spawn_both, .receive = receive};
    backstage_engine_options options = {.size = sizeof options, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_status status = BACKSTAGE_OK;
    backstage_engine *engine;
    backstage_ref actor;
    rules.strategy = BACKSTAGE_REST_FOR_ONE;
    rules.backoff_ns = BACKSTAGE_MILLISECONDS(100);
    desk.supervision = &rules;
    if (backstage_engine_create(&options, &engine) || backstage_engine_spawn(engine, &desk, &actor))
        return 1;
    for (int tenth = 0; status == BACKSTAGE_OK && tenth < 50; tenth++) {
        backstage_status read = tenth < 10 ? BACKSTAGE_TIMEOUT : BACKSTAGE_BAD_DESCRIPTOR;
        if (tenth % 10 == 5)
            backstage_engine_send_to_id(engine, "feed", &read, sizeof read);
        status = backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
        backstage_engine_advance(engine, BACKSTAGE_MILLISECONDS(100));
    }
    printf("the run ends: %s\n", backstage_status_name(status));
    return backstage_engine_destroy(engine) == BACKSTAGE_OK ? 0 : 1;
}
