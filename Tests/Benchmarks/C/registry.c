/* All workloads, in the order of the table. */
#include "work.h"

const bench_group *const bench_groups[] = {
    &ping_pong_group, &stream_group,     &flood_group,           &ring_group,    &fork_join_group,
    &chameneos_group, &big_group,        &dictionary_group,      &bounded_group, &publish_group,
    &by_id_group,     &thread_group,     &request_group,         &call_group,    &outstanding_group,
    &stash_group,     &spawn_group,      &memory_group,          &timers_group,  &restart_group,
    &subtree_group,   &latency_group,    &latency_message_group, &idle_group,    &load_group,
    &among_group,     &spawn_many_group, &timers_among_group,    NULL,
};
