/* Out of memory while supervisors give up, decide, and spawn their children anew: see
 * test_alloc_failure.c. */
#define _GNU_SOURCE
#include "scarce.h"

enum { LEVELS = 3, CHILDREN = 4 };

/* A supervisor of some level, whose init spawns what is below it; at the last level, children. */
struct level {
    struct trial *trial;
    struct level *below;
    backstage_supervision supervision;
    backstage_ref self, children[CHILDREN];
    uint32_t inits, restarts, ends;
};

static struct level levels[LEVELS];

static backstage_status fail_on_short(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    struct trial *trial = state;
    (void)context;
    if (envelope->size == 1) {
        return TEST_STATUS;
    }
    trial->handled += envelope->type <= BACKSTAGE_REPLY;
    return BACKSTAGE_OK;
}

static backstage_status count_in(backstage_context *context, const backstage_envelope *envelope,
                                 void *state) {
    return count(context, envelope, ((struct level *)state)->trial);
}

static backstage_actor_options level_options(struct level *level);

/* Fails if it cannot spawn all: half a family is no use. */
static backstage_status spawn_below(backstage_context *context, void *state) {
    struct level *level = state;
    backstage_actor_options options;
    level->inits++;
    level->self = backstage_context_self(context);
    if (level->below != NULL) {
        options = level_options(level->below);
        return backstage_spawn_child(context, &options, &level->below->self);
    }
    for (int i = 0; i < CHILDREN; i++) {
        options = test_options(NULL, fail_on_short, level->trial);
        backstage_status status = backstage_spawn_child(context, &options, &level->children[i]);
        if (status != BACKSTAGE_OK) {
            return status;
        }
    }
    return BACKSTAGE_OK;
}

static backstage_status count_end(backstage_context *context, backstage_reason reason,
                                  void *state) {
    struct level *level = state;
    (void)context;
    level->restarts += reason == BACKSTAGE_REASON_RESTARTED;
    level->ends += reason != BACKSTAGE_REASON_RESTARTED;
    return BACKSTAGE_OK;
}

static backstage_actor_options level_options(struct level *level) {
    backstage_actor_options options = test_options(NULL, count_in, level);
    options.init = spawn_below;
    options.deinit = count_end;
    options.supervision = &level->supervision;
    return options;
}

/* Decides with all that takes memory; restarts every other time, and else escalates. */
static backstage_directive decide(backstage_context *supervisor, backstage_ref child,
                                  backstage_status status, uint64_t restarts, void *state) {
    struct level *level = state;
    backstage_actor_options options = test_options(NULL, count, level->trial);
    backstage_ref friend;
    uint64_t timer;
    static const char data[2000];
    (void)status;
    if (WORKED(backstage_spawn(supervisor, &options, &friend))) {
        level->trial->taken += WORKED(backstage_send(supervisor, friend, data, sizeof data));
    }
    backstage_status sent = backstage_send(supervisor, child, data, sizeof data);
    if (sent != BACKSTAGE_NOT_FOUND && sent != BACKSTAGE_ENDING) {
        level->trial->taken += WORKED(sent);
    }
    (void)WORKED(backstage_timer_start(supervisor, 5, 0, &timer));
    return restarts % 2 == 0 ? BACKSTAGE_DIRECTIVE_RESTART : BACKSTAGE_DIRECTIVE_ESCALATE;
}

static void prepare_levels(struct trial *trial) {
    memset(levels, 0, sizeof levels);
    for (int i = 0; i < LEVELS; i++) {
        levels[i].trial = trial;
        levels[i].below = i + 1 < LEVELS ? &levels[i + 1] : NULL;
        levels[i].supervision.size = sizeof levels[i].supervision;
        levels[i].supervision.restarts_max = 5;
        levels[i].supervision.window_ns = 1000;
        levels[i].supervision.backoff_ns = i * 10;
        levels[i].supervision.strategy = (backstage_strategy)(i % 3);
    }
    backstage_actor_options options = level_options(&levels[0]);
    test_spawn_with(trial->engine, &options);
    test_run(trial->engine);
}

static void prepare_deciders(struct trial *trial) {
    memset(levels, 0, sizeof levels);
    for (int i = 0; i < LEVELS; i++) {
        levels[i].trial = trial;
        levels[i].below = i + 1 < LEVELS ? &levels[i + 1] : NULL;
        levels[i].supervision.size = sizeof levels[i].supervision;
        levels[i].supervision.decide = decide;
        levels[i].supervision.restarts_max = 100;
    }
    backstage_actor_options options = level_options(&levels[0]);
    test_spawn_with(trial->engine, &options);
    test_run(trial->engine);
}

/* Runs on, past any status that was escalated past the top. */
static void settle(struct trial *trial) {
    for (int i = 0; i < 10; i++) {
        backstage_status status = BACKSTAGE_USER_STATUS;
        CHECK_OK(backstage_engine_advance(trial->engine, 20));
        for (int j = 0; j < 50 && status != BACKSTAGE_OK; j++) {
            status =
                backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
            CHECK(status == BACKSTAGE_OK || status == TEST_STATUS ||
                  (status == BACKSTAGE_NO_MEMORY && memory_failed() > 0));
        }
        CHECK_OK(status);
    }
}

static void fail_below(struct trial *trial) {
    static const char *const texts[] = {"on", "!", "and on"};
    for (int round = 0; round < 12; round++) {
        for (int j = 0; j < 3; j++) {
            backstage_ref child = levels[LEVELS - 1].children[round % CHILDREN];
            backstage_status status =
                backstage_engine_send(trial->engine, child, texts[j], strlen(texts[j]));
            if (status != BACKSTAGE_NOT_FOUND) { /* all may have ended */
                trial->taken += WORKED(status);
            }
        }
        settle(trial);
    }
    for (int i = 0; i < LEVELS; i++) {
        const char *id;
        backstage_status known = backstage_engine_actor_id(trial->engine, levels[i].self, &id);
        CHECK(known == BACKSTAGE_OK || levels[i].ends > 0);
        CHECK_EQ(levels[i].inits, levels[i].restarts + levels[i].ends + (known == BACKSTAGE_OK));
    }
}

TEST(giving_up_without_memory) { fail_everywhere(prepare_levels, fail_below); }
TEST(deciding_without_memory) { fail_everywhere(prepare_deciders, fail_below); }
