#include "support_pending.h"

backstage_actor_options test_pending_options(test_subject *subject, const char *id) {
    test_answer_with(subject, BACKSTAGE_PENDING);
    return test_subject_options(subject, id);
}

test_subject *test_pending_open(test_life *life, test_subject *parent, const char *id) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_pending_options(subject, id);
    test_subject_spawn(subject, parent, &options);
    test_run(life->engine);
    return subject;
}

void test_answer_with(test_subject *subject, backstage_status status) {
    subject->seen->status = status;
}

void test_finish_at(const test_subject *subject, backstage_status status, const char *file,
                    int line) {
    backstage_engine *engine = subject->life->engine;
    test_check_status(backstage_finish(subject->context, status), BACKSTAGE_OK, file, line,
                      "finish");
    test_check_status(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER),
                      BACKSTAGE_OK, file, line, "run");
    test_ledger_at(engine, file, line);
}

void test_check_given_at(const test_subject *subject, uint64_t given, uint64_t handled,
                         const char *file, int line) {
    backstage_actor_statistics statistics =
        test_actor_statistics(subject->life->engine, subject->self);
    test_check_eq(subject->seen->count, given, file, line, "given");
    test_check_eq(statistics.handled, handled, file, line, "handled");
}

uint64_t test_dead_of(const test_life *life, backstage_dead_reason reason) {
    return test_report_of(life->engine)->reasons[reason];
}
