/* Out of memory while actors fail and restart: see test_alloc_failure.c. Each child is up again or
 * has ended once, whichever allocation failed. */
#define _GNU_SOURCE
#include "scarce.h"

/* A few do much; many fail at once, so that each sort of memory runs out. */
enum { FEW = 12, CHILDREN = 600, BACKOFF = 100 };

/* What the hooks of a child saw. */
struct life {
    struct trial *trial;
    uint32_t inits, restarts, ends;
};

static struct {
    backstage_ref supervisor;
    backstage_ref children[CHILDREN];
    struct life lives[CHILDREN];
} now;

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

/* Fails on "!", shuts down on "quit", stashes "later" in its first life, and answers requests. */
static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct life *life = state;
    const char *bytes = envelope->payload;
    bool is_message = envelope->type <= BACKSTAGE_REPLY;
    if (is_message && envelope->size == 1 && bytes[0] == '!') {
        return TEST_STATUS;
    }
    if (is_message && bytes[0] == 'l' && life->inits == 1 &&
        WORKED(backstage_stash(context, envelope))) {
        return BACKSTAGE_OK;
    }
    life->trial->handled += is_message;
    if (is_message && bytes[0] == 'q') {
        return backstage_shutdown(context);
    }
    if (envelope->type == BACKSTAGE_REQUEST) {
        life->trial->taken += WORKED(backstage_reply(context, envelope, "yes", 3));
    }
    return BACKSTAGE_OK;
}

static backstage_actor_options child_options(struct life *life, struct trial *trial) {
    backstage_actor_options options = test_options(NULL, receive, life);
    life->trial = trial;
    options.init = init;
    options.deinit = deinit;
    return options;
}

static backstage_supervision supervision_of(backstage_strategy strategy, int64_t backoff_ns) {
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.strategy = strategy;
    supervision.restarts_max = 1000;
    supervision.backoff_ns = backoff_ns;
    return supervision;
}

static void spawn_family(struct trial *trial, const backstage_supervision *supervision) {
    backstage_actor_options options = test_options("supervisor", count, trial);
    memset(&now, 0, sizeof now);
    options.supervision = supervision;
    now.supervisor = test_spawn_with(trial->engine, &options);
    for (int i = 0; i < CHILDREN; i++) {
        options = child_options(&now.lives[i], trial);
        CHECK_OK(backstage_spawn_child(test_context(trial->engine, now.supervisor), &options,
                                       &now.children[i]));
    }
    spawn(trial, "asker");
    test_run(trial->engine);
}

static void say(struct trial *trial, backstage_ref actor, const char *text) {
    backstage_status status = backstage_engine_send(trial->engine, actor, text, strlen(text));
    if (status != BACKSTAGE_NOT_FOUND && status != BACKSTAGE_ENDING) {
        trial->taken += WORKED(status);
    }
}

/* Runs until nothing is left to do, whatever is escalated past the top meanwhile. */
static void settle(struct trial *trial) {
    for (int i = 0; i < 30; i++) {
        CHECK_OK(backstage_engine_advance(trial->engine, BACKOFF));
        backstage_status status = BACKSTAGE_USER_STATUS;
        for (int j = 0; j < 20 && status != BACKSTAGE_OK; j++) {
            status =
                backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
        }
        CHECK_OK(status);
    }
}

/* Checks that each child is up or has ended, and tells apart which. */
static void check_lives(struct trial *trial) {
    for (int i = 0; i < CHILDREN; i++) {
        const struct life *life = &now.lives[i];
        const char *id;
        backstage_status known = backstage_engine_actor_id(trial->engine, now.children[i], &id);
        CHECK_STATUS(known, life->ends == 0 ? BACKSTAGE_OK : BACKSTAGE_NOT_FOUND);
        CHECK(life->ends <= 1);
        CHECK(life->ends == 1 || life->inits == life->restarts + 1);
    }
}

/* ---- Spawning ---------------------------------------------------------------------------- */

static void spawn_supervisors(struct trial *trial) {
    backstage_supervision supervision = supervision_of(BACKSTAGE_ONE_FOR_ALL, BACKOFF);
    backstage_ref parent = BACKSTAGE_NONE;
    for (int i = 0; i < 40; i++) {
        backstage_actor_options options = test_options(NULL, count, trial);
        backstage_ref actor = 77;
        options.supervision = i % 4 == 3 ? NULL : &supervision;
        options.restart = (backstage_restart)(i % 3);
        if (!WORKED(parent == BACKSTAGE_NONE
                        ? backstage_engine_spawn(trial->engine, &options, &actor)
                        : backstage_spawn_child(test_context(trial->engine, parent), &options,
                                                &actor))) {
            CHECK_EQ(actor, 77);
            continue;
        }
        parent = actor;
        say(trial, actor, "x");
    }
    settle(trial);
}

TEST(spawning_supervisors_without_memory) { fail_everywhere(NULL, spawn_supervisors); }

/* ---- Restarting -------------------------------------------------------------------------- */

static void prepare_singles(struct trial *trial) {
    backstage_supervision supervision = supervision_of(BACKSTAGE_ONE_FOR_ONE, 0);
    spawn_family(trial, &supervision);
}

