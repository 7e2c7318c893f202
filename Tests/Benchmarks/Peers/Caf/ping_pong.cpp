// One ball between two actors.
#include "world.hpp"

namespace {

struct ball {
    std::uint64_t bounces, limit;
};

template <class Inspector> typename Inspector::result_type inspect(Inspector &f, ball &x) {
    return f(caf::meta::type_name("ball"), x.bounces, x.limit);
}

struct player_state {
    seen balls;
    caf::actor partner;
};

caf::behavior player(caf::stateful_actor<player_state> *self, const caf::actor &boss) {
    return {[=](ball ball) {
                auto &state = self->state;
                state.balls.count++;
                state.balls.sum += ball.bounces;
                if (++ball.bounces < ball.limit)
                    self->send(state.partner, ball);
                else
                    self->send(boss, done_atom::value);
            },
            [=](link_atom, const caf::actor &partner) { self->state.partner = partner; },
            [=](report_atom) { return std::exchange(self->state.balls, {}); }};
}

void play(caf::scoped_actor &boss, const caf::actor &one, const caf::actor &other,
          std::uint64_t limit) {
    boss->send(one, ball{0, limit});
    await<done_atom>(boss);
    seen first = report_of(boss, one), second = report_of(boss, other);
    PEER_CHECK(first.count + second.count == limit && first.count - second.count <= 1);
    PEER_CHECK(first.sum + second.sum == limit * (limit - 1) / 2);
}

void ping_pong(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    auto one = world.system.spawn(player, caf::actor{boss});
    auto other = world.system.spawn(player, caf::actor{boss});
    boss->send(one, link_atom::value, other);
    boss->send(other, link_atom::value, one);
    play(boss, one, other, peer_warm_up(run->count));
    double start = peer_seconds();
    play(boss, one, other, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    stop(one);
    stop(other);
}

const peer_workload workloads[] = {{"ping-pong", sizeof(ball), 2, 1, ping_pong}};

} // namespace

const peer_group ping_pong_group = PEER_GROUP(workloads);
