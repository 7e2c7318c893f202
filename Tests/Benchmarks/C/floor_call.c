/* The floor's calls between threads: one request and its answer in a box, a mutex around it, and a
 * condition for each side to wait on. */
#include "floor.h"

#include <string.h>

void floor_box_open(floor_box *box) {
    *box = (floor_box){.state = FLOOR_BOX_EMPTY};
    pthread_mutex_init(&box->mutex, NULL);
    pthread_cond_init(&box->asked, NULL);
    pthread_cond_init(&box->answered, NULL);
}

void floor_box_close(floor_box *box) {
    pthread_cond_destroy(&box->answered);
    pthread_cond_destroy(&box->asked);
    pthread_mutex_destroy(&box->mutex);
}

bool floor_call(floor_box *box, const void *payload, uint32_t size, void *reply) {
    if (size > FLOOR_REMOTE_BYTES)
        return false;
    pthread_mutex_lock(&box->mutex);
    memcpy(box->payload, payload, size);
    box->size = size;
    box->state = FLOOR_BOX_ASKED;
    pthread_cond_signal(&box->asked);
    while (box->state != FLOOR_BOX_ANSWERED)
        pthread_cond_wait(&box->answered, &box->mutex);
    memcpy(reply, box->payload, box->size);
    box->state = FLOOR_BOX_EMPTY;
    pthread_mutex_unlock(&box->mutex);
    return true;
}

/* The answer takes the request's place. */
void floor_serve(floor_box *box, floor_answer answer, void *state, const bool *stop) {
    pthread_mutex_lock(&box->mutex);
    while (!*stop) {
        if (box->state != FLOOR_BOX_ASKED) {
            pthread_cond_wait(&box->asked, &box->mutex);
            continue;
        }
        answer(box->payload, box->size, state);
        box->state = FLOOR_BOX_ANSWERED;
        pthread_cond_signal(&box->answered);
    }
    pthread_mutex_unlock(&box->mutex);
}
