/* Reply handles: what it takes to answer a request later, by anybody, and once. */
#include "support_life.h"

static test_life *life;
static test_report *report;
static test_subject *asker, *answerer, *other;
static backstage_reply_handle handle;

/* Keeps the handle of each request; fails on numbers. */
static backstage_status keep_handle(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)context, (void)state;
    if (envelope->type == BACKSTAGE_REQUEST) {
        CHECK_OK(backstage_envelope_reply_handle(envelope, &handle));
        CHECK_EQ(handle.sender, envelope->sender);
        CHECK_EQ(handle.token, envelope->token);
        return BACKSTAGE_OK;
    }
    return envelope->type == BACKSTAGE_SEND ? TEST_STATUS : BACKSTAGE_OK;
}

static void open_three(void) {
    life = test_life_open();
    report = test_report_of(life->engine);
    test_subject *supervisor = test_supervisor_open(life, NULL);
    asker = test_subject_open(life, supervisor, "asker", keep_handle);
    answerer = test_subject_open(life, supervisor, "answerer", keep_handle);
    other = test_subject_open(life, NULL, "other", NULL);
    test_run(life->engine);
    memset(&handle, 0, sizeof handle);
}

static uint64_t ask(int64_t timeout_ns) {
    uint64_t token = test_subject_ask(asker, answerer->self, timeout_ns);
    test_run(life->engine);
    CHECK_EQ(handle.token, token);
    CHECK_EQ(handle.sender, asker->self);
    return token;
}

static backstage_status answer_as(const test_subject *subject, const char *text) {
    backstage_status status = backstage_reply_later(subject->context, &handle, text, strlen(text));
    test_run(life->engine);
    return status;
}

static void check_answer(size_t place, uint64_t token, const char *text, backstage_ref sender) {
    if (CHECK(place < asker->seen->count)) {
        const test_message *message = &asker->seen->messages[place];
        CHECK_EQ(message->type, BACKSTAGE_REPLY);
        CHECK_EQ(message->token, token);
        CHECK_EQ(message->sender, sender);
        CHECK_STR(test_text(message), text);
    }
}

TEST(a_request_is_answered_after_its_callback) {
    open_three();
    uint64_t token = ask(100);
    CHECK_EQ(asker->seen->count, 0);
    CHECK_OK(backstage_engine_advance(life->engine, 99));
    CHECK_OK(answer_as(answerer, "later"));
    CHECK_EQ(asker->seen->count, 1);
    check_answer(0, token, "later", answerer->self);
    CHECK_OK(backstage_engine_advance(life->engine, 100));
    test_run(life->engine);
    CHECK_EQ(asker->seen->count, 1);
    test_life_close(life);
}

TEST(any_actor_may_answer) {
    open_three();
    uint64_t token = ask(0);
    CHECK_OK(answer_as(other, "for another"));
    check_answer(0, token, "for another", other->self);
    token = ask(0);
    CHECK_OK(answer_as(asker, "myself"));
    check_answer(1, token, "myself", asker->self);
    test_life_close(life);
}

TEST(a_handle_answers_once) {
    open_three();
    ask(0);
    backstage_reply_handle copy = handle;
    CHECK_OK(answer_as(other, "one"));
    CHECK_STATUS(answer_as(answerer, "two"), BACKSTAGE_NOT_WAITING);
    handle = copy;
    CHECK_STATUS(answer_as(other, "three"), BACKSTAGE_NOT_WAITING);
    CHECK_EQ(asker->seen->count, 1);
    if (CHECK_EQ(report->letters_count, 2)) {
        CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_NOT_WAITING);
        CHECK_EQ(report->letters[0].type, BACKSTAGE_REPLY);
        CHECK_EQ(report->letters[0].sender, answerer->self);
        CHECK_EQ(report->letters[0].receiver, asker->self);
        CHECK_EQ(report->letters[0].token, handle.token);
        CHECK_EQ(memcmp(report->letters[1].bytes, "three", 5), 0);
    }
    test_ledger(life->engine);
    test_life_close(life);
}

TEST(a_late_answer_is_a_dead_letter) {
    open_three();
    ask(100);
    CHECK_OK(backstage_engine_advance(life->engine, 100));
    test_run(life->engine);
    CHECK_EQ(test_count_type(asker->seen, BACKSTAGE_FAILURE), 1);
    CHECK_STATUS(answer_as(answerer, "late"), BACKSTAGE_NOT_WAITING);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
    CHECK_EQ(asker->seen->count, 1);
    test_life_close(life);
}

TEST(answers_of_any_size_arrive_intact) {
    static const size_t sizes[] = {0, 1, 32, 33, 1000, 65536, 1 << 20};
    open_three();
    unsigned char *bytes = test_alloc(1 << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ask(0);
        test_fill(bytes, sizes[i], i);
        CHECK_OK(backstage_reply_later(other->context, &handle, bytes, sizes[i]));
        memset(bytes, 0, sizes[i]);
        test_run(life->engine);
        if (CHECK_EQ(asker->seen->count, i + 1) &&
            CHECK_EQ(asker->seen->messages[i].size, sizes[i])) {
            CHECK(test_is_filled(asker->seen->messages[i].bytes, sizes[i], i));
        }
    }
    test_life_close(life);
}

