/* All workloads, in the order of the table. */
#include "work.h"

const bench_group *const bench_groups[] = {
    &ping_pong_group, &stream_group,  &flood_group,   &ring_group,   &publish_group,
    &by_id_group,     &thread_group,  &request_group, &call_group,   &outstanding_group,
    &stash_group,     &spawn_group,   &memory_group,  &timers_group, &restart_group,
    &subtree_group,   &latency_group, &load_group,    NULL,
};
