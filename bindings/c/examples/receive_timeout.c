/*
 * Receive timeout: a session that is asked "Still there?" after 30 idle seconds, and ends after 30
 * more; whatever its user types starts the time anew.
 * Build: cc receive_timeout.c $(pkg-config --cflags --libs backstage) -o receive_timeout
 */
#include <backstage.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "receive_timeout: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

static backstage_status session_init(backstage_context *context, void *state) {
    (void)state;
    return backstage_receive_timeout(context, BACKSTAGE_SECONDS(30));
}

static backstage_status session_receive(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    int *warned = state;
    uint64_t now;
    check(backstage_engine_now(backstage_context_engine(context), &now));
    printf("%3" PRIu64 " s: ", now / 1000000000);
    if (envelope->type == BACKSTAGE_SEND) {
        *warned = 0;
        printf("the user types %s\n", (const char *)envelope->payload);
        return BACKSTAGE_OK;
    }
    printf(*warned ? "Good-bye.\n" : "Still there?\n"); /* a RECEIVE_TIMEOUT */
    return (*warned)++ ? backstage_shutdown(context) : BACKSTAGE_OK;
}

int main(void) {
    /* What the user types, second by second. */
    const char *typed[120] = {[5] = "ls", [20] = "make", [55] = "make test"};
    int warned = 0;
    backstage_engine_options options = {.size = sizeof options, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_actor_options session = {
        .size = sizeof session, .init = session_init, .receive = session_receive, .state = &warned};
    backstage_engine *engine;
    backstage_ref actor;
    check(backstage_engine_create(&options, &engine));
    check(backstage_engine_spawn(engine, &session, &actor));
    for (int second = 0; second < 120; second++) {
        if (typed[second])
            check(backstage_engine_send(engine, actor, typed[second], strlen(typed[second]) + 1));
        check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
        check(backstage_engine_advance(engine, BACKSTAGE_SECONDS(1)));
    }
    check(backstage_engine_destroy(engine));
    return EXIT_SUCCESS;
}
