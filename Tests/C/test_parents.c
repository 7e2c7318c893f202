/* What a parent is told of its children: of failures, and exactly once. */
#include "support_io.h"

/* A parent that spawned a child in its first hook, with the monitor it asked for. */
typedef struct family {
    backstage_engine *engine;
    test_recorder *seen; /* by the parent */
    backstage_ref parent, child;
    backstage_context *context; /* the parent's */
} family;

static backstage_status fail_when_told(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    return envelope->size == 0 ? TEST_STATUS : BACKSTAGE_OK;
}

static family open_family(void) {
    family f;
    backstage_actor_options options = test_options("child", fail_when_told, NULL);
    f.engine = test_engine();
    f.seen = test_recorder_new();
    f.parent = test_spawn(f.engine, "parent", test_receive, f.seen);
    f.context = test_context(f.engine, f.parent);
    f.child = BACKSTAGE_NONE;
    CHECK_OK(backstage_spawn_child(f.context, &options, &f.child));
    return f;
}

static void check_told(const family *f, backstage_reason reason, backstage_status status) {
    if (CHECK_EQ(f->seen->count, 1)) {
        backstage_termination event = test_termination(&f->seen->messages[0]);
        CHECK_EQ(f->seen->messages[0].sender, f->child);
        CHECK_EQ(event.reason, reason);
        CHECK_STATUS(event.status, status);
    }
}

TEST(a_parent_is_told_of_a_childs_failure_once) {
    for (int monitors = 0; monitors < 2; monitors++) {
        family f = open_family();
        if (monitors) {
            CHECK_OK(backstage_monitor(f.context, f.child));
        }
        CHECK_OK(backstage_engine_send(f.engine, f.child, "", 0));
        test_run(f.engine);
        check_told(&f, BACKSTAGE_REASON_FAILED, TEST_STATUS);
        CHECK_EQ(test_statistics(f.engine).actors, 1); /* the parent lives on */
        test_end(f.engine);
    }
}

TEST(a_parent_that_took_its_monitor_back_is_still_told_of_failure) {
    family f = open_family();
    CHECK_STATUS(backstage_unmonitor(f.context, f.child), BACKSTAGE_NOT_MONITORED);
    CHECK_OK(backstage_monitor(f.context, f.child));
    CHECK_OK(backstage_unmonitor(f.context, f.child));
    CHECK_OK(backstage_engine_send(f.engine, f.child, "", 0));
    test_run(f.engine);
    check_told(&f, BACKSTAGE_REASON_FAILED, TEST_STATUS);
    test_end(f.engine);
}

TEST(a_parent_is_told_of_an_orderly_end_only_if_it_monitors) {
    for (int monitors = 0; monitors < 2; monitors++) {
        for (int way = 0; way < 2; way++) {
            family f = open_family();
            if (monitors) {
                CHECK_OK(backstage_monitor(f.context, f.child));
            }
            CHECK_OK(way == 0 ? backstage_shutdown(test_context(f.engine, f.child))
                              : backstage_stop(f.context, f.child));
            test_run(f.engine);
            if (monitors) {
                check_told(&f, way == 0 ? BACKSTAGE_REASON_NORMAL : BACKSTAGE_REASON_STOPPED,
                           BACKSTAGE_OK);
            } else {
                CHECK_EQ(f.seen->count, 0);
            }
            test_end(f.engine);
        }
    }
}

TEST(a_childs_end_with_its_parent_is_told_to_others) {
    family f = open_family();
    test_recorder *seen = test_recorder_new();
    backstage_ref observer = test_spawn(f.engine, NULL, test_receive, seen);
    CHECK_OK(backstage_monitor(test_context(f.engine, observer), f.parent));
    CHECK_OK(backstage_monitor(test_context(f.engine, observer), f.child));
    CHECK_OK(backstage_shutdown(f.context));
    test_run(f.engine);
    if (CHECK_EQ(seen->count, 2)) { /* the child first, as it ended first */
        CHECK_EQ(seen->messages[0].sender, f.child);
        CHECK_EQ(test_termination(&seen->messages[0]).reason, BACKSTAGE_REASON_STOPPED);
        CHECK_EQ(seen->messages[1].sender, f.parent);
        CHECK_EQ(test_termination(&seen->messages[1]).reason, BACKSTAGE_REASON_NORMAL);
    }
    CHECK_EQ(f.seen->count, 0);
    test_end(f.engine);
}

TEST(a_failed_parents_children_are_stopped) {
    family f = open_family();
    test_recorder *seen = test_recorder_new();
    backstage_ref observer = test_spawn(f.engine, NULL, test_receive, seen);
    CHECK_OK(backstage_monitor(test_context(f.engine, observer), f.parent));
    CHECK_OK(backstage_monitor(test_context(f.engine, observer), f.child));
    f.seen->status = TEST_STATUS;
    CHECK_OK(backstage_engine_send(f.engine, f.parent, "x", 1));
    test_run(f.engine);
    if (CHECK_EQ(seen->count, 2)) {
        CHECK_EQ(seen->messages[0].sender, f.child);
        CHECK_EQ(test_termination(&seen->messages[0]).reason, BACKSTAGE_REASON_STOPPED);
        CHECK_EQ(seen->messages[1].sender, f.parent);
        CHECK_EQ(test_termination(&seen->messages[1]).reason, BACKSTAGE_REASON_FAILED);
    }
    test_end(f.engine);
}

TEST(a_full_inbox_does_not_keep_a_failure_from_the_parent) {
    family f = open_family();
    backstage_actor_options options = test_options(NULL, test_receive, f.seen);
    options.capacity = 1;
    backstage_ref parent = test_spawn_with(f.engine, &options);
    options = test_options(NULL, test_fail, NULL);
    CHECK_OK(backstage_spawn_child(test_context(f.engine, parent), &options, &f.child));
    CHECK_OK(backstage_engine_send(f.engine, f.child, "", 0));
    CHECK_OK(backstage_engine_send(f.engine, parent, "x", 1));
    test_run(f.engine);
    CHECK_EQ(f.seen->count, 2);
    CHECK_EQ(test_count_type(f.seen, BACKSTAGE_TERMINATED), 1);
    test_end(f.engine);
}

/* Told of a failure, starts the child again, so many times. */
typedef struct nurse {
    size_t failures, starts;
    backstage_actor_options child;
} nurse;

static backstage_status start_again(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    nurse *n = state;
    backstage_ref child = BACKSTAGE_NONE;
    n->failures += envelope->type == BACKSTAGE_TERMINATED;
    if (n->starts < 20) {
        n->starts++;
        CHECK_OK(backstage_spawn_child(context, &n->child, &child));
        CHECK_OK(backstage_send(context, child, "", 0));
    }
    return BACKSTAGE_OK;
}

TEST(a_parent_may_start_the_child_again_under_its_id) {
    family f = open_family();
    nurse n = {0, 0, test_options("again", fail_when_told, NULL)};
    backstage_ref parent = test_spawn(f.engine, NULL, start_again, &n);
    CHECK_OK(backstage_engine_send(f.engine, parent, "", 0));
    test_run(f.engine);
    CHECK_EQ(n.starts, 20);
    CHECK_EQ(n.failures, 20);
    CHECK_EQ(test_statistics(f.engine).failures, 20);
    CHECK_EQ(test_statistics(f.engine).actors, 3);
    test_end(f.engine);
}
