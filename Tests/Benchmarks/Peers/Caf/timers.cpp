// Delayed messages: all armed, and all delivered. There is no way to cancel one. The clock is the
// real one, so that they come due within a short while that begins when all are armed.
#include "world.hpp"

#include <chrono>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t span_ms = 50;

using clock = std::chrono::steady_clock;

// There is one worker: nobody else looks while it works.
struct watch {
    std::uint64_t limit, fired = 0, sum = 0;
};

caf::behavior owner(caf::event_based_actor *self, watch *watch, const caf::actor &boss) {
    return {[=](std::uint64_t number) {
        watch->sum += number;
        if (++watch->fired == watch->limit)
            self->send(boss, done_atom::value);
    }};
}

double arm(caf::scoped_actor &boss, const std::vector<caf::actor> &owners, clock::time_point first,
           std::uint64_t count) {
    std::uint64_t seed = 1;
    double start = peer_seconds();
    for (std::uint64_t i = 0; i < count; i++) {
        auto due = first + std::chrono::milliseconds{peer_random(&seed) % span_ms};
        boss->scheduled_send(owners[i % owners.size()], due, i);
    }
    return peer_seconds() - start;
}

// Returns how long it took to deliver them all, from when the first was due.
double fire(caf::scoped_actor &boss, clock::time_point first, watch &watch) {
    PEER_CHECK(clock::now() < first && watch.fired == 0);
    peer_sleep_until(std::chrono::nanoseconds{first.time_since_epoch()}.count());
    double start = peer_seconds();
    await<done_atom>(boss);
    double seconds = peer_seconds() - start;
    PEER_CHECK(watch.sum == watch.limit * (watch.limit - 1) / 2);
    return seconds;
}

void timers(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    watch warm_up{peer_warm_up(run->count)}, watch{run->count};
    std::vector<caf::actor> first_owners, owners;
    for (std::uint32_t i = 0; i < run->size; i++) {
        first_owners.push_back(world.system.spawn(owner, &warm_up, caf::actor{boss}));
        owners.push_back(world.system.spawn(owner, &watch, caf::actor{boss}));
    }
    clock::time_point start = clock::now(), due = start + 1s + 10us * warm_up.limit;
    arm(boss, first_owners, due, warm_up.limit);
    auto took = clock::now() - start;
    fire(boss, due, warm_up);
    // Long enough to arm them all: several times what it took a tenth of them.
    due = clock::now() + 200ms + 40 * took;
    figures[0] = peer_millions(run->count, arm(boss, owners, due, run->count));
    figures[2] = peer_millions(run->count, fire(boss, due, watch));
    for (auto &each : first_owners)
        stop(each);
    for (auto &each : owners)
        stop(each);
}

const peer_workload workloads[] = {{"1 M timers", 0, 1000, 3, timers}};

} // namespace

const peer_group timers_group = PEER_GROUP(workloads);
