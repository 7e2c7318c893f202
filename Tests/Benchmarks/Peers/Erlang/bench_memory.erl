%% Memory of an idle process with an id, which has handled a message.
-module(bench_memory).
-export([workloads/0]).

workloads() -> [{"memory of an idle actor", 8, 1, fun memory/1}].

memory(#{count := Count}) ->
    Ids = bench_lib:ids(Count),
    Before = bench_lib:resident_bytes(),
    Table = ets:new(registry, [set, public]),
    Ended = atomics:new(1, []),
    Pids = bench_spawn:spawn_all(Table, Ended, Ids),
    Count = handle_all(Pids, 0),
    Count = ets:info(Table, size),
    [(bench_lib:resident_bytes() - Before) / Count, null].

handle_all([], Number) -> Number;
handle_all([Pid | Rest], Number) ->
    Pid ! {number, Number},
    receive {number, Number} -> handle_all(Rest, Number + 1) end.
