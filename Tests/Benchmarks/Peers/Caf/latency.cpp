// How long a message is under way between two actors while pairs of others flood each other. Always
// in wall time.
#include "world.hpp"

#include <vector>

namespace {

constexpr int pairs = 16, balls = 64;

struct probe {
    std::uint64_t sent_ns, number;
};

template <class Inspector> typename Inspector::result_type inspect(Inspector &f, probe &x) {
    return f(caf::meta::type_name("probe"), x.sent_ns, x.number);
}

// There is one worker: nobody else looks while it works.
struct probing {
    std::vector<std::uint64_t> late_ns;
    std::uint64_t wanted, bounced = 0;
    bool over = false;
};

struct linked {
    caf::actor partner;
};

caf::behavior player(caf::stateful_actor<linked> *self, probing *probing) {
    return {[=](const block<16> &ball) {
                probing->bounced++;
                if (!probing->over)
                    self->send(self->state.partner, ball);
            },
            [=](link_atom, const caf::actor &partner) { self->state.partner = partner; }};
}

caf::behavior prober(caf::stateful_actor<linked> *self, probing *probing, const caf::actor &boss) {
    return {
        [=](probe probe) {
            std::uint64_t now_ns = peer_wall_ns();
            PEER_CHECK(now_ns >= probe.sent_ns && probe.number == probing->late_ns.size());
            probing->late_ns.push_back(now_ns - probe.sent_ns);
            probing->over = probing->late_ns.size() == probing->wanted;
            if (probing->over)
                self->send(boss, done_atom::value);
            else
                self->send(self->state.partner, decltype(probe){peer_wall_ns(), probe.number + 1});
        },
        [=](link_atom, const caf::actor &partner) { self->state.partner = partner; }};
}

void link(caf::scoped_actor &boss, const caf::actor &one, const caf::actor &other) {
    boss->send(one, link_atom::value, other);
    boss->send(other, link_atom::value, one);
}

void latency(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    probing probing;
    probing.wanted = run->count;
    probing.late_ns.reserve(run->count);
    std::vector<caf::actor> players;
    for (int i = 0; i < 2 * pairs; i++)
        players.push_back(world.system.spawn(player, &probing));
    auto one = world.system.spawn(prober, &probing, caf::actor{boss});
    auto other = world.system.spawn(prober, &probing, caf::actor{boss});
    link(boss, one, other);
    for (int i = 0; i < 2 * pairs; i += 2) {
        link(boss, players[i], players[i + 1]);
        for (int j = 0; j < balls; j++)
            boss->send(players[i], stamped<16>(j));
    }
    boss->send(one, probe{peer_wall_ns(), 0});
    await<done_atom>(boss);
    PEER_CHECK(probing.bounced > probing.wanted * 100);
    for (auto &each : players)
        stop(each);
    stop(one);
    stop(other);
    peer_percentiles(probing.late_ns.data(), run->count, figures);
}

const peer_workload workloads[] = {{"latency while flooded", 16, 2 * pairs + 2, 4, latency}};

} // namespace

const peer_group latency_group = PEER_GROUP(workloads);
