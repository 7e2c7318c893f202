%% Births and ends of processes with ids: each is put into a table and takes itself out of it. A
%% table and not registered names, as atoms are never freed.
-module(bench_spawn).
-export([workloads/0, spawn_all/3]).

workloads() ->
    [{"1 M actors with ids", 0, 1, fun spawn_one_by_one/1},
     {"spawn of N actors", 0, 1000, fun spawn_many/1}].

spawn_one_by_one(#{count := Count}) ->
    Ids = bench_lib:ids(Count),
    Table = table(),
    {First, Pids} = timed_spawn(Table, Ids),
    end_all(Table, Pids, Count),
    {Again, OtherPids} = timed_spawn(Table, Ids),
    End = bench_lib:timed(fun() -> end_all(Table, OtherPids, Count) end),
    [bench_lib:rate(Count, Seconds) || Seconds <- [First, Again, End]].

%% So many, over and over, until there were enough of them.
spawn_many(#{count := Count, size := Size}) ->
    Rounds = (Count + Size - 1) div Size,
    Ids = bench_lib:ids(Size),
    Table = table(),
    Resident = bench_lib:resident_bytes(),
    {_, Pids} = timed_spawn(Table, Ids),
    Bytes = bench_lib:resident_bytes() - Resident,
    end_all(Table, Pids, Size),
    Seconds = bench_lib:timed(fun() -> live_and_end(Table, Ids, Size, Rounds) end),
    [bench_lib:rate(Rounds * Size, Seconds), Bytes / Size].

live_and_end(_, _, _, 0) -> ok;
live_and_end(Table, Ids, Size, Rounds) ->
    {_, Pids} = timed_spawn(Table, Ids),
    end_all(Table, Pids, Size),
    live_and_end(Table, Ids, Size, Rounds - 1).

table() -> ets:new(registry, [set, public]).

timed_spawn(Table, Ids) ->
    Ended = atomics:new(1, []),
    put(ended, Ended),
    Seconds = bench_lib:timed(fun() -> put(pids, spawn_all(Table, Ended, Ids)) end),
    {Seconds, erase(pids)}.

spawn_all(Table, Ended, Ids) -> spawn_all(Table, Ended, self(), Ids, []).

spawn_all(_, _, _, [], Pids) -> Pids;
spawn_all(Table, Ended, Boss, [Id | Rest], Pids) ->
    Pid = spawn(fun() -> live(Table, Ended, Boss, Id) end),
    true = ets:insert_new(Table, {Id, Pid}),
    spawn_all(Table, Ended, Boss, Rest, [Pid | Pids]).

live(Table, Ended, Boss, Id) ->
    receive
        {number, Number} ->
            Boss ! {number, Number},
            live(Table, Ended, Boss, Id);
        {stop, Count} ->
            true = ets:delete(Table, Id),
            atomics:add_get(Ended, 1, 1) =:= Count andalso (Boss ! done)
    end.

end_all(Table, Pids, Count) ->
    tell_all(Pids, {stop, Count}),
    bench_lib:await(done),
    0 = ets:info(Table, size),
    Count = atomics:get(get(ended), 1).

tell_all([], _) -> ok;
tell_all([Pid | Rest], Message) ->
    Pid ! Message,
    tell_all(Rest, Message).
