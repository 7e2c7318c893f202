// Floods: bursts from outside, and from an actor to another. The next burst goes out when the
// receiver says that the last one was handled.
#include "world.hpp"

namespace {

constexpr std::uint64_t stream_burst = 1024;

// Tells `source` when a burst is handled, and at the end.
template <std::size_t Size>
caf::behavior consumer(caf::stateful_actor<peer_tally> *self, const caf::actor &source,
                       std::uint64_t burst, std::uint64_t limit) {
    return {[=](const block<Size> &payload) {
                auto &tally = self->state;
                add(tally, payload);
                if (tally.count % burst == 0 || tally.count == limit)
                    self->send(source, more_atom::value);
            },
            [=](report_atom) {
                return seen{self->state.count, self->state.sum};
            }};
}

void check(caf::scoped_actor &boss, const caf::actor &receiver, std::size_t size,
           std::uint64_t count) {
    seen seen = report_of(boss, receiver);
    peer_tally tally{seen.count, seen.sum, static_cast<std::uint32_t>(size)};
    PEER_CHECK(peer_right(&tally, count));
    stop(receiver);
}

template <std::size_t Size> void pour(caf::actor_system &system, std::uint64_t count) {
    caf::scoped_actor boss{system};
    std::uint64_t burst = peer_burst(Size);
    auto receiver = system.spawn(consumer<Size>, caf::actor{boss}, burst, count);
    for (std::uint64_t sent = 0; sent < count;) {
        for (std::uint64_t end = peer_least(sent + burst, count); sent < end; sent++)
            boss->send(receiver, stamped<Size>(sent));
        await<more_atom>(boss);
    }
    check(boss, receiver, Size, count);
}

struct producer_state {
    std::uint64_t sent = 0;
    caf::actor receiver;
};

template <std::size_t Size>
caf::behavior producer(caf::stateful_actor<producer_state> *self, const caf::actor &boss,
                       std::uint64_t limit) {
    self->state.receiver = self->spawn(consumer<Size>, caf::actor{self}, stream_burst, limit);
    return {[=](more_atom) {
        auto &state = self->state;
        if (state.sent == limit) {
            self->send(boss, state.receiver);
            self->quit();
        }
        for (auto end = peer_least(state.sent + stream_burst, limit); state.sent < end;
             state.sent++)
            self->send(state.receiver, stamped<Size>(state.sent));
    }};
}

template <std::size_t Size> void flow(caf::actor_system &system, std::uint64_t count) {
    caf::scoped_actor boss{system};
    boss->send(system.spawn(producer<Size>, caf::actor{boss}, count), more_atom::value);
    boss->receive([&](const caf::actor &receiver) { check(boss, receiver, Size, count); });
}

template <std::size_t Size, void (*Work)(caf::actor_system &, std::uint64_t) = pour<Size>>
void flood(const peer_run *run, double *figures) {
    check_payload<Size>(run);
    world world;
    Work(world.system, peer_warm_up(run->count));
    double start = peer_seconds();
    Work(world.system, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
}

const peer_workload workloads[] = {
    {"flood", 16, 1, 1, flood<16>},
    {"flood, actor to actor", 16, 1, 1, flood<16, flow<16>>},
    {"flood 1 KiB", 1024, 1, 1, flood<1024>},
    {"flood 0 B", 0, 1, 1, flood<0>},
    {"flood 32 B", 32, 1, 1, flood<32>},
    {"flood 33 B", 33, 1, 1, flood<33>},
    {"flood 64 B", 64, 1, 1, flood<64>},
    {"flood 128 B", 128, 1, 1, flood<128>},
    {"flood 256 B", 256, 1, 1, flood<256>},
    {"flood 4 KiB", 4096, 1, 1, flood<4096>},
    {"flood 16 KiB", 16384, 1, 1, flood<16384>},
    {"flood 64 KiB", 65536, 1, 1, flood<65536>},
};

} // namespace

const peer_group flood_group = PEER_GROUP(workloads);
