/* A NULL for every pointer of every function: its own status, and nothing changes. */
#include "support_calls.h"

static test_set set;
static backstage_statistics before;

/* One line of the table: a call with one bad pointer, refused without a trace. */
static void check_refused(backstage_status got, const char *text, int line) {
    test_check_status(got, BACKSTAGE_INVALID_ARGUMENT, __FILE__, line, text);
    test_check_unchanged_at(set.engine, &before, __FILE__, line);
}
#define REFUSED(call) check_refused((call), #call, __LINE__)

static void open_set(void) {
    set = test_set_open();
    before = test_statistics(set.engine);
}

static int32_t see_actor(backstage_engine *engine, backstage_ref actor, void *state) {
    (void)engine, (void)actor;
    ++*(int *)state;
    return 0;
}

static void see_ready(backstage_engine *engine, int fd, uint32_t events, void *state) {
    (void)engine, (void)fd, (void)events, (void)state;
}

TEST(functions_of_an_engine_refuse_null) {
    open_set();
    backstage_engine *e = set.engine;
    backstage_statistics statistics = {.size = sizeof statistics};
    backstage_actor_statistics actor_statistics = {.size = sizeof actor_statistics};
    backstage_actor_options options = test_options("new", test_ignore, NULL);
    backstage_context *context = NULL;
    backstage_ref ref = 77;
    uint64_t number = 77;
    const char *id = NULL;
    int seen = 0;
    REFUSED(backstage_engine_create(NULL, NULL));
    REFUSED(backstage_engine_destroy(NULL));
    REFUSED(backstage_engine_adopt(NULL));
    REFUSED(backstage_engine_run(NULL, BACKSTAGE_RUN_NO_WAIT, 0));
    REFUSED(backstage_engine_stop(NULL));
    REFUSED(backstage_engine_advance(NULL, 1));
    REFUSED(backstage_engine_now(NULL, &number));
    REFUSED(backstage_engine_now(e, NULL));
    REFUSED(backstage_engine_statistics(NULL, &statistics));
    REFUSED(backstage_engine_statistics(e, NULL));
    REFUSED(backstage_engine_actor_statistics(NULL, set.actor, &actor_statistics));
    REFUSED(backstage_engine_actor_statistics(e, set.actor, NULL));
    REFUSED(backstage_engine_watch_fd(NULL, set.ends[0], 1, see_ready, NULL, &number));
    REFUSED(backstage_engine_watch_fd(e, set.ends[0], 1, NULL, NULL, &number));
    REFUSED(backstage_engine_watch_fd(e, set.ends[0], 1, see_ready, NULL, NULL));
    REFUSED(backstage_engine_unwatch_fd(NULL, set.fd_watcher));
    REFUSED(backstage_engine_spawn(NULL, &options, &ref));
    REFUSED(backstage_engine_spawn(e, NULL, &ref));
    REFUSED(backstage_engine_spawn(e, &options, NULL));
    REFUSED(backstage_engine_find(NULL, "actor", &ref));
    REFUSED(backstage_engine_find(e, NULL, &ref));
    REFUSED(backstage_engine_find(e, "actor", NULL));
    REFUSED(backstage_engine_actor_id(NULL, set.actor, &id));
    REFUSED(backstage_engine_actor_id(e, set.actor, NULL));
    REFUSED(backstage_engine_each_actor(NULL, see_actor, &seen));
    REFUSED(backstage_engine_each_actor(e, NULL, &seen));
    REFUSED(backstage_engine_context(NULL, set.actor, &context));
    REFUSED(backstage_engine_context(e, set.actor, NULL));
    CHECK(ref == 77 && number == 77 && seen == 0 && id == NULL && context == NULL);
    test_set_close(&set);
}

