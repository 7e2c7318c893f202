/* The end of a whole subtree: a root, its children and theirs, a million actors with ids. */
#include "work.h"

#include <stdlib.h>

/* What the end of an actor must find: all its children ended, the last born first. */
struct family {
    struct family *parent;
    uint32_t children, ended, index;
};

static uint64_t ended;

static void end(struct family *family) {
    BENCH_CHECK(family->ended == family->children);
    ended++;
    if (family->parent) {
        family->parent->ended++;
        BENCH_CHECK(family->index == family->parent->children - family->parent->ended);
    }
}

static struct family *add_child(struct family *families, uint64_t place, struct family *parent) {
    families[place] = (struct family){.parent = parent, .index = parent ? parent->children : 0};
    if (parent)
        parent->children++;
    return &families[place];
}

static void finish(struct family *families, uint64_t count, double seconds, double *figures) {
    BENCH_CHECK(ended == count);
    figures[0] = work_millions(count, seconds);
    figures[1] = seconds;
    free(families);
}

static void floor_nothing(floor_actor *self, const floor_message *message, void *state) {
    (void)self, (void)message, (void)state;
}

static void floor_ended(floor_named *named) { end(named->actor.state); }

static floor_node *floor_child(floor_node *parent, const char *id, struct family *family) {
    floor_node *node = floor_spawn_child(parent, id, floor_nothing, floor_ended, family);
    BENCH_CHECK(node != NULL);
    return node;
}

static void floor_subtree(const bench_workload *workload, uint64_t count, double *figures) {
    char *ids = bench_ids(count);
    struct family *families = bench_allocate(count, sizeof *families);
    floor_node *root = floor_child(NULL, ids, add_child(families, 0, NULL)), *middle = root;
    struct family *parent = families;
    ended = 0;
    for (uint64_t i = 1; i < count; i++) {
        const char *id = ids + i * BENCH_ID_STRIDE;
        bool is_middle = i % workload->actors == 1;
        struct family *own = add_child(families, i, is_middle ? families : parent);
        floor_node *node = floor_child(is_middle ? root : middle, id, own);
        if (is_middle) {
            parent = own;
            middle = node;
        }
    }
    double start = bench_seconds();
    floor_end_tree(root);
    finish(families, count, bench_seconds() - start, figures);
    free(ids);
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    (void)context;
    BENCH_CHECK(reason == BACKSTAGE_REASON_STOPPED);
    end(state);
    return BACKSTAGE_OK;
}

static backstage_ref child(backstage_engine *engine, backstage_context *parent, const char *id,
                           struct family *family) {
    backstage_ref actor;
    backstage_actor_options options = {
        .size = sizeof options, .id = id, .receive = receive, .deinit = deinit, .state = family};
    if (parent)
        WORK_OK(backstage_spawn_child(parent, &options, &actor));
    else
        WORK_OK(backstage_engine_spawn(engine, &options, &actor));
    return actor;
}

static void backstage_subtree(const bench_workload *workload, uint64_t count, double *figures) {
    char *ids = bench_ids(count);
    struct family *families = bench_allocate(count, sizeof *families), *parent = families;
    backstage_engine *engine = work_engine((uint32_t)count, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_ref root = child(engine, NULL, ids, add_child(families, 0, NULL));
    backstage_context *top = work_context(engine, root), *middle = top;
    ended = 0;
    for (uint64_t i = 1; i < count; i++) {
        const char *id = ids + i * BENCH_ID_STRIDE;
        bool is_middle = i % workload->actors == 1;
        struct family *own = add_child(families, i, is_middle ? families : parent);
        backstage_ref actor = child(engine, is_middle ? top : middle, id, own);
        if (is_middle) {
            parent = own;
            middle = work_context(engine, actor);
        }
    }
    double start = bench_seconds();
    WORK_OK(backstage_stop(top, root));
    work_run(engine);
    double seconds = bench_seconds() - start;
    work_end(engine);
    finish(families, count, seconds, figures);
    free(ids);
}

static const bench_workload workloads[] = {{
    .name = "end of a subtree of 1 M actors",
    .actors = 1000,
    .count = 1000000,
    .floor = floor_subtree,
    .backstage = backstage_subtree,
    .figures = {{"", "M/s"}, {"all", "s"}},
}};

const bench_group subtree_group = BENCH_GROUP(workloads);
