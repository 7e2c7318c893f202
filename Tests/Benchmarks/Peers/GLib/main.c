/* GLib's side: one thread and its main loop; more threads where the work has more. */
#include "actor.h"

static const peer_group *const groups[] = {&ping_pong_group,
                                           &flood_group,
                                           &ring_group,
                                           &fork_join_group,
                                           &publish_group,
                                           &by_id_group,
                                           &thread_group,
                                           &request_group,
                                           &timers_group,
                                           &memory_group,
                                           &latency_group,
                                           &idle_group,
                                           NULL};

int main(int argc, char **argv) { return peer_main(argc, argv, "glib", groups); }
