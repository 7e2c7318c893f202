/* A receiver that other threads send to: a custom GSource with a GAsyncQueue. */
#ifndef INFLOW_H
#define INFLOW_H

#include "actor.h"

typedef struct glib_inflow {
    GSource source; /* first */
    GAsyncQueue *queue;
    GMainContext *context;
    void (*receive)(gconstpointer payload, gsize size, gpointer state);
    gpointer state;
} glib_inflow;

glib_inflow *glib_inflow_new(void (*receive)(gconstpointer, gsize, gpointer), gpointer state);
void glib_inflow_end(glib_inflow *inflow);

/* Any thread. False: it is full. */
gboolean glib_inflow_send(glib_inflow *inflow, gconstpointer payload, gsize size);

#endif
