/* How many messages more an inbox takes: told beforehand, and true. */
#include "support_life.h"

static uint32_t room_of(const test_subject *asker, const test_subject *subject) {
    uint32_t messages = 77777;
    CHECK_OK(backstage_room(asker->context, subject->self, &messages));
    return messages;
}

static test_subject *open_small(test_life *life, uint32_t capacity, backstage_overflow overflow,
                                backstage_receive_callback act) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_subject_options(subject, NULL);
    options.capacity = capacity;
    options.overflow = overflow;
    subject->act = act;
    test_subject_spawn(subject, NULL, &options);
    test_run(life->engine);
    return subject;
}

TEST(so_many_are_taken_and_no_more) {
    static const uint32_t capacities[] = {1, 2, 3, 7, 64, 100};
    for (int i = 0; i < 6; i++) {
        test_life *life = test_life_open();
        test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
        test_subject *small = open_small(life, capacities[i], BACKSTAGE_OVERFLOW_REJECT, NULL);
        for (uint32_t left = capacities[i]; left > 0; left--) {
            CHECK_EQ(room_of(asker, small), left);
            CHECK_OK(backstage_send(asker->context, small->self, "x", 1));
        }
        CHECK_EQ(room_of(asker, small), 0);
        CHECK_STATUS(backstage_send(asker->context, small->self, "x", 1), BACKSTAGE_INBOX_FULL);
        test_run(life->engine);
        CHECK_EQ(room_of(asker, small), capacities[i]);
        test_life_close(life);
    }
}

TEST(the_default_and_the_largest_capacity) {
    test_life *life = test_life_open();
    test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
    CHECK_EQ(room_of(asker, asker), BACKSTAGE_CAPACITY_DEFAULT);
    test_subject *large = open_small(life, BACKSTAGE_CAPACITY_MAX, BACKSTAGE_OVERFLOW_REJECT, NULL);
    CHECK_EQ(room_of(asker, large), BACKSTAGE_CAPACITY_MAX);
    test_life_close(life);
}

TEST(an_inbox_that_drops_says_when_it_will) {
    for (backstage_overflow way = BACKSTAGE_OVERFLOW_DROP_NEWEST;
         way <= BACKSTAGE_OVERFLOW_DROP_OLDEST; way++) {
        test_life *life = test_life_open();
        test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
        test_subject *small = open_small(life, 3, way, NULL);
        for (int i = 0; i < 3; i++) {
            CHECK_EQ(room_of(asker, small), 3 - i);
            CHECK_OK(backstage_send(asker->context, small->self, "x", 1));
        }
        CHECK_EQ(test_statistics(life->engine).dead, 0);
        CHECK_EQ(room_of(asker, small), 0);
        CHECK_OK(backstage_send(asker->context, small->self, "x", 1));
        CHECK_EQ(test_statistics(life->engine).dead, 1);
        CHECK_EQ(room_of(asker, small), 0);
        test_life_close(life);
    }
}

/* ---- What is in hand, and set aside ------------------------------------------------------ */

/* What is in hand takes no room; what it sends itself does. */
static backstage_status look_and_send(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    test_subject *subject = state;
    (void)context;
    if (test_envelope_number(envelope) == 1) {
        CHECK_EQ(room_of(subject, subject), 2);
        CHECK_OK(backstage_send(context, subject->self, "12345678", 8));
        CHECK_EQ(room_of(subject, subject), 1);
    }
    return BACKSTAGE_OK;
}

TEST(what_is_in_hand_takes_no_room) {
    test_life *life = test_life_open();
    test_subject *small = open_small(life, 2, BACKSTAGE_OVERFLOW_REJECT, look_and_send);
    test_subject_send(small, 1, 1);
    test_run(life->engine);
    CHECK_EQ(small->seen->count, 2);
    test_life_close(life);
}

static backstage_status stash_all(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    test_subject *subject = state;
    const uint32_t before = room_of(subject, subject);
    CHECK_OK(backstage_stash(context, envelope));
    CHECK_EQ(room_of(subject, subject), before - 1);
    return BACKSTAGE_OK;
}

