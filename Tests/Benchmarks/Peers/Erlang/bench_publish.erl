%% Publish: the publisher sends one message to each of its subscribers. A message here is a
%% delivery.
-module(bench_publish).
-export([workloads/0]).

-define(AT_ONCE, 1000). % deliveries under way

workloads() ->
    [{"publish 1 to 1", 16, 1, fun publish/1},
     {"publish 1 to 1, 1 KiB", 1024, 1, fun publish/1},
     {"publish 1 to 1000", 16, 1000, fun publish/1},
     {"publish 1 to 1000, 1 KiB", 1024, 1000, fun publish/1},
     {"publish to N subscribers", 16, 1000, fun publish/1}].

publish(#{count := Count, payload := Payload, size := Size}) ->
    Publications = bench_lib:share(Count, Size),
    Subscribers = bench_count:spawn_all(Size),
    publish_all(Subscribers, Payload, bench_lib:warm_up(Publications)),
    Seconds = bench_lib:timed(fun() -> publish_all(Subscribers, Payload, Publications) end),
    [bench_lib:rate(Publications * Size, Seconds)].

publish_all(Subscribers, Payload, Publications) ->
    Last = lists:last(Subscribers),
    Burst = max(1, ?AT_ONCE div length(Subscribers)),
    publish_bursts(Subscribers, Last, Payload, 0, Burst, Publications),
    bench_count:check(Subscribers, each, Publications).

%% The last one to be told tells when it has had its share of a burst.
publish_bursts(_, _, _, Publications, _, Publications) -> ok;
publish_bursts(Subscribers, Last, Payload, Sent, Burst, Publications) ->
    End = min(Sent + Burst, Publications),
    bench_count:watch(Last, End - Sent),
    publish_burst(Subscribers, Payload, Sent, End),
    bench_lib:await(done),
    publish_bursts(Subscribers, Last, Payload, End, Burst, Publications).

publish_burst(_, _, End, End) -> ok;
publish_burst(Subscribers, Payload, Number, End) ->
    tell(Subscribers, bench_count:message(Payload, Number)),
    publish_burst(Subscribers, Payload, Number + 1, End).

tell([], _) -> ok;
tell([Subscriber | Rest], Message) ->
    Subscriber ! Message,
    tell(Rest, Message).
