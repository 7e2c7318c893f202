/* Spawning: options, ids, kinds, limits, and when init and deinit run. */
#include "support.h"

#include <stdio.h>

TEST(every_length_of_id_from_1_to_255_bytes_names_an_actor) {
    backstage_engine *engine = test_engine();
    char id[BACKSTAGE_ID_BYTES_MAX + 2];
    backstage_ref actors[BACKSTAGE_ID_BYTES_MAX + 1];
    for (size_t length = 1; length <= BACKSTAGE_ID_BYTES_MAX; length++) {
        memset(id, 'x', length);
        id[length] = '\0';
        actors[length] = test_spawn(engine, id, test_ignore, NULL);
    }
    for (size_t length = 1; length <= BACKSTAGE_ID_BYTES_MAX; length++) {
        backstage_ref found = BACKSTAGE_NONE;
        const char *known = NULL;
        memset(id, 'x', length);
        id[length] = '\0';
        CHECK_OK(backstage_engine_find(engine, id, &found));
        CHECK_EQ(found, actors[length]);
        CHECK_OK(backstage_engine_actor_id(engine, found, &known));
        CHECK_STR(known, id);
    }
    test_end(engine);
}

TEST(an_id_is_any_bytes_compared_as_bytes) {
    static const char *const ids[] = {"a",    "A",        " ",          "a ",        "a.b",
                                      "*",    "\xff\x80", "\xc3\xa9",   "e\xcc\x81", "\n",
                                      "\x01", "\xff",     "%s%n\t\"'/", "-1",        "backstage"};
    enum { COUNT = sizeof ids / sizeof *ids };
    backstage_engine *engine = test_engine();
    backstage_ref actors[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        actors[i] = test_spawn(engine, ids[i], test_ignore, NULL);
    }
    for (size_t i = 0; i < COUNT; i++) {
        backstage_ref found = BACKSTAGE_NONE;
        CHECK_OK(backstage_engine_find(engine, ids[i], &found));
        CHECK_EQ(found, actors[i]);
    }
    test_end(engine);
}

TEST(an_id_or_kind_that_is_empty_or_too_long_is_refused) {
    backstage_engine *engine = test_engine();
    char longest[BACKSTAGE_ID_BYTES_MAX + 2];
    memset(longest, 'y', sizeof longest);
    longest[BACKSTAGE_ID_BYTES_MAX + 1] = '\0';
    const char *const wrong[] = {"", longest};
    for (size_t i = 0; i < 2; i++) {
        backstage_ref actor = 77;
        backstage_actor_options options = test_options(wrong[i], test_ignore, NULL);
        CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_INVALID_ID);
        options.id = "fine";
        options.kind = wrong[i];
        CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_INVALID_ID);
        CHECK_STATUS(backstage_engine_find(engine, wrong[i], &actor), BACKSTAGE_INVALID_ID);
        CHECK_EQ(actor, 77);
    }
    longest[BACKSTAGE_ID_BYTES_MAX] = '\0';
    backstage_actor_options options = test_options(longest, test_ignore, NULL);
    options.kind = longest;
    test_spawn_with(engine, &options);
    CHECK_EQ(test_statistics(engine).spawned, 1);
    test_end(engine);
}

TEST(options_out_of_range_are_refused_and_change_nothing) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = 77;
    backstage_actor_options good = test_options("a", test_ignore, NULL), options = good;
    options.receive = NULL;
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_INVALID_ARGUMENT);
    options = good;
    options.capacity = BACKSTAGE_CAPACITY_MAX + 1;
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_INVALID_ARGUMENT);
    options = good;
    options.budget = BACKSTAGE_BUDGET_MAX + 1;
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_INVALID_ARGUMENT);
    options = good;
    options.overflow = BACKSTAGE_OVERFLOW_DROP_OLDEST + 1;
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_engine_find(engine, "a", &actor), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(actor, 77);
    CHECK_EQ(test_statistics(engine).spawned, 0);
    good.capacity = BACKSTAGE_CAPACITY_MAX;
    good.budget = BACKSTAGE_BUDGET_MAX;
    test_spawn_with(engine, &good);
    test_end(engine);
}

TEST(an_id_is_taken_until_its_actor_has_ended) {
    backstage_engine *engine = test_engine();
    backstage_ref first = test_spawn(engine, "same", test_ignore, NULL), second = 77;
    backstage_actor_options options = test_options("same", test_ignore, NULL);
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &second), BACKSTAGE_EXISTS);
    CHECK_OK(backstage_shutdown(test_context(engine, first)));
    /* It is ending now, and has not ended. */
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &second), BACKSTAGE_EXISTS);
    CHECK_EQ(second, 77);
    test_run(engine);
    CHECK_STATUS(backstage_engine_find(engine, "same", &second), BACKSTAGE_NOT_FOUND);
    CHECK_OK(backstage_engine_spawn(engine, &options, &second));
    CHECK(second != first);
    CHECK_EQ(test_statistics(engine).spawned, 2);
    CHECK_EQ(test_statistics(engine).actors, 1);
    test_end(engine);
}

