/* Every function as an actor that is ending or has ended, and with one as its object. */
#include <signal.h>

#include "support_calls.h"

/* What an actor on its way out may not do any more. */
static void check_ending(const test_set *set) {
    const backstage_status ending = BACKSTAGE_ENDING;
    backstage_context *context = set->context;
    backstage_actor_options options = test_options("new", test_ignore, NULL);
    backstage_ref born = 77;
    uint64_t number = 77;
    CHECK_STATUS(backstage_spawn(context, &options, &born), ending);
    CHECK_STATUS(backstage_spawn_child(context, &options, &born), ending);
    CHECK_STATUS(backstage_subscribe(context, "someone"), ending);
    CHECK_STATUS(backstage_subscribe_to_topic(context, "someone", "t"), ending);
    CHECK_STATUS(backstage_monitor(context, set->other), ending);
    CHECK_STATUS(backstage_request(context, set->other, "x", 1, 0, &number), ending);
    CHECK_STATUS(backstage_timer_start(context, 1, 0, &number), ending);
    CHECK_STATUS(backstage_watch_fd(context, set->ends[0], BACKSTAGE_READABLE, &number), ending);
    CHECK_STATUS(backstage_watch_signal(context, SIGUSR2, &number), ending);
    CHECK(born == 77 && number == 77);
}

/* What it still may. */
static void check_can_send(const test_set *set) {
    backstage_context *context = set->context;
    uint32_t receivers = 77, room = 77;
    const uint32_t one = 1;
    CHECK_OK(backstage_send(context, set->other, "x", 1));
    CHECK_OK(backstage_send_to_id(context, "other", "x", 1));
    CHECK_OK(backstage_send_many(context, set->other, "x", &one, 1, NULL));
    CHECK_OK(backstage_room(context, set->other, &room));
    CHECK_OK(backstage_broadcast(context, "others", "x", 1, &receivers));
    CHECK_EQ(receivers, 1);
    CHECK_OK(backstage_payload_retain(set->payload));
    CHECK_OK(backstage_send_payload(context, set->other, set->payload));
    CHECK_OK(backstage_reply(context, &set->request, "bye", 3));
}

static test_set open_with_others(test_recorder *seen) {
    test_set set = test_set_open();
    backstage_actor_options options = test_options(NULL, test_receive, seen);
    options.kind = "others";
    test_spawn_with(set.engine, &options);
    test_run(set.engine);
    return set;
}

TEST(an_actor_on_its_way_out_can_send_and_not_start_things) {
    for (int way = 0; way < 2; way++) {
        test_recorder *seen = test_recorder_new();
        test_set set = open_with_others(seen);
        backstage_context *other = test_context(set.engine, set.other);
        CHECK_OK(way == 0 ? backstage_stop(other, set.actor) : backstage_shutdown(set.context));
        backstage_statistics before = test_statistics(set.engine);
        check_ending(&set);
        test_check_unchanged(set.engine, &before);
        check_can_send(&set);
        CHECK_STATUS(backstage_publish(set.context, "x", 1, NULL), BACKSTAGE_ENDING);
        CHECK_STATUS(backstage_publish_to_topic(set.context, "t", "x", 1, NULL), BACKSTAGE_ENDING);
        CHECK_STATUS(backstage_publish_payload(set.context, "t", set.payload, NULL),
                     BACKSTAGE_ENDING);
        /* Ending it again, in whichever way, does nothing. */
        CHECK_OK(backstage_stop(other, set.actor));
        CHECK_OK(backstage_poison(other, set.actor));
        CHECK_OK(backstage_shutdown(set.context));
        test_run(set.engine);
        CHECK_EQ(seen->count, 1);
        test_set_close(&set);
    }
}

