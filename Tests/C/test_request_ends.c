/* Requests that are not answered: by time, by an end, by a failure. One outcome each. */
#include "support_requests.h"

TEST(a_request_times_out_and_not_early) {
    test_talk t = test_talk_open(0);
    uint64_t token = test_ask(&t, "x", 100);
    test_run(t.engine);
    CHECK_OK(backstage_engine_advance(t.engine, 99));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    CHECK_OK(backstage_engine_advance(t.engine, 1));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_failure(&t, 0, token, BACKSTAGE_TIMEOUT);
    CHECK_OK(backstage_engine_advance(t.engine, 1000));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_end(t.engine);
}

TEST(a_late_reply_is_told_and_counted_dead) {
    test_talk t = test_talk_open(0);
    test_ask(&t, "x", 100);
    test_run(t.engine);
    CHECK_OK(backstage_engine_advance(t.engine, 100));
    test_run(t.engine);
    CHECK_STATUS(backstage_reply(t.answer, &t.server->kept[0], "late", 4), BACKSTAGE_NOT_WAITING);
    CHECK_EQ(test_report_of(t.engine)->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
    CHECK_EQ(test_statistics(t.engine).dead, 1);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_end(t.engine);
}

TEST(a_timeout_of_zero_or_less_is_for_ever) {
    static const int64_t timeouts[] = {0, -1, INT64_MIN};
    test_talk t = test_talk_open(0);
    uint64_t tokens[3];
    for (size_t i = 0; i < 3; i++) {
        tokens[i] = test_ask(&t, "x", timeouts[i]);
    }
    test_run(t.engine);
    CHECK_OK(backstage_engine_advance(t.engine, (uint64_t)INT64_MAX));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(backstage_reply(t.answer, &t.server->kept[i], "at last", 7));
    }
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 3);
    for (size_t i = 0; i < 3; i++) {
        test_check_reply(&t, i, tokens[i], "at last");
    }
    test_end(t.engine);
}

TEST(a_reply_that_waits_beats_the_timeout) {
    test_talk t = test_talk_open(0);
    uint64_t token = test_ask(&t, "x", 100);
    test_run(t.engine);
    CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "in time", 7));
    CHECK_OK(backstage_engine_advance(t.engine, 1000));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_reply(&t, 0, token, "in time");
    test_end(t.engine);
}

TEST(a_reply_and_a_timeout_at_one_time_are_one_outcome) {
    test_talk t = test_talk_open(0);
    uint64_t token = test_ask(&t, "x", 100);
    test_run(t.engine);
    CHECK_OK(backstage_engine_advance(t.engine, 100));
    backstage_status status = backstage_reply(t.answer, &t.server->kept[0], "now", 3);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    if (status == BACKSTAGE_OK) {
        test_check_reply(&t, 0, token, "now");
    } else {
        CHECK_STATUS(status, BACKSTAGE_NOT_WAITING);
        test_check_failure(&t, 0, token, BACKSTAGE_TIMEOUT);
    }
    test_end(t.engine);
}

TEST(timeouts_come_in_order_of_time) {
    test_talk t = test_talk_open(0);
    uint64_t tokens[30];
    for (int64_t i = 0; i < 30; i++) {
        tokens[i] = test_ask(&t, "x", 1 + i * 7 % 30);
    }
    CHECK_OK(backstage_engine_advance(t.engine, 30));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 30);
    for (int64_t i = 0; i < 30; i++) {
        test_check_failure(&t, (size_t)(i * 7 % 30), tokens[i], BACKSTAGE_TIMEOUT);
    }
    test_end(t.engine);
}

TEST(an_end_with_the_request_queued_is_told) {
    test_talk t = test_talk_open(0);
    uint64_t token = test_ask(&t, "x", 100);
    CHECK_OK(backstage_stop(t.ask, t.asked));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_failure(&t, 0, token, BACKSTAGE_STOPPED);
    CHECK_EQ(test_report_of(t.engine)->reasons[BACKSTAGE_DEAD_ENDED], 1);
    CHECK_OK(backstage_engine_advance(t.engine, 1000)); /* and there is no timeout on top */
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_end(t.engine);
}

TEST(an_end_with_the_request_taken_but_not_answered_is_told) {
    for (int way = 0; way < 3; way++) {
        test_talk t = test_talk_open(0);
        uint64_t first = test_ask(&t, "x", 0), second = test_ask(&t, "y", 100);
        test_run(t.engine);
        CHECK_EQ(t.server->count, 2);
        CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "done", 4));
        if (way == 0) {
            CHECK_OK(backstage_shutdown(t.answer));
        } else if (way == 1) {
            CHECK_OK(backstage_poison(t.ask, t.asked));
        } else {
            t.server->status = TEST_STATUS;
            CHECK_OK(backstage_engine_send(t.engine, t.asked, "fail", 4));
        }
        test_run(t.engine);
        CHECK_EQ(t.seen->count, 2);
        size_t replied = t.seen->count == 2 && t.seen->messages[0].token == first ? 0 : 1;
        test_check_reply(&t, replied, first, "done");
        test_check_failure(&t, 1 - replied, second, BACKSTAGE_STOPPED);
        test_end(t.engine);
    }
}

