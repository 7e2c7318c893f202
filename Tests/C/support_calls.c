#define _POSIX_C_SOURCE 200809L
#include "support_calls.h"

#include <signal.h>

static void ignore_ready(backstage_engine *engine, int fd, uint32_t events, void *state) {
    (void)engine, (void)fd, (void)events, (void)state;
}

static int32_t ignore_actor(backstage_engine *engine, backstage_ref actor, void *state) {
    (void)engine, (void)actor, (void)state;
    return 0;
}

/* What the actor keeps: the first request it gets, and how to answer the next. */
typedef struct kept {
    backstage_envelope request;
    backstage_reply_handle handle;
} kept;

static backstage_status keep_request(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    kept *k = state;
    (void)context;
    if (envelope->type == BACKSTAGE_REQUEST && k->request.type != BACKSTAGE_REQUEST) {
        k->request = *envelope;
    } else if (envelope->type == BACKSTAGE_REQUEST) {
        CHECK_OK(backstage_envelope_reply_handle(envelope, &k->handle));
    }
    return BACKSTAGE_OK;
}

static backstage_status ignore_batch(backstage_context *context,
                                     const backstage_envelope *envelopes, size_t count,
                                     size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)count, (void)handled, (void)state;
    return BACKSTAGE_OK;
}

test_set test_set_open(void) {
    test_set set;
    void *data;
    uint64_t token;
    memset(&set, 0, sizeof set);
    set.engine = test_engine();
    kept *k = test_alloc(sizeof *k);
    backstage_actor_options options = test_options("actor", keep_request, k);
    options.kind = "kind";
    set.actor = test_spawn_with(set.engine, &options);
    set.context = test_context(set.engine, set.actor);
    set.other = test_spawn(set.engine, "other", test_ignore, NULL);
    test_pipe(set.ends);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(
            backstage_request(test_context(set.engine, set.other), set.actor, "q", 1, 0, &token));
    }
    test_run(set.engine);
    set.request = k->request;
    set.handle = k->handle;
    CHECK_EQ(set.request.type, BACKSTAGE_REQUEST);
    CHECK_EQ(set.handle.sender, set.other);
    CHECK_OK(backstage_subscribe(set.context, "known"));
    CHECK_OK(backstage_subscribe_to_topic(set.context, "known", "topic"));
    CHECK_OK(backstage_timer_start(set.context, 1000, 0, &set.timer));
    CHECK_OK(backstage_watch_fd(set.context, set.ends[0], BACKSTAGE_READABLE, &set.watcher));
    CHECK_OK(backstage_engine_watch_fd(set.engine, set.ends[0], BACKSTAGE_READABLE, ignore_ready,
                                       NULL, &set.fd_watcher));
    CHECK_OK(backstage_payload_create(set.engine, 100, &set.payload, &data));
    memset(data, 0, 100);
    return set;
}

void test_set_close(test_set *set) {
    CHECK_OK(backstage_payload_release(set->payload));
    test_end(set->engine);
    test_close_pair(set->ends);
}

void test_call_engine(const test_set *set, backstage_status want) {
    backstage_engine *engine = set->engine;
    backstage_statistics statistics = {.size = sizeof statistics};
    backstage_actor_statistics actor_statistics = {.size = sizeof actor_statistics};
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    backstage_context *context = NULL;
    backstage_ref actor = 77, found = 77;
    uint64_t now = 77, watcher = 77;
    const char *id = NULL;
    CHECK_STATUS(backstage_engine_now(engine, &now), want);
    CHECK_STATUS(backstage_engine_advance(engine, 0), want);
    CHECK_STATUS(backstage_engine_statistics(engine, &statistics), want);
    CHECK_STATUS(backstage_engine_actor_statistics(engine, set->actor, &actor_statistics), want);
    CHECK_STATUS(backstage_engine_watch_fd(engine, set->ends[1], BACKSTAGE_READABLE, ignore_ready,
                                           NULL, &watcher),
                 want);
    CHECK_STATUS(backstage_engine_unwatch_fd(engine, set->fd_watcher), want);
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), want);
    CHECK_STATUS(backstage_engine_find(engine, "actor", &found), want);
    CHECK_STATUS(backstage_engine_actor_id(engine, set->actor, &id), want);
    CHECK_STATUS(backstage_engine_each_actor(engine, ignore_actor, NULL), want);
    CHECK_STATUS(backstage_engine_context(engine, set->actor, &context), want);
    if (want != BACKSTAGE_OK) {
        CHECK_STATUS(backstage_engine_drain(engine, 1000), want);
    }
    bool ok = want == BACKSTAGE_OK;
    CHECK((now != 77) == ok && (watcher != 77) == ok && (actor != 77) == ok && (found != 77) == ok);
    CHECK((statistics.spawned != 0) == ok && (id != NULL) == ok && (context != NULL) == ok);
}

