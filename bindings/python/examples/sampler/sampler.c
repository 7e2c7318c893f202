/*
 * A plug-in: one actor compiled from C that samples the machine it runs on, for a program in any
 * language. It is made of the samplers of C's own hostwatch, and of what follows here.
 *
 *     cc -shared -fPIC -I<package>/include sampler.c <package>/libbackstage.so -o sampler.so
 *     engine.load("./sampler.so", b"id=machine,interval_ms=500")
 *
 * Its argument is a list of settings:
 *     id=machine          the actor's id
 *     interval_ms=1000    between two samples; the first is taken at once
 *     proc=/proc          where to read, or a recording: see hostwatch/source.h
 *     fail_at=0           the line that it fails on, to show what follows; 0: none
 *
 * It publishes, as the structs of hostwatch/messages.h:
 *     cpu.total, cpu.0, ...         struct share
 *     memory.used, memory.swap      struct share
 *     network.eth0, ...             struct traffic
 *     load.average                  double: of the last minute
 *     unavailable.cpu, ...          struct unavailable
 * and answers any request with the number of samples taken so far, a uint64_t.
 */
#define _POSIX_C_SOURCE 200809L
#include "../../../c/examples/hostwatch/sampler.c"
#include "../../../c/examples/hostwatch/cpu.c"
#include "../../../c/examples/hostwatch/memory.c"
#include "../../../c/examples/hostwatch/network.c"
#include "../../../c/examples/hostwatch/parse.c"
#include "../../../c/examples/hostwatch/source.c"
#include "settings.h"

enum { SAMPLERS = 4 };

struct machine {
    struct settings settings;
    struct source source;
    struct sampler *samplers[SAMPLERS]; /* whose samples this actor takes, and publishes as its */
    uint64_t samples;
};

static backstage_status load_line(backstage_context *context, struct sampler *sampler,
                                  const char *line) {
    double load_average;
    (void)sampler;
    if (!parse_load_average(line, &load_average))
        return 0;
    backstage_status status =
        sampler_publish(context, "load.average", &load_average, sizeof load_average);
    return status < 0 ? status : 1;
}

static backstage_status load_sample(backstage_context *context, struct sampler *sampler) {
    return sampler_lines(context, sampler, "loadavg", load_line);
}

static void load_free(struct sampler *sampler) { free(sampler); }

static struct sampler *load_sampler(void) {
    struct sampler *load = calloc(1, sizeof *load);
    if (load)
        *load = (struct sampler){.id = "load", .sample = load_sample, .free = load_free};
    return load;
}

static void machine_free(struct machine *machine) {
    for (int i = 0; i < SAMPLERS; i++)
        if (machine->samplers[i])
            machine->samplers[i]->free(machine->samplers[i]);
    source_close(&machine->source);
    free(machine);
}

/* NULL if there is no memory. */
static struct machine *machine_make(const struct settings *settings) {
    static struct sampler *(*const makers[SAMPLERS])(void) = {cpu_sampler, memory_sampler,
                                                              network_sampler, load_sampler};
    struct machine *machine = calloc(1, sizeof *machine);
    if (!machine)
        return NULL;
    machine->settings = *settings;
    source_open(&machine->source, machine->settings.proc, settings->fail_at);
    for (int i = 0; i < SAMPLERS; i++) {
        machine->samplers[i] = makers[i]();
        if (!machine->samplers[i]) {
            machine_free(machine);
            return NULL;
        }
        machine->samplers[i]->source = &machine->source;
    }
    return machine;
}

static backstage_status machine_init(backstage_context *context, void *state) {
    const struct machine *machine = state;
    uint64_t timer;
    int64_t interval_ns = BACKSTAGE_MILLISECONDS(machine->settings.interval_ms);
    return backstage_timer_start(context, 0, interval_ns, &timer);
}

static backstage_status take_sample(backstage_context *context, struct machine *machine) {
    uint64_t now_ns;
    backstage_status status = backstage_engine_now(backstage_context_engine(context), &now_ns);
    for (int i = 0; i < SAMPLERS && status >= 0; i++) {
        struct sampler *sampler = machine->samplers[i];
        sampler->now_ns = now_ns;
        sampler->tick = machine->samples;
        status = sampler->sample(context, sampler);
    }
    machine->samples += 1;
    return status < 0 ? status : BACKSTAGE_OK;
}

static backstage_status machine_receive(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    struct machine *machine = state;
    if (envelope->type == BACKSTAGE_TIMER)
        return take_sample(context, machine);
    if (envelope->type != BACKSTAGE_REQUEST)
        return BACKSTAGE_OK;
    backstage_status status =
        backstage_reply(context, envelope, &machine->samples, sizeof machine->samples);
    return status == BACKSTAGE_NO_MEMORY ? status : BACKSTAGE_OK; /* who asked may be gone */
}

static backstage_status machine_deinit(backstage_context *context, backstage_reason reason,
                                       void *state) {
    (void)context, (void)reason;
    machine_free(state);
    return BACKSTAGE_OK;
}

/* The one function that the program calls, and so the one to export, whatever the flags. */
__attribute__((visibility("default"))) backstage_plugin_spawn_function backstage_plugin_spawn;

backstage_status backstage_plugin_spawn(backstage_engine *engine, const void *argument, size_t size,
                                        backstage_ref *actor) {
    struct settings settings;
    if (!settings_read(&settings, argument, size))
        return BACKSTAGE_INVALID_ARGUMENT;
    struct machine *machine = machine_make(&settings);
    if (!machine)
        return BACKSTAGE_NO_MEMORY;
    backstage_actor_options options = {
        .size = sizeof options,
        .id = machine->settings.id,
        .kind = "sampler",
        .init = machine_init,
        .receive = machine_receive,
        .deinit = machine_deinit,
        .state = machine,
    };
    backstage_status status = backstage_engine_spawn(engine, &options, actor);
    if (status != BACKSTAGE_OK)
        machine_free(machine); /* deinit does not run for what was never spawned */
    return status;
}
