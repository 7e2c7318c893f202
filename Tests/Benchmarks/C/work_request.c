/* Requests: ask, be answered, ask again. A figure counts round trips. */
#include "work.h"

struct question {
    uint64_t number, salt;
};

struct asking {
    uint64_t asked, limit, sum, token;
    floor_actor asker, answerer;
    backstage_ref answerer_ref;
};

static const uint64_t salt = 0x5bd1e995;

static inline void answer(struct question *question, const void *payload, uint32_t size) {
    BENCH_CHECK(size == sizeof *question);
    memcpy(question, payload, sizeof *question);
    question->number ^= question->salt;
}

/* Whether to ask again. */
static inline bool learn(struct asking *asking, const void *payload, uint32_t size) {
    struct question question;
    BENCH_CHECK(size == sizeof question);
    memcpy(&question, payload, sizeof question);
    asking->sum += question.number ^ salt;
    return asking->asked < asking->limit;
}

static void check(const struct asking *asking) {
    uint64_t limit = asking->limit;
    BENCH_CHECK(asking->asked == limit && asking->sum == limit * (limit - 1) / 2);
}

static void floor_ask(struct asking *asking) {
    struct question question = {asking->asked++, salt};
    asking->token = floor_request(&asking->asker, &asking->answerer, &question, sizeof question);
    BENCH_CHECK(asking->token != 0);
}

static void floor_asker(floor_actor *self, const floor_message *message, void *state) {
    struct asking *asking = state;
    (void)self;
    BENCH_CHECK(message->token == asking->token);
    if (learn(asking, message->payload, message->size))
        floor_ask(asking);
}

static void floor_answerer(floor_actor *self, const floor_message *message, void *state) {
    struct question question;
    (void)state;
    answer(&question, message->payload, message->size);
    BENCH_CHECK(floor_reply(self, message, &question, sizeof question));
}

static void floor_round(struct asking *asking, uint64_t limit) {
    asking->asked = asking->sum = 0;
    asking->limit = limit;
    floor_ask(asking);
    floor_run();
    check(asking);
}

static void floor_requests(const bench_workload *workload, uint64_t count, double *figures) {
    struct asking asking;
    (void)workload;
    floor_actor_make(&asking.asker, floor_asker, &asking, 4096);
    floor_actor_make(&asking.answerer, floor_answerer, NULL, 4096);
    floor_round(&asking, work_warm_up(count));
    double start = bench_seconds();
    floor_round(&asking, count);
    figures[0] = work_millions(count, bench_seconds() - start);
}

static void ask(struct asking *asking, backstage_context *context) {
    struct question question = {asking->asked++, salt};
    WORK_OK(backstage_request(context, asking->answerer_ref, &question, sizeof question,
                              BACKSTAGE_FOREVER, &asking->token));
}

static backstage_status asker(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    struct asking *asking = state;
    BENCH_CHECK(envelope->type == BACKSTAGE_REPLY && envelope->token == asking->token);
    if (learn(asking, envelope->payload, envelope->size))
        ask(asking, context);
    return BACKSTAGE_OK;
}

static backstage_status answerer(backstage_context *context, const backstage_envelope *envelope,
                                 void *state) {
    struct question question;
    (void)state;
    answer(&question, envelope->payload, envelope->size);
    WORK_OK(backstage_reply(context, envelope, &question, sizeof question));
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, backstage_context *context,
                            struct asking *asking, uint64_t limit) {
    asking->asked = asking->sum = 0;
    asking->limit = limit;
    ask(asking, context);
    work_run(engine);
    check(asking);
}

static void backstage_requests(const bench_workload *workload, uint64_t count, double *figures) {
    struct asking asking;
    (void)workload;
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    backstage_context *context = work_context(engine, work_spawn(engine, NULL, asker, &asking));
    asking.answerer_ref = work_spawn(engine, NULL, answerer, NULL);
    backstage_round(engine, context, &asking, work_warm_up(count));
    double start = bench_seconds();
    backstage_round(engine, context, &asking, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    work_end(engine);
}

static const bench_workload workloads[] = {{
    .name = "request and reply",
    .payload = sizeof(struct question),
    .count = 5000000,
    .floor = floor_requests,
    .backstage = backstage_requests,
    .figures = {{"", "M/s"}},
}};

const bench_group request_group = BENCH_GROUP(workloads);
