#include "log.h"

#include <stdlib.h>

static backstage_status answer(backstage_context *context, const backstage_envelope *request) {
    const uint8_t *bytes = request->payload;
    uint8_t reversed[CACTORS_BYTES_MAX];
    if (request->size > sizeof reversed) {
        return BACKSTAGE_USER_STATUS;
    }
    for (uint32_t i = 0; i < request->size; i++) {
        reversed[i] = bytes[request->size - 1 - i];
    }
    return backstage_reply(context, request, reversed, request->size);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    cactors_recorder *recorder = state;
    cactors_note(&recorder->log, envelope, recorder->ref, 0);
    switch (recorder->reaction) {
    case CACTORS_KEEP:
        break;
    case CACTORS_ECHO:
        if (envelope->type == BACKSTAGE_SEND) {
            return backstage_send(context, envelope->sender, envelope->payload, envelope->size);
        }
        break;
    case CACTORS_ANSWER:
        if (envelope->type == BACKSTAGE_REQUEST) {
            return answer(context, envelope);
        }
        break;
    case CACTORS_FAIL:
        return BACKSTAGE_USER_STATUS - 7;
    }
    return BACKSTAGE_OK;
}

static backstage_status end(backstage_context *context, backstage_reason reason, void *state) {
    (void)context, (void)reason;
    cactors_recorder *recorder = state;
    recorder->ends++;
    return BACKSTAGE_OK;
}

backstage_status cactors_recorder_spawn(backstage_engine *engine, const char *id, const char *kind,
                                        cactors_reaction reaction, uint32_t capacity,
                                        cactors_recorder **recorder) {
    cactors_recorder *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return BACKSTAGE_NO_MEMORY;
    }
    made->engine = engine;
    made->reaction = reaction;
    backstage_actor_options options = {
        .size = sizeof options,
        .id = id,
        .kind = kind,
        .receive = receive,
        .deinit = end,
        .state = made,
        .capacity = capacity,
    };
    backstage_status status = backstage_engine_spawn(engine, &options, &made->ref);
    if (status != BACKSTAGE_OK) {
        free(made);
        return status;
    }
    *recorder = made;
    return BACKSTAGE_OK;
}

void cactors_recorder_free(cactors_recorder *recorder) { free(recorder); }

static backstage_status act(cactors_recorder *recorder, backstage_context **context) {
    return backstage_engine_context(recorder->engine, recorder->ref, context);
}

backstage_status cactors_recorder_send(cactors_recorder *recorder, backstage_ref receiver,
                                       const void *bytes, size_t size) {
    backstage_context *context;
    backstage_status status = act(recorder, &context);
    return status == BACKSTAGE_OK ? backstage_send(context, receiver, bytes, size) : status;
}

backstage_status cactors_recorder_request(cactors_recorder *recorder, backstage_ref receiver,
                                          const void *bytes, size_t size, int64_t timeout_ns,
                                          uint64_t *token) {
    backstage_context *context;
    backstage_status status = act(recorder, &context);
    return status == BACKSTAGE_OK
               ? backstage_request(context, receiver, bytes, size, timeout_ns, token)
               : status;
}

backstage_status cactors_recorder_publish(cactors_recorder *recorder, const char *topic,
                                          const void *bytes, size_t size, uint32_t *receivers) {
    backstage_context *context;
    backstage_status status = act(recorder, &context);
    if (status != BACKSTAGE_OK) {
        return status;
    }
    return topic == NULL ? backstage_publish(context, bytes, size, receivers)
                         : backstage_publish_to_topic(context, topic, bytes, size, receivers);
}

backstage_status cactors_recorder_subscribe(cactors_recorder *recorder, const char *publisher,
                                            const char *topic) {
    backstage_context *context;
    backstage_status status = act(recorder, &context);
    if (status != BACKSTAGE_OK) {
        return status;
    }
    return topic == NULL ? backstage_subscribe(context, publisher)
                         : backstage_subscribe_to_topic(context, publisher, topic);
}

backstage_status cactors_recorder_broadcast(cactors_recorder *recorder, const char *kind,
                                            const void *bytes, size_t size, uint32_t *receivers) {
    backstage_context *context;
    backstage_status status = act(recorder, &context);
    return status == BACKSTAGE_OK ? backstage_broadcast(context, kind, bytes, size, receivers)
                                  : status;
}
