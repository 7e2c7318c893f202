/*
 * Publish and subscribe: named topics, wildcards, a subscription made before its publisher
 * exists, and one taken back.
 * Build: cc pub_sub.c $(pkg-config --cflags --libs backstage) -o pub_sub
 */
#include <backstage.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(backstage_status status, const char *what) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "pub_sub: %s: %s\n", what, backstage_status_name(status));
    exit(EXIT_FAILURE);
}

/* A reader subscribes to one pattern of the station's topics, and to its default topic. */
static backstage_status reader_init(backstage_context *context, void *state) {
    const char *pattern = state;
    backstage_status status = backstage_subscribe_to_topic(context, "station", pattern);
    if (status == BACKSTAGE_OK)
        status = backstage_subscribe(context, "station");
    return status;
}

static backstage_status reader_receive(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    const char *pattern = state;
    const char *topic = backstage_envelope_topic(envelope);
    if (envelope->type == BACKSTAGE_SEND) { /* any message at all means: enough */
        printf("  %s unsubscribes from %s\n", backstage_context_id(context), pattern);
        return backstage_unsubscribe_from_topic(context, "station", pattern);
    }
    printf("  %s reads %s: %.*s\n", backstage_context_id(context),
           *topic ? topic : "(the default topic)", (int)envelope->size,
           (const char *)envelope->payload);
    return BACKSTAGE_OK;
}

/* The station is sent nothing: it only publishes, from main. */
static backstage_status station_receive(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

static backstage_ref spawn(backstage_engine *engine, backstage_actor_options options) {
    backstage_ref actor;
    options.size = sizeof options;
    check(backstage_engine_spawn(engine, &options, &actor), options.id);
    return actor;
}

static void run(backstage_engine *engine) {
    check(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER), "run");
}

static void publish(backstage_context *station, const char *topic, const char *text) {
    uint32_t receivers;
    check(backstage_publish_to_topic(station, topic, text, strlen(text), &receivers), topic);
    printf("station publishes %s to %" PRIu32 "\n", topic, receivers);
    run(backstage_context_engine(station));
}

static backstage_actor_options reader(const char *id, char *pattern) {
    return (backstage_actor_options){
        .id = id, .init = reader_init, .receive = reader_receive, .state = pattern};
}

int main(void) {
    char all[] = ">", winds[] = "*.wind";
    backstage_engine *engine;
    check(backstage_engine_create(NULL, &engine), "engine");

    spawn(engine, reader("diary", all));
    backstage_ref sailor = spawn(engine, reader("sailor", winds));
    run(engine); /* both have subscribed now, to a station that does not exist yet */

    backstage_context *station;
    backstage_ref actor =
        spawn(engine, (backstage_actor_options){.id = "station", .receive = station_receive});
    check(backstage_engine_context(engine, actor, &station), "context");

    uint32_t receivers;
    check(backstage_publish(station, "on air", 6, &receivers), "publish");
    printf("station publishes (the default topic) to %" PRIu32 "\n", receivers);
    run(engine);
    publish(station, "north.wind", "5 m/s");
    publish(station, "north.rain", "none");

    check(backstage_engine_send(engine, sailor, NULL, 0), "send");
    run(engine);
    publish(station, "south.wind", "9 m/s");
    check(backstage_engine_destroy(engine), "destroy");
    return EXIT_SUCCESS;
}
