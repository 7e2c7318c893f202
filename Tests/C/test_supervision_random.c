/* Families that fail, end and are restarted at random: whatever happens, each hook runs when it
 * may, each member ends once, and each message is handled or dead. */
#include "support_supervision.h"

enum { MIDDLE = 3, LEAVES = 3, ACTIONS = 14 };

/* Supervisors of all sorts by chance: the harness itself checks hooks and receipts. */
struct chaos {
    test_family *family;
    uint64_t seed;
};

static uint64_t below(struct chaos *chaos, uint64_t limit) {
    return test_random(&chaos->seed) % limit;
}

static test_member *any_member(struct chaos *chaos) {
    return chaos->family->members[below(chaos, chaos->family->count)];
}

/* What an actor that has ended, or is about to, may answer. */
static void check_may_be_gone(backstage_status status) {
    CHECK(status == BACKSTAGE_OK || status == BACKSTAGE_NOT_FOUND || status == BACKSTAGE_ENDING ||
          status == BACKSTAGE_INBOX_FULL);
}

static void say(struct chaos *chaos, test_member *member, const char *text) {
    check_may_be_gone(
        backstage_engine_send(chaos->family->engine, member->ref, text, strlen(text)));
}

/* Acts as one member upon another. */
static void act(struct chaos *chaos, backstage_context *context, test_member *other) {
    static const int64_t times[] = {0, 1, 50, BACKSTAGE_FOREVER};
    uint64_t made;
    switch (below(chaos, ACTIONS)) {
    case 0:
        check_may_be_gone(backstage_stop(context, other->ref));
        break;
    case 1:
        check_may_be_gone(backstage_poison(context, other->ref));
        break;
    case 2:
        check_may_be_gone(backstage_drain(context, other->ref, times[below(chaos, 4)]));
        break;
    case 3:
        check_may_be_gone(backstage_shutdown(context));
        break;
    case 4:
        check_may_be_gone(backstage_timer_start(context, (int64_t)below(chaos, 30), 0, &made));
        break;
    case 5:
        check_may_be_gone(backstage_receive_timeout(context, (int64_t)below(chaos, 30)));
        break;
    case 6:
        (void)backstage_monitor(context, other->ref);
        break;
    case 7:
        check_may_be_gone(backstage_request(context, other->ref, "?", 1, 40, &made));
        break;
    case 8:
        other->failing_inits = (uint32_t)below(chaos, 3);
        other->failing_deinits = (uint32_t)below(chaos, 2);
        break;
    case 9:
        other->fails_on_timers = below(chaos, 2) == 0;
        break;
    case 10:
        check_may_be_gone(backstage_unstash(context, NULL));
        break;
    default:
        say(chaos, other, below(chaos, 3) == 0 ? "!" : "x");
    }
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                test_member *member) {
    struct chaos *chaos = member->notes;
    uint64_t what = below(chaos, 40);
    if (what == 0) {
        act(chaos, context, any_member(chaos));
    } else if (what == 1 && envelope->type <= BACKSTAGE_REPLY) {
        check_may_be_gone(backstage_stash(context, envelope));
    } else if (envelope->type == BACKSTAGE_REQUEST) {
        backstage_status status = backstage_reply(context, envelope, "x", 1);
        if (status != BACKSTAGE_NOT_WAITING) {
            check_may_be_gone(status);
        }
    }
    return what == 2 ? member->status : BACKSTAGE_OK;
}

static void decide_anything(backstage_context *context, backstage_ref child, test_member *member) {
    struct chaos *chaos = member->notes;
    static const backstage_directive directives[] = {0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 77};
    member->directive = directives[below(chaos, 12)];
    if (below(chaos, 30) == 0) {
        act(chaos, context, any_member(chaos));
    }
    (void)child;
}

static void meddle(backstage_context *context, backstage_reason reason, test_member *member) {
    struct chaos *chaos = member->notes;
    if (below(chaos, 60) == 0) {
        act(chaos, context, any_member(chaos));
    }
    (void)reason;
}

static void meddle_early(backstage_context *context, test_member *member) {
    meddle(context, 0, member);
}

static test_member *random_member(struct chaos *chaos, char id, test_member *parent) {
    char name[2] = {id, '\0'};
    test_member *member = test_member_new(chaos->family, name, parent);
    member->notes = chaos;
    member->restart = (backstage_restart)below(chaos, 3);
    member->batches = below(chaos, 2) == 0;
    member->budget = (uint32_t)(1 + below(chaos, 5));
    member->capacity = (uint32_t)(4 + below(chaos, 30));
    member->receives = receive;
    member->starts = meddle_early;
    member->ends = meddle;
    member->decides = decide_anything;
    member->supervision =
        test_supervision((backstage_strategy)below(chaos, 3), (backstage_directive)below(chaos, 3));
    member->supervision.decide = below(chaos, 4) == 0 ? NULL : test_decide;
    member->supervision.restarts_max = (uint32_t)(1 + below(chaos, 40));
    member->supervision.window_ns = (int64_t)(1 + below(chaos, 100));
    member->supervision.backoff_ns = (int64_t)(below(chaos, 2) * below(chaos, 30));
    member->supervision.jitter_percent = (uint32_t)below(chaos, 101);
    return member;
}

