%% Erlang's side: processes, one scheduler. Reads the options, runs one workload, writes its
%% figures.
-module(bench).
-export([main/0]).

groups() ->
    [bench_ping_pong, bench_flood, bench_ring, bench_publish, bench_by_id, bench_request,
     bench_spawn, bench_memory, bench_fork_join, bench_chameneos, bench_big, bench_dictionary,
     bench_among, bench_timers, bench_timers_among, bench_restart, bench_latency, bench_idle].

%% {Name, Payload, Size, Work}: Work takes a map of count, payload and size and returns the figures.
workloads() -> lists:append([Group:workloads() || Group <- groups()]).

main() ->
    try act(options(init:get_plain_arguments(), #{})) of
        Status -> halt(Status)
    catch
        Class:Reason:Stack ->
            complain("~p: ~p~n~p~n", [Class, Reason, Stack]),
            halt(1)
    end.

act(#{list := true}) ->
    lists:foreach(fun({Name, _, _, _}) -> io:put_chars([Name, $\n]) end, workloads()),
    0;
act(#{run := "erlang", workload := Name, count := Count} = Options) when Count > 0 ->
    case lists:keyfind(Name, 1, workloads()) of
        {Name, Payload, Size, Work} ->
            run(Work, maps:merge(#{payload => Payload, size => Size}, Options));
        false ->
            usage("no workload named ~s~n", [Name])
    end;
act(_) ->
    usage("--run erlang, --workload NAME and --count N are needed~n", []).

usage(Format, Arguments) ->
    complain("bench_erlang: " ++ Format, Arguments),
    2.

complain(Format, Arguments) -> io:format(standard_error, Format, Arguments).

run(Work, Options) ->
    bench_lib:use_cpu_time(maps:get(cpu_time, Options, false)),
    write(maps:get(figures_fd, Options, 1), json(Work(Options))),
    0.

json(Figures) -> [$[, lists:join(", ", [figure(Figure) || Figure <- Figures]), "]\n"].

figure(null) -> "null";
figure(Figure) -> io_lib:format("~.9g", [float(Figure)]).

write(Fd, Text) ->
    Port = open_port({fd, Fd, Fd}, [out, binary]),
    true = port_command(Port, Text),
    true = port_close(Port).

options([], Options) -> Options;
options(["--list" | Rest], Options) -> options(Rest, Options#{list => true});
options(["--cpu-time" | Rest], Options) -> options(Rest, Options#{cpu_time => true});
options(["--run", Side | Rest], Options) -> options(Rest, Options#{run => Side});
options(["--workload", Name | Rest], Options) -> options(Rest, Options#{workload => Name});
options(["--" ++ Name, Value | Rest], Options) ->
    options(Rest, Options#{number_option(Name) => list_to_integer(Value)});
options([Other | _], _) -> error({unknown_option, Other}).

number_option("count") -> count;
number_option("payload") -> payload;
number_option("size") -> size;
number_option("cpu") -> cpu; % the process is pinned by who starts it
number_option("other-cpu") -> other_cpu;
number_option("figures-fd") -> figures_fd;
number_option(Other) -> error({unknown_option, Other}).