TEST(a_failure_on_the_request_is_told) {
    test_talk t = test_talk_open(0);
    t.server->status = TEST_STATUS;
    uint64_t token = test_ask(&t, "x", 0);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 1);
    test_check_failure(&t, 0, token, BACKSTAGE_STOPPED);
    CHECK_EQ(test_report_of(t.engine)->reasons[BACKSTAGE_DEAD_FAILED], 1);
    /* The envelope that it kept answers nobody. */
    CHECK_STATUS(backstage_reply(t.ask, &t.server->kept[0], "x", 1), BACKSTAGE_NOT_WAITING);
    test_end(t.engine);
}

TEST(a_full_inbox_does_not_refuse_a_failure) {
    test_talk t = test_talk_open(1);
    uint64_t token = test_ask(&t, "x", 100);
    CHECK_OK(backstage_engine_send(t.engine, t.asker, "full", 4));
    CHECK_OK(backstage_engine_advance(t.engine, 100));
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 2);
    size_t failed = t.seen->messages[0].type == BACKSTAGE_FAILURE ? 0 : 1;
    test_check_failure(&t, failed, token, BACKSTAGE_TIMEOUT);
    test_end(t.engine);
}

TEST(who_asked_may_end_first) {
    test_talk t = test_talk_open(0);
    test_ask(&t, "x", 100);
    test_ask(&t, "y", 0);
    test_run(t.engine);
    CHECK_OK(backstage_shutdown(t.ask));
    test_run(t.engine);
    CHECK_STATUS(backstage_reply(t.answer, &t.server->kept[0], "x", 1), BACKSTAGE_NOT_WAITING);
    CHECK_EQ(test_report_of(t.engine)->reasons[BACKSTAGE_DEAD_NOT_WAITING], 1);
    CHECK_OK(backstage_engine_advance(t.engine, 1000));
    test_run(t.engine);
    /* Nor does the next in its place wait for them. */
    test_spawn(t.engine, "asker", test_receive, t.seen);
    CHECK_STATUS(backstage_reply(t.answer, &t.server->kept[1], "y", 1), BACKSTAGE_NOT_WAITING);
    test_run(t.engine);
    CHECK_EQ(t.seen->count, 0);
    test_end(t.engine);
}

TEST(a_request_that_a_policy_drops_has_one_outcome_too) {
    for (uint32_t overflow = 1; overflow < 3; overflow++) {
        test_talk t = test_talk_open(0);
        backstage_actor_options options = test_options(NULL, test_serve, t.server);
        options.capacity = 1;
        options.overflow = overflow;
        t.server->echoes = true;
        t.asked = test_spawn_with(t.engine, &options);
        uint64_t tokens[2] = {test_ask(&t, "0", 100), 0};
        tokens[1] = test_ask(&t, "1", 100);
        CHECK_EQ(test_statistics(t.engine).dead, 1);
        test_run(t.engine);
        CHECK_OK(backstage_engine_advance(t.engine, 100));
        test_run(t.engine);
        CHECK_EQ(t.seen->count, 2);
        CHECK_EQ(test_count_type(t.seen, BACKSTAGE_REPLY), 1);
        CHECK_EQ(test_count_type(t.seen, BACKSTAGE_FAILURE), 1);
        size_t replied = t.seen->messages[0].type == BACKSTAGE_REPLY ? 0 : 1;
        uint64_t kept = overflow == BACKSTAGE_OVERFLOW_DROP_NEWEST ? 0 : 1;
        test_check_reply(&t, replied, tokens[kept], kept == 0 ? "0" : "1");
        CHECK_EQ(t.seen->messages[1 - replied].token, tokens[1 - kept]);
        test_end(t.engine);
    }
}

TEST(requests_that_came_and_went_leave_nothing) {
    test_talk t = test_talk_open(0);
    uint64_t held = 0;
    for (size_t i = 0; i < test_rounds(10000, 1000); i++) {
        t.server->count = 0;
        test_ask(&t, "x", 1 + (int64_t)(i % 50));
        test_run(t.engine);
        if (i % 2 == 0) {
            CHECK_OK(backstage_reply(t.answer, &t.server->kept[0], "y", 1));
        }
        CHECK_OK(backstage_engine_advance(t.engine, i % 2 == 0 ? 1 : 50));
        test_run(t.engine);
        CHECK_EQ(t.seen->count, i + 1);
        if (i == 500) {
            held = test_statistics(t.engine).memory_bytes;
        }
    }
    CHECK(test_statistics(t.engine).memory_bytes <= held);
    test_end(t.engine);
}
