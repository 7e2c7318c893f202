%% Chameneos: creatures that meet in pairs in a mall, and take on a colour from each other.
-module(bench_chameneos).
-export([workloads/0]).

workloads() -> [{"chameneos", 16, 100, fun chameneos/1}].

chameneos(#{count := Count, size := Size}) ->
    open(Size, bench_lib:warm_up(Count)),
    [bench_lib:rate(Count, bench_lib:timed(fun() -> open(Size, Count) end))].

open(Creatures, Limit) ->
    Boss = self(),
    Mall = spawn_link(fun() -> mall(none, Limit, Creatures, Boss) end),
    lists:foreach(fun(I) -> spawn_link(fun() -> come(Mall, I rem 3, 0) end) end,
                  lists:seq(1, Creatures)),
    Told = 2 * Limit,
    receive {met, Told} -> ok end.

mall(_, 0, Creatures, Boss) -> close(Creatures, 0, Boss);
mall(none, Left, Creatures, Boss) ->
    receive {meet, Creature, _} -> mall(Creature, Left, Creatures, Boss) end;
mall(Waiting, Left, Creatures, Boss) ->
    receive
        {meet, _, _} = Meet ->
            Waiting ! Meet,
            mall(none, Left - 1, Creatures, Boss)
    end.

close(0, Told, Boss) -> Boss ! {met, Told};
close(Creatures, Told, Boss) ->
    receive
        {meet, Creature, _} ->
            Creature ! leave,
            close(Creatures, Told, Boss);
        {left, Meetings} ->
            close(Creatures - 1, Told + Meetings, Boss)
    end.

come(Mall, Colour, Meetings) ->
    Mall ! {meet, self(), Colour},
    receive
        {meet, Other, OtherColour} ->
            New = complement(Colour, OtherColour),
            Other ! {change, New},
            come(Mall, New, Meetings + 1);
        {change, New} ->
            come(Mall, New, Meetings + 1);
        leave ->
            Mall ! {left, Meetings}
    end.

%% What both turn to: the same colour if they have the same, else the third one.
complement(Colour, Colour) -> Colour;
complement(One, Other) -> 3 - One - Other.
