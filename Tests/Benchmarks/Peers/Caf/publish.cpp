// Publish: a message that all subscribers share is sent to each of them, which is faster than a
// group. A message here is a delivery.
#include "tally.hpp"

namespace {

constexpr std::uint64_t at_once = 1000; // deliveries under way

// The last one to be told tells when it has had its share of a burst.
template <std::size_t Size>
void publish_all(caf::scoped_actor &boss, const std::vector<caf::actor> &subscribers,
                 std::uint64_t publications) {
    std::uint64_t burst = subscribers.size() < at_once ? at_once / subscribers.size() : 1;
    for (std::uint64_t sent = 0; sent < publications;) {
        std::uint64_t end = peer_least(sent + burst, publications);
        watch(boss, subscribers.back(), end - sent);
        for (; sent < end; sent++) {
            auto message = caf::make_message(stamped<Size>(sent));
            for (auto &each : subscribers)
                boss->send(each, message);
        }
        await<done_atom>(boss);
    }
    for (auto &each : subscribers) {
        seen seen = report_of(boss, each);
        peer_tally tally{seen.count, seen.sum, Size};
        PEER_CHECK(peer_right(&tally, publications));
    }
}

template <std::size_t Size> void publish(const peer_run *run, double *figures) {
    check_payload<Size>(run);
    world world;
    caf::scoped_actor boss{world.system};
    std::uint64_t publications = peer_share(run->count, run->size);
    auto subscribers = spawn_counters<Size>(boss, run->size);
    publish_all<Size>(boss, subscribers, peer_warm_up(publications));
    double start = peer_seconds();
    publish_all<Size>(boss, subscribers, publications);
    figures[0] = peer_millions(publications * run->size, peer_seconds() - start);
    for (auto &each : subscribers)
        stop(each);
}

const peer_workload workloads[] = {
    {"publish 1 to 1", 16, 1, 1, publish<16>},
    {"publish 1 to 1, 1 KiB", 1024, 1, 1, publish<1024>},
    {"publish 1 to 1000", 16, 1000, 1, publish<16>},
    {"publish 1 to 1000, 1 KiB", 1024, 1000, 1, publish<1024>},
    {"publish to N subscribers", 16, 1000, 1, publish<16>},
};

} // namespace

const peer_group publish_group = PEER_GROUP(workloads);
