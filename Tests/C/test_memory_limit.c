/* memory_bytes_max: what an engine holds stays below it, and it goes on once there is room again. */
#include "support.h"

enum { MAX = 8 * 1024 * 1024 };

static backstage_engine *limited_engine(void) {
    backstage_engine_options options = test_engine_options();
    options.memory_bytes_max = MAX;
    return test_engine_with(&options);
}

static void check_held(backstage_engine *engine) {
    CHECK(test_statistics(engine).memory_bytes <= MAX);
}

TEST(sends_meet_the_limit_and_go_on_once_handled) {
    static const size_t sizes[] = {1024, 65536, 1000000};
    backstage_engine *engine = limited_engine();
    char *data = test_alloc(1000000);
    backstage_actor_options options = test_options("a", test_ignore, NULL);
    options.capacity = 1000000;
    backstage_ref actor = test_spawn_with(engine, &options);
    for (int round = 0; round < 30; round++) {
        size_t size = sizes[round % 3];
        uint64_t accepted = 0;
        while (accepted < MAX / size + 1 &&
               backstage_engine_send(engine, actor, data, size) == BACKSTAGE_OK) {
            check_held(engine);
            accepted++;
        }
        CHECK_STATUS(backstage_engine_send(engine, actor, data, size), BACKSTAGE_NO_MEMORY);
        /* A good part of it was of use, whatever size was sent before. */
        CHECK(accepted * size > MAX / 2);
        test_ledger(engine);
        test_run(engine);
        CHECK_EQ(test_actor_statistics(engine, actor).queued, 0);
    }
    test_end(engine);
}

TEST(an_inbox_grows_no_further_than_the_limit) {
    backstage_engine *engine = limited_engine();
    backstage_actor_options options = test_options("a", test_ignore, NULL);
    options.capacity = 1000000;
    backstage_ref actor = test_spawn_with(engine, &options);
    for (int round = 0; round < 3; round++) {
        backstage_status status = BACKSTAGE_OK;
        uint64_t accepted = 0;
        while (status == BACKSTAGE_OK) {
            status = test_send_number(engine, actor, accepted);
            accepted += status == BACKSTAGE_OK;
        }
        CHECK_STATUS(status, BACKSTAGE_NO_MEMORY);
        CHECK(accepted >= MAX / 64 / 4);
        check_held(engine);
        CHECK_EQ(test_actor_statistics(engine, actor).queued, accepted);
        test_run(engine);
    }
    test_end(engine);
}

TEST(actors_meet_the_limit_and_their_places_serve_again) {
    backstage_engine *engine = limited_engine();
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    uint64_t most = 0;
    for (int round = 0; round < 3; round++) {
        uint64_t count = 0;
        backstage_ref parent = test_spawn_with(engine, &options), child;
        backstage_context *context = test_context(engine, parent);
        backstage_status status;
        while ((status = backstage_spawn_child(context, &options, &child)) == BACKSTAGE_OK) {
            count++;
        }
        CHECK_STATUS(status, BACKSTAGE_NO_MEMORY);
        check_held(engine);
        CHECK(count > 10000);
        CHECK(round == 0 || count == most);
        most = count;
        CHECK_OK(backstage_shutdown(context));
        test_run(engine);
        CHECK_EQ(test_statistics(engine).actors, 0);
    }
    test_end(engine);
}

TEST(payloads_held_count_against_the_limit) {
    backstage_engine *engine = limited_engine();
    backstage_payload *payloads[100];
    for (int round = 0; round < 3; round++) {
        int count = 0;
        backstage_status status;
        void *data;
        while ((status = backstage_payload_create(engine, 500000, &payloads[count], &data)) ==
                   BACKSTAGE_OK &&
               CHECK(count < 99)) {
            count++;
        }
        CHECK_STATUS(status, BACKSTAGE_NO_MEMORY);
        CHECK(count >= MAX / 500000 / 2);
        check_held(engine);
        while (count > 0) {
            CHECK_OK(backstage_payload_release(payloads[--count]));
        }
    }
    test_end(engine);
}

TEST(free_memory_of_one_sort_serves_another) {
    backstage_engine *engine = limited_engine();
    backstage_ref actor = test_spawn(engine, "a", test_ignore, NULL);
    char *data = test_alloc(1000000);
    for (int round = 0; round < 5; round++) {
        backstage_payload *payloads[6] = {NULL};
        void *bytes;
        /* Blocks that users held, then the engine's own, then many small ones. */
        for (int i = 0; i < 6; i++) {
            CHECK_OK(backstage_payload_create(engine, 1000000, &payloads[i], &bytes));
        }
        for (int i = 0; i < 6; i++) {
            CHECK_OK(backstage_payload_release(payloads[i]));
        }
        for (int i = 0; i < 6; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, 990000));
        }
        test_run(engine);
        for (int i = 0; i < 1000; i++) {
            CHECK_OK(backstage_engine_send(engine, actor, data, 5000));
        }
        test_run(engine);
        check_held(engine);
    }
    test_end(engine);
}

TEST(a_send_that_is_refused_leaves_nothing_in_the_inbox) {
    static const size_t sizes[] = {1, 33, 1000};
    backstage_engine *engine = limited_engine();
    test_recorder *seen = test_recorder_new();
    char *data = test_alloc(2 * MAX);
    uint64_t timer;
    backstage_ref actor = test_spawn(engine, NULL, test_receive, seen);
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(backstage_engine_send(engine, actor, data, sizes[i]));
        test_run(engine);
        CHECK_STATUS(backstage_engine_send(engine, actor, data, 2 * MAX), BACKSTAGE_NO_MEMORY);
        CHECK_EQ(test_actor_statistics(engine, actor).queued, 0);
        /* A turn, which finds what is there. */
        CHECK_OK(backstage_timer_start(test_context(engine, actor), 0, 0, &timer));
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        if (!CHECK_EQ(seen->count, 2 * (i + 1))) {
            break;
        }
        CHECK_EQ(seen->messages[seen->count - 1].type, BACKSTAGE_TIMER);
    }
    test_end(engine);
}
