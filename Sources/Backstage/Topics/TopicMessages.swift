import BackstageCore

/// What is published on a topic, as an asynchronous sequence with a bounded buffer.
///
/// ```swift
/// for await trade in try engine.messages(of: trades) { … }
/// ```
///
/// It ends when the engine is closed, or when the task that iterates is cancelled; either way, or when it
/// is no longer held by anybody, so does the subscription. For one iteration, by one task.
public struct TopicMessages<Message: Sendable>: AsyncSequence, Sendable {
    public typealias Element = Message
    public typealias Failure = Never

    /// What becomes of a message for a full buffer.
    public enum Buffering: Sendable {
        /// The oldest in the buffer goes, so that the newest are seen.
        case newest(Int)
        /// It goes itself, so that the oldest are seen.
        case oldest(Int)
    }

    private let stream: AsyncStream<Message>

    init(_ stream: AsyncStream<Message>) { self.stream = stream }

    /// Iterates over what is published.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: AsyncStream<Message>.Iterator

        public mutating func next() async -> Message? { await base.next() }

        public mutating func next(isolation actor: isolated (any _Concurrency.Actor)?) async -> Message? {
            await base.next(isolation: actor)
        }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(base: stream.makeAsyncIterator()) }
}

/// Passes on what a sequence is subscribed to.
private struct TopicListener<Message: Sendable>: Actor {
    let end: SequenceEnd<Message>

    func receive(_ message: Message, _ context: Context<Message>) {
        if case .terminated = end.continuation.yield(message) { try? context.shutdown() }
    }
}

/// Ends a sequence when its listener is gone; also if that never had a turn.
private final class SequenceEnd<Message: Sendable> {
    let continuation: AsyncStream<Message>.Continuation

    init(_ continuation: AsyncStream<Message>.Continuation) { self.continuation = continuation }

    deinit { continuation.finish() }
}

extension Engine {
    /// What is published on a topic, or by a pattern of topics, from now on: from any thread, with what that
    /// sends afterwards.
    ///
    /// - Parameters:
    ///   - topic: a topic, or a pattern of topics.
    ///   - buffering: how many messages wait for who iterates, and which.
    /// - Throws: `invalidArgument` for a buffer of none; `invalidID`, `invalidTopic`; what a spawn throws;
    ///   `queueFull` from another thread; `closed`.
    public func messages<Message: Sendable>(
        of topic: Topic<Message>, buffering: TopicMessages<Message>.Buffering = .newest(64)
    ) throws(BackstageError) -> TopicMessages<Message> {
        let policy: AsyncStream<Message>.Continuation.BufferingPolicy
        switch buffering {
        case .newest(let count) where count > 0: policy = .bufferingNewest(count)
        case .oldest(let count) where count > 0: policy = .bufferingOldest(count)
        default: throw .invalidArgument
        }
        let (stream, continuation) = AsyncStream<Message>.makeStream(bufferingPolicy: policy)
        // On the engine's thread it is known at once; from another the sequence ends.
        let refusal = Lock<BackstageError?>(nil)
        try onThread(of: number) { engine in
            guard let engine else { return continuation.finish() }
            do throws(BackstageError) {
                try engine.listen(topic, continuation)
            } catch {
                continuation.finish()
                refusal.withLock { $0 = error }
            }
        }
        if let error = refusal.withLock({ $0 }) { throw error }
        return TopicMessages(stream)
    }

    /// Subscribes at once, not only when the listener starts: nothing published from now on is missed.
    private func listen<Message: Sendable>(
        _ topic: Topic<Message>, _ continuation: AsyncStream<Message>.Continuation
    ) throws(BackstageError) {
        let options = ActorOptions(restart: .temporary)
        let end = SequenceEnd(continuation)
        let ref = try spawn(options: options) { TopicListener(end: end) }
        guard let cell = core.actor(ref.rawValue).flatMap({ AnyCell.of($0, in: core) }) else {
            throw .notFound
        }
        let listener = Unmanaged.passUnretained(unsafeDowncast(cell, to: MessageCell<Message>.self))
        do throws(BackstageError) {
            try Context(listener, nil).subscribe(to: topic)
        } catch {
            try? ref.stop()
            throw error
        }
        continuation.onTermination = { _ in try? ref.stop() }
    }
}
