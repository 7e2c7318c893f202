import Backstage

struct Mishap: Error, Equatable {}

/// Takes numbers, and does nothing.
struct Idler: Actor {
    func receive(_ message: Int, _ context: Context<Int>) {}
}

/// Notes down numbers; does something at one of them.
struct Worker: Actor {
    let journal: Journal<Int>
    var special = 0
    var act: @Sendable () throws -> Void = {}

    func receive(_ message: Int, _ context: Context<Int>) throws {
        journal.note(message)
        if message == special { try act() }
    }
}

/// Sends to itself for ever.
struct Spinner: Actor {
    let started: Gate

    func receive(_ message: Int, _ context: Context<Int>) throws {
        started.open()
        try context.ref.send(message + 1)
    }
}

/// Stashes all it gets, so that it has never done its work. Does something when it is being drained: then
/// no actor can be spawned any more.
struct Hoarder: Actor {
    var whenDrained: (@Sendable () throws -> Void)?

    func started(_ context: Context<Int>) throws {
        guard let whenDrained else { return }
        try context.every(.milliseconds(1)) { _, context in
            do {
                try context.spawn { Idler() }.stop()
            } catch BackstageError.ending {
                try whenDrained()
            }
        }
    }

    func receive(_ message: Int, _ context: Context<Int>) throws {
        try context.stash()
    }
}

/// Has a child that it sends a number, and passes its failure on.
struct Chief<Child: Actor>: Actor where Child.Message == Int {
    static var options: ActorOptions {
        ActorOptions(supervision: Supervision(.oneForOne, onFailure: .escalate))
    }

    let child: () -> Child

    func started(_ context: Context<Int>) throws {
        try context.spawnChild(nil, child).send(1)
    }

    func receive(_ message: Int, _ context: Context<Int>) {}
}

/// Fails on what it gets.
struct Failing: Actor {
    var error: any Error = Mishap()

    func receive(_ message: Int, _ context: Context<Int>) throws { throw error }
}

/// Sends numbers on.
struct Relay: Actor {
    let next: ActorRef<Int>
    let journal: Journal<Int>
    let enough: Gate

    func receive(_ message: Int, _ context: Context<Int>) throws {
        try next.send(message)
        journal.note(message)
        if message == 100 { enough.open() }
    }
}
