// Requests: ask, be answered, ask again. A figure counts round trips.
#include "world.hpp"

namespace {

constexpr std::uint64_t salt = 0x5bd1e995;

struct question {
    std::uint64_t number, salt;
};

template <class Inspector> typename Inspector::result_type inspect(Inspector &f, question &x) {
    return f(caf::meta::type_name("question"), x.number, x.salt);
}

caf::behavior answerer() {
    return {[](question question) {
        question.number ^= question.salt;
        return question;
    }};
}

struct asking {
    std::uint64_t asked = 0, limit = 0, sum = 0;
    caf::actor answerer, boss;
};

void ask(caf::stateful_actor<asking> *self) {
    auto &state = self->state;
    self->request(state.answerer, caf::infinite, question{state.asked++, salt})
        .then([=](const question &answer) {
            auto &state = self->state;
            state.sum += answer.number ^ salt;
            if (state.asked < state.limit)
                ask(self);
            else
                self->send(state.boss, done_atom::value);
        });
}

caf::behavior asker(caf::stateful_actor<asking> *self, const caf::actor &answerer,
                    const caf::actor &boss) {
    self->state.answerer = answerer;
    self->state.boss = boss;
    return {[=](more_atom, std::uint64_t limit) {
                self->state.asked = self->state.sum = 0;
                self->state.limit = limit;
                ask(self);
            },
            [=](report_atom) {
                return seen{self->state.asked, self->state.sum};
            }};
}

void ask_all(caf::scoped_actor &boss, const caf::actor &asker, std::uint64_t limit) {
    boss->send(asker, more_atom::value, limit);
    await<done_atom>(boss);
    seen seen = report_of(boss, asker);
    PEER_CHECK(seen.count == limit && seen.sum == limit * (limit - 1) / 2);
}

void requests(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    auto answering = world.system.spawn(answerer);
    auto asking = world.system.spawn(asker, answering, caf::actor{boss});
    ask_all(boss, asking, peer_warm_up(run->count));
    double start = peer_seconds();
    ask_all(boss, asking, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    stop(asking);
    stop(answering);
}

const peer_workload workloads[] = {{"request and reply", sizeof(question), 2, 1, requests}};

} // namespace

const peer_group request_group = PEER_GROUP(workloads);