static void prepare_patient(struct trial *trial) {
    backstage_supervision supervision = supervision_of(BACKSTAGE_ONE_FOR_ONE, BACKOFF);
    spawn_family(trial, &supervision);
}

static void prepare_group(struct trial *trial) {
    backstage_supervision supervision = supervision_of(BACKSTAGE_ONE_FOR_ALL, 0);
    spawn_family(trial, &supervision);
}

static void prepare_patient_rest(struct trial *trial) {
    backstage_supervision supervision = supervision_of(BACKSTAGE_REST_FOR_ONE, BACKOFF);
    spawn_family(trial, &supervision);
}

/* All that a life may hold when it is over: a stash, timers, children, another receive. */
static void live(struct trial *trial, backstage_ref child) {
    static const char large[3000] = "large";
    backstage_actor_options options = test_options(NULL, count, trial);
    backstage_context *context;
    backstage_ref grandchild;
    uint64_t timer;
    if (backstage_engine_context(trial->engine, child, &context) != BACKSTAGE_OK) {
        return; /* ended for want of memory */
    }
    (void)WORKED(backstage_timer_start(context, 10, 10, &timer));
    (void)WORKED(backstage_receive_timeout(context, 1000));
    (void)WORKED(backstage_spawn_child(context, &options, &grandchild));
    (void)WORKED(backstage_monitor(context, now.supervisor));
    (void)WORKED(backstage_become(context, receive));
    say(trial, child, "later");
    trial->taken += WORKED(backstage_engine_send(trial->engine, child, large, sizeof large));
}

static void fail_each(struct trial *trial) {
    for (int i = 0; i < FEW; i++) {
        live(trial, now.children[i]);
        if (i % 3 == 1) {
            settle(trial);
        }
        say(trial, now.children[i], i % 4 == 0 ? "quit" : "!");
        say(trial, now.children[i], "after");
        if (i % 3 == 0) {
            settle(trial);
        }
    }
    settle(trial);
    check_lives(trial);
}

static void fail_all(struct trial *trial) {
    for (int i = 0; i < CHILDREN; i++) {
        say(trial, now.children[i], i % 5 == 0 ? "quit" : "!");
        say(trial, now.children[i], "after");
    }
    settle(trial);
    check_lives(trial);
}

/* The same, but in a group, where each failure restarts all. */
static void fail_some(struct trial *trial) {
    for (int i = 0; i < CHILDREN; i++) {
        say(trial, now.children[i], i % 100 == 99 ? "!" : "on");
        say(trial, now.children[i], "after");
    }
    settle(trial);
    check_lives(trial);
}

TEST(many_restarts_without_memory) { fail_everywhere(prepare_singles, fail_all); }
TEST(many_restarts_after_a_wait_without_memory) { fail_everywhere(prepare_patient, fail_all); }
TEST(restarts_of_a_large_group_without_memory) { fail_everywhere(prepare_group, fail_some); }
TEST(restarts_of_a_large_group_after_a_wait_without_memory) {
    fail_everywhere(prepare_patient_rest, fail_some);
}

TEST(restarts_without_memory) { fail_everywhere(prepare_singles, fail_each); }
TEST(restarts_after_a_wait_without_memory) { fail_everywhere(prepare_patient, fail_each); }
TEST(restarts_of_a_group_without_memory) { fail_everywhere(prepare_group, fail_each); }
TEST(restarts_of_the_rest_after_a_wait_without_memory) {
    fail_everywhere(prepare_patient_rest, fail_each);
}

static void end_while_waiting(struct trial *trial) {
    backstage_context *context = test_context(trial->engine, now.supervisor);
    for (int i = 0; i < CHILDREN; i++) {
        say(trial, now.children[i], "!");
        say(trial, now.children[i], "after");
    }
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    for (int i = 0; i < CHILDREN; i++) {
        backstage_ref child = now.children[i];
        backstage_status status = i % 4 == 0   ? backstage_stop(context, child)
                                  : i % 4 == 1 ? backstage_poison(context, child)
                                  : i % 4 == 2 ? backstage_drain(context, child, 0)
                                               : BACKSTAGE_OK;
        if (status != BACKSTAGE_NOT_FOUND) {
            (void)WORKED(status);
        }
    }
    settle(trial);
    check_lives(trial);
}

TEST(ends_of_those_who_wait_without_memory) { fail_everywhere(prepare_patient, end_while_waiting); }

/* ---- Requests ---------------------------------------------------------------------------- */

static void request_across_restarts(struct trial *trial) {
    backstage_ref asker = BACKSTAGE_NONE;
    CHECK_OK(backstage_engine_find(trial->engine, "asker", &asker));
    for (int i = 0; i < FEW; i++) {
        static const char *const texts[] = {"yes?", "!", "and now?"};
        for (int j = 0; j < 3; j++) {
            uint64_t token = 77;
            bool sent =
                WORKED(backstage_request(test_context(trial->engine, asker), now.children[i],
                                         texts[j], strlen(texts[j]), 5 * BACKOFF, &token));
            trial->expected += sent;
            trial->taken += sent;
        }
    }
    settle(trial);
    check_lives(trial);
    CHECK_EQ(trial->answers, trial->expected);
}

TEST(requests_across_restarts_without_memory) {
    fail_everywhere(prepare_patient, request_across_restarts);
}
