/* Parents and children: who ends with whom, in which order, however deep or wide. */
#include "support.h"

#include <stdio.h>

/* In which order the actors ended. */
struct obituary {
    char (*ids)[16];
    backstage_reason *reasons;
    size_t count, room;
};

static struct obituary *new_obituary(size_t room) {
    struct obituary *obituary = test_alloc(sizeof *obituary);
    obituary->ids = test_alloc(room * sizeof *obituary->ids);
    obituary->reasons = test_alloc(room * sizeof *obituary->reasons);
    obituary->room = room;
    return obituary;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    struct obituary *obituary = state;
    if (CHECK(obituary->count < obituary->room)) {
        snprintf(obituary->ids[obituary->count], sizeof *obituary->ids, "%s",
                 backstage_context_id(context));
        obituary->reasons[obituary->count++] = reason;
    }
    return BACKSTAGE_OK;
}

/* Spawns below a parent, or at the top if that is BACKSTAGE_NONE. */
static backstage_ref spawn(backstage_engine *engine, backstage_ref parent, const char *id,
                           backstage_receive_callback receive, struct obituary *obituary) {
    backstage_actor_options options = test_options(id, receive, obituary);
    backstage_ref actor = BACKSTAGE_NONE;
    options.deinit = deinit;
    if (parent == BACKSTAGE_NONE) {
        return test_spawn_with(engine, &options);
    }
    CHECK_OK(backstage_spawn_child(test_context(engine, parent), &options, &actor));
    CHECK_EQ(backstage_context_parent(test_context(engine, actor)), parent);
    return actor;
}

/* root; a, b, c below it; 1 and 2 below each of these, born at once. */
static backstage_ref spawn_tree(backstage_engine *engine, backstage_receive_callback receive,
                                struct obituary *obituary) {
    backstage_ref root = spawn(engine, BACKSTAGE_NONE, "root", receive, obituary);
    for (char name = 'a'; name <= 'c'; name++) {
        char id[8];
        snprintf(id, sizeof id, "%c", name);
        backstage_ref branch = spawn(engine, root, id, receive, obituary);
        for (int leaf = 1; leaf <= 2; leaf++) {
            snprintf(id, sizeof id, "%c%d", name, leaf);
            spawn(engine, branch, id, receive, obituary);
        }
    }
    return root;
}

static void check_tree_ended(const struct obituary *obituary, backstage_reason root,
                             backstage_reason below) {
    static const char *const order[] = {"c2", "c1", "c", "b2", "b1", "b", "a2", "a1", "a", "root"};
    CHECK_EQ(obituary->count, 10);
    for (size_t i = 0; i < obituary->count; i++) {
        CHECK_STR(obituary->ids[i], order[i]);
        CHECK_EQ(obituary->reasons[i], i == 9 ? root : below);
    }
}

TEST(children_end_before_their_parent_the_last_born_first) {
    for (int way = 0; way < 4; way++) {
        backstage_engine *engine = test_engine();
        struct obituary *obituary = new_obituary(10);
        backstage_ref root = spawn_tree(engine, way == 3 ? test_fail : test_ignore, obituary);
        backstage_context *context = test_context(engine, root);
        test_run(engine);
        if (way == 3) {
            CHECK_OK(backstage_engine_send(engine, root, "x", 1));
        } else {
            CHECK_OK(way == 0   ? backstage_shutdown(context)
                     : way == 1 ? backstage_stop(context, root)
                                : backstage_poison(context, root));
        }
        test_run(engine);
        check_tree_ended(obituary,
                         way == 0   ? BACKSTAGE_REASON_NORMAL
                         : way == 3 ? BACKSTAGE_REASON_FAILED
                                    : BACKSTAGE_REASON_STOPPED,
                         BACKSTAGE_REASON_STOPPED);
        CHECK_EQ(test_statistics(engine).actors, 0);
        test_end(engine);
    }
}

TEST(destroy_keeps_the_same_order) {
    backstage_engine *engine = test_engine();
    struct obituary *obituary = new_obituary(10);
    spawn_tree(engine, test_ignore, obituary);
    test_end(engine);
    check_tree_ended(obituary, BACKSTAGE_REASON_ENGINE_ENDED, BACKSTAGE_REASON_ENGINE_ENDED);
}

TEST(a_branch_ends_alone) {
    backstage_engine *engine = test_engine();
    struct obituary *obituary = new_obituary(10);
    backstage_ref branch;
    spawn_tree(engine, test_ignore, obituary);
    CHECK_OK(backstage_engine_find(engine, "b", &branch));
    CHECK_OK(backstage_stop(test_context(engine, branch), branch));
    test_run(engine);
    CHECK_EQ(obituary->count, 3);
    CHECK_STR(obituary->ids[0], "b2");
    CHECK_STR(obituary->ids[1], "b1");
    CHECK_STR(obituary->ids[2], "b");
    CHECK_EQ(test_statistics(engine).actors, 7);
    test_end(engine);
    CHECK_EQ(obituary->count, 10);
}

