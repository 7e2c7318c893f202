/* Messages across restarts: none lost, none twice, in order, and dead only what was failed on. */
#include "support_supervision.h"

enum { SENDERS = 4, BACKOFF = 7 };

/* A message: who sent it, as which, and whether it is to be failed on. */
struct numbered {
    uint32_t sender, number, fails, padding;
};

/* A child that checks what it receives. */
struct checker {
    uint32_t next[SENDERS]; /* the number that must come next from each */
    uint64_t handled, failed, inits, largest;
};

static backstage_status check_one(struct checker *checker, const backstage_envelope *envelope) {
    struct numbered message;
    CHECK(envelope->size >= sizeof message);
    memcpy(&message, envelope->payload, sizeof message);
    CHECK(message.sender < SENDERS);
    CHECK_EQ(message.number, checker->next[message.sender]);
    CHECK(test_is_filled((const char *)envelope->payload + sizeof message,
                         envelope->size - sizeof message, message.number));
    checker->next[message.sender] = message.number + 1;
    if (message.fails) {
        checker->failed++;
        return TEST_STATUS;
    }
    checker->handled++;
    return BACKSTAGE_OK;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    (void)context;
    return check_one(state, envelope);
}

static backstage_status receive_batch(backstage_context *context,
                                      const backstage_envelope *envelopes, size_t count,
                                      size_t *handled, void *state) {
    struct checker *checker = state;
    (void)context;
    checker->largest = count > checker->largest ? count : checker->largest;
    for (size_t i = 0; i < count; i++) {
        if (check_one(checker, &envelopes[i]) < 0) {
            CHECK_EQ(*handled, 0);
            *handled = i;
            return TEST_STATUS;
        }
    }
    return BACKSTAGE_OK;
}

static backstage_status count_init(backstage_context *context, void *state) {
    (void)context;
    ((struct checker *)state)->inits++;
    return BACKSTAGE_OK;
}

/* A supervisor, and a checking child of it. */
struct world {
    backstage_engine *engine;
    test_report *report;
    backstage_ref supervisor, child;
    struct checker checker;
    uint32_t sent[SENDERS];
    uint64_t seed, failing;
};

static void open_world(struct world *world, backstage_strategy strategy,
                       backstage_directive directive, uint32_t budget, bool batches) {
    backstage_supervision supervision = test_supervision(strategy, directive);
    backstage_actor_options options = test_options("s", test_ignore, NULL);
    memset(world, 0, sizeof *world);
    world->engine = test_engine();
    world->report = test_report_of(world->engine);
    supervision.window_ns = 1;
    supervision.backoff_ns = directive == BACKSTAGE_DIRECTIVE_RESTART ? BACKOFF : 0;
    supervision.jitter_percent = 50;
    options.supervision = &supervision;
    world->supervisor = test_spawn_with(world->engine, &options);
    options = test_options("c", batches ? NULL : receive, &world->checker);
    options.receive_batch = batches ? receive_batch : NULL;
    options.init = count_init;
    options.budget = budget;
    options.capacity = 50;
    CHECK_OK(backstage_spawn_child(test_context(world->engine, world->supervisor), &options,
                                   &world->child));
}

/* Sends as many as there is room for, at most; one in ten is to be failed on. */
static void send_some(struct world *world, uint64_t most) {
    char bytes[sizeof(struct numbered) + 2000];
    for (uint64_t i = 0; i < most; i++) {
        struct numbered message = {0, 0, 0, 0};
        size_t extra = test_random(&world->seed) % 4 == 0 ? test_random(&world->seed) % 2000 : 0;
        message.sender = (uint32_t)(test_random(&world->seed) % SENDERS);
        message.number = world->sent[message.sender];
        message.fails = test_random(&world->seed) % 10 == 0;
        memcpy(bytes, &message, sizeof message);
        test_fill(bytes + sizeof message, extra, message.number);
        backstage_status status =
            backstage_engine_send(world->engine, world->child, bytes, sizeof message + extra);
        if (status != BACKSTAGE_OK) {
            CHECK_STATUS(status, BACKSTAGE_INBOX_FULL);
            return;
        }
        world->sent[message.sender]++;
        world->failing += message.fails;
    }
}

