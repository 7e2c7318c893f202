// Idle actors, each of which has handled a message, and nothing to do.
#include "tally.hpp"

#include "peer_idle.h"

namespace {

void wake(void *boss) { caf::anon_send(*static_cast<caf::actor *>(boss), done_atom::value); }

void idle(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    caf::actor handle{boss};
    auto actors = spawn_counters<16>(boss, run->size);
    for (auto &each : actors)
        boss->send(each, stamped<16>(1));
    for (auto &each : actors)
        PEER_CHECK(report_of(boss, each).count == 1);
    peer_idle watch{wake, &handle, run->count, 0, 0, {}};
    peer_idle_start(&watch);
    await<done_atom>(boss);
    peer_idle_finish(&watch, figures);
    for (auto &each : actors)
        stop(each);
}

const peer_workload workloads[] = {{"idle", 0, 10000, 3, idle}};

} // namespace

const peer_group idle_group = PEER_GROUP(workloads);
