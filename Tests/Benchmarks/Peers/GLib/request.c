/* Requests: ask, be answered, ask again. A figure counts round trips. */
#include "actor.h"

struct question {
    guint64 number, salt;
};

struct asking {
    GMainLoop *loop;
    glib_actor *asker, *answerer;
    guint64 asked, limit, sum;
};

static const guint64 salt = 0x5bd1e995;

static void ask(struct asking *asking) {
    struct question question = {asking->asked++, salt};
    glib_actor_send(asking->answerer, asking->asker, &question, sizeof question);
}

static void answer(glib_actor *self, const glib_message *message, gpointer state) {
    struct question question;
    (void)state;
    PEER_CHECK(message->size == sizeof question);
    memcpy(&question, message->payload, sizeof question);
    question.number ^= question.salt;
    glib_actor_send(message->sender, self, &question, sizeof question);
}

static void learn(glib_actor *self, const glib_message *message, gpointer state) {
    struct asking *asking = state;
    struct question question;
    (void)self;
    PEER_CHECK(message->size == sizeof question && message->sender == asking->answerer);
    memcpy(&question, message->payload, sizeof question);
    asking->sum += question.number ^ salt;
    if (asking->asked < asking->limit)
        ask(asking);
    else
        g_main_loop_quit(asking->loop);
}

static void ask_all(struct asking *asking, guint64 limit) {
    asking->asked = asking->sum = 0;
    asking->limit = limit;
    ask(asking);
    g_main_loop_run(asking->loop);
    PEER_CHECK(asking->asked == limit && asking->sum == limit * (limit - 1) / 2);
}

static void requests(const peer_run *run, double *figures) {
    struct asking asking = {.loop = g_main_loop_new(NULL, FALSE)};
    asking.asker = glib_actor_new(NULL, learn, &asking);
    asking.answerer = glib_actor_new(NULL, answer, NULL);
    ask_all(&asking, peer_warm_up(run->count));
    double start = peer_seconds();
    ask_all(&asking, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    glib_actor_end(asking.asker);
    glib_actor_end(asking.answerer);
    g_main_loop_unref(asking.loop);
}

static const peer_workload workloads[] = {
    {"request and reply", sizeof(struct question), 2, 1, requests},
};

const peer_group request_group = PEER_GROUP(workloads);
