%% What the workloads share: clocks, rates, and waiting.
-module(bench_lib).
-export([use_cpu_time/1, timed/1, rate/2, warm_up/1, share/2, await/1, stop/1, ids/1,
         resident_bytes/0, random/1]).

use_cpu_time(Use) -> persistent_term:put(cpu_time, Use).

%% In seconds, of the wall, or of this process's CPU under --cpu-time.
now_seconds() ->
    case persistent_term:get(cpu_time) of
        true -> element(1, statistics(runtime)) * 1.0e-3;
        false -> erlang:monotonic_time(nanosecond) * 1.0e-9
    end.

%% How long it takes.
timed(Work) ->
    Start = now_seconds(),
    Work(),
    now_seconds() - Start.

%% Millions a second.
rate(Count, Seconds) -> Count / Seconds * 1.0e-6.

%% Part of the work, done first and not measured.
warm_up(Count) -> max(Count div 10, 1).

%% Count messages to so many receivers: how many each gets, one at least.
share(Count, Receivers) -> max(Count div Receivers, 1).

await(Message) ->
    receive Message -> ok end.

%% Ends a process and waits for its end.
stop(Pid) ->
    Monitor = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.

ids(Count) -> [id(Number) || Number <- lists:seq(0, Count - 1)].

id(Number) -> iolist_to_binary(io_lib:format("actor-~7..0b", [Number])).

resident_bytes() ->
    {ok, Text} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = string:lexemes(Text, " "),
    binary_to_integer(Pages) * 4096.

%% The next of a repeatable stream: below 2^31, so that nothing grows beyond a small integer.
random(Seed) -> Seed * 48271 rem 2147483647.
