// A message among many actors: tokens that go from actor to actor at random.
#include "world.hpp"

#include <memory>
#include <vector>

namespace {

constexpr std::uint64_t tokens_most = 64;

struct token {
    std::uint64_t random;
    std::uint32_t hops, limit;
};

template <class Inspector> typename Inspector::result_type inspect(Inspector &f, token &x) {
    return f(caf::meta::type_name("token"), x.random, x.hops, x.limit);
}

struct member {
    std::uint64_t visits = 0, sum = 0;
};

// There is one worker: nobody else looks while it works.
struct crowd {
    std::vector<caf::actor> actors;
    std::vector<member> members;
    std::uint64_t size, out = 0; // tokens that are still on their way
};

caf::behavior visit(caf::event_based_actor *self, crowd *crowd, std::uint64_t own,
                    const caf::actor &boss) {
    return {[=](token token) {
        auto &member = crowd->members[own];
        member.visits++;
        member.sum += token.hops;
        if (++token.hops < token.limit) {
            auto next = (peer_random(&token.random) >> 32) * crowd->size >> 32;
            self->send(crowd->actors[next], token);
        } else if (--crowd->out == 0) {
            self->send(boss, done_atom::value);
        }
    }};
}

void go(caf::scoped_actor &boss, crowd &crowd, std::uint64_t tokens, std::uint64_t hops) {
    std::uint64_t visits = 0, sum = 0;
    crowd.out = tokens;
    for (std::uint64_t i = 0; i < tokens; i++)
        boss->send(crowd.actors[i], token{i, 0, static_cast<std::uint32_t>(hops)});
    await<done_atom>(boss);
    for (auto &member : crowd.members) {
        visits += member.visits;
        sum += member.sum;
        member = {};
    }
    PEER_CHECK(visits == tokens * hops && sum == tokens * (hops * (hops - 1) / 2));
}

void among(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    crowd crowd;
    crowd.size = run->size;
    crowd.members.resize(run->size);
    crowd.actors.reserve(run->size);
    for (std::uint64_t i = 0; i < run->size; i++)
        crowd.actors.push_back(world.system.spawn(visit, &crowd, i, caf::actor{boss}));
    std::uint64_t tokens = peer_least(run->size, tokens_most),
                  hops = peer_share(run->count, tokens);
    go(boss, crowd, run->size, 1); // every actor is visited once before the clock runs
    go(boss, crowd, tokens, peer_warm_up(hops));
    double start = peer_seconds();
    go(boss, crowd, tokens, hops);
    figures[0] = peer_millions(tokens * hops, peer_seconds() - start);
    for (auto &each : crowd.actors)
        stop(each);
}

const peer_workload workloads[] = {{"message among N actors", sizeof(token), 1000, 1, among}};

} // namespace

const peer_group among_group = PEER_GROUP(workloads);
