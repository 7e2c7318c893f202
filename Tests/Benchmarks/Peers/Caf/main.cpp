// CAF's side: event-based actors and one worker.
#include "world.hpp"

static const peer_group *const groups[] = {
    &ping_pong_group, &flood_group,   &ring_group,       &publish_group, &by_id_group,
    &thread_group,    &request_group, &spawn_group,      &memory_group,  &fork_join_group,
    &chameneos_group, &big_group,     &dictionary_group, &restart_group, &latency_group,
    &among_group,     &timers_group,  &idle_group,       nullptr};

int main(int argc, char **argv) { return peer_main(argc, argv, "caf", groups); }
