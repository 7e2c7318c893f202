%% Sends by id: to registered names.
-module(bench_by_id).
-export([workloads/0]).

-define(AT_ONCE, 1000).

workloads() ->
    [{"send by id, one receiver", 16, 1, fun by_id/1},
     {"send by id, 1000 receivers", 16, 1000, fun by_id/1}].

by_id(#{count := Count, size := Size}) ->
    Pids = bench_count:spawn_all(Size),
    Names = [binary_to_atom(Id) || Id <- bench_lib:ids(Size)],
    lists:foreach(fun({Name, Pid}) -> register(Name, Pid) end, lists:zip(Names, Pids)),
    send_all(Pids, Names, bench_lib:warm_up(Count)),
    [bench_lib:rate(Count, bench_lib:timed(fun() -> send_all(Pids, Names, Count) end))].

send_all(Pids, Names, Count) ->
    send_bursts(Names, Names, list_to_tuple(Names), 0, Count),
    bench_count:check(Pids, share, Count).

%% The last one to be sent to tells when it has had its share of a burst.
send_bursts(_, _, _, Count, Count) -> ok;
send_bursts(Names, Left, Tuple, Sent, Count) ->
    End = min(Sent + ?AT_ONCE, Count),
    Size = tuple_size(Tuple),
    Last = element((End - 1) rem Size + 1, Tuple),
    bench_count:watch(Last, (End - Sent - 1) div Size + 1),
    Rest = send_burst(Names, Left, Sent, End),
    bench_lib:await(done),
    send_bursts(Names, Rest, Tuple, End, Count).

send_burst(_, Left, End, End) -> Left;
send_burst(Names, [], Number, End) -> send_burst(Names, Names, Number, End);
send_burst(Names, [Name | Rest], Number, End) ->
    Name ! {Number, Number},
    send_burst(Names, Rest, Number + 1, End).
