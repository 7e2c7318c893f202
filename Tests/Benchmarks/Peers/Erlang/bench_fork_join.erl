%% Fork and join: processes made one after the other, each for one message; and sixty told in turn.
-module(bench_fork_join).
-export([workloads/0]).

-define(JOBS_AT_ONCE, 1000).
-define(ROUNDS_AT_ONCE, 16).

workloads() ->
    [{"fork-join create", 16, 1, fun create/1},
     {"fork-join throughput", 16, 60, fun throughput/1}].

create(#{count := Count}) ->
    fork_all(bench_lib:warm_up(Count)),
    [bench_lib:rate(Count, bench_lib:timed(fun() -> fork_all(Count) end))].

fork_all(Count) ->
    Tally = atomics:new(2, []), % jobs done, and the sum of their numbers
    fork_bursts(Tally, 0, Count),
    Count = atomics:get(Tally, 1),
    Sum = Count * (Count - 1),
    Sum = atomics:get(Tally, 2).

fork_bursts(_, Count, Count) -> ok;
fork_bursts(Tally, Made, Count) ->
    End = min(Made + ?JOBS_AT_ONCE, Count),
    fork_burst(Tally, self(), Made, End, End),
    bench_lib:await(done),
    fork_bursts(Tally, End, Count).

fork_burst(_, _, End, End, _) -> ok;
fork_burst(Tally, Boss, Number, End, Due) ->
    spawn(fun() -> job(Tally, Boss, Due) end) ! {Number, Number},
    fork_burst(Tally, Boss, Number + 1, End, Due).

%% The last one of a burst tells.
job(Tally, Boss, Due) ->
    receive
        {First, Last} ->
            atomics:add(Tally, 2, First + Last),
            atomics:add_get(Tally, 1, 1) =:= Due andalso (Boss ! done)
    end.

throughput(#{count := Count, size := Size}) ->
    Rounds = bench_lib:share(Count, Size),
    Pids = bench_count:spawn_all(Size),
    tell_all(Pids, bench_lib:warm_up(Rounds)),
    [bench_lib:rate(Rounds * Size, bench_lib:timed(fun() -> tell_all(Pids, Rounds) end))].

tell_all(Pids, Rounds) ->
    tell_bursts(Pids, lists:last(Pids), 0, Rounds),
    bench_count:check(Pids, each, Rounds).

%% The last one to be told tells when it has had its share of a burst.
tell_bursts(_, _, Rounds, Rounds) -> ok;
tell_bursts(Pids, Last, Round, Rounds) ->
    End = min(Round + ?ROUNDS_AT_ONCE, Rounds),
    bench_count:watch(Last, End - Round),
    tell_burst(Pids, Pids, Round, End),
    bench_lib:await(done),
    tell_bursts(Pids, Last, End, Rounds).

tell_burst(_, _, End, End) -> ok;
tell_burst(Pids, [], Round, End) -> tell_burst(Pids, Pids, Round + 1, End);
tell_burst(Pids, [Pid | Rest], Round, End) ->
    Pid ! {Round, Round},
    tell_burst(Pids, Rest, Round, End).
