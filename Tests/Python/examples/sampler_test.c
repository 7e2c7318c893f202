/*
 * Loads the C sampler as a program in another language would, lets it play a recording on a
 * virtual clock, and writes what it publishes and answers.
 *
 *     sampler_test SAMPLER.so RECORDING
 */
#include "hostwatch/describe.h"
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TICKS = 4 };

static backstage_plugin_spawn_function *plugin_spawn;

static backstage_status spawn(backstage_engine *engine, const char *argument,
                              backstage_ref *actor) {
    return plugin_spawn(engine, argument, strlen(argument), actor);
}

/* ---- A board that writes all that it hears ---- */

static backstage_status board_init(backstage_context *context, void *state) {
    return backstage_subscribe_to_topic(context, state, ">");
}

static void write_publication(const backstage_envelope *envelope) {
    struct description description;
    double load_average;
    const char *topic = backstage_envelope_topic(envelope);
    if (strcmp(topic, "load.average") == 0 && envelope->size == sizeof load_average) {
        memcpy(&load_average, envelope->payload, sizeof load_average);
        printf("%s %.2f\n", topic, load_average);
    } else if (describe(topic, envelope->payload, envelope->size, &description))
        printf("%s %s\n", topic, description.text);
    else
        printf("%s: %" PRIu32 " unknown bytes\n", topic, envelope->size);
}

static backstage_status board_receive(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    if (envelope->type == BACKSTAGE_PUBLISH)
        write_publication(envelope);
    if (envelope->type == BACKSTAGE_TERMINATED) {
        const backstage_termination *termination = envelope->payload;
        printf("terminated: reason %" PRIu32 ", status %" PRId32 "\n", termination->reason,
               termination->status);
    }
    return BACKSTAGE_OK;
}

/* ---- The stories ---- */

static void write_status(const char *what, backstage_status status) {
    printf("%s: %s\n", what, backstage_status_name(status));
}

static backstage_engine *engine_make(char *publisher, backstage_ref *board) {
    backstage_engine_options options = {.size = sizeof options, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_actor_options board_options = {.size = sizeof board_options,
                                             .init = board_init,
                                             .receive = board_receive,
                                             .state = publisher};
    backstage_engine *engine = NULL;
    if (backstage_engine_create(&options, &engine) != BACKSTAGE_OK ||
        backstage_engine_spawn(engine, &board_options, board) != BACKSTAGE_OK ||
        backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER) != BACKSTAGE_OK)
        return NULL;
    return engine;
}

static void write_ledger(backstage_engine *engine) {
    backstage_statistics statistics = {.size = sizeof statistics};
    backstage_engine_statistics(engine, &statistics);
    printf("accepted %" PRIu64 ", handled %" PRIu64 ", dead %" PRIu64 ", actors %" PRIu64 "\n",
           statistics.accepted, statistics.handled, statistics.dead, statistics.actors);
}

static void play(backstage_engine *engine) {
    for (int tick = 0; tick < TICKS; tick++) {
        printf("-- tick %d\n", tick);
        if (tick > 0)
            backstage_engine_advance(engine, 500000000);
        backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    }
}

static void ask_for_samples(backstage_engine *engine, backstage_ref actor) {
    backstage_payload *reply;
    uint64_t samples = 0;
    backstage_status status =
        backstage_engine_request(engine, actor, NULL, 0, BACKSTAGE_FOREVER, &reply);
    write_status("asked", status);
    if (status != BACKSTAGE_OK)
        return;
    if (backstage_payload_size(reply) == sizeof samples)
        memcpy(&samples, backstage_payload_data(reply), sizeof samples);
    printf("samples: %" PRIu64 "\n", samples);
    backstage_payload_release(reply);
}

static void recording(const char *directory) {
    static char publisher[] = "this.machine";
    char argument[512];
    backstage_ref board, actor, again = 7;
    backstage_engine *engine = engine_make(publisher, &board);
    snprintf(argument, sizeof argument, "id=this.machine,interval_ms=500,proc=%s", directory);
    write_status("spawned", spawn(engine, argument, &actor));
    play(engine);
    ask_for_samples(engine, actor);
    write_status("sent to", backstage_engine_send(engine, actor, "what?", 5));
    write_status("spawned again", spawn(engine, argument, &again));
    printf("ref untouched: %s\n", again == 7 ? "yes" : "no");
    backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    write_ledger(engine);
    write_status("destroyed", backstage_engine_destroy(engine));
}

static void failure(const char *directory) {
    static char publisher[] = "machine"; /* unless told otherwise */
    char argument[512];
    backstage_ref board, actor;
    backstage_context *context;
    backstage_engine *engine = engine_make(publisher, &board);
    snprintf(argument, sizeof argument, "fail_at=2,proc=%s", directory);
    write_status("spawned to fail", spawn(engine, argument, &actor));
    backstage_engine_context(engine, board, &context);
    write_status("monitored", backstage_monitor(context, actor));
    backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    write_ledger(engine);
    write_status("destroyed", backstage_engine_destroy(engine));
}

static void bad_settings(void) {
    static const char *const arguments[] = {"id",
                                            "id=",
                                            "interval_ms=0",
                                            "interval_ms=3600001",
                                            "interval_ms=-1",
                                            "interval_ms",
                                            "fail_at= 1",
                                            "interval_ms=5x",
                                            "proc=",
                                            "colour=red",
                                            "=1",
                                            "fail_at=1,id=",
                                            "fail_at=" /*none*/,
                                            "id=a,,colour=1"};
    static const char with_zero[] = {'i', 'd', '=', 'a', '\0', 'b'};
    char long_text[8192];
    char publisher[] = "machine";
    backstage_ref board, actor = 7;
    backstage_engine *engine = engine_make(publisher, &board);
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        write_status(arguments[i], spawn(engine, arguments[i], &actor));
    memset(long_text, 'a', sizeof long_text);
    memcpy(long_text, "id=", 3);
    write_status("an id too long", plugin_spawn(engine, long_text, 3 + 256, &actor));
    write_status("a text too long", plugin_spawn(engine, long_text, sizeof long_text, &actor));
    write_status("a zero inside", plugin_spawn(engine, with_zero, sizeof with_zero, &actor));
    printf("ref untouched: %s\n", actor == 7 ? "yes" : "no");
    write_status("the longest id", plugin_spawn(engine, long_text, 3 + 255, &actor));
    write_status("no settings", plugin_spawn(engine, NULL, 0, &actor));
    write_ledger(engine);
    write_status("destroyed", backstage_engine_destroy(engine));
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    *(void **)&plugin_spawn = dlsym(library, BACKSTAGE_PLUGIN_ENTRY);
    if (!plugin_spawn)
        return 1;
    recording(argv[2]);
    failure(argv[2]);
    bad_settings();
    return dlclose(library);
}
