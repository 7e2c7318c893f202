%% Floods: bursts from outside, and from a process to another. The next burst goes out when the
%% receiver says that the last one was handled. 16 bytes are a tuple of two numbers, as Erlang's
%% users have it; other sizes are binaries with a number at both ends.
-module(bench_flood).
-export([workloads/0]).

-define(STREAM_BURST, 1024).

workloads() ->
    Sizes = [{"0 B", 0}, {"32 B", 32}, {"33 B", 33}, {"64 B", 64}, {"128 B", 128}, {"256 B", 256},
             {"1 KiB", 1024}, {"4 KiB", 4096}, {"16 KiB", 16384}, {"64 KiB", 65536}],
    [{"flood", 16, 1, fun flood/1}, {"flood, actor to actor", 16, 1, fun stream/1} |
     [{"flood " ++ Name, Size, 1, fun flood/1} || {Name, Size} <- Sizes]].

flood(#{count := Count, payload := Size}) ->
    Burst = min(1000, max(1, (1 bsl 18) div max(Size, 1))),
    pour(Size, Burst, bench_lib:warm_up(Count)),
    [bench_lib:rate(Count, bench_lib:timed(fun() -> pour(Size, Burst, Count) end))].

%% The producer is this process.
pour(Size, Burst, Limit) ->
    Boss = self(),
    Consumer = spawn_link(fun() -> consume(Size, {Boss, Burst, Limit}, Boss) end),
    produce(Consumer, pad(Size), 0, Burst, Limit),
    check(Size, Limit).

stream(#{count := Count, payload := Size}) ->
    flow(Size, bench_lib:warm_up(Count)),
    [bench_lib:rate(Count, bench_lib:timed(fun() -> flow(Size, Count) end))].

flow(Size, Limit) ->
    Boss = self(),
    spawn_link(fun() ->
        Producer = self(),
        Consumer = spawn_link(fun() -> consume(Size, {Producer, ?STREAM_BURST, Limit}, Boss) end),
        produce(Consumer, pad(Size), 0, ?STREAM_BURST, Limit)
    end),
    check(Size, Limit).

check(Size, Limit) ->
    Sum = case Size < 16 of
        true -> 0;
        false -> Limit * (Limit - 1)
    end,
    receive {sum, Sum} -> ok end.

%% What stands between the numbers; `number`: nothing but these, as a tuple.
pad(16) -> number;
pad(0) -> none;
pad(Size) -> binary:copy(<<0>>, Size - 16).

produce(_, _, Limit, _, Limit) -> ok;
produce(Consumer, Pad, Sent, Burst, Limit) ->
    End = min(Sent + Burst, Limit),
    send(Consumer, Pad, Sent, End),
    receive more -> produce(Consumer, Pad, End, Burst, Limit) end.

send(_, _, End, End) -> ok;
send(Consumer, number, Number, End) ->
    Consumer ! {Number, Number},
    send(Consumer, number, Number + 1, End);
send(Consumer, none, Number, End) ->
    Consumer ! <<>>,
    send(Consumer, none, Number + 1, End);
send(Consumer, Pad, Number, End) ->
    Consumer ! <<Number:64, Pad/binary, Number:64>>,
    send(Consumer, Pad, Number + 1, End).

consume(Size, Plan, Boss) -> consume(Size, Plan, Boss, 0, 0).

consume(_, {Source, _, Limit}, Boss, Limit, Sum) ->
    Source ! more,
    Boss ! {sum, Sum};
consume(Size, {Source, Burst, _} = Plan, Boss, Count, Sum) when Count rem Burst =:= 0, Count > 0 ->
    Source ! more,
    receive_one(Size, Plan, Boss, Count, Sum);
consume(Size, Plan, Boss, Count, Sum) ->
    receive_one(Size, Plan, Boss, Count, Sum).

receive_one(16, Plan, Boss, Count, Sum) ->
    receive {First, Last} -> consume(16, Plan, Boss, Count + 1, Sum + First + Last) end;
receive_one(0, Plan, Boss, Count, Sum) ->
    receive <<>> -> consume(0, Plan, Boss, Count + 1, Sum) end;
receive_one(Size, Plan, Boss, Count, Sum) ->
    Between = Size - 16,
    receive
        <<First:64, _:Between/binary, Last:64>> ->
            consume(Size, Plan, Boss, Count + 1, Sum + First + Last)
    end.
