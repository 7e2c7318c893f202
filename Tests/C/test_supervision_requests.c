/* Requests and restarts: a failure on one answers it; all others are kept, those made and those
 * to be answered. */
#include "support_supervision.h"

enum { BACKOFF = 100 };

/* Child a of s, and somebody outside who asks. */
struct talk {
    test_family *f;
    test_member *a;
    test_recorder *seen;
    backstage_ref asker;
    backstage_context *ask;
};

static struct talk open_talk(backstage_directive directive, int64_t backoff_ns) {
    struct talk talk;
    talk.f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, directive);
    test_find(talk.f, "s")->supervision.backoff_ns = backoff_ns;
    test_family_start(talk.f);
    talk.a = test_find(talk.f, "a");
    talk.seen = test_recorder_new();
    talk.asker = test_spawn(talk.f->engine, "asker", test_receive, talk.seen);
    talk.ask = test_context(talk.f->engine, talk.asker);
    return talk;
}

static uint64_t ask(const struct talk *talk, const char *text, int64_t timeout_ns) {
    uint64_t token = 0;
    CHECK_OK(backstage_request(talk->ask, talk->a->ref, text, strlen(text), timeout_ns, &token));
    return token;
}

/* Checks that the asker was told this, as the message at a place. */
static void check_answer(const struct talk *talk, size_t place, uint64_t token,
                         backstage_message_type type, backstage_status status) {
    if (CHECK(place < talk->seen->count)) {
        const test_message *message = &talk->seen->messages[place];
        CHECK_EQ(message->token, token);
        CHECK_EQ(message->type, type);
        if (type == BACKSTAGE_FAILURE && message->type == type) {
            CHECK_STATUS(test_failure(message).status, status);
        }
    }
}

/* Answers requests with what they hold. */
static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             test_member *member) {
    (void)member;
    return envelope->type == BACKSTAGE_REQUEST
               ? backstage_reply(context, envelope, envelope->payload, envelope->size)
               : BACKSTAGE_OK;
}

TEST(a_request_that_was_failed_on_is_answered_with_stopped_whatever_is_decided) {
    for (backstage_directive directive = 0; directive < 3; directive++) {
        struct talk talk = open_talk(directive, 0);
        uint64_t token = ask(&talk, "!", BACKSTAGE_SECONDS(1));
        test_run(talk.f->engine);
        CHECK_EQ(talk.seen->count, 1);
        check_answer(&talk, 0, token, BACKSTAGE_FAILURE, BACKSTAGE_STOPPED);
        test_pass(talk.f, (uint64_t)BACKSTAGE_SECONDS(2));
        CHECK_EQ(talk.seen->count, 1);
        test_family_end(talk.f);
    }
}

TEST(a_request_that_waits_is_answered_after_the_restart) {
    struct talk talk = open_talk(BACKSTAGE_DIRECTIVE_RESTART, BACKOFF);
    talk.a->receives = echo;
    uint64_t failed = ask(&talk, "!", -1), first = ask(&talk, "1", -1);
    test_run(talk.f->engine);
    uint64_t second = ask(&talk, "2", -1);
    test_run(talk.f->engine);
    CHECK_EQ(talk.seen->count, 1);
    test_pass(talk.f, BACKOFF);
    CHECK_EQ(talk.seen->count, 3);
    check_answer(&talk, 0, failed, BACKSTAGE_FAILURE, BACKSTAGE_STOPPED);
    check_answer(&talk, 1, first, BACKSTAGE_REPLY, 0);
    check_answer(&talk, 2, second, BACKSTAGE_REPLY, 0);
    test_family_end(talk.f);
}

TEST(a_request_may_time_out_while_its_receiver_waits_to_start) {
    struct talk talk = open_talk(BACKSTAGE_DIRECTIVE_RESTART, BACKOFF);
    talk.a->receives = echo;
    test_say(talk.f, "a", "!");
    uint64_t token = ask(&talk, "1", BACKOFF / 2);
    test_run(talk.f->engine);
    test_pass(talk.f, BACKOFF / 2);
    CHECK_EQ(talk.seen->count, 1);
    check_answer(&talk, 0, token, BACKSTAGE_FAILURE, BACKSTAGE_TIMEOUT);
    talk.a->receives = NULL; /* it is handled nonetheless */
    test_pass(talk.f, BACKOFF);
    CHECK_DIARY_OF(talk.f, "a", "a! a- a+ a:1");
    CHECK_EQ(talk.seen->count, 1);
    test_family_end(talk.f);
}

static backstage_status reply_and_fail(backstage_context *context,
                                       const backstage_envelope *envelope, test_member *member) {
    CHECK_OK(backstage_reply(context, envelope, "done", 4));
    return member->status;
}

TEST(a_request_that_was_answered_before_the_failure_has_one_answer) {
    for (backstage_directive directive = 0; directive < 3; directive++) {
        struct talk talk = open_talk(directive, 0);
        talk.a->receives = reply_and_fail;
        uint64_t token = ask(&talk, "1", -1);
        test_run(talk.f->engine);
        CHECK_EQ(talk.seen->count, 1);
        check_answer(&talk, 0, token, BACKSTAGE_REPLY, 0);
        test_family_end(talk.f);
    }
}