TEST(a_full_asker_refuses_the_answer_and_still_waits) {
    open_three();
    test_subject *small = test_subject_new(life);
    backstage_actor_options options = test_subject_options(small, NULL);
    options.capacity = 1;
    test_subject_spawn(small, NULL, &options);
    test_subject_ask(small, answerer->self, 0);
    test_run(life->engine);
    test_subject_send(small, 1, 1);
    CHECK_STATUS(backstage_reply_later(other->context, &handle, "a", 1), BACKSTAGE_INBOX_FULL);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    test_run(life->engine);
    CHECK_OK(answer_as(other, "a"));
    CHECK_EQ(test_count_type(small->seen, BACKSTAGE_REPLY), 1);
    test_life_close(life);
}

/* ---- What is no request ------------------------------------------------------------------ */

static backstage_status take_no_handle(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    backstage_reply_handle none = {77, 77};
    (void)context, (void)state;
    CHECK_STATUS(backstage_envelope_reply_handle(envelope, &none), BACKSTAGE_INVALID_ARGUMENT);
    CHECK(none.sender == 77 && none.token == 77);
    return BACKSTAGE_OK;
}

TEST(only_a_request_has_a_handle) {
    uint64_t timer;
    open_three();
    other->act = take_no_handle;
    test_subject_send(other, 1, 1);
    CHECK_OK(backstage_timer_start(other->context, 0, 0, &timer));
    CHECK_OK(backstage_subscribe(other->context, "asker"));
    CHECK_OK(backstage_publish(asker->context, "x", 1, NULL));
    test_subject_ask(other, answerer->self, 0);
    test_run(life->engine);
    CHECK_OK(answer_as(answerer, "a reply"));
    test_subject_ask(other, answerer->self, 5);
    CHECK_OK(backstage_engine_advance(life->engine, 5));
    test_run(life->engine);
    CHECK_EQ(other->seen->count, 5);
    test_life_close(life);
}

TEST(a_handle_that_is_none_finds_nobody_waiting) {
    open_three();
    uint64_t token = ask(0);
    const backstage_reply_handle good = handle;
    for (int bit = 0; bit < 64; bit++) {
        handle.token = good.token ^ (uint64_t)1 << bit;
        CHECK_STATUS(answer_as(other, "x"), BACKSTAGE_NOT_WAITING);
        handle = good;
        handle.sender ^= (uint64_t)1 << bit;
        CHECK(answer_as(other, "x") != BACKSTAGE_OK);
        handle = good;
    }
    handle.sender = BACKSTAGE_NONE;
    CHECK(answer_as(other, "x") != BACKSTAGE_OK);
    memset(&handle, 0, sizeof handle);
    CHECK(answer_as(other, "x") != BACKSTAGE_OK);
    CHECK_EQ(asker->seen->count, 0);
    test_ledger(life->engine);
    handle = good; /* it still waits */
    CHECK_OK(answer_as(other, "y"));
    check_answer(0, token, "y", other->self);
    test_life_close(life);
}

/* ---- Ends and restarts ------------------------------------------------------------------- */

TEST(a_handle_outlives_the_restart_of_who_was_asked) {
    open_three();
    uint64_t token = ask(0);
    for (int i = 0; i < 3; i++) {
        test_subject_send(answerer, 1, 1); /* fails */
        test_run(life->engine);
    }
    CHECK_EQ(answerer->starts, 4);
    CHECK_EQ(asker->seen->count, 0);
    CHECK_OK(answer_as(answerer, "still here"));
    check_answer(0, token, "still here", answerer->self);
    test_life_close(life);
}

TEST(a_handle_outlives_the_restart_of_who_asked) {
    open_three();
    uint64_t token = ask(0);
    test_subject_send(asker, 1, 1);
    test_run(life->engine);
    CHECK_EQ(asker->starts, 2);
    CHECK_EQ(asker->seen->count, 1);
    CHECK_OK(answer_as(answerer, "who is there"));
    check_answer(1, token, "who is there", answerer->self);
    test_life_close(life);
}

TEST(a_timeout_outlives_the_restart_of_who_asked) {
    open_three();
    uint64_t token = ask(100);
    test_subject_send(asker, 1, 1);
    test_run(life->engine);
    CHECK_OK(backstage_engine_advance(life->engine, 99));
    test_run(life->engine);
    CHECK_EQ(asker->seen->count, 1);
    CHECK_OK(backstage_engine_advance(life->engine, 1));
    test_run(life->engine);
    if (CHECK_EQ(asker->seen->count, 2)) {
        CHECK_EQ(asker->seen->messages[1].token, token);
        CHECK_STATUS(test_failure(&asker->seen->messages[1]).status, BACKSTAGE_TIMEOUT);
    }
    test_life_close(life);
}

TEST(the_end_of_who_was_asked_is_the_answer_though_another_has_the_handle) {
    open_three();
    uint64_t token = ask(0);
    CHECK_OK(backstage_stop(other->context, answerer->self));
    test_run(life->engine);
    if (CHECK_EQ(asker->seen->count, 1)) {
        CHECK_EQ(asker->seen->messages[0].token, token);
        CHECK_STATUS(test_failure(&asker->seen->messages[0]).status, BACKSTAGE_STOPPED);
    }
    CHECK_STATUS(answer_as(other, "x"), BACKSTAGE_NOT_WAITING);
    CHECK_EQ(asker->seen->count, 1);
    test_life_close(life);
}

TEST(who_asked_and_ended_is_not_waiting) {
    open_three();
    ask(0);
    CHECK_OK(backstage_stop(other->context, asker->self));
    test_run(life->engine);
    CHECK_STATUS(answer_as(answerer, "x"), BACKSTAGE_NOT_WAITING);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
    test_life_close(life);
}