TEST(an_actor_on_its_way_out_takes_nothing_new) {
    test_set set = test_set_open();
    backstage_context *other = test_context(set.engine, set.other);
    uint64_t token = 77;
    uint32_t room = 77;
    const uint32_t one = 1;
    size_t accepted = 77;
    CHECK_OK(backstage_stop(other, set.actor));
    backstage_statistics before = test_statistics(set.engine);
    const backstage_status ending = BACKSTAGE_ENDING;
    CHECK_STATUS(backstage_send(other, set.actor, "x", 1), ending);
    CHECK_STATUS(backstage_send_to_id(other, "actor", "x", 1), ending);
    CHECK_STATUS(backstage_send(set.context, set.actor, "x", 1), ending);
    CHECK_STATUS(backstage_send_many(other, set.actor, "x", &one, 1, &accepted), ending);
    CHECK_STATUS(backstage_engine_send_many(set.engine, set.actor, "x", &one, 1, NULL), ending);
    CHECK_STATUS(backstage_room(other, set.actor, &room), ending);
    CHECK_STATUS(backstage_finish(set.context, BACKSTAGE_OK), BACKSTAGE_NOT_WAITING);
    CHECK_STATUS(backstage_request(other, set.actor, "x", 1, 0, &token), ending);
    CHECK_STATUS(backstage_send_payload(other, set.actor, set.payload), ending);
    CHECK_STATUS(backstage_engine_send(set.engine, set.actor, "x", 1), ending);
    CHECK_STATUS(backstage_engine_send_to_id(set.engine, "actor", "x", 1), ending);
    CHECK_STATUS(backstage_engine_send_payload(set.engine, set.actor, set.payload), ending);
    CHECK(token == 77 && room == 77 && accepted == 0);
    test_check_unchanged(set.engine, &before);
    test_set_close(&set);
}

/* Works as ever on what was queued before the poison, and starts what will end with it. */
static backstage_status work_on(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    backstage_actor_options child = test_options(NULL, test_ignore, NULL);
    backstage_ref born;
    uint64_t timer;
    CHECK_EQ(envelope->type, BACKSTAGE_SEND);
    CHECK_OK(backstage_timer_start(context, 1, 1, &timer));
    CHECK_OK(backstage_spawn_child(context, &child, &born));
    CHECK_STATUS(backstage_send(context, backstage_context_self(context), "x", 1),
                 BACKSTAGE_ENDING);
    ++*(int *)state;
    return BACKSTAGE_OK;
}

TEST(a_poisoned_actor_works_as_ever_on_what_is_queued) {
    test_set set = test_set_open();
    int count = 0;
    backstage_actor_options options = test_options("poisoned", work_on, &count);
    options.budget = 1;
    backstage_ref actor = test_spawn_with(set.engine, &options);
    for (int i = 0; i < 10; i++) {
        CHECK_OK(backstage_engine_send(set.engine, actor, "x", 1));
    }
    CHECK_OK(backstage_poison(set.context, actor));
    CHECK_STATUS(backstage_engine_send(set.engine, actor, "x", 1), BACKSTAGE_ENDING);
    test_run(set.engine);
    CHECK_EQ(count, 10);
    CHECK_EQ(test_statistics(set.engine).dead, 0);
    CHECK_EQ(test_statistics(set.engine).actors, 2); /* its children went with it */
    test_set_close(&set);
}

/* In the last hook: as before, but for publishing. */
static test_set *ending_set;
static backstage_status check_in_deinit(backstage_context *context, backstage_reason reason,
                                        void *state) {
    (void)reason;
    CHECK(context == ending_set->context);
    check_ending(ending_set);
    CHECK_OK(backstage_send(context, ending_set->other, "x", 1));
    CHECK_OK(backstage_publish(context, "x", 1, NULL));
    CHECK_OK(backstage_shutdown(context));
    CHECK_OK(backstage_stop(context, backstage_context_self(context)));
    ++*(int *)state;
    return BACKSTAGE_OK;
}

