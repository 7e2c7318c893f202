// Chameneos: creatures that meet in pairs in a mall, and take on a colour from each other.
#include "world.hpp"

#include <vector>

namespace {

using meet_atom = caf::atom_constant<caf::atom("meet")>;
using change_atom = caf::atom_constant<caf::atom("change")>;
using leave_atom = caf::atom_constant<caf::atom("leave")>;

constexpr std::uint32_t colours = 3;

// What both turn to: the same colour if they have the same, else the third one.
std::uint32_t complement(std::uint32_t one, std::uint32_t other) {
    return one == other ? one : colours - one - other;
}

struct mall_state {
    std::uint64_t meetings = 0, told = 0;
    std::uint32_t left = 0;
    caf::actor waiting;
};

caf::behavior mall(caf::stateful_actor<mall_state> *self, std::uint32_t creatures,
                   std::uint64_t limit, const caf::actor &boss) {
    return {[=](meet_atom, const caf::actor &creature, std::uint32_t colour) {
                auto &state = self->state;
                if (state.meetings == limit) {
                    self->send(creature, leave_atom::value);
                } else if (!state.waiting) {
                    state.waiting = creature;
                } else {
                    self->send(state.waiting, meet_atom::value, creature, colour);
                    state.waiting = nullptr;
                    state.meetings++;
                }
            },
            [=](leave_atom, std::uint64_t meetings) {
                auto &state = self->state;
                state.told += meetings;
                if (++state.left < creatures)
                    return;
                self->send(boss, state.meetings, state.told);
                self->quit();
            }};
}

struct creature_state {
    std::uint32_t colour;
    std::uint64_t meetings = 0;
};

caf::behavior creature(caf::stateful_actor<creature_state> *self, std::uint32_t colour,
                       const caf::actor &mall) {
    self->state.colour = colour;
    self->send(mall, meet_atom::value, caf::actor{self}, colour);
    return {[=](meet_atom, const caf::actor &other, std::uint32_t colour) {
                auto &state = self->state;
                state.meetings++;
                state.colour = complement(state.colour, colour);
                self->send(other, change_atom::value, state.colour);
                self->send(mall, meet_atom::value, caf::actor{self}, state.colour);
            },
            [=](change_atom, std::uint32_t colour) {
                self->state.meetings++;
                self->state.colour = colour;
                self->send(mall, meet_atom::value, caf::actor{self}, colour);
            },
            [=](leave_atom) {
                self->send(mall, leave_atom::value, self->state.meetings);
                self->quit();
            }};
}

void open(caf::actor_system &system, std::uint32_t creatures, std::uint64_t limit) {
    caf::scoped_actor boss{system};
    auto place = system.spawn(mall, creatures, limit, caf::actor{boss});
    for (std::uint32_t i = 0; i < creatures; i++)
        system.spawn(creature, i % colours, place);
    boss->receive([&](std::uint64_t meetings, std::uint64_t told) {
        PEER_CHECK(meetings == limit && told == 2 * limit);
    });
}

void chameneos(const peer_run *run, double *figures) {
    world world;
    open(world.system, run->size, peer_warm_up(run->count));
    double start = peer_seconds();
    open(world.system, run->size, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
}

const peer_workload workloads[] = {{"chameneos", 16, 100, 1, chameneos}};

} // namespace

const peer_group chameneos_group = PEER_GROUP(workloads);
