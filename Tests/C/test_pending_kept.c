/* What is kept of a message that pends, or was done with it before: payloads, answers, copies. */
#include "support_pending.h"

/* Keeps the payload, as what pends is no longer its to read. */
typedef struct keeper {
    backstage_payload *payload;
    backstage_reply_handle handle;
} keeper;

static backstage_status keep_and_leave_open(backstage_context *context,
                                            const backstage_envelope *envelope, void *state) {
    keeper *k = ((test_subject *)state)->more;
    if (envelope->type == BACKSTAGE_REQUEST) {
        CHECK_OK(backstage_envelope_reply_handle(envelope, &k->handle));
    }
    CHECK_OK(backstage_envelope_payload(context, envelope, &k->payload));
    return BACKSTAGE_PENDING;
}

TEST(a_payload_kept_outlives_what_becomes_of_it) {
    static const size_t sizes[] = {1, 32, 33, 100000};
    for (int i = 0; i < 8; i++) {
        test_life *life = test_life_open();
        keeper k = {NULL, {0, 0}};
        test_subject *a = test_subject_open(life, NULL, NULL, keep_and_leave_open);
        unsigned char *bytes = test_alloc(sizes[i / 2]);
        a->more = &k;
        test_fill(bytes, sizes[i / 2], 5);
        CHECK_OK(backstage_engine_send(life->engine, a->self, bytes, sizes[i / 2]));
        test_run(life->engine);
        if (!CHECK(k.payload != NULL)) {
            return;
        }
        test_subject_send(a, 1, 100); /* so that its inbox moves */
        a->act = NULL;
        if (i % 2 == 0) {
            test_finish(a, BACKSTAGE_OK);
        } else {
            CHECK_OK(backstage_stop(a->context, a->self));
            test_run(life->engine);
        }
        CHECK_EQ(backstage_payload_size(k.payload), sizes[i / 2]);
        CHECK(test_is_filled(backstage_payload_data(k.payload), sizes[i / 2], 5));
        CHECK_OK(backstage_payload_release(k.payload));
        test_life_close(life);
    }
}

TEST(a_large_payload_is_held_until_it_is_finished) {
    enum { LARGE = 100000 };
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    void *bytes = test_alloc(LARGE);
    CHECK_OK(backstage_engine_send(life->engine, a->self, bytes, LARGE));
    test_run(life->engine);
    CHECK(test_actor_statistics(life->engine, a->self).memory_bytes >= LARGE);
    test_finish(a, BACKSTAGE_OK);
    CHECK_EQ(test_actor_statistics(life->engine, a->self).memory_bytes, 0);
    test_life_close(life);
}

/* ---- Requests ---------------------------------------------------------------------------- */

TEST(a_request_is_answered_while_it_pends_or_after) {
    for (int after = 0; after < 2; after++) {
        test_life *life = test_life_open();
        keeper k = {NULL, {0, 0}};
        test_subject *a = test_subject_open(life, NULL, NULL, keep_and_leave_open);
        test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
        a->more = &k;
        uint64_t token = test_subject_ask(asker, a->self, 0);
        test_run(life->engine);
        CHECK_OK(backstage_payload_release(k.payload));
        if (after) {
            test_finish(a, BACKSTAGE_OK);
        }
        CHECK_EQ(asker->seen->count, 0);
        CHECK_OK(backstage_reply_later(a->context, &k.handle, "answer", 6));
        test_run(life->engine);
        if (CHECK_EQ(asker->seen->count, 1)) {
            CHECK_EQ(asker->seen->messages[0].type, BACKSTAGE_REPLY);
            CHECK_EQ(asker->seen->messages[0].token, token);
            CHECK_STR(test_text(&asker->seen->messages[0]), "answer");
        }
        if (!after) {
            test_finish(a, BACKSTAGE_OK);
        }
        CHECK_EQ(test_statistics(life->engine).dead, 0);
        test_life_close(life);
    }
}

static backstage_status reply_and_leave_open(backstage_context *context,
                                             const backstage_envelope *envelope, void *state) {
    (void)state;
    CHECK_OK(backstage_reply(context, envelope, "at once", 7));
    return BACKSTAGE_PENDING;
}

TEST(an_answer_given_at_once_holds_whatever_follows) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_open(life, NULL, NULL, reply_and_leave_open);
    test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
    (void)test_subject_ask(asker, a->self, 0);
    test_run(life->engine);
    CHECK_EQ(asker->seen->count, 1);
    test_finish(a, TEST_STATUS);
    CHECK_EQ(asker->seen->count, 1);
    CHECK_STR(test_text(&asker->seen->messages[0]), "at once");
    test_life_close(life);
}

TEST(a_request_that_fails_late_is_told) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
    (void)test_subject_ask(asker, a->self, 0);
    test_run(life->engine);
    CHECK_EQ(asker->seen->count, 0);
    test_finish(a, TEST_STATUS);
    if (CHECK_EQ(asker->seen->count, 1)) {
        CHECK_STATUS(test_failure(&asker->seen->messages[0]).status, BACKSTAGE_STOPPED);
    }
    test_life_close(life);
}

static backstage_status forward_and_leave_open(backstage_context *context,
                                               const backstage_envelope *envelope, void *state) {
    test_subject *to = ((test_subject *)state)->more;
    CHECK_OK(backstage_forward(context, envelope, to->self));
    return BACKSTAGE_PENDING;
}

TEST(what_it_sent_on_goes_its_own_way) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_open(life, NULL, NULL, forward_and_leave_open);
    test_subject *b = test_subject_open(life, NULL, NULL, NULL);
    a->more = b;
    test_subject_send(a, 1, 1);
    test_run(life->engine);
    test_check_given(b, 1, 1);
    test_check_given(a, 1, 0);
    test_finish(a, TEST_STATUS);
    CHECK_EQ(test_dead_of(life, BACKSTAGE_DEAD_FAILED), 1);
    test_life_close(life);
}