TEST(what_is_set_aside_keeps_its_room) {
    test_life *life = test_life_open();
    test_subject *small = open_small(life, 5, BACKSTAGE_OVERFLOW_REJECT, stash_all);
    for (uint32_t i = 1; i <= 3; i++) {
        test_subject_send(small, i, i);
        test_run(life->engine);
        CHECK_EQ(test_stashed(life->engine, small->self), i);
        CHECK_EQ(room_of(small, small), 5 - i);
    }
    small->act = NULL;
    CHECK_OK(backstage_unstash(small->context, NULL));
    CHECK_EQ(room_of(small, small), 2);
    test_run(life->engine);
    CHECK_EQ(room_of(small, small), 5);
    test_life_close(life);
}

/* Of a batch in hand all but one keep their room. */
static backstage_status look_at_batch(backstage_context *context,
                                      const backstage_envelope *envelopes, size_t count,
                                      size_t *handled, void *state) {
    uint32_t *room = state;
    (void)envelopes, (void)handled;
    CHECK_EQ(count, 3);
    return backstage_room(context, backstage_context_self(context), room);
}

TEST(a_batch_in_hand_keeps_its_room_but_for_one) {
    backstage_engine *engine = test_engine();
    uint32_t room = 77;
    backstage_actor_options options = test_options(NULL, NULL, &room);
    options.receive_batch = look_at_batch;
    options.capacity = 4;
    backstage_ref actor = test_spawn_with(engine, &options);
    for (uint64_t i = 0; i < 3; i++) {
        CHECK_OK(test_send_number(engine, actor, i));
    }
    test_run(engine);
    CHECK_EQ(room, 2);
    test_end(engine);
}

/* ---- Who has none ------------------------------------------------------------------------ */

TEST(nobody_and_those_who_end_have_no_room_to_tell) {
    test_life *life = test_life_open();
    test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
    test_subject *gone = test_subject_open(life, NULL, NULL, NULL);
    test_subject *going = test_subject_open(life, NULL, NULL, NULL);
    test_subject *poisoned = test_subject_open(life, NULL, NULL, NULL);
    uint32_t messages = 77;
    CHECK_OK(backstage_stop(asker->context, gone->self));
    test_run(life->engine);
    CHECK_OK(backstage_stop(asker->context, going->self));
    CHECK_OK(backstage_poison(asker->context, poisoned->self));
    CHECK_STATUS(backstage_room(asker->context, gone->self, &messages), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_room(asker->context, BACKSTAGE_NONE, &messages), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_room(gone->context, asker->self, &messages), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_room(asker->context, going->self, &messages), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_room(asker->context, poisoned->self, &messages), BACKSTAGE_ENDING);
    CHECK_EQ(messages, 77);
    CHECK_EQ(room_of(going, asker), BACKSTAGE_CAPACITY_DEFAULT); /* who ends may still send */
    test_life_close(life);
}

/* Who is drained has room for its family alone. */
static backstage_status look_at_child(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    test_subject *subject = state;
    test_subject *child = subject->more;
    (void)context, (void)envelope;
    CHECK_EQ(room_of(subject, child), BACKSTAGE_CAPACITY_DEFAULT);
    return BACKSTAGE_OK;
}

TEST(who_is_drained_has_room_for_its_family) {
    test_life *life = test_life_open();
    test_subject *asker = test_subject_open(life, NULL, NULL, NULL);
    test_subject *parent = test_subject_open(life, NULL, NULL, look_at_child);
    test_subject *child = test_subject_open(life, parent, NULL, NULL);
    uint32_t messages = 77;
    parent->more = child;
    test_run(life->engine);
    test_subject_send(parent, 1, 1);
    CHECK_OK(backstage_drain(asker->context, parent->self, BACKSTAGE_FOREVER));
    CHECK_STATUS(backstage_room(asker->context, child->self, &messages), BACKSTAGE_ENDING);
    test_run(life->engine);
    CHECK_EQ(parent->seen->count, 1);
    test_life_close(life);
}
