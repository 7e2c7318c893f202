%% Timers among many others: armed and fired, armed and cancelled. The clock is the real one: they
%% are due with its next tick, and there are so many at a time that the tick is the lesser part.
-module(bench_timers_among).
-export([workloads/0]).

-define(AT_ONCE, 10000).
-define(FAR_MS, 3600000).

workloads() -> [{"timer among N", 0, 1000, fun among/1}].

among(#{count := Count, size := Size}) ->
    Others = arm_far(Size, 1, []),
    fire(bench_lib:warm_up(Count)),
    Fired = bench_lib:timed(fun() -> fire(Count) end),
    Cancelled = bench_lib:timed(fun() -> cancel(Count, 1) end),
    Size = length([Timer || Timer <- Others, is_integer(erlang:cancel_timer(Timer))]),
    [bench_lib:rate(Count, Seconds) || Seconds <- [Fired, Cancelled]].

arm_far(0, _, Timers) -> Timers;
arm_far(Left, Seed, Timers) ->
    Timer = erlang:send_after(?FAR_MS + Seed rem 1000000, self(), far),
    arm_far(Left - 1, bench_lib:random(Seed), [Timer | Timers]).

fire(0) -> ok;
fire(Left) ->
    Now = min(Left, ?AT_ONCE),
    arm_near(Now),
    receive_all(Now, 0, Now * (Now + 1) div 2),
    fire(Left - Now).

arm_near(0) -> ok;
arm_near(Number) ->
    erlang:send_after(1, self(), {near, Number}),
    arm_near(Number - 1).

receive_all(0, Sum, Sum) -> ok;
receive_all(Left, Sum, Wanted) ->
    receive {near, Number} -> receive_all(Left - 1, Sum + Number, Wanted) end.

cancel(Left, _) when Left =< 0 -> ok;
cancel(Left, Seed) ->
    Now = min(Left, 64),
    Timers = arm_far(Now, Seed, []),
    lists:foreach(fun(Timer) -> true = is_integer(erlang:cancel_timer(Timer)) end, Timers),
    cancel(Left - Now, bench_lib:random(Seed)).
