%% Fails on every message, so many times.
-module(bench_restart_child).
-behaviour(gen_server).
-export([init/1, handle_info/2, handle_call/3, handle_cast/2]).

init({Failures, End, Boss}) ->
    case atomics:get(Failures, 1) of
        End -> Boss ! done;
        Number -> self() ! {Number, Number}
    end,
    {ok, Failures}.

handle_info({Number, Number}, Failures) ->
    Next = Number + 1,
    Next = atomics:add_get(Failures, 1, 1),
    {stop, failed, Failures}.

handle_call(_, _, State) -> {noreply, State}.

handle_cast(_, State) -> {noreply, State}.
