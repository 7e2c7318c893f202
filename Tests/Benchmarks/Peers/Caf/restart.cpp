// Restart: an actor fails on every message; who monitors it spawns another, which sends itself the
// next one.
#include "world.hpp"

namespace {

struct brood {
    std::uint64_t failures = 0, restarts = 0, limit = 0;
};

caf::behavior child(caf::event_based_actor *self, brood *brood) {
    self->send(self, stamped<16>(brood->failures));
    return {[=](const block<16> &payload) {
        peer_tally tally{0, 0, 16};
        add(tally, payload);
        PEER_CHECK(tally.sum == 2 * brood->failures++);
        self->quit(caf::sec::runtime_error);
    }};
}

caf::behavior supervisor(caf::event_based_actor *self, brood *brood, const caf::actor &boss) {
    self->set_down_handler([=](caf::down_msg &down) {
        PEER_CHECK(down.reason == caf::sec::runtime_error);
        if (++brood->restarts < brood->limit)
            self->spawn<caf::monitored>(child, brood);
        else
            self->send(boss, done_atom::value);
    });
    return {[=](more_atom, std::uint64_t limit) {
        brood->failures = brood->restarts = 0;
        brood->limit = limit;
        self->spawn<caf::monitored>(child, brood);
    }};
}

void fail_all(caf::scoped_actor &boss, const caf::actor &supervisor, const brood &brood,
              std::uint64_t count) {
    boss->send(supervisor, more_atom::value, count);
    await<done_atom>(boss);
    PEER_CHECK(brood.failures == count && brood.restarts == count);
}

void restart(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    brood brood;
    auto parent = world.system.spawn(supervisor, &brood, caf::actor{boss});
    fail_all(boss, parent, brood, peer_warm_up(run->count));
    double start = peer_seconds();
    fail_all(boss, parent, brood, run->count);
    figures[0] = (peer_seconds() - start) * 1e9 / static_cast<double>(run->count);
    stop(parent);
}

const peer_workload workloads[] = {{"restart of a failing actor", 16, 1, 1, restart}};

} // namespace

const peer_group restart_group = PEER_GROUP(workloads);