TEST(functions_of_a_context_refuse_a_null_context) {
    open_set();
    backstage_actor_options options = test_options("new", test_ignore, NULL);
    backstage_ref ref = 77;
    uint64_t number = 77;
    uint32_t receivers = 77;
    backstage_payload *payload = NULL;
    REFUSED(backstage_spawn(NULL, &options, &ref));
    REFUSED(backstage_spawn_child(NULL, &options, &ref));
    REFUSED(backstage_stop(NULL, set.other));
    REFUSED(backstage_shutdown(NULL));
    REFUSED(backstage_poison(NULL, set.other));
    REFUSED(backstage_send(NULL, set.other, "x", 1));
    REFUSED(backstage_send_to_id(NULL, "other", "x", 1));
    REFUSED(backstage_broadcast(NULL, "kind", "x", 1, &receivers));
    REFUSED(backstage_forward(NULL, &set.request, set.other));
    REFUSED(backstage_send_payload(NULL, set.other, set.payload));
    REFUSED(backstage_envelope_payload(NULL, &set.request, &payload));
    REFUSED(backstage_publish(NULL, "x", 1, &receivers));
    REFUSED(backstage_publish_to_topic(NULL, "t", "x", 1, &receivers));
    REFUSED(backstage_publish_payload(NULL, "t", set.payload, &receivers));
    REFUSED(backstage_subscribe(NULL, "p"));
    REFUSED(backstage_subscribe_to_topic(NULL, "p", "t"));
    REFUSED(backstage_unsubscribe(NULL, "known"));
    REFUSED(backstage_unsubscribe_from_topic(NULL, "known", "topic"));
    REFUSED(backstage_monitor(NULL, set.other));
    REFUSED(backstage_unmonitor(NULL, set.other));
    REFUSED(backstage_request(NULL, set.other, "x", 1, 0, &number));
    REFUSED(backstage_reply(NULL, &set.request, "x", 1));
    REFUSED(backstage_timer_start(NULL, 1, 0, &number));
    REFUSED(backstage_timer_cancel(NULL, set.timer));
    REFUSED(backstage_watch_fd(NULL, set.ends[0], 1, &number));
    REFUSED(backstage_watch_signal(NULL, 10, &number));
    REFUSED(backstage_unwatch(NULL, set.watcher));
    CHECK(ref == 77 && number == 77 && receivers == 77 && payload == NULL);
    CHECK_EQ(backstage_context_self(NULL), BACKSTAGE_NONE);
    CHECK(backstage_context_engine(NULL) == NULL);
    CHECK_EQ(backstage_context_parent(NULL), BACKSTAGE_NONE);
    CHECK_STR(backstage_context_id(NULL), "");
    test_set_close(&set);
}

TEST(functions_of_a_context_refuse_other_nulls) {
    open_set();
    backstage_context *c = set.context;
    backstage_actor_options options = test_options("new", test_ignore, NULL);
    backstage_ref ref = 77;
    uint64_t number = 77;
    uint32_t receivers = 77;
    backstage_payload *payload = NULL;
    REFUSED(backstage_spawn(c, NULL, &ref));
    REFUSED(backstage_spawn(c, &options, NULL));
    REFUSED(backstage_spawn_child(c, NULL, &ref));
    REFUSED(backstage_spawn_child(c, &options, NULL));
    REFUSED(backstage_send(c, set.other, NULL, 1));
    REFUSED(backstage_send_to_id(c, NULL, "x", 1));
    REFUSED(backstage_send_to_id(c, "other", NULL, 1));
    REFUSED(backstage_broadcast(c, NULL, "x", 1, &receivers));
    REFUSED(backstage_broadcast(c, "kind", NULL, 1, &receivers));
    REFUSED(backstage_forward(c, NULL, set.other));
    REFUSED(backstage_send_payload(c, set.other, NULL));
    REFUSED(backstage_envelope_payload(c, NULL, &payload));
    REFUSED(backstage_publish(c, NULL, 1, &receivers));
    REFUSED(backstage_publish_to_topic(c, NULL, "x", 1, &receivers));
    REFUSED(backstage_publish_to_topic(c, "t", NULL, 1, &receivers));
    REFUSED(backstage_publish_payload(c, "t", NULL, &receivers));
    REFUSED(backstage_subscribe(c, NULL));
    REFUSED(backstage_subscribe_to_topic(c, NULL, "t"));
    REFUSED(backstage_subscribe_to_topic(c, "p", NULL));
    REFUSED(backstage_unsubscribe(c, NULL));
    REFUSED(backstage_unsubscribe_from_topic(c, NULL, "topic"));
    REFUSED(backstage_unsubscribe_from_topic(c, "known", NULL));
    REFUSED(backstage_request(c, set.other, NULL, 1, 0, &number));
    REFUSED(backstage_request(c, set.other, "x", 1, 0, NULL));
    REFUSED(backstage_reply(c, NULL, "x", 1));
    REFUSED(backstage_reply(c, &set.request, NULL, 1));
    REFUSED(backstage_timer_start(c, 1, 0, NULL));
    REFUSED(backstage_watch_fd(c, set.ends[0], 1, NULL));
    REFUSED(backstage_watch_signal(c, 10, NULL));
    CHECK(ref == 77 && number == 77 && receivers == 77 && payload == NULL);
    /* The request still waits. */
    CHECK_OK(backstage_reply(c, &set.request, "x", 1));
    test_set_close(&set);
}

static void never_free(void *data, size_t size, void *state) {
    (void)data, (void)size, (void)state;
    CHECK(false);
}

