/*
 * Threads: a worker thread feeds an actor. Sends from other threads wait in a bounded queue; when
 * it is full the send is refused, and the worker waits a little and tries again.
 * Build: cc threads.c $(pkg-config --cflags --libs backstage) -pthread -o threads
 */
#define _POSIX_C_SOURCE 200809L
#include <backstage.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NUMBERS = 100000 };

static void check(backstage_status status, const char *what) {
    if (status == BACKSTAGE_OK)
        return;
    fprintf(stderr, "threads: %s: %s\n", what, backstage_status_name(status));
    exit(EXIT_FAILURE);
}

struct worker {
    backstage_engine *engine;
    backstage_ref adder;
    backstage_status status;
};

static backstage_status send_number(const struct worker *worker, uint64_t number) {
    const struct timespec a_little = {.tv_nsec = 50000};
    for (;;) {
        backstage_status status =
            backstage_engine_send(worker->engine, worker->adder, &number, sizeof number);
        if (status != BACKSTAGE_QUEUE_FULL)
            return status;
        nanosleep(&a_little, NULL); /* the engine is behind: let it catch up */
    }
}

/* Sends 1, 2, ... NUMBERS, and then 0 for the end. */
static void *work(void *state) {
    struct worker *worker = state;
    for (uint64_t number = 1; number <= NUMBERS && worker->status == BACKSTAGE_OK; number++)
        worker->status = send_number(worker, number);
    if (worker->status == BACKSTAGE_OK)
        worker->status = send_number(worker, 0);
    if (worker->status != BACKSTAGE_OK)
        backstage_engine_stop(worker->engine); /* do not hang */
    return NULL;
}

struct adder {
    uint64_t count;
    uint64_t sum;
    uint64_t last;
    uint64_t out_of_order;
};

static backstage_status add(backstage_context *context, const backstage_envelope *envelope,
                            void *state) {
    struct adder *adder = state;
    uint64_t number = *(const uint64_t *)envelope->payload;
    if (number == 0)
        return backstage_engine_stop(backstage_context_engine(context));
    adder->count += 1;
    adder->sum += number;
    adder->out_of_order += number != adder->last + 1;
    adder->last = number;
    return BACKSTAGE_OK;
}

int main(void) {
    /* A small queue, so that the worker meets its end; and an inbox with room for all, because
     * what another thread sends to a full inbox becomes a dead letter. */
    backstage_engine_options engine_options = {.size = sizeof engine_options,
                                               .remote_capacity = 256};
    struct adder adder = {0};
    backstage_actor_options adder_options = {.size = sizeof adder_options,
                                             .id = "adder",
                                             .receive = add,
                                             .state = &adder,
                                             .capacity = NUMBERS + 1};
    struct worker worker = {.status = BACKSTAGE_OK};
    check(backstage_engine_create(&engine_options, &worker.engine), "engine");
    check(backstage_engine_spawn(worker.engine, &adder_options, &worker.adder), "spawn");

    pthread_t thread;
    if (pthread_create(&thread, NULL, work, &worker) != 0) {
        fprintf(stderr, "threads: no thread\n");
        return EXIT_FAILURE;
    }
    check(backstage_engine_run(worker.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER),
          "run");
    pthread_join(thread, NULL); /* nobody may be sending when the engine is destroyed */
    check(worker.status, "worker");

    backstage_statistics ledger = {.size = sizeof ledger};
    check(backstage_engine_statistics(worker.engine, &ledger), "statistics");
    check(backstage_engine_destroy(worker.engine), "destroy");
    printf("added %" PRIu64 " numbers, %" PRIu64 " out of order: %" PRIu64 "\n", adder.count,
           adder.out_of_order, adder.sum);
    printf("accepted %" PRIu64 " = handled %" PRIu64 " + dead %" PRIu64 " + queued %" PRIu64 "\n",
           ledger.accepted, ledger.handled, ledger.dead, ledger.queued);
    return ledger.handled == NUMBERS + 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
