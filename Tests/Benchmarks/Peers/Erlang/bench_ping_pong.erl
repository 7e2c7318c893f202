%% One ball between two processes.
-module(bench_ping_pong).
-export([workloads/0]).

workloads() -> [{"ping-pong", 16, 2, fun ping_pong/1}].

ping_pong(#{count := Count}) ->
    play(bench_lib:warm_up(Count)),
    [bench_lib:rate(Count, bench_lib:timed(fun() -> play(Count) end))].

play(Limit) ->
    Boss = self(),
    One = spawn_link(fun() -> player(Boss, 0, 0) end),
    Other = spawn_link(fun() -> player(Boss, 0, 0) end),
    One ! {Other, 0, Limit},
    bench_lib:await(done),
    {Count1, Sum1} = report(One),
    {Count2, Sum2} = report(Other),
    true = Count1 + Count2 =:= Limit andalso Count1 - Count2 =< 1,
    Sum = Limit * (Limit - 1) div 2,
    Sum = Sum1 + Sum2.

player(Boss, Count, Sum) ->
    receive
        {Partner, Bounces, Limit} when Bounces + 1 < Limit ->
            Partner ! {self(), Bounces + 1, Limit},
            player(Boss, Count + 1, Sum + Bounces);
        {_, Bounces, _} ->
            Boss ! done,
            player(Boss, Count + 1, Sum + Bounces);
        report ->
            Boss ! {self(), Count, Sum}
    end.

report(Player) ->
    Player ! report,
    receive {Player, Count, Sum} -> {Count, Sum} end.
