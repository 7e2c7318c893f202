%% A process that counts, and tells what it has counted. Messages are tuples of two numbers, or
%% binaries with a number at both ends.
-module(bench_count).
-export([spawn_all/1, watch/2, report/1, check/3, message/2]).

spawn_all(Count) ->
    Boss = self(),
    [spawn_link(fun() -> count(Boss, -1, 0, 0) end) || _ <- lists:seq(1, Count)].

message(16, Number) -> {Number, Number};
message(Size, Number) -> <<Number:64, 0:((Size - 16) * 8), Number:64>>.

%% Its boss is sent `done` when so many more have come.
watch(Pid, Due) -> Pid ! {due, Due}.

count(Boss, 0, Count, Sum) ->
    Boss ! done,
    count(Boss, -1, Count, Sum);
count(Boss, Due, Count, Sum) ->
    receive
        {due, More} -> count(Boss, More, Count, Sum);
        {First, Last} -> count(Boss, Due - 1, Count + 1, Sum + First + Last);
        <<First:64, Rest/binary>> ->
            Between = byte_size(Rest) - 8,
            <<_:Between/binary, Last:64>> = Rest,
            count(Boss, Due - 1, Count + 1, Sum + First + Last);
        report ->
            Boss ! {self(), Count, Sum},
            count(Boss, -1, 0, 0)
    end.

%% What it has seen since it was asked last.
report(Pid) ->
    Pid ! report,
    receive {Pid, Count, Sum} -> {Count, Sum} end.

%% Each has seen its share of the numbers below Count, or all of them.
check(Pids, each, Count) ->
    Seen = {Count, Count * (Count - 1)},
    lists:foreach(fun(Pid) -> Seen = report(Pid) end, Pids);
check(Pids, share, Count) ->
    Seen = [report(Pid) || Pid <- Pids],
    Share = Count div length(Pids),
    true = lists:all(fun({Own, _}) -> Own - Share >= 0 andalso Own - Share =< 1 end, Seen),
    Count = lists:sum([Own || {Own, _} <- Seen]),
    Sum = Count * (Count - 1),
    Sum = lists:sum([Own || {_, Own} <- Seen]).
