/* ZeroMQ's side: one thread, which sends and receives in turn; more where the work has more. */
#include "wire.h"

static const peer_group *const groups[] = {&ping_pong_group,
                                           &flood_group,
                                           &ring_group,
                                           &fork_join_group,
                                           &publish_group,
                                           &thread_group,
                                           &request_group,
                                           &memory_group,
                                           &latency_group,
                                           &idle_group,
                                           NULL};

int main(int argc, char **argv) { return peer_main(argc, argv, "zeromq", groups); }
