%% Restart: a gen_server fails on every message; its supervisor starts it again, and it sends
%% itself the next one. A supervisor remembers each restart within its period, which can be no
%% shorter than a second: there is a new one now and then, so that this does not grow.
-module(bench_restart).
-behaviour(supervisor).
-export([workloads/0]).
-export([init/1, start_child/1]).

-define(RESTARTS, 100). % of one supervisor

workloads() -> [{"restart of a failing actor", 16, 1, fun restart/1}].

restart(#{count := Count}) ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    fail_all(bench_lib:warm_up(Count)),
    [bench_lib:timed(fun() -> fail_all(Count) end) * 1.0e9 / Count].

fail_all(Count) ->
    Failures = atomics:new(1, []),
    supervise(Failures, 0, Count),
    Count = atomics:get(Failures, 1).

supervise(_, Count, Count) -> ok;
supervise(Failures, Done, Count) ->
    End = min(Done + ?RESTARTS, Count),
    {ok, Supervisor} = supervisor:start_link(?MODULE, {Failures, End, self()}),
    bench_lib:await(done),
    exit(Supervisor, shutdown),
    receive {'EXIT', Supervisor, shutdown} -> supervise(Failures, End, Count) end.

init(Brood) ->
    {ok, {#{strategy => one_for_one, intensity => ?RESTARTS, period => 1},
          [#{id => child, start => {?MODULE, start_child, [Brood]}}]}}.

start_child(Brood) -> gen_server:start_link(bench_restart_child, Brood, []).
