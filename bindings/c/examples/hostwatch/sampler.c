#include "sampler.h"
#include "messages.h"
#include <errno.h>
#include <stdbool.h>

static backstage_status sampler_init(backstage_context *context, void *state) {
    const struct sampler *sampler = state;
    uint64_t timer;
    return backstage_timer_start(context, 0, sampler->interval_ns, &timer);
}

static backstage_status sampler_receive(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    struct sampler *sampler = state;
    if (envelope->type != BACKSTAGE_TIMER)
        return BACKSTAGE_OK;
    backstage_status status =
        backstage_engine_now(backstage_context_engine(context), &sampler->now_ns);
    if (status == BACKSTAGE_OK)
        status = sampler->sample(context, sampler);
    sampler->tick += 1;
    return status < 0 ? status : BACKSTAGE_OK;
}

static backstage_status sampler_deinit(backstage_context *context, backstage_reason reason,
                                       void *state) {
    struct sampler *sampler = state;
    (void)context, (void)reason;
    sampler->free(sampler);
    return BACKSTAGE_OK;
}

backstage_status sampler_spawn(backstage_context *parent, struct sampler *sampler,
                               struct source *source, int64_t interval_ns, backstage_ref *actor) {
    if (!sampler)
        return BACKSTAGE_NO_MEMORY;
    sampler->source = source;
    sampler->interval_ns = interval_ns;
    backstage_actor_options options = {
        .size = sizeof options,
        .id = sampler->id,
        .kind = "sampler",
        .init = sampler_init,
        .receive = sampler_receive,
        .deinit = sampler_deinit,
        .state = sampler,
    };
    backstage_status status = backstage_spawn_child(parent, &options, actor);
    if (status != BACKSTAGE_OK)
        sampler->free(sampler); /* deinit does not run for what was never spawned */
    return status;
}

backstage_status sampler_publish(backstage_context *context, const char *topic, const void *payload,
                                 size_t size) {
    return backstage_publish_to_topic(context, topic, payload, size, NULL);
}

backstage_status sampler_publish_unavailable(backstage_context *context,
                                             const struct sampler *sampler, int error) {
    const struct unavailable unavailable = {.error = error};
    char topic[64];
    snprintf(topic, sizeof topic, "unavailable.%s", sampler->id);
    return sampler_publish(context, topic, &unavailable, sizeof unavailable);
}

backstage_status sampler_lines(backstage_context *context, struct sampler *sampler,
                               const char *name, sampler_line callback) {
    const char *line;
    bool useful = false;
    backstage_status status;
    FILE *file = source_file(sampler->source, sampler->tick, name);
    if (!file)
        return sampler_publish_unavailable(context, sampler, errno);
    while ((status = source_line(sampler->source, file, &line)) > 0) {
        status = callback(context, sampler, line);
        if (status < 0)
            break;
        useful = useful || status > 0;
    }
    fclose(file);
    if (status < 0)
        return status;
    return useful ? 1 : sampler_publish_unavailable(context, sampler, 0);
}
