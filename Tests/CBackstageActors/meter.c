#include "include/cbackstage_actors.h"

#include <string.h>

static backstage_status take(backstage_context *context, const backstage_envelope *envelope,
                             cactors_meter *meter) {
    cactors_reading reading;
    if (envelope->size != sizeof reading) {
        return BACKSTAGE_USER_STATUS;
    }
    memcpy(&reading, envelope->payload, sizeof reading);
    meter->summary.count++;
    meter->summary.sum += reading.value;
    reading.time *= 2;
    return backstage_publish(context, &reading, sizeof reading, NULL);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    cactors_meter *meter = state;
    switch (envelope->type) {
    case BACKSTAGE_SEND:
        return take(context, envelope, meter);
    case BACKSTAGE_REQUEST:
        return backstage_reply(context, envelope, &meter->summary, sizeof meter->summary);
    default:
        return BACKSTAGE_OK;
    }
}

backstage_status cactors_meter_spawn(backstage_engine *engine, const char *id, cactors_meter *meter,
                                     backstage_ref *ref) {
    memset(meter, 0, sizeof *meter);
    backstage_actor_options options = {
        .size = sizeof options, .id = id, .receive = receive, .state = meter};
    return backstage_engine_spawn(engine, &options, ref);
}
