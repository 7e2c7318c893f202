/* A plug-in of two actors that send each other a ball for ever: an engine that is busy without a line
 * of Python. */
#include <stddef.h>

#include "backstage.h"

static backstage_ref others[2];

static backstage_status play(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    const backstage_ref *other = state;
    return backstage_send(context, *other, envelope->payload, envelope->size);
}

backstage_status backstage_plugin_spawn(backstage_engine *engine, const void *argument, size_t size,
                                        backstage_ref *actor) {
    backstage_actor_options options = {.size = sizeof options, .receive = play};
    (void)argument;
    (void)size;
    for (int i = 0; i < 2; i++) {
        options.state = &others[1 - i];
        backstage_status status = backstage_engine_spawn(engine, &options, &others[i]);
        if (status < 0)
            return status;
    }
    *actor = others[0];
    return BACKSTAGE_OK;
}
