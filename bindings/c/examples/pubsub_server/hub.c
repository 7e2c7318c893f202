#include "hub.h"
#include "glob.h"

void hub_open(struct hub *hub) {
    *hub = (struct hub){.channels = {.prefix = 'c'}, .patterns = {.prefix = 'p'}};
}

/* There is room, or the hub is there again: all who wait may go on. */
static backstage_status wake_waiters(struct hub *hub) {
    static const char has_room = HUB_HAS_ROOM;
    hub->wakes_waiters = false;
    while (hub->waiters) {
        struct waiter *waiter = hub->waiters;
        hub_forget(hub, waiter);
        backstage_status status = backstage_send(hub->context, waiter->actor, &has_room, 1);
        if (status == BACKSTAGE_INBOX_FULL)
            status = backstage_stop(hub->context, waiter->actor);
        if (status != BACKSTAGE_OK && status != BACKSTAGE_ENDING)
            return status;
    }
    return BACKSTAGE_OK;
}

static backstage_status hub_init(backstage_context *context, void *state) {
    struct hub *hub = state;
    hub->context = context;
    hub->actor = backstage_context_self(context);
    return wake_waiters(hub);
}

static backstage_status hub_receive(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)context, (void)envelope;
    return wake_waiters(state);
}

static backstage_status hub_deinit(backstage_context *context, backstage_reason reason,
                                   void *state) {
    struct hub *hub = state;
    (void)context, (void)reason;
    hub->context = NULL;
    return BACKSTAGE_OK;
}

backstage_status hub_spawn(backstage_context *parent, struct hub *hub) {
    backstage_actor_options options = {
        .size = sizeof options,
        .id = HUB_ID,
        .init = hub_init,
        .receive = hub_receive,
        .deinit = hub_deinit,
        .state = hub,
        .restart = BACKSTAGE_RESTART_PERMANENT,
    };
    backstage_ref actor;
    return backstage_spawn_child(parent, &options, &actor);
}

/* ---- Publishing -------------------------------------------------------------------------- */

static size_t digits(size_t number) {
    size_t count = 1;
    for (; number >= 10; number /= 10)
        count += 1;
    return count;
}

static size_t bulk_bytes(struct text text) { return 1 + digits(text.size) + 2 + text.size + 2; }

static char *put_bulk(char *to, struct text text) {
    *to++ = '$';
    to = put_number(to, text.size);
    to = put_bytes(to, "\r\n", 2);
    to = put_bytes(to, text.data, text.size);
    return put_bytes(to, "\r\n", 2);
}

/* Publishes the parts as one array. It is put together once, and shared by all who get it. */
static backstage_status publish_frame(struct hub *hub, const struct channel *channel,
                                      const struct text *parts, size_t count, /* < 10 */
                                      uint64_t *receivers) {
    size_t size = 4;
    for (size_t i = 0; i < count; i++)
        size += bulk_bytes(parts[i]);
    backstage_payload *payload;
    void *data;
    backstage_engine *engine = backstage_context_engine(hub->context);
    backstage_status status = backstage_payload_create(engine, size, &payload, &data);
    if (status != BACKSTAGE_OK)
        return status;
    char *to = data;
    *to++ = '*';
    *to++ = (char)('0' + count);
    to = put_bytes(to, "\r\n", 2);
    for (size_t i = 0; i < count; i++)
        to = put_bulk(to, parts[i]);
    uint32_t accepted = 0;
    status = backstage_publish_payload(hub->context, channel->topic, payload, &accepted);
    if (status != BACKSTAGE_OK) {
        backstage_payload_release(payload);
        return status;
    }
    hub->undelivered += accepted;
    *receivers += accepted;
    return BACKSTAGE_OK;
}

backstage_status hub_publish(struct hub *hub, struct text name, struct text message,
                             uint64_t *receivers) {
    *receivers = 0;
    backstage_status status = BACKSTAGE_OK;
    const struct channel *channel = channels_find(&hub->channels, name);
    if (channel) {
        const struct text parts[] = {{"message", 7}, name, message};
        status = publish_frame(hub, channel, parts, 3, receivers);
    }
    const struct channel *pattern = hub->patterns.first;
    for (; pattern && status == BACKSTAGE_OK; pattern = pattern->next) {
        const struct text parts[] = {{"pmessage", 8}, pattern->name, name, message};
        if (glob_matches(pattern->name, name))
            status = publish_frame(hub, pattern, parts, 4, receivers);
    }
    return status;
}

/* ---- Waiting for room -------------------------------------------------------------------- */

bool hub_is_full(const struct hub *hub) {
    return !hub->context || hub->undelivered >= UNDELIVERED_MAX;
}

void hub_wait(struct hub *hub, struct waiter *waiter) {
    if (waiter->waits)
        return;
    waiter->waits = true;
    waiter->previous = NULL;
    waiter->next = hub->waiters;
    if (hub->waiters)
        hub->waiters->previous = waiter;
    hub->waiters = waiter;
}

void hub_forget(struct hub *hub, struct waiter *waiter) {
    if (!waiter->waits)
        return;
    waiter->waits = false;
    if (waiter->next)
        waiter->next->previous = waiter->previous;
    if (waiter->previous)
        waiter->previous->next = waiter->next;
    else
        hub->waiters = waiter->next;
}

void hub_delivered(struct hub *hub, backstage_context *context, uint64_t count) {
    hub->undelivered -= count;
    if (!hub->waiters || hub->wakes_waiters || hub->undelivered > UNDELIVERED_MAX / 2)
        return;
    hub->wakes_waiters = backstage_send(context, hub->actor, NULL, 0) == BACKSTAGE_OK;
}

void hub_dead_letter(struct hub *hub, backstage_dead_reason reason) {
    if (reason != BACKSTAGE_DEAD_INBOX_FULL) /* that one was never counted */
        hub->undelivered -= 1;
}