TEST(what_a_tree_has_queued_dies_with_it) {
    for (int destroyed = 0; destroyed < 2; destroyed++) {
        backstage_engine *engine = test_engine();
        test_report *report = test_report_of(engine);
        struct obituary *obituary = new_obituary(10);
        backstage_ref root = spawn_tree(engine, test_ignore, obituary);
        static const char *const ids[] = {"root", "a", "a1", "a2", "b", "b1", "b2", "c", "c1"};
        for (int i = 0; i < 90; i++) {
            CHECK_OK(backstage_engine_send_to_id(engine, ids[i % 9], "x", 1));
        }
        if (!destroyed) {
            CHECK_OK(backstage_stop(test_context(engine, root), root));
            test_run(engine);
        }
        /* Children may handle messages until their parent's end comes to them. */
        uint64_t handled = test_statistics(engine).handled;
        test_end(engine);
        CHECK_EQ(report->letters_count, 90 - handled);
        CHECK_EQ(report->reasons[destroyed ? BACKSTAGE_DEAD_ENGINE_ENDED : BACKSTAGE_DEAD_ENDED],
                 90 - handled);
        CHECK(handled <= (destroyed ? 0 : 80));
    }
}

/* A child that stops its parent, and so itself, with the message in hand; and goes on a little. */
static backstage_status stop_parent(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    struct obituary *obituary = state;
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    backstage_ref parent = backstage_context_parent(context), made;
    (void)envelope;
    if (parent == BACKSTAGE_NONE) {
        return BACKSTAGE_OK;
    }
    CHECK_OK(backstage_stop(context, parent));
    CHECK_EQ(obituary->count, 0);
    CHECK_STATUS(backstage_send(context, parent, "x", 1), BACKSTAGE_ENDING);
    /* It may be ending already, or be told when the parent's turn comes. */
    backstage_status born = backstage_spawn_child(context, &options, &made);
    CHECK(born == BACKSTAGE_OK || born == BACKSTAGE_ENDING);
    CHECK_EQ(backstage_context_parent(context), parent);
    return BACKSTAGE_OK;
}

TEST(a_child_that_stops_its_parent_returns_first) {
    backstage_engine *engine = test_engine();
    struct obituary *obituary = new_obituary(10);
    spawn_tree(engine, stop_parent, obituary);
    backstage_ref branch;
    CHECK_OK(backstage_engine_find(engine, "b", &branch));
    CHECK_OK(backstage_engine_send(engine, branch, "x", 1));
    test_run(engine);
    check_tree_ended(obituary, BACKSTAGE_REASON_STOPPED, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(engine).handled, 1);
    CHECK_EQ(test_statistics(engine).actors, 0);
    test_end(engine);
}

TEST(no_child_is_born_to_an_ending_parent_but_to_a_poisoned_one_it_is) {
    for (int poisoned = 0; poisoned < 2; poisoned++) {
        backstage_engine *engine = test_engine();
        struct obituary *obituary = new_obituary(2);
        backstage_ref parent = spawn(engine, BACKSTAGE_NONE, "p", test_ignore, obituary);
        backstage_context *context = test_context(engine, parent);
        backstage_actor_options options = test_options("c", test_ignore, obituary);
        backstage_ref child = 77;
        options.deinit = deinit;
        CHECK_OK(poisoned ? backstage_poison(context, parent) : backstage_stop(context, parent));
        CHECK_STATUS(backstage_spawn_child(context, &options, &child),
                     poisoned ? BACKSTAGE_OK : BACKSTAGE_ENDING);
        CHECK((child == 77) == !poisoned);
        test_run(engine);
        CHECK_EQ(obituary->count, poisoned ? 2 : 1);
        CHECK_STR(obituary->ids[poisoned], "p");
        CHECK_EQ(test_statistics(engine).actors, 0);
        test_end(engine);
    }
}

/* A chain, each actor the child of the one before; or as many children of one. */
static void check_many(size_t count, bool deep, bool destroyed) {
    backstage_engine *engine = test_engine();
    struct obituary *obituary = new_obituary(count);
    backstage_ref root = BACKSTAGE_NONE, parent = BACKSTAGE_NONE;
    for (size_t i = 0; i < count; i++) {
        char id[16];
        snprintf(id, sizeof id, "%zu", i);
        backstage_ref born = spawn(engine, parent, id, test_ignore, obituary);
        root = i == 0 ? born : root;
        parent = deep || i == 0 ? born : parent;
    }
    test_run(engine);
    if (!destroyed) {
        CHECK_OK(backstage_stop(test_context(engine, root), root));
        test_run(engine);
        CHECK_EQ(obituary->count, count);
    }
    test_end(engine);
    CHECK_EQ(obituary->count, count);
    for (size_t i = 0; i < obituary->count; i++) {
        char id[16];
        snprintf(id, sizeof id, "%zu", count - 1 - i);
        CHECK_STR(obituary->ids[i], id);
    }
}

TEST(a_chain_of_100_000_ends_in_order) {
    check_many(test_rounds(100000, 20000), true, false);
    check_many(test_rounds(100000, 20000), true, true);
}

TEST(a_family_of_100_000_ends_in_order) {
    check_many(test_rounds(100000, 20000), false, false);
    check_many(test_rounds(100000, 20000), false, true);
}
