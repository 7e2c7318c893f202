%% A ring of processes, and one token that goes round.
-module(bench_ring).
-export([workloads/0]).

workloads() -> [{"ring of 1000", 16, 1000, fun ring/1}].

ring(#{count := Count, size := Size}) ->
    Boss = self(),
    First = spawn_link(fun() -> link_to(Boss) end),
    Last = lists:foldl(fun(_, Next) -> spawn_link(fun() -> member(Boss, Next, 0, 0) end) end,
                       First, lists:seq(2, Size)),
    First ! {next, Last},
    go_round(First, Size, bench_lib:warm_up(Count)),
    [bench_lib:rate(Count, go_round(First, Size, Count))].

go_round(First, Size, Limit) ->
    Seconds = bench_lib:timed(fun() ->
        First ! {token, 0, Limit},
        bench_lib:await(done)
    end),
    First ! {report, Size},
    Visits = [receive {visits, Count, Sum} -> {Count, Sum} end || _ <- lists:seq(1, Size)],
    Limit = lists:sum([Count || {Count, _} <- Visits]),
    true = lists:all(fun({Count, _}) -> Count - Limit div Size =< 1 end, Visits),
    Sum = lists:sum([Sum || {_, Sum} <- Visits]),
    Sum = Limit * (Limit - 1) div 2,
    Seconds.

link_to(Boss) ->
    receive {next, Next} -> member(Boss, Next, 0, 0) end.

member(Boss, Next, Visits, Sum) ->
    receive
        {token, Hops, Limit} when Hops + 1 < Limit ->
            Next ! {token, Hops + 1, Limit},
            member(Boss, Next, Visits + 1, Sum + Hops);
        {token, Hops, _} ->
            Boss ! done,
            member(Boss, Next, Visits + 1, Sum + Hops);
        {report, Left} ->
            Boss ! {visits, Visits, Sum},
            Left > 1 andalso (Next ! {report, Left - 1}),
            member(Boss, Next, 0, 0)
    end.
