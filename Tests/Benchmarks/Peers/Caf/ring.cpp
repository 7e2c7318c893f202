// A ring of actors, and one token that goes round.
#include "world.hpp"

#include <vector>

namespace {

struct token {
    std::uint64_t hops, limit;
};

template <class Inspector> typename Inspector::result_type inspect(Inspector &f, token &x) {
    return f(caf::meta::type_name("token"), x.hops, x.limit);
}

struct member_state {
    seen visits;
    caf::actor next;
};

caf::behavior member(caf::stateful_actor<member_state> *self, const caf::actor &boss) {
    return {[=](token token) {
                auto &state = self->state;
                state.visits.count++;
                state.visits.sum += token.hops;
                if (++token.hops < token.limit)
                    self->send(state.next, token);
                else
                    self->send(boss, done_atom::value);
            },
            [=](link_atom, const caf::actor &next) { self->state.next = next; },
            [=](report_atom) { return std::exchange(self->state.visits, {}); }};
}

double go_round(caf::scoped_actor &boss, const std::vector<caf::actor> &members,
                std::uint64_t limit) {
    std::uint64_t size = members.size(), sum = 0;
    double start = peer_seconds();
    boss->send(members.front(), token{0, limit});
    await<done_atom>(boss);
    double seconds = peer_seconds() - start;
    for (std::uint64_t i = 0; i < size; i++) {
        seen visits = report_of(boss, members[i]);
        PEER_CHECK(visits.count == limit / size + (i < limit % size));
        sum += visits.sum;
    }
    PEER_CHECK(sum == limit * (limit - 1) / 2);
    return seconds;
}

void ring(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    std::vector<caf::actor> members;
    for (std::uint32_t i = 0; i < run->size; i++)
        members.push_back(world.system.spawn(member, caf::actor{boss}));
    for (std::uint32_t i = 0; i < run->size; i++)
        boss->send(members[i], link_atom::value, members[(i + 1) % run->size]);
    go_round(boss, members, peer_warm_up(run->count));
    figures[0] = peer_millions(run->count, go_round(boss, members, run->count));
    for (auto &each : members)
        stop(each);
}

const peer_workload workloads[] = {{"ring of 1000", 16, 1000, 1, ring}};

} // namespace

const peer_group ring_group = PEER_GROUP(workloads);
