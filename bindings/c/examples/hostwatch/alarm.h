/* Compares what is published with limits, and publishes when one is reached or left again. */
#ifndef HOSTWATCH_ALARM_H
#define HOSTWATCH_ALARM_H

#include <backstage.h>

backstage_status alarm_spawn(backstage_context *parent, backstage_ref *actor);

#endif
