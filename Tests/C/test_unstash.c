/* A stash taken back inside a callback that does more: what is handled in which order, and what
 * becomes of each message, is exact. */
#include <stdio.h>

#include "support_life.h"

static test_life *life;
static test_report *report;
static test_subject *actor;

/* What the callbacks do, a word each; those beyond do nothing, nor does ".":
 *
 *     s  stash          x  send itself the next number from 101 on    p  poison itself
 *     u  unstash        f  fail, at last                              d  drain itself
 *     q  shut down                                                    k  the same, without time */
static const char *script;
static uint64_t own;
static char seen[4096]; /* the numbers that the callbacks were given: "1 2 3" */

static backstage_status do_step(backstage_context *context, const backstage_envelope *envelope,
                                char step) {
    switch (step) {
    case 's':
        return backstage_stash(context, envelope);
    case 'u':
        return backstage_unstash(context, NULL);
    case 'x':
        own++;
        return backstage_send(context, actor->self, &own, sizeof own);
    case 'q':
        return backstage_shutdown(context);
    case 'p':
        return backstage_poison(context, actor->self);
    case 'd':
        return backstage_drain(context, actor->self, BACKSTAGE_FOREVER);
    case 'k':
        return backstage_drain(context, actor->self, 0);
    default:
        return BACKSTAGE_OK;
    }
}

static backstage_status follow_script(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    size_t length = strlen(seen), steps = strcspn(script, " ");
    backstage_status status = BACKSTAGE_OK;
    (void)state;
    snprintf(seen + length, sizeof seen - length, "%s%d", length == 0 ? "" : " ",
             (int)test_envelope_number(envelope));
    for (size_t i = 0; i < steps; i++) {
        uint64_t queued = test_actor_statistics(life->engine, actor->self).queued;
        CHECK_OK(do_step(context, envelope, script[i]));
        CHECK_EQ(test_actor_statistics(life->engine, actor->self).queued,
                 queued + (script[i] == 'x'));
        test_ledger(life->engine);
        status = script[i] == 'f' ? TEST_STATUS : status;
    }
    script += steps + strspn(script + steps, " ");
    return status;
}

/* Its supervisor restarts it, or resumes it; without one it ends when it fails. */
enum { ALONE, RESTARTED, RESUMED };
static void open_actor(int supervision, const char *steps) {
    backstage_supervision how;
    life = test_life_open();
    report = test_report_of(life->engine);
    script = steps;
    own = 100;
    seen[0] = '\0';
    memset(&how, 0, sizeof how);
    how.size = sizeof how;
    how.directive =
        supervision == RESUMED ? BACKSTAGE_DIRECTIVE_RESUME : BACKSTAGE_DIRECTIVE_RESTART;
    test_subject *supervisor = test_subject_new(life);
    backstage_actor_options options = test_subject_options(supervisor, NULL);
    options.supervision = &how;
    test_subject_spawn(supervisor, NULL, &options);
    actor = test_subject_open(life, supervision == ALONE ? NULL : supervisor, NULL, follow_script);
}

static void check_counts(uint64_t handled, uint64_t dead, uint64_t stashed) {
    CHECK_EQ(test_statistics(life->engine).handled, handled);
    CHECK_EQ(test_statistics(life->engine).dead, dead);
    CHECK_EQ(test_statistics(life->engine).queued, stashed);
    if (test_subject_lives(actor)) {
        CHECK_EQ(test_stashed(life->engine, actor->self), stashed);
    }
    test_ledger(life->engine);
}

/* Sends 1 to 4, runs, and checks what the callbacks were given; then takes back what is left in the
 * stash, if any, and checks that this comes. */
static void check_script(int supervision, const char *steps, const char *expected,
                         const char *left) {
    uint64_t stashed = 0;
    open_actor(supervision, steps);
    test_subject_send(actor, 1, 4);
    test_run(life->engine);
    CHECK_STR(seen, expected);
    for (const char *word = left; *word != '\0'; word += strcspn(word, " ")) {
        word += strspn(word, " ");
        stashed++;
    }
    bool failed = supervision != ALONE;
    check_counts(4 + own - 100 - stashed - failed, failed, stashed);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_FAILED], failed);
    seen[0] = '\0';
    CHECK_OK(backstage_unstash(actor->context, NULL));
    test_run(life->engine);
    CHECK_STR(seen, left);
    check_counts(4 + own - 100 - failed, failed, 0);
    test_life_close(life);
}

TEST(what_is_taken_back_is_handled_next) {
    check_script(ALONE, "s s u", "1 2 3 1 2 4", "");
    check_script(ALONE, "s . u", "1 2 3 1 4", "");
    check_script(ALONE, "u s s u", "1 2 3 4 2 3", "");
    check_script(ALONE, "s s s u", "1 2 3 4 1 2 3", "");
    check_script(ALONE, "s u s u", "1 2 1 3 1 4", "");
}