static void finish(struct world *world) {
    uint64_t sent = 0;
    for (int i = 0; i < 2000 && test_statistics(world->engine).queued > 0; i++) {
        CHECK_OK(backstage_engine_advance(world->engine, BACKOFF));
        test_run(world->engine);
    }
    for (int i = 0; i < SENDERS; i++) {
        CHECK_EQ(world->checker.next[i], world->sent[i]);
        sent += world->sent[i];
    }
    CHECK(world->failing > 0);
    CHECK_EQ(world->checker.failed, world->failing);
    CHECK_EQ(world->checker.handled, sent - world->failing);
    CHECK_EQ(world->report->letters_count, world->failing);
    CHECK_EQ(world->report->reasons[BACKSTAGE_DEAD_FAILED], world->failing);
    CHECK_EQ(test_statistics(world->engine).handled, world->checker.handled);
    CHECK_EQ(test_statistics(world->engine).failures, world->failing);
    CHECK_EQ(test_statistics(world->engine).restarts, world->checker.inits - 1);
    CHECK(test_actor_statistics(world->engine, world->child).queued_max <= 50);
    test_end(world->engine);
}

/* Sends and runs at random, in small steps of time. */
static void check_order(backstage_strategy strategy, backstage_directive directive, uint32_t budget,
                        bool batches) {
    struct world world;
    open_world(&world, strategy, directive, budget, batches);
    for (size_t round = 0; round < test_rounds(1000, 100); round++) {
        send_some(&world, test_random(&world.seed) % 20);
        CHECK_OK(backstage_engine_advance(world.engine, test_random(&world.seed) % BACKOFF));
        if (round % 3 == 0) {
            CHECK_OK(backstage_engine_run(world.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        } else {
            test_run(world.engine);
        }
        test_ledger(world.engine);
    }
    CHECK(!batches || budget == 1 || world.checker.largest > 1);
    CHECK((directive == BACKSTAGE_DIRECTIVE_RESTART) == (world.checker.inits > 1));
    finish(&world);
}

TEST(messages_keep_their_order_across_restarts) {
    static const uint32_t budgets[] = {1, 2, 64};
    for (int i = 0; i < 3; i++) {
        check_order(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART, budgets[i], false);
    }
}

TEST(batches_that_fail_in_the_midst_keep_their_order_across_restarts) {
    static const uint32_t budgets[] = {1, 2, 64};
    for (int i = 0; i < 3; i++) {
        check_order(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART, budgets[i], true);
    }
}

TEST(groups_keep_the_order_of_messages_too) {
    check_order(BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART, 8, false);
    check_order(BACKSTAGE_REST_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART, 8, true);
}

TEST(messages_keep_their_order_when_failures_are_resumed) {
    check_order(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESUME, 8, false);
    check_order(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESUME, 8, true);
}

TEST(those_of_a_batch_behind_the_one_that_failed_come_again_and_no_other) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "a")->batches = true;
    test_family_start(f);
    test_say_all(f, "a", "1 2 ! 3 ! ! 4 5");
    test_run(f->engine);
    CHECK_DIARY(f, "a:1 a:2 a! a- a+ a:3 a! a- a+ a! a- a+ a:4 a:5");
    CHECK_EQ(f->report->letters_count, 3);
    CHECK_EQ(test_statistics(f->engine).handled, 5);
    test_family_end(f);
}

TEST(a_sibling_in_a_group_loses_nothing_in_the_midst_of_its_messages) {
    for (uint32_t budget = 1; budget < 5; budget++) {
        test_family *f = test_family_plan("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
        test_find(f, "a")->budget = test_find(f, "b")->budget = budget;
        test_find(f, "b")->batches = true;
        test_family_start(f);
        test_say_all(f, "a", "1 2 ! 3 4");
        test_say_all(f, "b", "1 2 3 4 5 6");
        test_run(f->engine);
        CHECK_DIARY_OF(f, "a", "a:1 a:2 a! a- a+ a:3 a:4");
        CHECK_EQ(test_find(f, "b")->restarts, 1);
        CHECK_EQ(test_statistics(f->engine).handled, 10);
        CHECK_EQ(test_actor_statistics(f->engine, test_find(f, "b")->ref).handled, 6);
        char *own = f->diary; /* b's numbers, in order, with its restart anywhere among them */
        for (char number = '1'; number <= '6'; number++) {
            char entry[] = {'b', ':', number, '\0'};
            own = strstr(own, entry);
            if (!CHECK(own != NULL)) {
                break;
            }
        }
        test_family_end(f);
    }
}
