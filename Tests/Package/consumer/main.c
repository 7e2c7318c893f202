/* An outside program: two actors, one message each way, and the ledger. */
#include <backstage.h>
#include <stdio.h>
#include <string.h>

static int answered;

static backstage_status answer(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    (void)state;
    return backstage_reply(context, envelope, envelope->payload, envelope->size);
}

static backstage_status ask(backstage_context *context, const backstage_envelope *envelope,
                            void *state) {
    uint64_t token;
    if (envelope->type == BACKSTAGE_REPLY) {
        answered = envelope->size == 5 && memcmp(envelope->payload, "hello", 5) == 0;
        return BACKSTAGE_OK;
    }
    return backstage_request(context, *(backstage_ref *)state, "hello", 5, BACKSTAGE_FOREVER,
                             &token);
}

static int run(backstage_engine *engine) {
    backstage_ref answerer, asker;
    backstage_actor_options options = {.size = sizeof options, .id = "answerer"};
    backstage_statistics statistics = {.size = sizeof statistics};

    options.receive = answer;
    if (backstage_engine_spawn(engine, &options, &answerer) != BACKSTAGE_OK)
        return 1;
    options.id = "asker";
    options.receive = ask;
    options.state = &answerer;
    if (backstage_engine_spawn(engine, &options, &asker) != BACKSTAGE_OK ||
        backstage_engine_send(engine, asker, "go", 2) != BACKSTAGE_OK ||
        backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER) != BACKSTAGE_OK ||
        backstage_engine_statistics(engine, &statistics) != BACKSTAGE_OK)
        return 1;
    printf("accepted %d, handled %d, dead %d\n", (int)statistics.accepted, (int)statistics.handled,
           (int)statistics.dead);
    return answered && statistics.accepted == 3 && statistics.handled == 3 ? 0 : 1;
}

/* consumer VERSION: the version that header and library must have. */
int main(int count, char **arguments) {
    char version[32];
    backstage_engine *engine;
    int result;

    snprintf(version, sizeof version, "%d.%d.%d", BACKSTAGE_VERSION_MAJOR, BACKSTAGE_VERSION_MINOR,
             BACKSTAGE_VERSION_PATCH);
    if (count != 2 || strcmp(arguments[1], version) != 0 ||
        backstage_version() != BACKSTAGE_VERSION)
        return 1;
    if (backstage_engine_create(NULL, &engine) != BACKSTAGE_OK)
        return 1;
    result = run(engine);
    return backstage_engine_destroy(engine) == BACKSTAGE_OK ? result : 1;
}
