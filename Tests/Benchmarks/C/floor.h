/*
 * The floor: what a C programmer would write by hand for one workload, and nothing more. A byte
 * ring per actor, a list of the actors that are ready, a copy in, an indirect call, a budget. It
 * checks that the ring has room, and nothing else: no refs, no errors, no ends, no statistics.
 * It is compiled apart from the workloads, as a library would be.
 */
#ifndef FLOOR_H
#define FLOOR_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLOOR_BUDGET = 64 };

typedef struct floor_actor floor_actor;

/* A record in a ring, on a boundary of 16 bytes; the payload follows. */
typedef struct floor_message {
    floor_actor *sender;
    uint32_t size;
    uint32_t token; /* of a request, else 0 */
    unsigned char payload[];
} floor_message;

typedef void (*floor_receive)(floor_actor *self, const floor_message *message, void *state);

struct floor_actor {
    floor_receive receive;
    void *state;
    unsigned char *ring; /* NULL until the first message */
    uint32_t ring_bytes; /* a power of two */
    uint32_t head, tail; /* bytes ever taken out and put in */
    uint32_t ready;      /* it is on the list, or running */
    floor_actor *next;
};

/* One thread's actors: there is one floor in a process. */
void floor_actor_make(floor_actor *actor, floor_receive receive, void *state, uint32_t ring_bytes);
bool floor_send(floor_actor *sender, floor_actor *receiver, const void *payload, uint32_t size);
bool floor_send_token(floor_actor *sender, floor_actor *receiver, uint32_t token,
                      const void *payload, uint32_t size);
/* Makes room by dropping the oldest that wait; tells how many. The receiver must not be the one that
 * is running, and the message no larger than its ring. */
uint32_t floor_send_dropping(floor_actor *sender, floor_actor *receiver, const void *payload,
                             uint32_t size);
/* Handles messages until there are none, or `turns` turns were taken. Tells how many. */
uint64_t floor_run(void);
uint64_t floor_run_turns(uint64_t turns);

/* Copies a message into the ring of each subscriber. */
bool floor_publish(floor_actor *publisher, floor_actor *const *subscribers, size_t count,
                   const void *payload, uint32_t size);

/* ---- Actors by id: one allocation each, and a hash table of strings ---------------------- */

typedef struct floor_named floor_named;
typedef void (*floor_deinit)(floor_named *self);

struct floor_named {
    floor_actor actor;
    floor_deinit deinit;
    uint32_t hash;
    char id[];
};

floor_named *floor_spawn(const char *id, floor_receive receive, floor_deinit deinit, void *state);
floor_named *floor_find(const char *id);
bool floor_send_to_id(floor_actor *sender, const char *id, const void *payload, uint32_t size);
void floor_end(floor_named *actor);

/* The same, with children: ended before their parent, the last born first. */
typedef struct floor_node {
    struct floor_node *parent, *last_child, *older;
    floor_named *named;
} floor_node;

floor_node *floor_spawn_child(floor_node *parent, const char *id, floor_receive receive,
                              floor_deinit deinit, void *state);
void floor_end_tree(floor_node *root);

/* ---- Requests: a table of who waits for which token --------------------------------------- */

uint32_t floor_request(floor_actor *sender, floor_actor *receiver, const void *payload,
                       uint32_t size);
bool floor_reply(floor_actor *self, const floor_message *request, const void *payload,
                 uint32_t size);

/* ---- Restarts: of a child that failed, or of all ------------------------------------------- */

enum { FLOOR_RESTARTS_MAX = 4096 };

typedef void (*floor_hook)(floor_actor *self);

typedef struct floor_restartable {
    floor_actor actor; /* first */
    floor_hook init, deinit;
} floor_restartable;

typedef struct floor_family {
    floor_restartable *children;
    uint32_t count;
    bool one_for_all;
    uint64_t window_ns, restarts;
    uint64_t restarts_ns[FLOOR_RESTARTS_MAX]; /* when, of the latest */
} floor_family;

/* False: too many within the window. */
bool floor_restart(floor_family *family, floor_restartable *child, uint64_t now_ns);

/* ---- Stash: messages set aside -------------------------------------------------------------- */

typedef struct floor_stash {
    unsigned char *records;
    uint32_t used, bytes;
} floor_stash;

bool floor_stash_open(floor_stash *stash, uint32_t bytes);
void floor_stash_close(floor_stash *stash);
bool floor_stash_put(floor_stash *stash, const floor_message *message);
/* Hands them over in the order in which they came. */
void floor_unstash(floor_stash *stash, floor_actor *self);

/* ---- Other threads: a bounded ring of many producers and one consumer, which may sleep ---- */

enum { FLOOR_REMOTE_CAPACITY = 8192, FLOOR_REMOTE_BYTES = 48 };

void floor_remote_open(void);
bool floor_remote_send(floor_actor *receiver, const void *payload, uint32_t size); /* any thread */
/* Takes in and handles messages, asleep when there are none, until *stop. */
void floor_remote_run(const bool *stop);
void floor_remote_close(void);

/* ---- Calls: one thread asks, another answers ------------------------------------------------ */

typedef void (*floor_answer)(unsigned char *payload, uint32_t size, void *state);

typedef struct floor_box {
    pthread_mutex_t mutex;
    pthread_cond_t asked, answered;
    enum { FLOOR_BOX_EMPTY, FLOOR_BOX_ASKED, FLOOR_BOX_ANSWERED } state;
    uint32_t size;
    unsigned char payload[FLOOR_REMOTE_BYTES];
} floor_box;

void floor_box_open(floor_box *box);
void floor_box_close(floor_box *box);
bool floor_call(floor_box *box, const void *payload, uint32_t size, void *reply);
/* Answers until *stop, which `answer` may set. */
void floor_serve(floor_box *box, floor_answer answer, void *state, const bool *stop);

/* ---- Timers: a heap of four children a node ------------------------------------------------ */

typedef void (*floor_expire)(uint64_t due_ns, void *state);

void floor_timers_open(uint32_t capacity);
uint32_t floor_timer_start(uint64_t due_ns, floor_expire expire, void *state);
void floor_timer_cancel(uint32_t timer);
void floor_timers_advance(uint64_t now_ns);
void floor_timers_close(void);

#endif
