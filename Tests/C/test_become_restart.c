/* What a restart makes of a change of callbacks, and state machines that stash. */
#include "support_life.h"

static test_life *life;
static backstage_ref child;
static char by[256]; /* who received, in order */
static size_t by_count;
static uint64_t change_at, fail_at; /* numbers */

static backstage_status note(char letter, const backstage_envelope *envelope) {
    if (CHECK(by_count < sizeof by - 1)) {
        by[by_count++] = letter;
        by[by_count] = '\0';
    }
    return test_envelope_number(envelope) == fail_at ? TEST_STATUS : BACKSTAGE_OK;
}

static backstage_status second(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    (void)context, (void)state;
    return note('b', envelope);
}

static backstage_status first(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    (void)state;
    if (test_envelope_number(envelope) == change_at) {
        CHECK_OK(backstage_become(context, second));
    }
    return note('a', envelope);
}

static backstage_status batch(backstage_context *context, const backstage_envelope *envelopes,
                              size_t count, size_t *handled, void *state) {
    (void)context, (void)state;
    for (size_t i = 0; i < count; i++) {
        if (note('B', &envelopes[i]) != BACKSTAGE_OK) {
            *handled = i;
            return TEST_STATUS;
        }
    }
    return BACKSTAGE_OK;
}

/* A child that is restarted whenever it fails. */
static void open_child(backstage_receive_callback receive,
                       backstage_receive_batch_callback receive_batch) {
    life = test_life_open();
    test_subject *supervisor = test_supervisor_open(life, NULL);
    backstage_actor_options options = test_options(NULL, receive, NULL);
    options.receive_batch = receive_batch;
    CHECK_OK(backstage_spawn_child(supervisor->context, &options, &child));
    by_count = 0;
    change_at = fail_at = 0;
}

static void send_numbers(uint64_t from, uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        CHECK_OK(test_send_number(life->engine, child, number));
    }
    test_run(life->engine);
    test_ledger(life->engine);
}

TEST(a_restart_takes_the_change_back) {
    open_child(first, NULL);
    change_at = 2;
    fail_at = 4;
    send_numbers(1, 6);
    CHECK_STR(by, "aabbaa");
    CHECK_EQ(test_statistics(life->engine).restarts, 1);
    test_life_close(life);
}

TEST(a_change_by_the_callback_that_fails_is_taken_back_too) {
    open_child(first, NULL);
    change_at = fail_at = 2;
    send_numbers(1, 4);
    CHECK_STR(by, "aaaa");
    test_life_close(life);
}

TEST(a_change_may_be_made_again_after_each_restart) {
    open_child(first, NULL);
    change_at = 2;
    fail_at = 3;
    for (int i = 0; i < 20; i++) {
        send_numbers(1, 4); /* a a b, and a again */
    }
    CHECK_EQ(by_count, 80);
    for (size_t i = 0; i < by_count; i++) {
        CHECK_EQ(by[i], "aaba"[i % 4]);
    }
    CHECK_EQ(test_statistics(life->engine).restarts, 20);
    test_life_close(life);
}

TEST(an_actor_that_received_batches_at_first_does_so_again_after_a_restart) {
    open_child(NULL, batch);
    send_numbers(1, 2);
    CHECK_OK(backstage_become(test_context(life->engine, child), second));
    fail_at = 4;
    send_numbers(3, 7);
    CHECK_STR(by, "BBbbBBB");
    test_life_close(life);
}

TEST(an_actor_that_received_one_by_one_at_first_does_so_again_after_a_restart) {
    open_child(first, NULL);
    send_numbers(1, 2);
    CHECK_OK(backstage_become_batch(test_context(life->engine, child), batch));
    fail_at = 4;
    send_numbers(3, 7);
    CHECK_STR(by, "aaBBaaa");
    test_life_close(life);
}

static backstage_status become_second(backstage_context *context, void *state) {
    (void)state;
    return backstage_become(context, second);
}

TEST(a_change_made_in_init_is_made_at_each_start) {
    life = test_life_open();
    test_subject *supervisor = test_supervisor_open(life, NULL);
    backstage_actor_options options = test_options(NULL, first, NULL);
    options.init = become_second;
    CHECK_OK(backstage_spawn_child(supervisor->context, &options, &child));
    by_count = 0;
    fail_at = 2;
    send_numbers(1, 4);
    CHECK_STR(by, "bbbb");
    test_life_close(life);
}

TEST(a_resumed_actor_keeps_the_change) {
    life = test_life_open();
    test_subject *supervisor = test_subject_new(life);
    backstage_actor_options options = test_subject_options(supervisor, NULL);
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.directive = BACKSTAGE_DIRECTIVE_RESUME;
    options.supervision = &supervision;
    test_subject_spawn(supervisor, NULL, &options);
    options = test_options(NULL, first, NULL);
    CHECK_OK(backstage_spawn_child(supervisor->context, &options, &child));
    by_count = 0;
    change_at = fail_at = 2;
    send_numbers(1, 4);
    CHECK_STR(by, "aabb");
    CHECK_EQ(test_statistics(life->engine).failures, 1);
    test_life_close(life);
}

/* ---- A state machine --------------------------------------------------------------------- */

static test_recorder *handled;

/* A door: a zero opens and closes it; it stashes what comes while it is closed. */
static backstage_status open_door(backstage_context *context, const backstage_envelope *envelope,
                                  void *state);

static backstage_status closed_door(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)state;
    if (test_envelope_number(envelope) != 0) {
        return backstage_stash(context, envelope);
    }
    CHECK_OK(backstage_become(context, open_door));
    return backstage_unstash(context, NULL);
}

static backstage_status open_door(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    (void)state;
    return test_envelope_number(envelope) == 0 ? backstage_become(context, closed_door)
                                               : test_receive(context, envelope, handled);
}

TEST(a_state_machine_takes_back_what_its_former_state_set_aside) {
    test_life *door = test_life_open();
    handled = test_recorder_new();
    life = door;
    child = test_spawn(door->engine, NULL, closed_door, NULL);
    for (uint64_t i = 0; i < 10; i++) {
        send_numbers(10 * i + 1, 10 * i + 5); /* closed */
        CHECK_EQ(test_stashed(door->engine, child), 5);
        send_numbers(0, 0);
        send_numbers(10 * i + 6, 10 * i + 10); /* open */
        send_numbers(0, 0);
        CHECK_EQ(handled->count, 10 * (i + 1));
    }
    for (size_t i = 0; i < handled->count; i++) {
        CHECK_EQ(test_number(&handled->messages[i]), i + 1);
    }
    CHECK_EQ(test_stashed(door->engine, child), 0);
    test_life_close(door);
}

TEST(a_state_machine_that_gets_all_at_once_does_the_same) {
    life = test_life_open();
    handled = test_recorder_new();
    child = test_spawn(life->engine, NULL, closed_door, NULL);
    for (uint64_t i = 1; i <= 100; i++) { /* the zero comes in the same turn, or in a later one */
        CHECK_OK(test_send_number(life->engine, child, i));
    }
    send_numbers(0, 0);
    send_numbers(101, 102);
    if (CHECK_EQ(handled->count, 102)) {
        for (size_t i = 0; i < 102; i++) {
            CHECK_EQ(test_number(&handled->messages[i]), i + 1);
        }
    }
    test_life_close(life);
}
