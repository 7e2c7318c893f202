// A message with a class reference inside, whose objects are counted.

/// An object of its own in each message.
public final class Contents: Sendable {
    public let number: UInt64

    /// Written by one thread at a time: all of a run's actors share one.
    nonisolated(unsafe) public private(set) static var alive = 0
    nonisolated(unsafe) public private(set) static var made: UInt64 = 0

    private init(_ number: UInt64) {
        self.number = number
        Contents.alive += 1
        Contents.made += 1
    }

    /// Not to be seen through: the object is to come from the heap.
    @inline(never) public static func make(_ number: UInt64) -> Contents { Contents(number) }

    deinit { Contents.alive -= 1 }
}

@frozen public struct Parcel: Sendable {
    public var number: UInt64
    public var contents: Contents

    @inlinable public init(_ number: UInt64, _ contents: Contents) {
        self.number = number
        self.contents = contents
    }
}