TEST(the_last_hook_is_on_its_way_out_too) {
    test_set set = test_set_open();
    int calls = 0;
    backstage_actor_options options = test_options("leaving", test_ignore, &calls);
    options.deinit = check_in_deinit;
    test_set leaving = set;
    leaving.actor = test_spawn_with(set.engine, &options);
    leaving.context = test_context(set.engine, leaving.actor);
    ending_set = &leaving;
    CHECK_OK(backstage_stop(set.context, leaving.actor));
    test_run(set.engine);
    CHECK_EQ(calls, 1);
    /* And when the engine ends. */
    leaving.actor = test_spawn_with(set.engine, &options);
    leaving.context = test_context(set.engine, leaving.actor);
    test_run(set.engine);
    test_set_close(&set);
    CHECK_EQ(calls, 2);
}

TEST(a_context_whose_actor_has_ended_finds_nothing) {
    test_set set = test_set_open();
    CHECK_OK(backstage_shutdown(set.context));
    test_run(set.engine);
    backstage_statistics before = test_statistics(set.engine);
    test_call_context(&set, BACKSTAGE_NOT_FOUND);
    test_check_unchanged(set.engine, &before);
    test_set_close(&set);
}

TEST(a_ref_whose_actor_has_ended_finds_nothing) {
    test_set set = test_set_open();
    backstage_context *other = test_context(set.engine, set.other), *context = NULL;
    backstage_actor_statistics statistics = {.size = sizeof statistics};
    backstage_ref found = 77;
    uint64_t token = 77;
    const char *id = NULL;
    uint32_t room = 77;
    const uint32_t one = 1;
    size_t accepted = 77;
    CHECK_OK(backstage_shutdown(set.context));
    test_run(set.engine);
    backstage_statistics before = test_statistics(set.engine);
    const backstage_status gone = BACKSTAGE_NOT_FOUND;
    CHECK_STATUS(backstage_send(other, set.actor, "x", 1), gone);
    CHECK_STATUS(backstage_send_to_id(other, "actor", "x", 1), gone);
    CHECK_STATUS(backstage_send_payload(other, set.actor, set.payload), gone);
    CHECK_STATUS(backstage_send_many(other, set.actor, "x", &one, 1, &accepted), gone);
    CHECK_STATUS(backstage_engine_send_many(set.engine, set.actor, "x", &one, 1, NULL), gone);
    CHECK_STATUS(backstage_room(other, set.actor, &room), gone);
    CHECK_STATUS(backstage_finish(set.context, BACKSTAGE_OK), gone);
    CHECK_STATUS(backstage_request(other, set.actor, "x", 1, 0, &token), gone);
    CHECK_STATUS(backstage_stop(other, set.actor), gone);
    CHECK_STATUS(backstage_poison(other, set.actor), gone);
    CHECK_STATUS(backstage_unmonitor(other, set.actor), BACKSTAGE_NOT_MONITORED);
    CHECK_STATUS(backstage_engine_send(set.engine, set.actor, "x", 1), gone);
    CHECK_STATUS(backstage_engine_send_to_id(set.engine, "actor", "x", 1), gone);
    CHECK_STATUS(backstage_engine_send_payload(set.engine, set.actor, set.payload), gone);
    CHECK_STATUS(backstage_engine_publish(set.engine, set.actor, NULL, "x", 1), gone);
    CHECK_STATUS(backstage_engine_find(set.engine, "actor", &found), gone);
    CHECK_STATUS(backstage_engine_actor_id(set.engine, set.actor, &id), gone);
    CHECK_STATUS(backstage_engine_context(set.engine, set.actor, &context), gone);
    CHECK_STATUS(backstage_engine_actor_statistics(set.engine, set.actor, &statistics), gone);
    CHECK(found == 77 && token == 77 && id == NULL && context == NULL && statistics.queued == 0);
    CHECK(room == 77 && accepted == 0);
    test_check_unchanged(set.engine, &before);
    test_set_close(&set);
}
