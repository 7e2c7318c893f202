// Concurrent dictionary: one actor holds a hash table, the others ask it to read and, one time in
// ten, to write, and wait for each answer.
#include "world.hpp"

#include <unordered_map>
#include <vector>

namespace {

using read_atom = caf::atom_constant<caf::atom("read")>;
using write_atom = caf::atom_constant<caf::atom("write")>;
using result_atom = caf::atom_constant<caf::atom("result")>;

constexpr std::uint32_t keys = 1 << 16, write_percent = 10;

struct dictionary_state {
    std::unordered_map<std::uint32_t, std::uint64_t> values;
    std::uint64_t reads = 0, writes = 0, sum = 0; // sum: of the values told
};

caf::behavior dictionary(caf::stateful_actor<dictionary_state> *self) {
    auto &values = self->state.values;
    values.reserve(keys);
    for (std::uint32_t key = 0; key < keys; key++)
        values.emplace(key, key);
    return {[=](read_atom, std::uint32_t key) {
                auto &state = self->state;
                auto value = state.values.at(key);
                state.reads++;
                state.sum += value;
                return caf::make_message(result_atom::value, key, value);
            },
            [=](write_atom, std::uint32_t key, std::uint64_t value) {
                auto &state = self->state;
                state.values[key] = value;
                state.writes++;
                state.sum += value;
                return caf::make_message(result_atom::value, key, value);
            },
            [=](report_atom) {
                auto &state = self->state;
                return caf::make_message(std::exchange(state.reads, 0),
                                         std::exchange(state.writes, 0),
                                         std::exchange(state.sum, 0));
            }};
}

struct worker_state {
    std::uint64_t seed = 0, left = 0, writes = 0, sum = 0;
};

void ask(caf::stateful_actor<worker_state> *self, const caf::actor &dictionary) {
    auto &state = self->state;
    std::uint64_t random = peer_random(&state.seed);
    auto key = static_cast<std::uint32_t>(random) & (keys - 1);
    if ((random >> 32) * 100 >> 32 < write_percent) {
        state.writes++;
        // The value tells the key.
        self->send(dictionary, write_atom::value, key,
                   key + std::uint64_t{keys} * (state.left & 0xffff));
    } else {
        self->send(dictionary, read_atom::value, key);
    }
}

caf::behavior worker(caf::stateful_actor<worker_state> *self, std::uint64_t seed,
                     const caf::actor &dictionary, const caf::actor &boss) {
    return {[=](more_atom, std::uint64_t operations) {
                self->state.seed = seed;
                self->state.left = operations;
                ask(self, dictionary);
            },
            [=](result_atom, std::uint32_t key, std::uint64_t value) {
                auto &state = self->state;
                PEER_CHECK((value & (keys - 1)) == key);
                state.sum += value;
                if (--state.left > 0)
                    ask(self, dictionary);
                else
                    self->send(boss, done_atom::value, std::exchange(state.writes, 0),
                               std::exchange(state.sum, 0));
            }};
}

void work(caf::scoped_actor &boss, const caf::actor &dictionary,
          const std::vector<caf::actor> &workers, std::uint64_t operations) {
    std::uint64_t all_writes = 0, all = 0, finished = 0;
    for (auto &each : workers)
        boss->send(each, more_atom::value, operations);
    boss->receive_while([&] { return finished < workers.size(); })(
        [&](done_atom, std::uint64_t writes, std::uint64_t sum) {
            finished++;
            all_writes += writes;
            all += sum;
        });
    boss->request(dictionary, caf::infinite, report_atom::value)
        .receive(
            [&](std::uint64_t reads, std::uint64_t writes, std::uint64_t sum) {
                PEER_CHECK(reads + writes == operations * workers.size());
                PEER_CHECK(writes == all_writes && sum == all);
            },
            never);
}

void concurrent_dictionary(const peer_run *run, double *figures) {
    world world;
    caf::scoped_actor boss{world.system};
    std::uint64_t operations = peer_share(run->count, run->size);
    auto holder = world.system.spawn(dictionary);
    std::vector<caf::actor> workers;
    for (std::uint32_t i = 0; i < run->size; i++)
        workers.push_back(world.system.spawn(worker, i, holder, caf::actor{boss}));
    work(boss, holder, workers, peer_warm_up(operations));
    double start = peer_seconds();
    work(boss, holder, workers, operations);
    figures[0] = peer_millions(operations * run->size, peer_seconds() - start);
    stop(holder);
    for (auto &each : workers)
        stop(each);
}

const peer_workload workloads[] = {{"concurrent dictionary", 16, 20, 1, concurrent_dictionary}};

} // namespace

const peer_group dictionary_group = PEER_GROUP(workloads);
