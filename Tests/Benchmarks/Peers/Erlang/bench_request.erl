%% Requests: calls of a gen_server. A figure counts round trips.
-module(bench_request).
-behaviour(gen_server).
-export([workloads/0]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(SALT, 16#5bd1e995).

workloads() -> [{"request and reply", 16, 2, fun requests/1}].

requests(#{count := Count}) ->
    {ok, Server} = gen_server:start_link(?MODULE, none, []),
    ask_all(Server, bench_lib:warm_up(Count)),
    [bench_lib:rate(Count, bench_lib:timed(fun() -> ask_all(Server, Count) end))].

ask_all(Server, Count) ->
    Sum = Count * (Count - 1) div 2,
    Sum = ask(Server, 0, Count, 0).

ask(_, Count, Count, Sum) -> Sum;
ask(Server, Number, Count, Sum) ->
    Answer = gen_server:call(Server, {Number, ?SALT}, infinity),
    ask(Server, Number + 1, Count, Sum + (Answer bxor ?SALT)).

init(State) -> {ok, State}.

handle_call({Number, Salt}, _, State) -> {reply, Number bxor Salt, State}.

handle_cast(_, State) -> {noreply, State}.
