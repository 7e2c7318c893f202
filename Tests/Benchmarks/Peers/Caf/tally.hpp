// An actor that only counts, and what it has counted.
#pragma once

#include "world.hpp"

#include <vector>

struct counting {
    peer_tally tally{0, 0, 0};
    std::uint64_t due = 0; // tells the boss when so many more have come; 0: never
};

using due_atom = caf::atom_constant<caf::atom("due")>;

template <std::size_t Size>
caf::behavior counter(caf::stateful_actor<counting> *self, const caf::actor &boss) {
    return {[=](const block<Size> &payload) {
                auto &state = self->state;
                add(state.tally, payload);
                if (state.due && --state.due == 0)
                    self->send(boss, done_atom::value);
            },
            [=](due_atom, std::uint64_t due) { self->state.due = due; },
            [=](report_atom) {
                auto tally = std::exchange(self->state.tally, {0, 0, 0});
                return seen{tally.count, tally.sum};
            }};
}

template <std::size_t Size>
std::vector<caf::actor> spawn_counters(caf::scoped_actor &boss, std::uint32_t count) {
    std::vector<caf::actor> result;
    for (std::uint32_t i = 0; i < count; i++)
        result.push_back(boss->home_system().spawn(counter<Size>, caf::actor{boss}));
    return result;
}

// The boss is told when so many more have come.
inline void watch(caf::scoped_actor &boss, const caf::actor &counter, std::uint64_t due) {
    boss->send(counter, due_atom::value, due);
}

// What all have counted: each of them so many of the numbers.
inline peer_tally collect(caf::scoped_actor &boss, const std::vector<caf::actor> &counters,
                          std::uint32_t size, std::uint64_t count) {
    peer_tally all{0, 0, size};
    for (std::size_t i = 0; i < counters.size(); i++) {
        seen seen = report_of(boss, counters[i]);
        PEER_CHECK(seen.count == count / counters.size() + (i < count % counters.size()));
        all.count += seen.count;
        all.sum += seen.sum;
    }
    return all;
}
