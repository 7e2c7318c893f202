/*
 * Reply later: a locker keeps the reply handle of who asks for a parcel until the parcel comes.
 * Who has lost patience by then does not get it.
 * Build: cc reply_later.c $(pkg-config --cflags --libs backstage) -o reply_later
 */
#include <backstage.h>
#include <stdio.h>
#include <stdlib.h>

static void check(backstage_status status) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "reply_later: %s\n", backstage_status_name(status));
    exit(EXIT_FAILURE);
}

static backstage_status keep(backstage_context *context, const backstage_envelope *envelope,
                             void *handle) {
    if (envelope->type == BACKSTAGE_REQUEST)
        return backstage_envelope_reply_handle(envelope, handle);
    backstage_status status =
        backstage_reply_later(context, handle, envelope->payload, envelope->size);
    printf("a parcel comes: %s\n", backstage_status_name(status));
    return BACKSTAGE_OK; /* too late for it is no failure of the locker */
}

static backstage_status get(backstage_context *context, const backstage_envelope *envelope,
                            void *state) {
    int replied = envelope->type == BACKSTAGE_REPLY;
    (void)context, (void)state;
    printf("the customer gets %s\n", replied ? (const char *)envelope->payload : "nothing");
    return BACKSTAGE_OK;
}

int main(void) {
    backstage_engine_options virtual = {.size = sizeof virtual, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_actor_options options = {.size = sizeof options, .receive = get};
    backstage_reply_handle handle;
    backstage_engine *engine;
    backstage_context *context;
    backstage_ref customer, locker;
    uint64_t token;
    check(backstage_engine_create(&virtual, &engine));
    check(backstage_engine_spawn(engine, &options, &customer));
    check(backstage_engine_context(engine, customer, &context)); /* to ask as the customer */
    options.receive = keep;
    options.state = &handle;
    check(backstage_engine_spawn(engine, &options, &locker));
    for (int patience = 1; patience <= 2; patience++) {
        printf("a customer of %d s patience\n", patience);
        check(backstage_request(context, locker, NULL, 0, BACKSTAGE_SECONDS(patience), &token));
        check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
        check(backstage_engine_advance(engine, BACKSTAGE_MILLISECONDS(1500)));
        check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
        check(backstage_engine_send(engine, locker, "a book", 7));
        check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    }
    return backstage_engine_destroy(engine) == BACKSTAGE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
