import Testing

/// What an actor has in hand, set aside and next in its inbox, kept beside the engine by what its
/// callbacks see: numbers of messages, 0 for those without one.
struct Mirror {
    /// What is known to come first, what is in hand included.
    private var first: [UInt64] = []
    private(set) var aside: [UInt64] = []
    /// How many are in hand, and which of them are to be set aside.
    private var hand = 0
    private(set) var marked: Set<Int> = []
    /// It restarts: what is aside comes back, if there is memory for that.
    private var mayReclaim = false

    /// A callback is given messages.
    mutating func begin(_ numbers: [UInt64]) {
        let known = min(first.count, numbers.count)
        #expect(Array(first.prefix(known)) == Array(numbers.prefix(known)))
        first = numbers + first.dropFirst(known)
        hand = numbers.count
        marked = []
    }

    mutating func mark(_ place: Int) -> Bool { marked.insert(place).inserted }

    /// The callback has returned: so many are done with, the last of which it may have failed on.
    mutating func end(_ done: Int, hasFailed: Bool) {
        for place in 0..<(hasFailed ? done - 1 : done) where marked.contains(place) {
            aside.append(first[place])
        }
        first.removeFirst(done)
        hand = 0
        marked = []
    }

    /// The callback has left the one open that follows those done with: it stays in hand.
    mutating func pend(_ done: Int) {
        end(done, hasFailed: false)
        hand = 1
    }

    /// What was left open is done with.
    mutating func conclude() {
        first.removeFirst()
        hand = 0
    }

    /// All that is aside comes behind what is in hand.
    mutating func unstash() -> Int {
        defer { aside = [] }
        first.insert(contentsOf: aside, at: hand)
        return aside.count
    }

    /// One that waited was dropped for a newer one.
    mutating func drop(_ number: UInt64) {
        if let place = first[hand...].firstIndex(of: number) { first.remove(at: place) }
    }

    mutating func goDown() { mayReclaim = true }

    /// What the engine has set aside is told, for it may have had no memory to give it back.
    mutating func comeUp(_ stashed: Int) {
        if mayReclaim, stashed == 0 { _ = unstash() }
        mayReclaim = false
    }
}
