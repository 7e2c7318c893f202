/* Children that restart, and senders on other threads. */
#define _POSIX_C_SOURCE 200809L
#include "support_supervision.h"

#include <sched.h>

enum { BACKOFF = 100, SENT = 20 };

/* Child a of supervisor s, whose inbox has little room, and which waits before it starts again. */
static test_family *patient_family(uint32_t capacity, backstage_overflow overflow) {
    test_family *f = test_family_plan("ab", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.backoff_ns = BACKOFF;
    test_find(f, "a")->capacity = capacity;
    test_find(f, "a")->overflow = overflow;
    test_family_start(f);
    return f;
}

static void send_letters(void *state) {
    test_family *f = state;
    for (char letter = 'A'; letter < 'A' + SENT; letter++) {
        CHECK_OK(backstage_engine_send(f->engine, test_find(f, "a")->ref, &letter, 1));
    }
}

static void send_to_b(void *state) {
    test_family *f = state;
    CHECK_OK(backstage_engine_send(f->engine, test_find(f, "b")->ref, "1", 1));
}

TEST(what_another_thread_sends_waits_for_the_restart) {
    test_family *f = patient_family(0, BACKSTAGE_OVERFLOW_REJECT);
    test_say(f, "a", "!");
    test_run(f->engine);
    test_elsewhere(send_letters, f);
    test_run(f->engine);
    CHECK_EQ(test_actor_statistics(f->engine, test_find(f, "a")->ref).queued, SENT);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a",
                   "a! a- a+ a:A a:B a:C a:D a:E a:F a:G a:H a:I a:J a:K a:L a:M a:N a:O a:P a:Q "
                   "a:R a:S a:T");
    test_family_end(f);
}

TEST(what_finds_no_room_meanwhile_is_dead_and_holds_nobody_up) {
    test_family *f = patient_family(4, BACKSTAGE_OVERFLOW_REJECT);
    test_say(f, "a", "!");
    test_run(f->engine);
    test_elsewhere(send_letters, f);
    test_elsewhere(send_to_b, f);
    test_run(f->engine);
    CHECK_DIARY_OF(f, "b", "b:1");
    CHECK_EQ(test_actor_statistics(f->engine, test_find(f, "a")->ref).queued, 4);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_INBOX_FULL], SENT - 4);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a:A a:B a:C a:D");
    CHECK_EQ(test_statistics(f->engine).queued, 0);
    CHECK_EQ(test_actor_statistics(f->engine, test_find(f, "a")->ref).queued_max, 4);
    test_family_end(f);
}

TEST(what_another_thread_sent_is_dead_when_its_receiver_ends_instead) {
    test_family *f = patient_family(0, BACKSTAGE_OVERFLOW_REJECT);
    backstage_ref a = test_find(f, "a")->ref;
    test_say(f, "a", "!");
    test_run(f->engine);
    test_elsewhere(send_letters, f);
    CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_OK(backstage_stop(test_context(f->engine, test_find(f, "s")->ref), a));
    test_run(f->engine);
    CHECK_EQ(test_find(f, "a")->inits, 1);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], SENT);
    CHECK_EQ(test_statistics(f->engine).queued, 0);
    test_family_end(f);
}

TEST(a_run_with_nothing_to_do_but_wait_is_over_though_messages_find_no_room) {
    test_family *f = patient_family(4, BACKSTAGE_OVERFLOW_REJECT);
    test_say(f, "a", "!");
    test_run(f->engine);
    for (int i = 0; i < 2; i++) {
        test_elsewhere(send_letters, f);
        test_run(f->engine);
        test_elsewhere(send_letters, f);
        backstage_run_mode mode = i == 0 ? BACKSTAGE_RUN_ONCE : BACKSTAGE_RUN_UNTIL_STOPPED;
        CHECK_STATUS(backstage_engine_run(f->engine, mode, BACKSTAGE_SECONDS(1)),
                     BACKSTAGE_TIMEOUT);
    }
    CHECK_EQ(test_find(f, "a")->inits, 1);
    test_ledger(f->engine);
    test_pass(f, BACKOFF);
    CHECK_EQ(test_statistics(f->engine).handled, 4);
    CHECK_EQ(f->report->letters_count, 1 + 4 * SENT - 4);
    test_family_end(f);
}

/* ---- Requests ---------------------------------------------------------------------------- */

struct asked {
    test_family *f;
    const char *text;
    backstage_status status;
    char answer[8];
    bool done;
};

static void ask(void *state) {
    struct asked *asked = state;
    backstage_payload *reply = NULL;
    asked->status =
        backstage_engine_request(asked->f->engine, test_find(asked->f, "a")->ref, asked->text,
                                 strlen(asked->text), BACKSTAGE_FOREVER, &reply);
    if (reply != NULL) {
        memcpy(asked->answer, backstage_payload_data(reply), backstage_payload_size(reply));
        CHECK_OK(backstage_payload_release(reply));
    }
    __atomic_store_n(&asked->done, true, __ATOMIC_SEQ_CST);
}

static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             test_member *member) {
    (void)member;
    return envelope->type == BACKSTAGE_REQUEST
               ? backstage_reply(context, envelope, envelope->payload, envelope->size)
               : BACKSTAGE_OK;
}

/* Runs until the other thread has its answer. */
static void run_until_done(struct asked *asked) {
    while (!__atomic_load_n(&asked->done, __ATOMIC_SEQ_CST)) {
        sched_yield();
        CHECK_OK(backstage_engine_run(asked->f->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    }
}

TEST(a_thread_that_asks_a_child_that_fails_on_it_is_told_stopped) {
    test_family *f = patient_family(0, BACKSTAGE_OVERFLOW_REJECT);
    struct asked asked = {.f = f, .text = "!"};
    test_thread *thread = test_thread_start(ask, &asked);
    run_until_done(&asked);
    test_thread_join(thread);
    CHECK_STATUS(asked.status, BACKSTAGE_STOPPED);
    test_run(f->engine);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a! a- a+");
    test_family_end(f);
}

TEST(a_thread_that_asks_a_child_that_waits_is_answered_after_its_restart) {
    test_family *f = patient_family(0, BACKSTAGE_OVERFLOW_REJECT);
    struct asked asked = {.f = f, .text = "who"};
    test_find(f, "a")->receives = echo;
    test_say(f, "a", "!");
    test_run(f->engine);
    test_thread *thread = test_thread_start(ask, &asked);
    while (test_actor_statistics(f->engine, test_find(f, "a")->ref).queued == 0) {
        sched_yield();
        CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    }
    CHECK(!__atomic_load_n(&asked.done, __ATOMIC_SEQ_CST));
    CHECK_OK(backstage_engine_advance(f->engine, BACKOFF));
    run_until_done(&asked);
    test_thread_join(thread);
    CHECK_OK(asked.status);
    CHECK_STR(asked.answer, "who");
    test_family_end(f);
}
