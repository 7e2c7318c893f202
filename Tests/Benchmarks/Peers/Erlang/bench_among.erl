%% A message among many processes: tokens that go from one to another at random.
-module(bench_among).
-export([workloads/0]).

-define(TOKENS, 64).

workloads() -> [{"message among N actors", 16, 1000, fun among/1}].

among(#{count := Count, size := Size}) ->
    Boss = self(),
    Pids = [spawn_link(fun() -> member(Boss, 0, 0) end) || _ <- lists:seq(1, Size)],
    persistent_term:put(?MODULE, list_to_tuple(Pids)), % read without a copy
    Tokens = lists:sublist(Pids, ?TOKENS),
    Hops = bench_lib:share(Count, length(Tokens)),
    go(Pids, Pids, 1), % each is visited once before the clock runs
    go(Tokens, Pids, bench_lib:warm_up(Hops)),
    [bench_lib:rate(length(Tokens) * Hops, go(Tokens, Pids, Hops))].

go(Tokens, Pids, Hops) ->
    Seconds = bench_lib:timed(fun() ->
        lists:foldl(fun(Pid, I) -> Pid ! {token, I, 0, Hops}, I + 1 end, 1, Tokens),
        lists:foreach(fun(_) -> bench_lib:await(done) end, Tokens)
    end),
    Visits = length(Tokens) * Hops,
    Sum = length(Tokens) * (Hops * (Hops - 1) div 2),
    {Visits, Sum} = report(Pids, 0, 0),
    Seconds.

report([], Visits, Sum) -> {Visits, Sum};
report([Pid | Rest], Visits, Sum) ->
    Pid ! report,
    receive {Pid, OwnVisits, OwnSum} -> report(Rest, Visits + OwnVisits, Sum + OwnSum) end.

member(Boss, Visits, Sum) ->
    receive
        {token, Seed, Hops, Limit} when Hops + 1 < Limit ->
            Pids = persistent_term:get(?MODULE),
            element(Seed rem tuple_size(Pids) + 1, Pids) !
                {token, bench_lib:random(Seed), Hops + 1, Limit},
            member(Boss, Visits + 1, Sum + Hops);
        {token, _, Hops, _} ->
            Boss ! done,
            member(Boss, Visits + 1, Sum + Hops);
        report ->
            Boss ! {self(), Visits, Sum},
            member(Boss, 0, 0)
    end.
