// Births and ends of actors with ids: each is put into the registry and taken out of it. They are
// initialised with their first message, or their end.
#include "names.hpp"
#include "world.hpp"

namespace {

std::uint64_t ended;

struct mortal {
    ~mortal() { ended++; }
};

caf::behavior idle(caf::stateful_actor<mortal> *) {
    return {[](std::uint64_t) {}};
}

void spawn_all(caf::actor_system &system, const std::vector<std::string> &names,
               std::vector<caf::actor> &actors) {
    for (auto &name : names) {
        actors.push_back(system.spawn<caf::lazy_init>(idle));
        system.registry().put(caf::atom_from_string(name), actors.back());
    }
}

void end_all(caf::actor_system &system, const std::vector<std::string> &names,
             std::vector<caf::actor> &actors) {
    for (std::size_t i = 0; i < names.size(); i++) {
        system.registry().erase(caf::atom_from_string(names[i]));
        stop(actors[i]);
    }
    actors.clear();
    system.await_all_actors_done();
}

void check_ended(caf::actor_system &system, const std::vector<std::string> &names,
                 std::uint64_t count) {
    auto name = caf::atom_from_string(names.front());
    PEER_CHECK(ended == count && !system.registry().get<caf::strong_actor_ptr>(name));
}

void spawn(const peer_run *run, double *figures) {
    world world;
    auto &system = world.system;
    auto names = make_names(run->count);
    std::vector<caf::actor> actors;
    actors.reserve(run->count);
    double at[5];
    at[0] = peer_seconds();
    spawn_all(system, names, actors);
    at[1] = peer_seconds();
    end_all(system, names, actors);
    check_ended(system, names, run->count);
    at[2] = peer_seconds();
    spawn_all(system, names, actors);
    at[3] = peer_seconds();
    end_all(system, names, actors);
    at[4] = peer_seconds();
    check_ended(system, names, 2 * run->count);
    figures[0] = peer_millions(run->count, at[1] - at[0]);
    figures[1] = peer_millions(run->count, at[3] - at[2]);
    figures[2] = peer_millions(run->count, at[4] - at[3]);
}

// So many, over and over, until there were enough of them.
void spawn_many(const peer_run *run, double *figures) {
    world world;
    auto &system = world.system;
    std::uint64_t rounds = (run->count + run->size - 1) / run->size;
    auto names = make_names(run->size);
    std::vector<caf::actor> actors;
    actors.reserve(run->size);
    std::uint64_t resident = peer_resident_bytes();
    spawn_all(system, names, actors);
    figures[1] = static_cast<double>(peer_resident_bytes() - resident) / run->size;
    end_all(system, names, actors);
    double start = peer_seconds();
    for (std::uint64_t i = 0; i < rounds; i++) {
        spawn_all(system, names, actors);
        end_all(system, names, actors);
    }
    figures[0] = peer_millions(rounds * run->size, peer_seconds() - start);
    check_ended(system, names, (rounds + 1) * run->size);
}

const peer_workload workloads[] = {
    {"1 M actors with ids", 0, 1, 3, spawn},
    {"spawn of N actors", 0, 1000, 2, spawn_many},
};

} // namespace

const peer_group spawn_group = PEER_GROUP(workloads);
