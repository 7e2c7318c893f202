%% Big: many processes; each sends a ping to another at random, waits for its pong, and goes on. A
%% message is a ping or a pong.
-module(bench_big).
-export([workloads/0]).

workloads() -> [{"big", 16, 120, fun big/1}].

big(#{count := Count, size := Size}) ->
    Boss = self(),
    Pings = bench_lib:share(Count, 2 * Size),
    Players = [spawn_link(fun() -> wait(Boss, I) end) || I <- lists:seq(1, Size)],
    [Player ! {others, list_to_tuple(Players -- [Player])} || Player <- Players],
    play(Players, Size, bench_lib:warm_up(Pings)),
    Seconds = bench_lib:timed(fun() -> play(Players, Size, Pings) end),
    [bench_lib:rate(2 * Pings * Size, Seconds)].

play(Players, Size, Pings) ->
    [Player ! {play, Pings} || Player <- Players],
    [bench_lib:await(done) || _ <- Players],
    [Player ! report || Player <- Players],
    Sum = Size * (Pings * (Pings + 1) div 2),
    Sum = lists:sum([receive {Player, Own} -> Own end || Player <- Players]).

wait(Boss, Seed) ->
    receive {others, Others} -> player(Boss, Others, Seed, 0, 0) end.

%% Left: pings to come, or out; Sum: of the numbers in the pings it got.
player(Boss, Others, Seed, Left, Sum) ->
    receive
        {ping, From, Number} ->
            From ! {pong, Number},
            player(Boss, Others, Seed, Left, Sum + Number);
        {pong, Left} when Left > 1 ->
            player(Boss, Others, ping(Others, Seed, Left - 1), Left - 1, Sum);
        {pong, Left} ->
            Boss ! done,
            player(Boss, Others, Seed, 0, Sum);
        {play, Pings} ->
            player(Boss, Others, ping(Others, Seed, Pings), Pings, Sum);
        report ->
            Boss ! {self(), Sum},
            player(Boss, Others, Seed, 0, 0)
    end.

%% Returns the next seed.
ping(Others, Seed, Number) ->
    element(Seed rem tuple_size(Others) + 1, Others) ! {ping, self(), Number},
    bench_lib:random(Seed).