TEST(those_that_send_many_refuse_null_and_say_that_none_was_accepted) {
    open_set();
    backstage_context *c = set.context;
    backstage_engine *e = set.engine;
    static const uint32_t sizes[] = {1, 1};
    size_t accepted[6] = {77, 77, 77, 77, 77, 77};
    uint32_t room = 77;
    REFUSED(backstage_send_many(NULL, set.other, "xx", sizes, 2, &accepted[0]));
    REFUSED(backstage_send_many(c, set.other, NULL, sizes, 2, &accepted[1]));
    REFUSED(backstage_send_many(c, set.other, "xx", NULL, 2, &accepted[2]));
    REFUSED(backstage_engine_send_many(NULL, set.other, "xx", sizes, 2, &accepted[3]));
    REFUSED(backstage_engine_send_many(e, set.other, NULL, sizes, 2, &accepted[4]));
    REFUSED(backstage_engine_send_many(e, set.other, "xx", NULL, 2, &accepted[5]));
    REFUSED(backstage_send_many(c, set.other, "xx", NULL, 2, NULL));
    REFUSED(backstage_engine_send_many(NULL, set.other, "xx", sizes, 2, NULL));
    REFUSED(backstage_room(NULL, set.other, &room));
    REFUSED(backstage_room(c, set.other, NULL));
    CHECK_EQ(room, 77);
    for (int i = 0; i < 6; i++) {
        CHECK_EQ(accepted[i], 0);
    }
    test_set_close(&set);
}

TEST(functions_of_any_thread_refuse_null) {
    open_set();
    backstage_engine *e = set.engine;
    backstage_payload *payload = NULL;
    void *data = NULL;
    char bytes[8];
    REFUSED(backstage_engine_send(NULL, set.actor, "x", 1));
    REFUSED(backstage_engine_send(e, set.actor, NULL, 1));
    REFUSED(backstage_engine_send_to_id(NULL, "actor", "x", 1));
    REFUSED(backstage_engine_send_to_id(e, NULL, "x", 1));
    REFUSED(backstage_engine_send_to_id(e, "actor", NULL, 1));
    REFUSED(backstage_engine_send_payload(NULL, set.actor, set.payload));
    REFUSED(backstage_engine_send_payload(e, set.actor, NULL));
    REFUSED(backstage_engine_publish(NULL, set.actor, "t", "x", 1));
    REFUSED(backstage_engine_publish(e, set.actor, "t", NULL, 1));
    REFUSED(backstage_engine_broadcast(NULL, "kind", "x", 1));
    REFUSED(backstage_engine_broadcast(e, NULL, "x", 1));
    REFUSED(backstage_engine_broadcast(e, "kind", NULL, 1));
    REFUSED(backstage_payload_create(NULL, 8, &payload, &data));
    REFUSED(backstage_payload_create(e, 8, NULL, &data));
    REFUSED(backstage_payload_create(e, 8, &payload, NULL));
    REFUSED(backstage_payload_wrap(NULL, bytes, 8, never_free, NULL, &payload));
    REFUSED(backstage_payload_wrap(e, NULL, 8, never_free, NULL, &payload));
    REFUSED(backstage_payload_wrap(e, bytes, 8, never_free, NULL, NULL));
    REFUSED(backstage_payload_retain(NULL));
    REFUSED(backstage_payload_release(NULL));
    CHECK(payload == NULL && data == NULL);
    CHECK(backstage_payload_data(NULL) == NULL);
    CHECK_EQ(backstage_payload_size(NULL), 0);
    CHECK(backstage_envelope_topic(NULL) == NULL);
    test_set_close(&set);
}

TEST(null_is_good_where_the_header_says_so) {
    open_set();
    backstage_engine *engine = NULL;
    CHECK_OK(backstage_engine_create(NULL, &engine));
    CHECK_OK(backstage_engine_destroy(engine));
    CHECK_OK(backstage_send(set.context, set.other, NULL, 0));
    CHECK_OK(backstage_publish(set.context, NULL, 0, NULL));
    CHECK_OK(backstage_publish_to_topic(set.context, "t", NULL, 0, NULL));
    CHECK_OK(backstage_broadcast(set.context, "kind", NULL, 0, NULL));
    CHECK_OK(backstage_engine_send(set.engine, set.other, NULL, 0));
    CHECK_OK(backstage_engine_publish(set.engine, set.actor, NULL, NULL, 0));
    CHECK_OK(backstage_payload_retain(set.payload));
    CHECK_OK(backstage_publish_payload(set.context, NULL, set.payload, NULL));
    CHECK_OK(backstage_reply(set.context, &set.request, NULL, 0));
    test_run(set.engine);
    test_set_close(&set);
}
