/* What a drain waits for: replies, what is stashed, and what timers and watchers bring meanwhile.
 */
#include "support_life.h"

static test_life *life;
static test_subject *outsider, *actor;

/* Keeps the handle of each request in its place. */
static backstage_status keep_handle(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    test_subject *subject = state;
    (void)context;
    return envelope->type == BACKSTAGE_REQUEST
               ? backstage_envelope_reply_handle(envelope, subject->more)
               : BACKSTAGE_OK;
}

static backstage_reply_handle handle;

static void open_two(void) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, "outsider", keep_handle);
    actor = test_subject_open(life, NULL, "actor", NULL);
    outsider->more = &handle;
    test_run(life->engine);
}

static void drain(int64_t timeout_ns) {
    CHECK_OK(backstage_drain(outsider->context, actor->self, timeout_ns));
    test_run(life->engine);
}

static void advance(uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(life->engine, by_ns));
    test_run(life->engine);
}

static void close_stopped(void) {
    CHECK_EQ(life->count, 1);
    test_check_departure(life, 0, actor, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    test_life_close(life);
}

TEST(it_ends_only_after_the_reply_that_it_waits_for) {
    open_two();
    uint64_t token = test_subject_ask(actor, outsider->self, 0);
    drain(BACKSTAGE_FOREVER);
    CHECK(test_subject_lives(actor));
    advance(1000000);
    CHECK(test_subject_lives(actor));
    CHECK_STATUS(backstage_send(outsider->context, actor->self, "x", 1), BACKSTAGE_ENDING);
    CHECK_OK(backstage_reply_later(outsider->context, &handle, "answer", 6));
    test_run(life->engine);
    if (CHECK_EQ(actor->seen->count, 1)) {
        CHECK_EQ(actor->seen->messages[0].type, BACKSTAGE_REPLY);
        CHECK_EQ(actor->seen->messages[0].token, token);
        CHECK_STR(test_text(&actor->seen->messages[0]), "answer");
    }
    close_stopped();
}

TEST(it_waits_for_every_reply) {
    enum { REQUESTS = 20 };
    open_two();
    backstage_reply_handle handles[REQUESTS];
    for (size_t i = 0; i < REQUESTS; i++) {
        test_subject_ask(actor, outsider->self, 0);
        outsider->more = &handles[i];
        test_run(life->engine);
    }
    drain(BACKSTAGE_FOREVER);
    for (size_t i = 0; i < REQUESTS; i++) {
        CHECK(test_subject_lives(actor));
        CHECK_OK(backstage_reply_later(outsider->context, &handles[(i * 7) % REQUESTS], "a", 1));
        test_run(life->engine);
        CHECK_EQ(actor->seen->count, i + 1);
    }
    close_stopped();
}

TEST(a_failure_ends_the_wait_too) {
    open_two();
    test_subject_ask(actor, outsider->self, 50);
    drain(1000);
    advance(49);
    CHECK(test_subject_lives(actor));
    advance(1);
    if (CHECK_EQ(actor->seen->count, 1)) { /* it was handled, and by then it lived */
        CHECK_STATUS(test_failure(&actor->seen->messages[0]).status, BACKSTAGE_TIMEOUT);
    }
    close_stopped();
}

TEST(the_end_of_who_was_asked_ends_the_wait_too) {
    open_two();
    test_subject *asked = test_subject_open(life, NULL, NULL, NULL);
    test_subject_ask(actor, asked->self, 0);
    drain(1000);
    CHECK(test_subject_lives(actor));
    CHECK_OK(backstage_stop(outsider->context, asked->self));
    test_run(life->engine);
    if (CHECK_EQ(actor->seen->count, 1)) {
        CHECK_STATUS(test_failure(&actor->seen->messages[0]).status, BACKSTAGE_STOPPED);
    }
    CHECK_EQ(life->count, 2);
    test_check_departure(life, 1, actor, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)state;
    return envelope->type == BACKSTAGE_REQUEST
               ? backstage_reply(context, envelope, envelope->payload, envelope->size)
               : BACKSTAGE_OK;
}

TEST(requests_that_were_queued_are_answered) {
    open_two();
    actor->act = echo;
    for (int i = 0; i < 5; i++) {
        test_subject_ask(outsider, actor->self, 100);
    }
    drain(BACKSTAGE_FOREVER);
    CHECK_EQ(test_count_type(outsider->seen, BACKSTAGE_REPLY), 5);
    close_stopped();
}

/* Asks again for each answer, a few times. */
static backstage_status ask_again(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    test_subject *subject = state;
    uint64_t token;
    (void)envelope;
    if (subject->seen->count > 5) {
        return BACKSTAGE_OK;
    }
    return backstage_request(context, outsider->self, "again", 5, 100, &token);
}

TEST(it_may_ask_more_while_it_drains) {
    open_two();
    outsider->act = echo;
    actor->act = ask_again;
    test_subject_send(actor, 1, 1);
    drain(BACKSTAGE_FOREVER);
    CHECK_EQ(test_count_type(actor->seen, BACKSTAGE_REPLY), 5);
    close_stopped();
}

/* Stashes numbers until a timer comes, and then takes them back. */
static backstage_status stash_until_timer(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    uint64_t *left = ((test_subject *)state)->more;
    if (envelope->type == BACKSTAGE_TIMER) {
        *left = 0;
        return backstage_unstash(context, NULL);
    }
    return *left > 0 ? backstage_stash(context, envelope) : BACKSTAGE_OK;
}

TEST(it_ends_only_once_nothing_is_stashed_and_its_timers_still_come) {
    uint64_t waits = 1, timer;
    open_two();
    actor->act = stash_until_timer;
    actor->more = &waits;
    CHECK_OK(backstage_timer_start(actor->context, 100, 0, &timer));
    test_subject_send(actor, 1, 10);
    drain(BACKSTAGE_FOREVER);
    CHECK_EQ(test_stashed(life->engine, actor->self), 10);
    advance(99);
    CHECK(test_subject_lives(actor));
    advance(1);
    CHECK_EQ(actor->seen->count, 21); /* the numbers twice, and the timer */
    CHECK_EQ(test_statistics(life->engine).handled, 10);
    close_stopped();
}

/* Tells itself of its descriptor, and that it may end. */
static backstage_status stash_until_ready(backstage_context *context,
                                          const backstage_envelope *envelope, void *state) {
    int *fd = ((test_subject *)state)->more;
    if (envelope->type == BACKSTAGE_IO) {
        CHECK_EQ(test_drain(*fd), 1);
        *fd = -1;
        return backstage_unstash(context, NULL);
    }
    return *fd >= 0 ? backstage_stash(context, envelope) : BACKSTAGE_OK;
}

TEST(its_watchers_still_work) {
    int ends[2], fd;
    uint64_t watcher;
    open_two();
    test_pipe(ends);
    fd = ends[0];
    actor->act = stash_until_ready;
    actor->more = &fd;
    CHECK_OK(backstage_watch_fd(actor->context, ends[0], BACKSTAGE_READABLE, &watcher));
    test_subject_send(actor, 1, 2);
    drain(BACKSTAGE_FOREVER);
    CHECK(test_subject_lives(actor));
    test_poke(ends[1]);
    test_run(life->engine);
    CHECK_EQ(fd, -1);
    close_stopped();
    test_close_pair(ends);
}

TEST(a_running_timer_alone_is_nothing_to_wait_for) {
    uint64_t timer;
    open_two();
    CHECK_OK(backstage_timer_start(actor->context, 100, 100, &timer));
    CHECK_OK(backstage_receive_timeout(actor->context, 50));
    drain(BACKSTAGE_FOREVER);
    close_stopped();
}

TEST(a_reply_meets_a_full_inbox_as_ever) {
    open_two();
    test_subject *small = test_subject_new(life);
    backstage_actor_options options = test_subject_options(small, NULL);
    options.capacity = 1;
    test_subject_spawn(small, NULL, &options);
    test_subject_ask(small, outsider->self, 0);
    test_run(life->engine);
    test_subject_send(small, 1, 1);
    CHECK_OK(backstage_drain(outsider->context, small->self, 1000));
    CHECK_STATUS(backstage_reply_later(outsider->context, &handle, "a", 1), BACKSTAGE_INBOX_FULL);
    test_run(life->engine);
    CHECK(test_subject_lives(small));
    CHECK_OK(backstage_reply_later(outsider->context, &handle, "a", 1));
    test_run(life->engine);
    CHECK_EQ(small->seen->count, 2);
    test_check_departure(life, 0, small, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}