TEST(what_the_callback_stashes_after_it_took_back_the_rest_stays) {
    check_script(ALONE, "s s us", "1 2 3 1 2 4", "3");
    check_script(ALONE, "s s su", "1 2 3 1 2 4", "3");
    check_script(ALONE, "us us us us", "1 2 1 2 1 3 4", "2");
    check_script(ALONE, "s s us us", "1 2 3 1 3 2 4", "1");
    check_script(ALONE, "s s us s s", "1 2 3 1 2 4", "3 1 2");
}

TEST(to_take_back_twice_is_to_do_it_once) {
    check_script(ALONE, "s s uu", "1 2 3 1 2 4", "");
    check_script(ALONE, "s s usu", "1 2 3 1 2 4", "3");
    check_script(ALONE, "s s uu uu", "1 2 3 1 2 4", "");
    check_script(ALONE, "s s u s u", "1 2 3 1 2 1 4", "");
}

TEST(what_the_callback_sends_itself_comes_last) {
    check_script(ALONE, "s s ux", "1 2 3 1 2 4 101", "");
    check_script(ALONE, "s s xu", "1 2 3 1 2 4 101", "");
    check_script(ALONE, "s s xuxsx", "1 2 3 1 2 4 101 102 103", "3");
    check_script(ALONE, "s s uxu ux", "1 2 3 1 2 4 101 102", "");
    check_script(ALONE, "xs xs ux", "1 2 3 1 2 4 101 102 103", "");
}

TEST(a_failure_takes_nothing_with_it_but_the_message_in_hand) {
    for (int how = RESTARTED; how <= RESUMED; how++) {
        check_script(how, "s s uf", "1 2 3 1 2 4", "");
        check_script(how, "s s usf", "1 2 3 1 2 4", "");
        check_script(how, "s s suf", "1 2 3 1 2 4", "");
        check_script(how, "s s uxf", "1 2 3 1 2 4 101", "");
        check_script(how, "s s u uf", "1 2 3 1 2 4", "");
    }
    check_script(RESTARTED, "s s f", "1 2 3 1 2 4", "");
    check_script(RESUMED, "s s f", "1 2 3 4", "1 2");
}

/* ---- Ends -------------------------------------------------------------------------------- */

/* As above, but then the actor has ended; what it has not handled is dead. */
static void check_end(const char *steps, const char *expected, backstage_reason reason,
                      uint64_t handled) {
    open_actor(ALONE, steps);
    test_subject_send(actor, 1, 4);
    test_run(life->engine);
    CHECK_STR(seen, expected);
    if (CHECK_EQ(life->count, 1)) {
        test_check_departure(life, 0, actor, reason);
    }
    check_counts(handled, 4 + own - 100 - handled, 0);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_FAILED], reason == BACKSTAGE_REASON_FAILED);
    uint64_t times[200] = {0};
    for (size_t i = 0; i < report->letters_count; i++) {
        CHECK_EQ(times[test_letter_number(&report->letters[i]) % 200]++, 0);
        CHECK_EQ(report->letters[i].receiver, actor->self);
    }
    test_life_close(life);
}

TEST(what_was_taken_back_is_dead_when_the_actor_shuts_down_or_fails) {
    check_end("s s uq", "1 2 3", BACKSTAGE_REASON_NORMAL, 1);
    check_end("s s qu", "1 2 3", BACKSTAGE_REASON_NORMAL, 1);
    check_end("s s usq", "1 2 3", BACKSTAGE_REASON_NORMAL, 0);
    check_end("s s uxq", "1 2 3", BACKSTAGE_REASON_NORMAL, 1);
    check_end("s s u q", "1 2 3 1", BACKSTAGE_REASON_NORMAL, 2);
    check_end("s s uf", "1 2 3", BACKSTAGE_REASON_FAILED, 0);
    check_end("s s usxf", "1 2 3", BACKSTAGE_REASON_FAILED, 0);
}

TEST(what_was_taken_back_is_handled_before_a_poison) {
    check_end("s s up", "1 2 3 1 2 4", BACKSTAGE_REASON_STOPPED, 4);
    check_end("s s pu", "1 2 3 1 2 4", BACKSTAGE_REASON_STOPPED, 4);
    check_end("s s usp", "1 2 3 1 2 4", BACKSTAGE_REASON_STOPPED, 3);
    check_end("p s u", "1 2 3 2 4", BACKSTAGE_REASON_STOPPED, 4);
}

TEST(what_was_taken_back_is_handled_in_a_drain) {
    check_end("s s ud", "1 2 3 1 2 4", BACKSTAGE_REASON_STOPPED, 4);
    check_end("s s du", "1 2 3 1 2 4", BACKSTAGE_REASON_STOPPED, 4);
    check_end("s s udx", "1 2 3 1 2 4 101", BACKSTAGE_REASON_STOPPED, 5);
    check_end("s s usd . . u", "1 2 3 1 2 4 3", BACKSTAGE_REASON_STOPPED, 4);
    check_end("s s uk", "1 2 3", BACKSTAGE_REASON_KILLED, 1);
    check_end("s s usk", "1 2 3", BACKSTAGE_REASON_KILLED, 0);
}
