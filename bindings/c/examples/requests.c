/*
 * Requests: each has one answer, a reply or a failure. Here the first is replied to, the second is
 * not; on the third the desk shuts down; and for the fourth there is nobody left.
 * Build: cc requests.c $(pkg-config --cflags --libs backstage) -o requests
 */
#include <backstage.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "requests: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

static backstage_status desk(backstage_context *context, const backstage_envelope *request,
                             void *state) {
    (void)state;
    if (strcmp(request->payload, "the time") == 0)
        return backstage_reply(context, request, "noon", 5);
    return strcmp(request->payload, "to go") ? BACKSTAGE_OK : backstage_shutdown(context);
}

static backstage_status asker(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    const backstage_failure *failure = envelope->payload;
    (void)context, (void)state;
    if (envelope->type == BACKSTAGE_REPLY)
        printf("reply: %s\n", (const char *)envelope->payload);
    else
        printf("failure: %s\n", backstage_status_name(failure->status));
    return BACKSTAGE_OK;
}

int main(void) {
    const char *texts[] = {"the time", "a riddle", "to go", "the time"};
    backstage_engine_options virtual = {.size = sizeof virtual, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_actor_options a = {.size = sizeof a, .receive = asker};
    backstage_actor_options b = {.size = sizeof b, .id = "desk", .receive = desk};
    backstage_engine *engine;
    backstage_context *context;
    backstage_ref actor;
    uint64_t token;
    check(backstage_engine_create(&virtual, &engine));
    check(backstage_engine_spawn(engine, &b, &actor));
    check(backstage_engine_spawn(engine, &a, &actor));
    check(backstage_engine_context(engine, actor, &context)); /* to ask as the asker */
    for (int i = 0; i < 4; i++) {
        printf("%s? ", texts[i]);
        check(backstage_request_to_id(context, "desk", texts[i], strlen(texts[i]) + 1,
                                      BACKSTAGE_SECONDS(1), &token));
        for (int second = 0; second < 2; second++) {
            check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
            check(backstage_engine_advance(engine, BACKSTAGE_SECONDS(1)));
        }
    }
    return backstage_engine_destroy(engine) == BACKSTAGE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
