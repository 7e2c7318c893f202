/*
 * Requests from outside: the program asks an actor as one calls a function, and so does another
 * thread, which waits while the engine's own runs it.
 * Build: cc outside_requests.c $(pkg-config --cflags --libs backstage) -pthread -o outside_requests
 */
#include <backstage.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "outside_requests: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

/* Adds to its total, and answers with it. */
static backstage_status account(backstage_context *context, const backstage_envelope *request,
                                void *state) {
    int64_t *total = state;
    *total += *(const int64_t *)request->payload;
    return backstage_reply(context, request, total, sizeof *total);
}

static void deposit(backstage_engine *engine, int64_t amount) {
    backstage_payload *reply;
    check(backstage_engine_request_to_id(engine, "account", &amount, sizeof amount,
                                         BACKSTAGE_SECONDS(60), &reply));
    const int64_t *total = backstage_payload_data(reply);
    printf("deposit %" PRId64 ": %" PRId64 "\n", amount, *total);
    check(backstage_payload_release(reply));
}

static void *work(void *state) {
    backstage_engine *engine = state;
    for (int64_t amount = 1; amount <= 3; amount++)
        deposit(engine, amount);
    check(backstage_engine_stop(engine));
    return NULL;
}

int main(void) {
    int64_t total = 0;
    backstage_actor_options options = {
        .size = sizeof options, .id = "account", .receive = account, .state = &total};
    backstage_engine *engine;
    backstage_ref actor;
    pthread_t thread;
    check(backstage_engine_create(NULL, &engine));
    check(backstage_engine_spawn(engine, &options, &actor));
    deposit(engine, 100); /* on the engine's own thread, this runs the engine */
    if (pthread_create(&thread, NULL, work, engine) != 0)
        return EXIT_FAILURE;
    check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    pthread_join(thread, NULL);
    return backstage_engine_destroy(engine) == BACKSTAGE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