static void call_requests(const test_set *set, backstage_status want) {
    backstage_context *context = set->context;
    uint64_t token = 77, token_by_id = 77;
    CHECK_STATUS(backstage_request(context, set->other, "x", 1, 0, &token), want);
    CHECK_STATUS(backstage_request_to_id(context, "other", "x", 1, 0, &token_by_id), want);
    CHECK_STATUS(backstage_reply(context, &set->request, "x", 1), want);
    CHECK_STATUS(backstage_reply_later(context, &set->handle, "x", 1), want);
    bool ok = want == BACKSTAGE_OK;
    CHECK((token != 77) == ok && (token_by_id != 77) == ok);
    CHECK_STATUS(backstage_request_cancel(context, token), want);
}

static void call_sends_of_many(const test_set *set, backstage_status want) {
    static const uint32_t sizes[] = {1, 2};
    size_t accepted = 77;
    uint32_t room = 77;
    CHECK_STATUS(backstage_send_many(set->context, set->other, "xyz", sizes, 2, &accepted), want);
    CHECK_STATUS(backstage_room(set->context, set->other, &room), want);
    CHECK_EQ(accepted, want == BACKSTAGE_OK ? 2 : 0);
    CHECK((room != 77) == (want == BACKSTAGE_OK));
}

static void call_sends(const test_set *set, backstage_status want) {
    backstage_context *context = set->context;
    uint32_t receivers = 77;
    call_sends_of_many(set, want);
    CHECK_STATUS(backstage_send(context, set->other, "x", 1), want);
    CHECK_STATUS(backstage_send_to_id(context, "other", "x", 1), want);
    CHECK_STATUS(backstage_broadcast(context, "kind", "x", 1, &receivers), want);
    CHECK_STATUS(backstage_publish(context, "x", 1, &receivers), want);
    CHECK_STATUS(backstage_publish_to_topic(context, "t", "x", 1, &receivers), want);
    CHECK_OK(backstage_payload_retain(set->payload));
    if (CHECK_STATUS(backstage_send_payload(context, set->other, set->payload), want) &&
        want == BACKSTAGE_OK) {
        CHECK_OK(backstage_payload_retain(set->payload));
    }
    CHECK_STATUS(backstage_publish_payload(context, "t", set->payload, &receivers), want);
    if (want != BACKSTAGE_OK) {
        backstage_payload *payload = NULL;
        CHECK_OK(backstage_payload_release(set->payload));
        CHECK_STATUS(backstage_forward(context, &set->request, set->other), want);
        CHECK_STATUS(backstage_envelope_payload(context, &set->request, &payload), want);
        CHECK(receivers == 77 && payload == NULL);
    }
}

static void call_others(const test_set *set, backstage_status want) {
    backstage_context *context = set->context;
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    backstage_ref born = 77, child = 77, monitored = 77;
    uint64_t timer = 77, watcher = 77, signal_watcher = 77;
    CHECK_STATUS(backstage_spawn(context, &options, &born), want);
    CHECK_STATUS(backstage_spawn_child(context, &options, &child), want);
    CHECK_STATUS(backstage_subscribe(context, "someone"), want);
    CHECK_STATUS(backstage_subscribe_to_topic(context, "someone", "t"), want);
    CHECK_STATUS(backstage_unsubscribe(context, "known"), want);
    CHECK_STATUS(backstage_unsubscribe_from_topic(context, "known", "topic"), want);
    CHECK_STATUS(backstage_monitor(context, set->other), want);
    CHECK_STATUS(backstage_unmonitor(context, set->other), want);
    CHECK_STATUS(backstage_monitor_id(context, "other", &monitored), want);
    CHECK_STATUS(backstage_timer_start(context, 5, 5, &timer), want);
    CHECK_STATUS(backstage_timer_cancel(context, set->timer), want);
    CHECK_STATUS(backstage_watch_fd(context, set->ends[0], BACKSTAGE_READABLE, &watcher), want);
    CHECK_STATUS(backstage_watch_signal(context, SIGUSR2, &signal_watcher), want);
    CHECK_STATUS(backstage_unwatch(context, set->watcher), want);
    if (want != BACKSTAGE_OK) {
        CHECK_STATUS(backstage_stop(context, set->other), want);
        CHECK_STATUS(backstage_poison(context, set->other), want);
        CHECK_STATUS(backstage_drain(context, set->other, 1000), want);
        CHECK_STATUS(backstage_shutdown(context), want);
        CHECK(born == 77 && child == 77 && monitored == 77 && timer == 77);
        CHECK(watcher == 77 && signal_watcher == 77);
    }
}

