// What CAF's workloads share: an actor system with one worker, and the messages.
#pragma once

#include "peer.h"

#include <array>
#include <caf/all.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

extern "C" const peer_group ping_pong_group, flood_group, ring_group, publish_group, by_id_group,
    thread_group, request_group, spawn_group, memory_group, among_group, fork_join_group,
    chameneos_group, big_group, dictionary_group, restart_group, timers_group, latency_group,
    idle_group;

// One worker, which does not look for the work of others.
class configuration : public caf::actor_system_config {
  public:
    configuration() {
        set("scheduler.max-threads", 1);
        set("scheduler.policy", caf::atom("sharing"));
    }
};

struct world {
    configuration config;
    caf::actor_system system{config};
};

using done_atom = caf::atom_constant<caf::atom("done")>;
using link_atom = caf::atom_constant<caf::atom("link")>;
using more_atom = caf::atom_constant<caf::atom("more")>;
using report_atom = caf::atom_constant<caf::atom("report")>;

// A payload of a size that is known: one allocation a message.
template <std::size_t Size> struct block { std::array<unsigned char, Size> bytes; };

template <class Inspector, std::size_t Size>
typename Inspector::result_type inspect(Inspector &f, block<Size> &x) {
    return f(caf::meta::type_name("block"), x.bytes);
}

template <std::size_t Size> block<Size> stamped(std::uint64_t number) {
    block<Size> result;
    peer_stamp(result.bytes.data(), Size, number);
    return result;
}

// The sizes of payloads are known when it is compiled: another one cannot be asked for.
template <std::size_t Size> void check_payload(const peer_run *run) {
    PEER_CHECK(run->payload == Size);
}

// What was seen, as it is reported.
struct seen {
    std::uint64_t count = 0, sum = 0;
};

template <class Inspector> typename Inspector::result_type inspect(Inspector &f, seen &x) {
    return f(caf::meta::type_name("seen"), x.count, x.sum);
}

template <std::size_t Size> void add(peer_tally &tally, const block<Size> &payload) {
    tally.size = Size;
    peer_add(&tally, payload.bytes.data(), Size);
}

inline void stop(const caf::actor &actor) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

// Waits for a message that says no more than that.
template <class Atom> void await(caf::scoped_actor &boss) {
    boss->receive([](Atom) {});
}

inline void never(caf::error &error) {
    peer_fail(__FILE__, __LINE__, caf::to_string(error).c_str());
}

// What an actor has seen since it was asked last.
inline seen report_of(caf::scoped_actor &boss, const caf::actor &actor) {
    seen result;
    boss->request(actor, caf::infinite, report_atom::value)
        .receive([&](const seen &report) { result = report; }, never);
    return result;
}
