%% Idle processes, each of which has handled a message, and nothing to do: how often a thread of
%% this system wakes up, and how long it computes. A shell looks from outside, and tells when it is
%% over.
-module(bench_idle).
-export([workloads/0]).

workloads() -> [{"idle", 0, 10000, fun idle/1}].

idle(#{count := Seconds, size := Size}) ->
    Pids = bench_count:spawn_all(Size),
    [Pid ! {1, 1} || Pid <- Pids],
    [{1, 2} = bench_count:report(Pid) || Pid <- Pids],
    Arguments = ["-c", script(), "sh", os:getpid(), integer_to_list(Seconds)],
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, Arguments}, exit_status, binary]),
    [Sleeps1, Cpu1, Sleeps2, Cpu2] = [binary_to_integer(Word) || Word <- read(Port, <<>>)],
    [(Sleeps2 - Sleeps1) / Seconds, null, (Cpu2 - Cpu1) * 1.0e-3 / Seconds].

%% Of all threads: how often they went to sleep, and nanoseconds of CPU; twice.
script() ->
    "look() {\n"
    "    cat /proc/$1/task/*/status | awk '/^voluntary/ {n += $2} END {printf \"%d \", n}'\n"
    "    cat /proc/$1/task/*/schedstat | awk '{n += $1} END {printf \"%d\\n\", n}'\n"
    "}\n"
    "sleep 0.2; before=$(look $1); sleep $2; echo $before $(look $1)".

read(Port, Text) ->
    receive
        {Port, {data, More}} -> read(Port, <<Text/binary, More/binary>>);
        {Port, {exit_status, 0}} -> string:lexemes(Text, " \n")
    end.
