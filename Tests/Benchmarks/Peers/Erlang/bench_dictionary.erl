%% Concurrent dictionary: one process holds a map, the others ask it to read and, one time in ten,
%% to write, and wait for each answer.
-module(bench_dictionary).
-export([workloads/0]).

-define(KEYS, 65536).
-define(WRITE_PERCENT, 10).

workloads() -> [{"concurrent dictionary", 16, 20, fun dictionary/1}].

dictionary(#{count := Count, size := Size}) ->
    Boss = self(),
    Operations = bench_lib:share(Count, Size),
    Map = maps:from_list([{Key, Key} || Key <- lists:seq(0, ?KEYS - 1)]),
    Dictionary = spawn_link(fun() -> hold(Map, 0, 0, 0) end),
    Workers = [spawn_link(fun() -> worker(Boss, Dictionary, I) end) || I <- lists:seq(1, Size)],
    work(Dictionary, Workers, Size, bench_lib:warm_up(Operations)),
    Seconds = bench_lib:timed(fun() -> work(Dictionary, Workers, Size, Operations) end),
    [bench_lib:rate(Operations * Size, Seconds)].

work(Dictionary, Workers, Size, Operations) ->
    [Worker ! {work, Operations} || Worker <- Workers],
    Done = [receive {done, Writes, Sum} -> {Writes, Sum} end || _ <- Workers],
    Dictionary ! {report, self()},
    receive
        {Reads, AllWrites, AllSum} ->
            true = Reads + AllWrites =:= Operations * Size,
            AllWrites = lists:sum([Writes || {Writes, _} <- Done]),
            AllSum = lists:sum([Sum || {_, Sum} <- Done])
    end.

%% Sum: of the values told.
hold(Map, Reads, Writes, Sum) ->
    receive
        {read, From, Key} ->
            #{Key := Value} = Map,
            From ! {result, Key, Value},
            hold(Map, Reads + 1, Writes, Sum + Value);
        {write, From, Key, Value} ->
            From ! {result, Key, Value},
            hold(Map#{Key := Value}, Reads, Writes + 1, Sum + Value);
        {report, From} ->
            From ! {Reads, Writes, Sum},
            hold(Map, 0, 0, 0)
    end.

worker(Boss, Dictionary, Seed) ->
    receive {work, Operations} -> ask(Boss, Dictionary, Seed, Operations, 0, 0) end.

ask(Boss, Dictionary, Seed, 0, Writes, Sum) ->
    Boss ! {done, Writes, Sum},
    worker(Boss, Dictionary, Seed);
ask(Boss, Dictionary, Seed, Left, Writes, Sum) ->
    Key = Seed band (?KEYS - 1),
    Next = bench_lib:random(Seed),
    case Next rem 100 < ?WRITE_PERCENT of
        true ->
            Dictionary ! {write, self(), Key, Key + ?KEYS * Left}, % tells the key
            learn(Boss, Dictionary, Next, Left, Writes + 1, Sum, Key);
        false ->
            Dictionary ! {read, self(), Key},
            learn(Boss, Dictionary, Next, Left, Writes, Sum, Key)
    end.

learn(Boss, Dictionary, Seed, Left, Writes, Sum, Key) ->
    receive
        {result, Key, Value} when Value band (?KEYS - 1) =:= Key ->
            ask(Boss, Dictionary, Seed, Left - 1, Writes, Sum + Value)
    end.
