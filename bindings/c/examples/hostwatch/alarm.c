#include "alarm.h"
#include "messages.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct threshold {
    const char *publisher;
    const char *topic;
    double limit;
} thresholds[] = {
    {HOSTWATCH_CPU, "cpu.total", 0.90},
    {HOSTWATCH_MEMORY, "memory.used", 0.90},
    {HOSTWATCH_MEMORY, "memory.swap", 0.50},
};
enum { THRESHOLDS = sizeof thresholds / sizeof *thresholds };

/* How far below its limit a share must fall to end the alarm: it should not flutter. */
static const double hysteresis = 0.05;

struct alarms {
    bool raised[THRESHOLDS];
};

static backstage_status alarm_init(backstage_context *context, void *state) {
    backstage_status status = BACKSTAGE_OK;
    (void)state;
    for (int i = 0; i < THRESHOLDS && status == BACKSTAGE_OK; i++)
        status =
            backstage_subscribe_to_topic(context, thresholds[i].publisher, thresholds[i].topic);
    return status;
}

static backstage_status compare(backstage_context *context, const struct threshold *threshold,
                                double fraction, bool *raised) {
    bool changed =
        *raised ? fraction < threshold->limit - hysteresis : fraction >= threshold->limit;
    if (!changed)
        return BACKSTAGE_OK;
    *raised = !*raised;
    const struct alarm alarm = {.limit = threshold->limit, .raised = *raised};
    char topic[64];
    snprintf(topic, sizeof topic, "alarm.%s", threshold->topic);
    return backstage_publish_to_topic(context, topic, &alarm, sizeof alarm, NULL);
}

static backstage_status alarm_receive(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    struct alarms *alarms = state;
    const char *topic = backstage_envelope_topic(envelope);
    if (!topic || envelope->size != sizeof(struct share))
        return BACKSTAGE_OK;
    const struct share *share = envelope->payload;
    for (int i = 0; i < THRESHOLDS; i++)
        if (strcmp(topic, thresholds[i].topic) == 0)
            return compare(context, &thresholds[i], share->fraction, &alarms->raised[i]);
    return BACKSTAGE_OK;
}

static backstage_status alarm_deinit(backstage_context *context, backstage_reason reason,
                                     void *state) {
    (void)context, (void)reason;
    free(state);
    return BACKSTAGE_OK;
}

backstage_status alarm_spawn(backstage_context *parent, backstage_ref *actor) {
    struct alarms *alarms = calloc(1, sizeof *alarms);
    if (!alarms)
        return BACKSTAGE_NO_MEMORY;
    backstage_actor_options options = {
        .size = sizeof options,
        .id = HOSTWATCH_ALARM,
        .init = alarm_init,
        .receive = alarm_receive,
        .deinit = alarm_deinit,
        .state = alarms,
    };
    backstage_status status = backstage_spawn_child(parent, &options, actor);
    if (status != BACKSTAGE_OK)
        free(alarms);
    return status;
}
