// Other threads send to an actor; where too much is under way they yield and try again, as CAF's
// mailboxes have no bound. Always in wall time.
#include "world.hpp"

#include <atomic>
#include <sched.h>
#include <vector>

namespace {

constexpr std::uint64_t capacity = 8192;

struct inflow {
    caf::actor receiver;
    std::uint64_t warm_up, limit, senders;
    std::atomic<std::uint64_t> handled{0}; // by the receiver
    std::uint64_t started_ns = 0, ended_ns = 0;
    peer_tally tally{0, 0, 16};
};

caf::behavior receiver(caf::event_based_actor *self, inflow *inflow, const caf::actor &boss) {
    return {[=](const block<16> &payload) {
        auto &tally = inflow->tally;
        add(tally, payload);
        inflow->handled.store(tally.count, std::memory_order_relaxed);
        if (tally.count == inflow->warm_up)
            inflow->started_ns = peer_wall_ns();
        if (tally.count == inflow->limit) {
            inflow->ended_ns = peer_wall_ns();
            self->send(boss, done_atom::value);
        }
    }};
}

struct sender {
    struct inflow *inflow;
    std::uint64_t first;
    pthread_t thread;
};

// Each sends every n-th number, and knows from its own what the others have sent, about.
void *feed(void *state) {
    auto &sender = *static_cast<struct sender *>(state);
    auto &inflow = *sender.inflow;
    for (auto i = sender.first; i < inflow.limit; i += inflow.senders) {
        while (i >= inflow.handled.load(std::memory_order_relaxed) + capacity)
            sched_yield();
        caf::anon_send(inflow.receiver, stamped<16>(i));
    }
    return nullptr;
}

void from_threads(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    inflow inflow;
    inflow.warm_up = peer_warm_up(run->count);
    inflow.limit = inflow.warm_up + run->count;
    inflow.senders = run->size;
    inflow.receiver = world.system.spawn(receiver, &inflow, caf::actor{boss});
    std::vector<sender> senders;
    for (std::uint32_t i = 0; i < run->size; i++)
        senders.push_back({&inflow, i, {}});
    for (auto &each : senders)
        peer_start_other(&each.thread, feed, &each);
    await<done_atom>(boss);
    for (auto &each : senders)
        peer_join(each.thread);
    PEER_CHECK(peer_right(&inflow.tally, inflow.limit));
    figures[0] =
        peer_millions(run->count, static_cast<double>(inflow.ended_ns - inflow.started_ns) * 1e-9);
    stop(inflow.receiver);
}

const peer_workload workloads[] = {
    {"send from another thread", 16, 1, 1, from_threads},
    {"send from 2 other threads", 16, 2, 1, from_threads},
};

} // namespace

const peer_group thread_group = PEER_GROUP(workloads);
