%% How long a message is under way between two processes while pairs of others flood each other.
%% Always in wall time.
-module(bench_latency).
-export([workloads/0]).

-define(PAIRS, 16).
-define(BALLS, 64).

workloads() -> [{"latency while flooded", 16, 34, fun latency/1}].

latency(#{count := Count}) ->
    Boss = self(),
    Bounced = counters:new(1, []),
    Players = lists:append([pair(Bounced) || _ <- lists:seq(1, ?PAIRS)]),
    One = spawn_link(fun() -> probe(Boss, Count, []) end),
    Other = spawn_link(fun() -> probe(Boss, Count, []) end),
    One ! {probe, Other, now_ns(), 1},
    bench_lib:await(done),
    lists:foreach(fun(Pid) -> unlink(Pid), bench_lib:stop(Pid) end, Players),
    Late = lists:sort(report(One) ++ report(Other)),
    true = length(Late) =:= Count andalso counters:get(Bounced, 1) > Count * 100,
    percentiles(list_to_tuple(Late)).

pair(Bounced) ->
    One = spawn_link(fun() -> bounce(Bounced) end),
    Other = spawn_link(fun() -> bounce(Bounced) end),
    [One ! {ball, Other, Number} || Number <- lists:seq(1, ?BALLS)],
    [One, Other].

bounce(Bounced) ->
    receive
        {ball, From, Number} ->
            counters:add(Bounced, 1, 1),
            From ! {ball, self(), Number},
            bounce(Bounced)
    end.

now_ns() -> erlang:monotonic_time(nanosecond).

probe(Boss, Count, Late) ->
    receive
        {probe, From, Sent, Number} ->
            Took = now_ns() - Sent,
            true = Took >= 0,
            case Number of
                Count -> Boss ! done;
                _ -> From ! {probe, self(), now_ns(), Number + 1}
            end,
            probe(Boss, Count, [Took | Late]);
        report ->
            Boss ! {self(), Late}
    end.

report(Prober) ->
    Prober ! report,
    receive {Prober, Late} -> Late end.

%% In microseconds.
percentiles(Late) ->
    Count = tuple_size(Late),
    Places = [trunc(Count * Share) + 1 || Share <- [0.5, 0.99, 0.999]] ++ [Count],
    [element(Place, Late) * 1.0e-3 || Place <- Places].