/* How the actor receives; it ends up as it was. */
static void call_receiving(const test_set *set, backstage_status want) {
    backstage_context *context = set->context;
    uint32_t count = 77;
    CHECK_STATUS(backstage_become_batch(context, ignore_batch), want);
    CHECK_STATUS(backstage_become(context, keep_request), want);
    CHECK_STATUS(backstage_unstash(context, &count), want);
    CHECK_STATUS(backstage_receive_timeout(context, 1000), want);
    CHECK_STATUS(backstage_finish(context, BACKSTAGE_OK),
                 want == BACKSTAGE_OK ? BACKSTAGE_NOT_WAITING : want);
    CHECK_EQ(count, want == BACKSTAGE_OK ? 0 : 77);
    if (want != BACKSTAGE_OK) {
        CHECK_STATUS(backstage_stash(context, &set->request), want);
    }
}

void test_call_context(const test_set *set, backstage_status want) {
    call_sends(set, want);
    call_requests(set, want);
    call_receiving(set, want);
    call_others(set, want);
}

void test_call_waiting(const test_set *set, backstage_status want) {
    backstage_payload *reply = NULL;
    CHECK_STATUS(backstage_engine_request(set->engine, set->other, "x", 1, 1000, &reply), want);
    CHECK_STATUS(backstage_engine_request_to_id(set->engine, "other", "x", 1, 1000, &reply), want);
    CHECK(reply == NULL);
}

void test_call_any_thread(const test_set *set, backstage_status want) {
    static const uint32_t sizes[] = {0, 3};
    size_t accepted = 77;
    backstage_payload *payload = NULL;
    void *data = NULL;
    CHECK_EQ(backstage_version(), BACKSTAGE_VERSION);
    CHECK_STR(backstage_status_name(BACKSTAGE_OK), "OK");
    CHECK_STATUS(backstage_engine_send(set->engine, set->other, "x", 1), want);
    CHECK_STATUS(backstage_engine_send_to_id(set->engine, "other", "x", 1), want);
    CHECK_STATUS(backstage_engine_send_many(set->engine, set->other, "xyz", sizes, 2, &accepted),
                 want);
    CHECK_EQ(accepted, want == BACKSTAGE_OK ? 2 : 0);
    CHECK_STATUS(backstage_engine_publish(set->engine, set->actor, NULL, "x", 1), want);
    CHECK_STATUS(backstage_engine_broadcast(set->engine, "kind", "x", 1), want);
    CHECK_STATUS(backstage_payload_create(set->engine, 1, &payload, &data), want);
    if (want == BACKSTAGE_OK) {
        CHECK_OK(backstage_payload_retain(payload));
        CHECK_OK(backstage_engine_send_payload(set->engine, set->other, payload));
        CHECK(backstage_payload_data(payload) == data);
        CHECK_EQ(backstage_payload_size(payload), 1);
        CHECK_OK(backstage_payload_release(payload));
    }
    CHECK_STATUS(backstage_engine_stop(set->engine), want);
}

void test_check_unchanged_at(backstage_engine *engine, const backstage_statistics *before,
                             const char *file, int line) {
    backstage_statistics now = test_statistics(engine);
    test_check_eq(now.accepted, before->accepted, file, line, "accepted as before");
    test_check_eq(now.handled, before->handled, file, line, "handled as before");
    test_check_eq(now.dead, before->dead, file, line, "dead as before");
    test_check_eq(now.queued, before->queued, file, line, "queued as before");
    test_check_eq(now.events, before->events, file, line, "events as before");
    test_check_eq(now.actors, before->actors, file, line, "actors as before");
    test_check_eq(now.spawned, before->spawned, file, line, "spawned as before");
    test_check_eq(now.failures, before->failures, file, line, "failures as before");
    test_check_eq(now.restarts, before->restarts, file, line, "restarts as before");
    test_check_eq(now.memory_bytes, before->memory_bytes, file, line, "memory as before");
}
