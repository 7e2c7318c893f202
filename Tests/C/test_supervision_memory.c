/* Restarts while the engine's memory is at its limit: each is made, or is a stop, and nothing is
 * left in between. */
#include "support_supervision.h"

#include <stdio.h>

enum { MAX = 4 * 1024 * 1024, CHILDREN = 2000 };

/* Children that fail, and a glutton whose inbox takes all the memory that is left. */
struct world {
    backstage_engine *engine;
    test_report *report;
    test_recorder *told; /* what the supervisor was */
    backstage_ref supervisor, glutton;
    backstage_ref children[CHILDREN];
    struct life {
        uint32_t inits, restarts, ends;
    } lives[CHILDREN];
};

static backstage_status init(backstage_context *context, void *state) {
    (void)context;
    ((struct life *)state)->inits++;
    return BACKSTAGE_OK;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    struct life *life = state;
    (void)context;
    life->restarts += reason == BACKSTAGE_REASON_RESTARTED;
    life->ends += reason != BACKSTAGE_REASON_RESTARTED;
    return BACKSTAGE_OK;
}

static backstage_status fail_on_short(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    return envelope->size == 1 ? TEST_STATUS : BACKSTAGE_OK;
}

static void open_world(struct world *world, backstage_strategy strategy, int64_t backoff_ns) {
    backstage_engine_options engine_options = test_engine_options();
    backstage_supervision supervision = test_supervision(strategy, BACKSTAGE_DIRECTIVE_RESTART);
    memset(world, 0, sizeof *world);
    engine_options.memory_bytes_max = MAX;
    world->engine = test_engine_with(&engine_options);
    world->report = test_report_of(world->engine);
    world->told = test_recorder_new();
    supervision.backoff_ns = backoff_ns;
    backstage_actor_options options = test_options("s", test_receive, world->told);
    options.supervision = &supervision;
    world->supervisor = test_spawn_with(world->engine, &options);
    for (int i = 0; i < CHILDREN; i++) {
        options = test_options(NULL, fail_on_short, &world->lives[i]);
        options.init = init;
        options.deinit = deinit;
        options.kind = "child";
        CHECK_OK(backstage_spawn_child(test_context(world->engine, world->supervisor), &options,
                                       &world->children[i]));
    }
    options = test_options("glutton", test_ignore, NULL);
    options.capacity = 1000000;
    world->glutton = test_spawn_with(world->engine, &options);
    test_run(world->engine);
}

/* Takes what memory there is, in large pieces and then in small ones. */
static void fill(struct world *world) {
    static const char data[65536];
    for (size_t size = sizeof data; size > 16; size /= 2) {
        while (backstage_engine_send(world->engine, world->glutton, data, size) == BACKSTAGE_OK) {
        }
    }
    CHECK(test_statistics(world->engine).memory_bytes <= MAX);
}

/* Checks that each child is up, or ended once and told of. */
static void check_lives(struct world *world) {
    size_t alive = 0;
    for (int i = 0; i < CHILDREN; i++) {
        const struct life *life = &world->lives[i];
        CHECK(life->ends <= 1);
        CHECK(life->ends == 1 || life->inits == life->restarts + 1);
        alive += life->ends == 0;
        backstage_status sent = backstage_engine_send(world->engine, world->children[i], "on", 2);
        CHECK_STATUS(sent, life->ends == 0 ? BACKSTAGE_OK : BACKSTAGE_NOT_FOUND);
    }
    CHECK_EQ(test_statistics(world->engine).actors, alive + 2);
    CHECK(test_count_type(world->told, BACKSTAGE_TERMINATED) <= CHILDREN - alive);
}

static void check_restarts(backstage_strategy strategy, int64_t backoff_ns) {
    static struct world world;
    open_world(&world, strategy, backoff_ns);
    for (int i = 0; i < CHILDREN; i += strategy == BACKSTAGE_ONE_FOR_ONE ? 1 : CHILDREN / 5) {
        CHECK_OK(backstage_engine_send(world.engine, world.children[i], "!", 1));
    }
    fill(&world);
    for (int i = 0; i < 100; i++) { /* the children go first: the glutton has far more to do */
        CHECK_OK(backstage_engine_run(world.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        fill(&world);
        test_ledger(world.engine);
    }
    test_run(world.engine);
    for (int i = 0; i < 20; i++) {
        CHECK_OK(backstage_engine_advance(world.engine, 1000));
        test_run(world.engine);
    }
    check_lives(&world);
    test_run(world.engine);
    test_end(world.engine);
    for (int i = 0; i < CHILDREN; i++) {
        CHECK_EQ(world.lives[i].ends, 1);
    }
}

TEST(a_restart_without_memory_is_made_or_is_a_stop) {
    check_restarts(BACKSTAGE_ONE_FOR_ONE, 0);
    check_restarts(BACKSTAGE_ONE_FOR_ONE, 100);
}

TEST(a_groups_restart_without_memory_is_made_or_is_a_stop) {
    for (backstage_strategy strategy = 1; strategy < 3; strategy++) {
        check_restarts(strategy, 0);
        check_restarts(strategy, 100);
    }
}

TEST(supervisors_meet_the_limit_and_their_places_serve_again) {
    backstage_engine_options engine_options = test_engine_options();
    engine_options.memory_bytes_max = MAX;
    backstage_engine *engine = test_engine_with(&engine_options);
    backstage_supervision supervision =
        test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    uint64_t most = 0;
    options.supervision = &supervision;
    for (int round = 0; round < 3; round++) {
        uint64_t count = 0;
        backstage_ref top = test_spawn(engine, NULL, test_ignore, NULL), child;
        backstage_context *context = test_context(engine, top);
        backstage_status status;
        while ((status = backstage_spawn_child(context, &options, &child)) == BACKSTAGE_OK) {
            count++;
        }
        CHECK_STATUS(status, BACKSTAGE_NO_MEMORY);
        CHECK(test_statistics(engine).memory_bytes <= MAX);
        CHECK(count > 50);
        CHECK(round == 0 || count == most);
        most = count;
        CHECK_OK(backstage_shutdown(context));
        test_run(engine);
        CHECK_EQ(test_statistics(engine).actors, 0);
    }
    test_end(engine);
}
