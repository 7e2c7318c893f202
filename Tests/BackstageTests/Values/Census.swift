import Synchronization

/// Counts the tokens of one test: how many there were, and how many there are.
final class Census: Sendable {
    private let born = Atomic<Int>(0)
    private let gone = Atomic<Int>(0)

    var made: Int { born.load(ordering: .sequentiallyConsistent) }
    var alive: Int { made - gone.load(ordering: .sequentiallyConsistent) }

    fileprivate func enter() { born.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    fileprivate func leave() { gone.wrappingAdd(1, ordering: .sequentiallyConsistent) }
}

/// A reference inside a message, by which it is seen that the message is destroyed, and not twice.
final class Token: Sendable {
    let number: Int
    private let census: Census
    private let onEnd: (@Sendable () -> Void)?

    init(_ number: Int, _ census: Census, onEnd: (@Sendable () -> Void)? = nil) {
        self.number = number
        self.census = census
        self.onEnd = onEnd
        census.enter()
    }

    deinit {
        census.leave()
        onEnd?()
    }
}
