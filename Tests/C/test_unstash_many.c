/* Stashes taken back with very many messages waiting, in batches, and in any mix with what the
 * callbacks send: the order is exact, and nothing is lost. */
#include "support_life.h"

static backstage_engine *engine;
static backstage_ref actor;
static uint64_t messages; /* sent from outside: 1 to this */

/* What was handled last, in order. */
static uint64_t *handled, handled_count;

static void handle(const backstage_envelope *envelope) {
    if (CHECK(handled_count < 4 * messages)) {
        handled[handled_count++] = test_envelope_number(envelope);
    }
}

static void open_actor(backstage_receive_callback receive,
                       backstage_receive_batch_callback receive_batch, uint32_t budget) {
    backstage_actor_options options = test_options(NULL, receive, NULL);
    engine = test_engine();
    messages = test_rounds(4000, 2000);
    handled = test_alloc(4 * messages * sizeof *handled);
    handled_count = 0;
    options.receive_batch = receive_batch;
    options.capacity = (uint32_t)messages;
    options.budget = budget;
    actor = test_spawn_with(engine, &options);
    for (uint64_t number = 1; number <= messages; number++) {
        CHECK_OK(test_send_number(engine, actor, number));
    }
}

/* Checks how many were handled and are stashed; takes those back, and checks that they come. */
static void close_actor(uint64_t stashed) {
    CHECK_EQ(handled_count + stashed, messages);
    CHECK_EQ(test_stashed(engine, actor), stashed);
    CHECK_EQ(test_statistics(engine).queued, stashed);
    CHECK_EQ(test_statistics(engine).handled, handled_count);
    test_ledger(engine);
    CHECK_OK(backstage_become(test_context(engine, actor), test_ignore));
    CHECK_OK(backstage_unstash(test_context(engine, actor), NULL));
    test_run(engine);
    CHECK_EQ(test_statistics(engine).handled, messages);
    CHECK_EQ(test_statistics(engine).dead, 0);
    test_end(engine);
}

/* ---- One after the other ----------------------------------------------------------------- */

static uint64_t greatest; /* the greatest number that came so far */

/* New odd numbers it stashes; a new even one takes back the odd one before it. */
static backstage_status stash_odd_unstash_even(backstage_context *context,
                                               const backstage_envelope *envelope, void *state) {
    uint64_t number = test_envelope_number(envelope);
    uint32_t count = 77;
    (void)state;
    if (number > greatest) {
        greatest = number;
        if (number % 2 == 1) {
            return backstage_stash(context, envelope);
        }
        CHECK_OK(backstage_unstash(context, &count));
        CHECK_EQ(count, 1);
    }
    handle(envelope);
    return BACKSTAGE_OK;
}

TEST(one_is_stashed_and_taken_back_in_turn_with_very_many_waiting) {
    greatest = 0;
    open_actor(stash_odd_unstash_even, NULL, 0);
    test_run(engine);
    for (uint64_t i = 0; i < handled_count; i++) { /* 2 1 4 3 6 5 */
        CHECK_EQ(handled[i], i % 2 == 0 ? i + 2 : i);
    }
    close_actor(0);
}

/* Each new number takes back the one before it and is stashed itself, before that or after it. */
static bool stashes_first;
static backstage_status take_turns(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    uint64_t number = test_envelope_number(envelope);
    uint32_t count = 77;
    (void)state;
    if (number <= greatest) {
        handle(envelope);
        return BACKSTAGE_OK;
    }
    greatest = number;
    if (stashes_first) {
        CHECK_OK(backstage_stash(context, envelope));
    }
    CHECK_OK(backstage_unstash(context, &count));
    CHECK_EQ(count, number > 1);
    return stashes_first ? BACKSTAGE_OK : backstage_stash(context, envelope);
}

TEST(each_takes_back_the_one_before_it_and_stays_with_very_many_waiting) {
    for (int order = 0; order < 2; order++) {
        greatest = 0;
        stashes_first = order == 0;
        open_actor(take_turns, NULL, order == 0 ? 0 : 1);
        test_run(engine);
        for (uint64_t i = 0; i < handled_count; i++) { /* 1 2 3 */
            CHECK_EQ(handled[i], i + 1);
        }
        close_actor(1);
    }
}

/* The first half it stashes, and takes all back with the one in the middle; from then on it handles
 * them. */
static backstage_status stash_half(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    uint64_t number = test_envelope_number(envelope);
    uint32_t count = 77;
    (void)state;
    if (number > greatest && number < messages / 2) {
        greatest = number;
        return backstage_stash(context, envelope);
    }
    if (number == messages / 2) {
        CHECK_OK(backstage_unstash(context, &count));
        CHECK_EQ(count, number - 1);
        CHECK_OK(backstage_unstash(context, &count));
        CHECK_EQ(count, 0);
    }
    handle(envelope);
    return BACKSTAGE_OK;
}

TEST(very_many_are_taken_back_at_once_before_very_many_that_wait) {
    greatest = 0;
    open_actor(stash_half, NULL, 0);
    test_run(engine);
    CHECK_EQ(handled[0], messages / 2);
    for (uint64_t i = 1; i < handled_count; i++) {
        CHECK_EQ(handled[i], i < messages / 2 ? i : i + 1);
    }
    close_actor(0);
}

/* ---- Batches ----------------------------------------------------------------------------- */

static uint64_t rounds; /* batches of new numbers */

