%% Timers: all armed, all cancelled in another order, all armed again and fired. The clock is the
%% real one, so that they come due within a short while that begins when all are armed.
-module(bench_timers).
-export([workloads/0]).

-define(SPAN_MS, 50).

workloads() -> [{"1 M timers", 0, 1000, fun timers/1}].

timers(#{count := Count, size := Size}) ->
    Boss = self(),
    Tally = atomics:new(2, []), % timers fired, and the sum of their numbers
    Owners = [spawn_link(fun() -> own(Tally, Boss, Count) end) || _ <- lists:seq(1, Size)],
    Start = now_ms(),
    {Armed, Timers} = arm(Owners, Start + 3600000, Count),
    Took = now_ms() - Start,
    Shuffled = [Timer || {_, Timer} <- lists:sort(lists:zip(randoms(Count), Timers))],
    Cancelled = bench_lib:timed(fun() -> cancel(Shuffled) end),
    %% Long enough to arm them all: several times what it took the first time.
    Due = now_ms() + 200 + 4 * Took,
    arm(Owners, Due, Count),
    Fired = fire(Tally, Due, Count),
    [bench_lib:rate(Count, Seconds) || Seconds <- [Armed, Cancelled, Fired]].

now_ms() -> erlang:monotonic_time(millisecond).

randoms(Count) ->
    {Randoms, _} = lists:mapfoldl(fun(_, Seed) -> {Seed, bench_lib:random(Seed)} end, 1,
                                  lists:seq(1, Count)),
    Randoms.

arm(Owners, Due, Count) ->
    Seconds = bench_lib:timed(fun() -> put(timers, arm(Owners, Owners, Due, 0, Count, 1, [])) end),
    {Seconds, erase(timers)}.

arm(_, _, _, Count, Count, _, Timers) -> Timers;
arm(Owners, [], Due, Number, Count, Seed, Timers) ->
    arm(Owners, Owners, Due, Number, Count, Seed, Timers);
arm(Owners, [Owner | Rest], Due, Number, Count, Seed, Timers) ->
    Timer = erlang:send_after(Due + Seed rem ?SPAN_MS, Owner, Number, [{abs, true}]),
    arm(Owners, Rest, Due, Number + 1, Count, bench_lib:random(Seed), [Timer | Timers]).

cancel([]) -> ok;
cancel([Timer | Rest]) ->
    true = is_integer(erlang:cancel_timer(Timer)),
    cancel(Rest).

%% From when the first is due.
fire(Tally, Due, Count) ->
    0 = atomics:get(Tally, 1),
    true = now_ms() < Due,
    timer:sleep(Due - now_ms()),
    Seconds = bench_lib:timed(fun() -> bench_lib:await(done) end),
    Sum = Count * (Count - 1) div 2,
    Sum = atomics:get(Tally, 2),
    Seconds.

own(Tally, Boss, Count) ->
    receive
        Number ->
            atomics:add(Tally, 2, Number),
            atomics:add_get(Tally, 1, 1) =:= Count andalso (Boss ! done),
            own(Tally, Boss, Count)
    end.
