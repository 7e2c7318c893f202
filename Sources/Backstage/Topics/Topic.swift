/// A topic, and the type of what is published on it: a value, known to publisher and subscribers.
///
/// ```swift
/// let trades = Topic<Trade>("trades", of: "desk")
/// ```
///
/// It belongs to the actor with an id, whoever has that: it may be subscribed to before that actor exists,
/// and the subscription holds for its successor too.
public struct Topic<Message: Sendable>: Sendable, Hashable {
    /// The id of the actor that publishes.
    public let publisher: String
    /// 1 to 16 tokens joined by dots, as in "trades.AAPL"; nil for the publisher's default topic. To
    /// subscribe, "*" stands for one token, and a final ">" for one or more.
    public let name: String?

    /// The default topic of the actor with that id.
    public init(of publisher: String) {
        self.publisher = publisher
        name = nil
    }

    /// A named topic of the actor with that id, or a pattern of names to subscribe to.
    public init(_ name: String, of publisher: String) {
        self.publisher = publisher
        self.name = name
    }
}