/* Of each batch of new numbers it stashes the multiples of three, and in every second one it takes
 * back what was stashed before that. Old numbers it handles. */
static backstage_status stash_thirds(backstage_context *context,
                                     const backstage_envelope *envelopes, size_t count,
                                     size_t *count_handled, void *state) {
    bool is_new = test_envelope_number(&envelopes[count - 1]) > greatest;
    (void)count_handled, (void)state;
    rounds += is_new;
    for (size_t i = 0; i < count; i++) {
        uint64_t number = test_envelope_number(&envelopes[i]);
        if (i == count / 2 && is_new && rounds % 2 == 0) {
            CHECK_OK(backstage_unstash(context, NULL));
        }
        if (number > greatest && number % 3 == 0) {
            CHECK_OK(backstage_stash(context, &envelopes[i]));
        } else {
            handle(&envelopes[i]);
        }
        greatest = number > greatest ? number : greatest;
    }
    return BACKSTAGE_OK;
}

TEST(stashes_are_taken_back_inside_batches_with_very_many_waiting) {
    static const uint32_t budgets[] = {1, 2, 7, 64, 255};
    for (int i = 0; i < 5; i++) {
        greatest = rounds = 0;
        open_actor(NULL, stash_thirds, budgets[i]);
        test_run(engine);
        uint64_t last_third = 0, last = 0;
        for (uint64_t j = 0; j < handled_count; j++) { /* each sort rises, and none is missing */
            uint64_t *before = handled[j] % 3 == 0 ? &last_third : &last;
            CHECK(handled[j] > *before);
            *before = handled[j];
            CHECK(last_third < last || j == 0); /* a third comes after its batch */
        }
        close_actor(messages - handled_count);
    }
}

/* The first batch it stashes; of the second it takes that back, and stashes all but the first. */
static backstage_status swap_batches(backstage_context *context,
                                     const backstage_envelope *envelopes, size_t count,
                                     size_t *count_handled, void *state) {
    uint32_t taken = 77;
    (void)count_handled, (void)state;
    rounds++;
    for (size_t i = 0; i < count; i++) {
        if (rounds == 1 || (rounds == 2 && i > 0)) {
            CHECK_OK(backstage_stash(context, &envelopes[i]));
        } else {
            handle(&envelopes[i]);
        }
        if (rounds == 2) {
            CHECK_OK(backstage_unstash(context, &taken));
            CHECK_EQ(taken, i == 0 ? count : 0);
        }
    }
    return BACKSTAGE_OK;
}

TEST(what_a_batch_stashes_stays_when_it_takes_back_another) {
    for (uint32_t budget = 1; budget <= 200; budget += 66) {
        rounds = 0;
        open_actor(NULL, swap_batches, budget);
        test_run(engine);
        CHECK_EQ(handled[0], budget + 1);
        for (uint64_t i = 1; i < handled_count; i++) {
            CHECK_EQ(handled[i], i <= budget ? i : i + budget);
        }
        close_actor(budget - 1);
    }
}

/* ---- Stash, take back, and send, at random ------------------------------------------------ */

static uint64_t seed, own, most; /* the numbers sent so far, and at most */

static backstage_status do_anything(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    uint64_t *fates = state, number = test_envelope_number(envelope);
    bool stashed = false;
    for (uint64_t steps = test_random(&seed) % 6; steps > 0; steps--) {
        switch (test_random(&seed) % 3) {
        case 0:
            stashed = backstage_stash(context, envelope) == BACKSTAGE_OK || stashed;
            break;
        case 1:
            CHECK_OK(backstage_unstash(context, NULL));
            break;
        default:
            own += own < most && backstage_send(context, actor, &own, sizeof own) == BACKSTAGE_OK;
        }
        test_ledger(engine);
    }
    fates[number] += !stashed;
    return BACKSTAGE_OK;
}

static void check_fates(uint32_t capacity, backstage_overflow overflow) {
    enum { NUMBERS = 200 };
    uint64_t fates[NUMBERS] = {0};
    backstage_actor_options options = test_options(NULL, do_anything, fates);
    engine = test_engine();
    const test_report *report = test_report_of(engine);
    options.capacity = capacity;
    options.overflow = overflow;
    options.budget = 1 + capacity % 4;
    actor = test_spawn_with(engine, &options);
    most = NUMBERS;
    own = 0;
    while (own < most) {
        own += test_send_number(engine, actor, own) == BACKSTAGE_OK;
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        CHECK(test_actor_statistics(engine, actor).queued <= capacity);
        if (test_stashed(engine, actor) == capacity) { /* nothing comes any more */
            CHECK_OK(backstage_unstash(test_context(engine, actor), NULL));
        }
    }
    test_end(engine);
    for (size_t i = 0; i < report->letters_count; i++) {
        fates[test_letter_number(&report->letters[i])]++;
    }
    for (size_t i = 0; i < NUMBERS; i++) { /* handled or dead, and that once */
        CHECK_EQ(fates[i], 1);
    }
}

TEST(whatever_a_callback_does_each_message_has_one_fate) {
    seed = 23;
    for (uint32_t capacity = 1; capacity <= 40; capacity += 1 + capacity / 4) {
        for (backstage_overflow overflow = 0; overflow < 3; overflow++) {
            for (int round = 0; round < 5; round++) {
                check_fates(capacity, overflow);
            }
        }
    }
}
