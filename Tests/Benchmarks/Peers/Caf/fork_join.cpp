// Fork and join: actors made one after the other, each for one message; and sixty actors told in
// turn.
#include "tally.hpp"

namespace {

constexpr std::uint64_t jobs_at_once = 1000, rounds_at_once = 16;

// What the jobs share: there is one worker.
struct jobs {
    peer_tally tally{0, 0, 16};
    std::uint64_t made = 0, limit;
};

void do_job(caf::event_based_actor *self, jobs *jobs, const caf::actor &forker) {
    self->become([=](const block<16> &payload) {
        add(jobs->tally, payload);
        if (jobs->tally.count == jobs->made)
            self->send(forker, more_atom::value);
        self->quit();
    });
}

caf::behavior forker(caf::event_based_actor *self, jobs *jobs, const caf::actor &boss) {
    return {[=](more_atom) {
        if (jobs->made == jobs->limit) {
            self->send(boss, done_atom::value);
            self->quit();
        }
        std::uint64_t first = jobs->made;
        jobs->made = peer_least(first + jobs_at_once, jobs->limit);
        for (auto i = first; i < jobs->made; i++)
            self->send(self->spawn<caf::lazy_init>(do_job, jobs, caf::actor{self}), stamped<16>(i));
    }};
}

void fork_all(caf::actor_system &system, std::uint64_t count) {
    caf::scoped_actor boss{system};
    jobs jobs;
    jobs.limit = count;
    boss->send(system.spawn(forker, &jobs, caf::actor{boss}), more_atom::value);
    await<done_atom>(boss);
    PEER_CHECK(peer_right(&jobs.tally, count));
}

void create(const peer_run *run, double *figures) {
    world world;
    fork_all(world.system, peer_warm_up(run->count));
    double start = peer_seconds();
    fork_all(world.system, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
}

// The last one to be told tells when it has had its share of a burst.
void tell_all(caf::scoped_actor &boss, const std::vector<caf::actor> &actors,
              std::uint64_t rounds) {
    for (std::uint64_t round = 0; round < rounds;) {
        std::uint64_t end = peer_least(round + rounds_at_once, rounds);
        watch(boss, actors.back(), end - round);
        for (; round < end; round++)
            for (auto &actor : actors)
                boss->send(actor, stamped<16>(round));
        await<done_atom>(boss);
    }
    for (auto &actor : actors) {
        seen seen = report_of(boss, actor);
        peer_tally tally{seen.count, seen.sum, 16};
        PEER_CHECK(peer_right(&tally, rounds));
    }
}

void throughput(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    std::uint64_t rounds = peer_share(run->count, run->size);
    auto actors = spawn_counters<16>(boss, run->size);
    tell_all(boss, actors, peer_warm_up(rounds));
    double start = peer_seconds();
    tell_all(boss, actors, rounds);
    figures[0] = peer_millions(rounds * run->size, peer_seconds() - start);
    for (auto &each : actors)
        stop(each);
}

const peer_workload workloads[] = {
    {"fork-join create", 16, 1, 1, create},
    {"fork-join throughput", 16, 60, 1, throughput},
};

} // namespace

const peer_group fork_join_group = PEER_GROUP(workloads);
