// Big: many actors; each sends a ping to another at random, waits for its pong, and goes on. A
// message is a ping or a pong.
#include "world.hpp"

#include <vector>

namespace {

using ping_atom = caf::atom_constant<caf::atom("ping")>;
using pong_atom = caf::atom_constant<caf::atom("pong")>;

struct player_state {
    std::uint64_t seed, left = 0, sum = 0; // sum: of the numbers in the pings it got
    std::vector<caf::actor> others;
};

void ping(caf::stateful_actor<player_state> *self) {
    auto &state = self->state;
    auto other = (peer_random(&state.seed) >> 32) * state.others.size() >> 32;
    self->send(state.others[other], ping_atom::value, state.left);
}

caf::behavior player(caf::stateful_actor<player_state> *self, std::uint64_t seed,
                     const caf::actor &boss) {
    self->state.seed = seed;
    return {[=](ping_atom, std::uint64_t number) {
                self->state.sum += number;
                return caf::make_message(pong_atom::value, number);
            },
            [=](pong_atom, std::uint64_t number) {
                PEER_CHECK(number == self->state.left);
                if (--self->state.left > 0)
                    ping(self);
                else
                    self->send(boss, done_atom::value);
            },
            [=](more_atom, std::uint64_t pings) {
                self->state.left = pings;
                ping(self);
            },
            [=](link_atom, const std::vector<caf::actor> &all) {
                for (auto &each : all)
                    if (each != self)
                        self->state.others.push_back(each);
            },
            [=](report_atom) {
                return seen{0, std::exchange(self->state.sum, 0)};
            }};
}

void play(caf::scoped_actor &boss, const std::vector<caf::actor> &players, std::uint64_t pings) {
    std::uint64_t sum = 0, finished = 0;
    for (auto &each : players)
        boss->send(each, more_atom::value, pings);
    boss->receive_while([&] { return finished < players.size(); })([&](done_atom) { finished++; });
    for (auto &each : players)
        sum += report_of(boss, each).sum;
    PEER_CHECK(sum == players.size() * (pings * (pings + 1) / 2));
}

void big(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    std::uint64_t pings = peer_share(run->count, 2 * run->size);
    std::vector<caf::actor> players;
    for (std::uint32_t i = 0; i < run->size; i++)
        players.push_back(world.system.spawn(player, i, caf::actor{boss}));
    for (auto &each : players)
        boss->send(each, link_atom::value, players);
    play(boss, players, peer_warm_up(pings));
    double start = peer_seconds();
    play(boss, players, pings);
    figures[0] = peer_millions(2 * pings * run->size, peer_seconds() - start);
    for (auto &each : players)
        stop(each);
}

const peer_workload workloads[] = {{"big", 16, 120, 1, big}};

} // namespace

const peer_group big_group = PEER_GROUP(workloads);
