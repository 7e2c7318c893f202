// Memory of an idle actor in the registry, which has handled a message.
#include "names.hpp"
#include "world.hpp"

namespace {

constexpr std::uint64_t at_once = 100;

caf::behavior idle(caf::event_based_actor *self, const caf::actor &boss) {
    return {[=](std::uint64_t number) { self->send(boss, number); }};
}

std::uint64_t receive(caf::scoped_actor &boss, std::uint64_t count) {
    std::uint64_t sum = 0, received = 0;
    boss->receive_while([&] { return received < count; })([&](std::uint64_t number) {
        sum += number;
        received++;
    });
    return sum;
}

void memory(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    auto names = make_names(run->count);
    std::uint64_t sum = 0, before = peer_resident_bytes();
    for (std::uint64_t made = 0; made < run->count;) {
        std::uint64_t first = made, end = peer_least(made + at_once, run->count);
        for (; made < end; made++) {
            auto actor = world.system.spawn(idle, caf::actor{boss});
            world.system.registry().put(caf::atom_from_string(names[made]), actor);
            boss->send(actor, made);
        }
        sum += receive(boss, end - first);
    }
    figures[0] = static_cast<double>(peer_resident_bytes() - before) / run->count;
    PEER_CHECK(sum == run->count * (run->count - 1) / 2);
    for (auto &name : names)
        world.system.registry().erase(caf::atom_from_string(name)); // the last reference
}

const peer_workload workloads[] = {{"memory of an idle actor", 8, 1, 2, memory}};

} // namespace

const peer_group memory_group = PEER_GROUP(workloads);