static void open_chaos(struct chaos *chaos, uint64_t seed) {
    char id = 'a';
    memset(chaos, 0, sizeof *chaos);
    chaos->seed = seed;
    chaos->family = test_family_open();
    test_member *top = random_member(chaos, id++, NULL);
    for (int i = 0; i < MIDDLE; i++) {
        test_member *middle = random_member(chaos, id++, top);
        for (int j = 0; j < LEAVES; j++) {
            random_member(chaos, id++, middle);
        }
    }
}

/* Spawns the top again if it has ended. */
static void see_to_the_top(struct chaos *chaos) {
    test_member *top = chaos->family->members[0];
    if (top->ended == top->spawned) {
        backstage_actor_options options = test_member_options(top);
        top->ref = test_spawn_with(chaos->family->engine, &options);
        top->spawned++;
        top->up = top->down = false;
    }
}

/* Drains the engine, in whatever state it is, and sees that it is empty in time. */
static void drain_all(struct chaos *chaos) {
    backstage_engine *engine = chaos->family->engine;
    backstage_status status = BACKSTAGE_OK;
    CHECK_OK(backstage_engine_drain(engine, 200));
    for (int i = 0; i < 300 && test_statistics(engine).actors > 0; i++) {
        CHECK_OK(backstage_engine_advance(engine, 1));
        status = backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
        CHECK(status == BACKSTAGE_OK || status == BACKSTAGE_TIMEOUT || status == TEST_STATUS ||
              status == BACKSTAGE_LIMIT);
    }
    CHECK_EQ(test_statistics(engine).actors, 0);
    CHECK_EQ(test_statistics(engine).queued, 0);
}

static void run_chaos(uint64_t seed, size_t rounds) {
    struct chaos chaos;
    open_chaos(&chaos, seed);
    for (size_t round = 0; round < rounds; round++) {
        backstage_context *context = NULL;
        see_to_the_top(&chaos);
        for (int i = 0; i < 10; i++) {
            test_member *member = any_member(&chaos);
            say(&chaos, member,
                below(&chaos, 6) == 0    ? "!"
                : below(&chaos, 12) == 0 ? "quit"
                                         : "x");
        }
        test_member *actor = any_member(&chaos);
        if (below(&chaos, 12) == 0 && actor->ended < actor->spawned &&
            backstage_engine_context(chaos.family->engine, actor->ref, &context) == BACKSTAGE_OK) {
            act(&chaos, context, any_member(&chaos));
        }
        CHECK_OK(backstage_engine_advance(chaos.family->engine, below(&chaos, 40)));
        backstage_status status = backstage_engine_run(
            chaos.family->engine,
            below(&chaos, 3) == 0 ? BACKSTAGE_RUN_UNTIL_IDLE : BACKSTAGE_RUN_NO_WAIT,
            BACKSTAGE_FOREVER);
        CHECK(status == BACKSTAGE_OK || status == TEST_STATUS || status == BACKSTAGE_LIMIT);
        test_ledger(chaos.family->engine);
        test_diary_forget(chaos.family);
    }
    if (below(&chaos, 2) == 0) {
        drain_all(&chaos);
    }
    test_family_end(chaos.family);
}

TEST(whatever_happens_each_ends_once_and_no_message_is_lost) {
    for (uint64_t seed = 1; seed <= test_rounds(300, 10); seed++) {
        run_chaos(seed * 7919, 100);
    }
}

TEST(the_same_chance_gives_the_same_run) {
    for (uint64_t seed = 1; seed <= test_rounds(20, 3); seed++) {
        uint64_t seen[2][6];
        for (int i = 0; i < 2; i++) {
            struct chaos chaos;
            open_chaos(&chaos, seed);
            for (int round = 0; round < 50; round++) {
                see_to_the_top(&chaos);
                say(&chaos, any_member(&chaos), below(&chaos, 3) == 0 ? "!" : "x");
                CHECK_OK(backstage_engine_advance(chaos.family->engine, below(&chaos, 40)));
                (void)backstage_engine_run(chaos.family->engine, BACKSTAGE_RUN_UNTIL_IDLE, -1);
                test_diary_forget(chaos.family);
            }
            backstage_statistics now = test_statistics(chaos.family->engine);
            uint64_t counts[] = {now.accepted, now.handled, now.dead,
                                 now.events,   now.spawned, now.restarts};
            memcpy(seen[i], counts, sizeof counts);
            test_family_end(chaos.family);
        }
        CHECK(memcmp(seen[0], seen[1], sizeof seen[0]) == 0);
    }
}
