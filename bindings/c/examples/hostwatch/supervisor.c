#include "supervisor.h"
#include "alarm.h"
#include "board.h"
#include "messages.h"
#include "sampler.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

static backstage_status watch_signals(backstage_context *context) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    backstage_status status = BACKSTAGE_OK;
    uint64_t watcher;
    for (size_t i = 0; i < sizeof signals / sizeof *signals && status == BACKSTAGE_OK; i++)
        status = backstage_watch_signal(context, signals[i], &watcher);
    return status;
}

static void add(struct supervisor *supervisor, const char *id, backstage_ref actor) {
    struct supervised *child = &supervisor->children[supervisor->count++];
    snprintf(child->id, sizeof child->id, "%s", id);
    child->actor = actor;
}

/* Those who listen come first, so that they miss nothing. */
static backstage_status supervisor_init(backstage_context *context, void *state) {
    static struct sampler *(*const samplers[])(void) = {cpu_sampler, memory_sampler,
                                                        network_sampler, process_sampler};
    struct supervisor *supervisor = state;
    backstage_ref actor;
    backstage_status status = watch_signals(context);
    if (status == BACKSTAGE_OK)
        status = board_spawn(context, supervisor->screen, supervisor->interval_ns, &actor);
    if (status == BACKSTAGE_OK) {
        add(supervisor, HOSTWATCH_BOARD, actor);
        status = alarm_spawn(context, &actor);
    }
    if (status == BACKSTAGE_OK)
        add(supervisor, HOSTWATCH_ALARM, actor);
    for (size_t i = 0; i < sizeof samplers / sizeof *samplers && status == BACKSTAGE_OK; i++) {
        struct sampler *sampler = samplers[i]();
        const char *id = sampler ? sampler->id : "";
        status =
            sampler_spawn(context, sampler, supervisor->source, supervisor->interval_ns, &actor);
        if (status == BACKSTAGE_OK)
            add(supervisor, id, actor);
    }
    return status;
}

/* Ends the last child that is left, once it has handled what is queued, and waits for its
 * TERMINATED; then the one before: those who listen end last and hear all. At last, itself. */
static backstage_status end_next(backstage_context *context, struct supervisor *supervisor) {
    supervisor->is_ending = true;
    for (size_t i = supervisor->count; i > 0; i--) {
        backstage_ref actor = supervisor->children[i - 1].actor;
        if (actor == BACKSTAGE_NONE)
            continue;
        supervisor->ending = actor;
        backstage_status status = backstage_monitor(context, actor);
        if (status == BACKSTAGE_OK)
            status = backstage_poison(context, actor);
        /* Has it just ended by itself? Then TERMINATED is on its way. */
        return status == BACKSTAGE_NOT_FOUND ? BACKSTAGE_OK : status;
    }
    supervisor->in_order = true;
    return backstage_shutdown(context);
}

/* Tells the board of a failure. Without a board there is no use in going on. */
static backstage_status tell_of_failure(backstage_context *context, struct supervisor *supervisor,
                                        const struct supervised *child,
                                        const backstage_termination *termination) {
    struct failed failed = {.status = termination->status};
    if (strcmp(child->id, HOSTWATCH_BOARD) == 0)
        return termination->status;
    memcpy(failed.id, child->id, sizeof failed.id);
    return backstage_send(context, supervisor->children[0].actor, &failed, sizeof failed);
}

static backstage_status child_ended(backstage_context *context, struct supervisor *supervisor,
                                    const backstage_envelope *envelope) {
    const backstage_termination *termination = envelope->payload;
    backstage_status status = BACKSTAGE_OK;
    for (size_t i = 0; i < supervisor->count; i++) {
        struct supervised *child = &supervisor->children[i];
        if (child->actor != envelope->sender)
            continue;
        child->actor = BACKSTAGE_NONE;
        if (termination->reason == BACKSTAGE_REASON_FAILED)
            status = tell_of_failure(context, supervisor, child, termination);
    }
    if (status != BACKSTAGE_OK || supervisor->ending != envelope->sender)
        return status;
    return end_next(context, supervisor);
}

static backstage_status supervisor_receive(backstage_context *context,
                                           const backstage_envelope *envelope, void *state) {
    struct supervisor *supervisor = state;
    if (envelope->type == BACKSTAGE_TERMINATED)
        return child_ended(context, supervisor, envelope);
    if (supervisor->is_ending) /* Ctrl-C once more */
        return BACKSTAGE_OK;
    return end_next(context, supervisor);
}

static backstage_status supervisor_deinit(backstage_context *context, backstage_reason reason,
                                          void *state) {
    struct supervisor *supervisor = state;
    supervisor->ended = true;
    supervisor->in_order = supervisor->in_order && reason == BACKSTAGE_REASON_NORMAL;
    return backstage_engine_stop(backstage_context_engine(context));
}

backstage_status supervisor_spawn(backstage_engine *engine, struct supervisor *supervisor,
                                  backstage_ref *actor) {
    backstage_actor_options options = {
        .size = sizeof options,
        .id = HOSTWATCH_SUPERVISOR,
        .init = supervisor_init,
        .receive = supervisor_receive,
        .deinit = supervisor_deinit,
        .state = supervisor,
    };
    return backstage_engine_spawn(engine, &options, actor);
}
