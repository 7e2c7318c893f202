// Sends by id: the name becomes an atom, and the registry is asked for it, at every send.
#include "names.hpp"
#include "tally.hpp"

namespace {

constexpr std::uint64_t at_once = 1000;

// The last one to be sent to tells when it has had its share of a burst.
void send_all(caf::scoped_actor &boss, const std::vector<caf::actor> &actors,
              const std::vector<std::string> &names, std::uint64_t count) {
    auto &registry = boss->home_system().registry();
    std::uint64_t size = actors.size();
    for (std::uint64_t sent = 0; sent < count;) {
        std::uint64_t end = peer_least(sent + at_once, count);
        watch(boss, actors[(end - 1) % size], (end - sent - 1) / size + 1);
        for (; sent < end; sent++) {
            auto name = caf::atom_from_string(names[sent % size]);
            boss->send(registry.get<caf::actor>(name), stamped<16>(sent));
        }
        await<done_atom>(boss);
    }
    peer_tally all = collect(boss, actors, 16, count);
    PEER_CHECK(peer_right(&all, count));
}

void by_id(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    auto &registry = world.system.registry();
    auto names = make_names(run->size);
    auto actors = spawn_counters<16>(boss, run->size);
    for (std::uint32_t i = 0; i < run->size; i++)
        registry.put(caf::atom_from_string(names[i]), actors[i]);
    send_all(boss, actors, names, peer_warm_up(run->count));
    double start = peer_seconds();
    send_all(boss, actors, names, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    for (std::uint32_t i = 0; i < run->size; i++) {
        registry.erase(caf::atom_from_string(names[i]));
        stop(actors[i]);
    }
}

const peer_workload workloads[] = {
    {"send by id, one receiver", 16, 1, 1, by_id},
    {"send by id, 1000 receivers", 16, 1000, 1, by_id},
};

} // namespace

const peer_group by_id_group = PEER_GROUP(workloads);