/* Keeps the handle of a request for later. */
static backstage_status keep(backstage_context *context, const backstage_envelope *envelope,
                             test_member *member) {
    (void)context;
    return envelope->type == BACKSTAGE_REQUEST
               ? backstage_envelope_reply_handle(envelope, member->notes)
               : BACKSTAGE_OK;
}

TEST(a_request_kept_for_later_can_be_answered_after_a_restart) {
    struct talk talk = open_talk(BACKSTAGE_DIRECTIVE_RESTART, BACKOFF);
    backstage_reply_handle handle = {BACKSTAGE_NONE, 0};
    talk.a->receives = keep;
    talk.a->notes = &handle;
    uint64_t token = ask(&talk, "1", -1);
    test_run(talk.f->engine);
    test_say(talk.f, "a", "!");
    test_run(talk.f->engine);
    test_pass(talk.f, BACKOFF);
    CHECK_EQ(talk.seen->count, 0);
    CHECK_OK(backstage_reply_later(test_context(talk.f->engine, talk.a->ref), &handle, "now", 3));
    test_run(talk.f->engine);
    CHECK_EQ(talk.seen->count, 1);
    check_answer(&talk, 0, token, BACKSTAGE_REPLY, 0);
    test_family_end(talk.f);
}

TEST(a_request_kept_for_later_fails_when_its_receiver_ends_though_not_when_it_restarts) {
    struct talk talk = open_talk(BACKSTAGE_DIRECTIVE_RESTART, BACKOFF);
    backstage_reply_handle handle = {BACKSTAGE_NONE, 0};
    talk.a->receives = keep;
    talk.a->notes = &handle;
    uint64_t token = ask(&talk, "1", -1);
    test_run(talk.f->engine);
    test_say(talk.f, "a", "!");
    test_run(talk.f->engine);
    CHECK_EQ(talk.seen->count, 0);
    CHECK_OK(backstage_stop(talk.ask, talk.a->ref)); /* while it waits */
    test_run(talk.f->engine);
    CHECK_EQ(talk.seen->count, 1);
    check_answer(&talk, 0, token, BACKSTAGE_FAILURE, BACKSTAGE_STOPPED);
    test_family_end(talk.f);
}

/* ---- Requests that it made --------------------------------------------------------------- */

struct answer {
    uint64_t token;
    backstage_message_type type;
    size_t count;
};

static backstage_status note_answer(backstage_context *context, const backstage_envelope *envelope,
                                    test_member *member) {
    struct answer *answer = member->notes;
    (void)context;
    if (envelope->type == BACKSTAGE_REPLY || envelope->type == BACKSTAGE_FAILURE) {
        answer->token = envelope->token;
        answer->type = envelope->type;
        answer->count++;
    }
    return BACKSTAGE_OK;
}

static backstage_status answer_when_told(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    backstage_reply_handle *handle = state;
    if (envelope->type == BACKSTAGE_REQUEST) {
        return backstage_envelope_reply_handle(envelope, handle);
    }
    return backstage_reply_later(context, handle, "late", 4);
}

TEST(an_answer_finds_who_asked_and_was_restarted_since) {
    for (int late = 0; late < 2; late++) { /* while it waits, or after it has started */
        struct talk talk = open_talk(BACKSTAGE_DIRECTIVE_RESTART, BACKOFF);
        backstage_reply_handle handle = {BACKSTAGE_NONE, 0};
        struct answer answer = {0, 0, 0};
        uint64_t token = 0;
        backstage_ref server = test_spawn(talk.f->engine, NULL, answer_when_told, &handle);
        talk.a->receives = note_answer;
        talk.a->notes = &answer;
        CHECK_OK(backstage_request(test_context(talk.f->engine, talk.a->ref), server, "?", 1,
                                   BACKSTAGE_SECONDS(1), &token));
        test_run(talk.f->engine);
        test_say(talk.f, "a", "!");
        test_run(talk.f->engine);
        if (late) {
            test_pass(talk.f, BACKOFF);
        }
        CHECK_OK(backstage_engine_send(talk.f->engine, server, "go", 2));
        test_run(talk.f->engine);
        CHECK_EQ(answer.count, late);
        test_pass(talk.f, (uint64_t)BACKSTAGE_SECONDS(2));
        CHECK_EQ(answer.count, 1);
        CHECK_EQ(answer.type, BACKSTAGE_REPLY);
        CHECK_EQ(answer.token, token);
        test_family_end(talk.f);
    }
}

TEST(a_timeout_finds_who_asked_and_was_restarted_since) {
    struct talk talk = open_talk(BACKSTAGE_DIRECTIVE_RESTART, BACKOFF);
    struct answer answer = {0, 0, 0};
    uint64_t token = 0;
    talk.a->receives = note_answer;
    talk.a->notes = &answer;
    CHECK_OK(backstage_request(test_context(talk.f->engine, talk.a->ref), talk.asker, "?", 1,
                               BACKOFF / 2, &token));
    test_say(talk.f, "a", "!");
    test_run(talk.f->engine);
    test_pass(talk.f, BACKOFF / 2);
    CHECK_EQ(answer.count, 0);
    test_pass(talk.f, BACKOFF);
    CHECK_EQ(answer.count, 1);
    CHECK_EQ(answer.type, BACKSTAGE_FAILURE);
    CHECK_EQ(answer.token, token);
    test_family_end(talk.f);
}
