/* Every function from every place where it must not be called: told so, and nothing changes. */
#include "support_calls.h"

/* ---- Another thread ---------------------------------------------------------------------- */

static void call_elsewhere(void *state) {
    const test_set *set = state;
    test_call_engine(set, BACKSTAGE_WRONG_THREAD);
    test_call_context(set, BACKSTAGE_WRONG_THREAD);
    CHECK_STATUS(backstage_engine_run(set->engine, BACKSTAGE_RUN_NO_WAIT, 0),
                 BACKSTAGE_WRONG_THREAD);
    CHECK_STATUS(backstage_engine_destroy(set->engine), BACKSTAGE_WRONG_THREAD);
}

TEST(another_thread_is_the_wrong_one) {
    test_set set = test_set_open();
    backstage_statistics before = test_statistics(set.engine);
    test_elsewhere(call_elsewhere, &set);
    test_check_unchanged(set.engine, &before);
    test_call_context(&set, BACKSTAGE_OK); /* here it is right */
    test_call_engine(&set, BACKSTAGE_OK);
    test_set_close(&set);
}

static void call_any(void *state) { test_call_any_thread(state, BACKSTAGE_OK); }

TEST(another_thread_may_make_any_thread_calls) {
    test_set set = test_set_open();
    test_elsewhere(call_any, &set);
    CHECK_OK(backstage_engine_run(set.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_run(set.engine);
    CHECK_EQ(test_statistics(set.engine).queued, 0);
    test_set_close(&set);
}

/* ---- Dead-letter, log and free callbacks ------------------------------------------------- */

typedef struct narrow_place {
    test_set set;
    int calls;
} narrow_place;

static void call_inside(narrow_place *place) {
    const test_set *set = &place->set;
    if (place->calls++ > 0) {
        return; /* what the calls below bring about is not for this test */
    }
    test_call_engine(set, BACKSTAGE_IN_CALLBACK);
    test_call_context(set, BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_run(set->engine, BACKSTAGE_RUN_NO_WAIT, 0),
                 BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_destroy(set->engine), BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_adopt(set->engine), BACKSTAGE_IN_CALLBACK);
    test_call_any_thread(set, BACKSTAGE_OK);
}

static void free_inside(void *data, size_t size, void *state) {
    (void)data, (void)size;
    call_inside(state);
}

/* All is as usual afterwards. */
static void close_place(narrow_place *place) {
    CHECK_EQ(place->calls, 1);
    CHECK_OK(
        backstage_engine_run(place->set.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_run(place->set.engine);
    test_call_context(&place->set, BACKSTAGE_OK);
    test_call_engine(&place->set, BACKSTAGE_OK);
    test_set_close(&place->set);
}

TEST(a_free_callback_may_make_any_thread_calls_only) {
    static char bytes[4];
    narrow_place place = {test_set_open(), 0};
    backstage_payload *payload;
    CHECK_OK(backstage_payload_wrap(place.set.engine, bytes, 4, free_inside, &place, &payload));
    CHECK_OK(backstage_payload_release(payload));
    close_place(&place);
}

TEST(a_free_callback_after_a_message_may_no_more) {
    static char bytes[4];
    narrow_place place = {test_set_open(), 0};
    backstage_payload *payload;
    CHECK_OK(backstage_payload_wrap(place.set.engine, bytes, 4, free_inside, &place, &payload));
    CHECK_OK(backstage_send_payload(place.set.context, place.set.other, payload));
    CHECK_OK(backstage_engine_run(place.set.engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_EQ(place.calls, 1);
    test_run(place.set.engine); /* the run above was stopped from inside */
    test_call_context(&place.set, BACKSTAGE_OK);
    test_set_close(&place.set);
}

static void letter_inside(backstage_engine *engine, backstage_ref receiver,
                          const backstage_envelope *envelope, backstage_dead_reason reason,
                          void *state) {
    narrow_place *place = state;
    (void)receiver, (void)envelope, (void)reason;
    if (engine == place->set.engine) { /* and not while the set is made or closed */
        call_inside(place);
    }
}

static void log_inside(backstage_log_level level, const char *message, void *state) {
    (void)level, (void)message;
    call_inside(state);
}

/* A set whose engine reports to the place instead of the recorder. */
static void open_reporting(narrow_place *place, bool letters) {
    backstage_engine_options options = test_engine_options();
    memset(place, 0, sizeof *place);
    if (letters) {
        options.dead_letter = letter_inside;
        options.dead_letter_state = place;
    } else {
        options.log = log_inside;
        options.log_state = place;
    }
    CHECK_OK(backstage_engine_create(&options, &place->set.engine));
    backstage_actor_options actor = test_options("actor", test_ignore, NULL);
    actor.kind = "kind";
    place->set.actor = test_spawn_with(place->set.engine, &actor);
    place->set.other = test_spawn(place->set.engine, "other", test_ignore, NULL);
    place->set.context = test_context(place->set.engine, place->set.actor);
    void *data;
    CHECK_OK(backstage_payload_create(place->set.engine, 100, &place->set.payload, &data));
    test_pipe(place->set.ends);
}

static void close_reporting(narrow_place *place) {
    backstage_engine *engine = place->set.engine;
    CHECK_EQ(place->calls, 1);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).actors, 2);
    CHECK_EQ(test_statistics(engine).queued, 0);
    CHECK_OK(backstage_payload_release(place->set.payload));
    CHECK_OK(backstage_engine_destroy(engine));
    test_close_pair(place->set.ends);
}

TEST(a_dead_letter_callback_may_make_any_thread_calls_only) {
    narrow_place place;
    open_reporting(&place, true);
    backstage_ref victim = test_spawn(place.set.engine, NULL, test_ignore, NULL);
    CHECK_OK(backstage_engine_send(place.set.engine, victim, "x", 1));
    CHECK_OK(backstage_stop(place.set.context, victim));
    CHECK_OK(backstage_engine_run(place.set.engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_EQ(place.calls, 1);
    CHECK_OK(backstage_engine_stop(place.set.engine)); /* for close_reporting to meet */
    close_reporting(&place);
}

TEST(a_log_callback_may_make_any_thread_calls_only) {
    narrow_place place;
    open_reporting(&place, false);
    backstage_ref victim = test_spawn(place.set.engine, NULL, test_fail, NULL);
    CHECK_OK(backstage_engine_send(place.set.engine, victim, "x", 1));
    CHECK_OK(backstage_engine_run(place.set.engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    CHECK_EQ(place.calls, 1);
    CHECK_OK(backstage_engine_stop(place.set.engine));
    close_reporting(&place);
}