TEST(the_callers_buffers_are_copied) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    char id[8], kind[8];
    backstage_actor_options options = test_options(id, test_receive, recorder);
    options.kind = kind;
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "id-%d", i);
        snprintf(kind, sizeof kind, "kind-%d", i % 2);
        test_spawn_with(engine, &options);
    }
    memset(id, '!', sizeof id - 1);
    memset(kind, '!', sizeof kind - 1);
    backstage_ref found = BACKSTAGE_NONE;
    CHECK_OK(backstage_engine_find(engine, "id-42", &found));
    CHECK_STR(backstage_context_id(test_context(engine, found)), "id-42");
    CHECK_OK(backstage_engine_send_to_id(engine, "id-99", "x", 1));
    CHECK_OK(backstage_engine_broadcast(engine, "kind-1", "x", 1));
    test_run(engine);
    CHECK_EQ(recorder->count, 51);
    test_end(engine);
}

TEST(actors_without_an_id_are_many_and_found_by_ref_only) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref first = test_spawn(engine, NULL, test_receive, recorder);
    backstage_ref second = test_spawn(engine, NULL, test_receive, recorder);
    const char *id = NULL;
    CHECK(first != second);
    CHECK_OK(backstage_engine_actor_id(engine, first, &id));
    CHECK_STR(id, "");
    CHECK_STR(backstage_context_id(test_context(engine, first)), "");
    CHECK_OK(backstage_engine_send(engine, second, "x", 1));
    test_run(engine);
    CHECK_EQ(recorder->count, 1);
    test_end(engine);
}

TEST(a_context_knows_its_actor) {
    backstage_engine *engine = test_engine();
    backstage_ref parent = test_spawn(engine, "parent", test_ignore, NULL), child = 0, peer = 0;
    backstage_context *context = test_context(engine, parent);
    backstage_actor_options options = test_options("child", test_ignore, NULL);
    CHECK_OK(backstage_spawn_child(context, &options, &child));
    options.id = "peer";
    CHECK_OK(backstage_spawn(context, &options, &peer));
    CHECK_EQ(backstage_context_self(context), parent);
    CHECK(backstage_context_engine(context) == engine);
    CHECK_EQ(backstage_context_parent(context), BACKSTAGE_NONE);
    CHECK_STR(backstage_context_id(context), "parent");
    CHECK_EQ(backstage_context_parent(test_context(engine, child)), parent);
    CHECK_EQ(backstage_context_parent(test_context(engine, peer)), BACKSTAGE_NONE);
    CHECK_EQ(backstage_context_self(NULL), BACKSTAGE_NONE);
    CHECK(backstage_context_engine(NULL) == NULL);
    CHECK_EQ(backstage_context_parent(NULL), BACKSTAGE_NONE);
    CHECK_STR(backstage_context_id(NULL), "");
    test_end(engine);
}

static int32_t count_to_stop(backstage_engine *engine, backstage_ref actor, void *state) {
    uint64_t *left = state;
    CHECK_OK(backstage_stop(test_context(engine, actor), actor));
    (*left)--;
    return *left == 0;
}

static int32_t spawn_more(backstage_engine *engine, backstage_ref actor, void *state) {
    uint64_t *seen = state;
    (void)actor;
    *seen += 1;
    test_spawn(engine, NULL, test_ignore, NULL);
    return *seen >= 1000;
}

TEST(the_iteration_sees_each_actor_and_bears_stops_and_spawns) {
    backstage_engine *engine = test_engine();
    uint64_t left = 40, seen = 0;
    for (int i = 0; i < 100; i++) {
        test_spawn(engine, NULL, test_ignore, NULL);
    }
    CHECK_OK(backstage_engine_each_actor(engine, count_to_stop, &left));
    CHECK_EQ(left, 0);
    test_run(engine);
    CHECK_EQ(test_statistics(engine).actors, 60);
    CHECK_OK(backstage_engine_each_actor(engine, spawn_more, &seen));
    CHECK(seen >= 60);
    CHECK_EQ(test_statistics(engine).actors, 60 + seen);
    test_end(engine);
}

TEST(the_limit_of_actors_holds_and_places_come_back) {
    backstage_engine_options options = test_engine_options();
    options.actors_max = 3;
    backstage_engine *engine = test_engine_with(&options);
    backstage_actor_options actor = test_options(NULL, test_ignore, NULL);
    backstage_ref refs[3], refused = 77;
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 3; i++) {
            refs[i] = test_spawn_with(engine, &actor);
        }
        CHECK_STATUS(backstage_engine_spawn(engine, &actor, &refused), BACKSTAGE_LIMIT);
        CHECK_EQ(refused, 77);
        for (int i = 0; i < 3; i++) {
            CHECK_OK(backstage_shutdown(test_context(engine, refs[i])));
        }
        test_run(engine);
    }
    CHECK_EQ(test_statistics(engine).spawned, 300);
    test_end(engine);
}
